"""`./dev bench`: one run, at most four minutes, on loopback and databases of its own; prints a Markdown table.

usage: ./dev bench [--write]   (--write: also into benchmarks/README.md)
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import signal
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from statistics import quantiles

from tqdm import tqdm

from benchmarks.processes import Failed, free_port, postgres_database, staged
from benchmarks.table import Machine, missed, render

MOST_SECONDS = 240
WEB_CHILDREN = 2
DAYS, DAYS_ON_POSTGRES = 10, 2
README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- last run -->\n", "<!-- end of last run -->\n"
STEPS = 18  # demo, servers, weights, six deeds twice, SQLite; demo and transactions on PostgreSQL


class TooLong(Exception):
    """The run took longer than it may."""


def main() -> int:
    """Measure, print, and return 0; 1 when something failed or took too long, 130 when it was stopped."""
    parser = argparse.ArgumentParser(prog="./dev bench", description="The performance table of this machine.")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    wanted = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(MOST_SECONDS)
    try:
        report = _measured()
    except KeyboardInterrupt:
        print("Stopped. Processes and databases of this run are gone.", file=sys.stderr)
        return 130
    except TooLong:
        print(f"Gave up after {MOST_SECONDS} seconds: this machine is too busy for a measurement.", file=sys.stderr)
        return 1
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    print(report)
    if wanted.write:
        _write(report)
    return 0


def _measured() -> str:
    began, before, load_before = time.monotonic(), _processor_time(), os.getloadavg()[0]
    notes = []
    with tempfile.TemporaryDirectory(prefix="ctapp-bench-") as name, tqdm(total=STEPS, unit="", leave=False) as bar:
        folder = Path(name)
        sync = _sync_times(folder / "sync")
        result, on_sqlite = _on_sqlite(folder, bar)
        transactions = [on_sqlite]
        with postgres_database() as address:
            if address is None:
                notes.append("PostgreSQL was left out: no server answered.")
            else:
                transactions.append(_on_postgres(folder, address, bar))
    machine = _machine(began, before, load_before, sync=sync)
    notes += [f"Missed: {sentence}." for sentence in missed(result["weights"], transactions)]
    return render(machine, result["weights"], result["times"], transactions, notes)


def _on_sqlite(folder: Path, bar: tqdm) -> tuple[dict, dict]:
    with staged(folder, "sqlite") as stage:
        told = _step(bar, "loading the demo", lambda: stage.ask("benchmarks.prepare", str(DAYS)))
        hello_port = free_port()

        def start() -> dict:
            web = ("ctapp", "web", "--port", str(stage.port), "--workers", str(WEB_CHILDREN))
            hello = ("benchmarks.hello", str(hello_port), str(WEB_CHILDREN))
            return {
                "site": {"port": stage.port, "pid": stage.serve(*web, port=stage.port)},
                "hello": {"port": hello_port, "pid": stage.serve(*hello, port=hello_port)},
            }

        order = {**_step(bar, "starting servers", start), "told": told}
        bar.set_description("pages and saves")
        result = stage.ask("benchmarks.load", order=order, heard=lambda _: bar.update())["result"]
        stage.stop()
        return result, _step(bar, "SQLite", lambda: stage.ask("benchmarks.transactions", order=told))


def _on_postgres(folder: Path, address: str, bar: tqdm) -> dict:
    with staged(folder, "postgres", database_url=address) as stage:
        told = _step(bar, "the demo on PostgreSQL", lambda: stage.ask("benchmarks.prepare", str(DAYS_ON_POSTGRES)))
        return _step(bar, "PostgreSQL", lambda: stage.ask("benchmarks.transactions", order=told))


def _step(bar: tqdm, name: str, act):
    bar.set_description(name)
    found = act()
    bar.update()
    return found


def _machine(began: float, before: tuple[float, float], load_before: float, *, sync: tuple[float, float]) -> Machine:
    busy, own = (after - earlier for after, earlier in zip(_processor_time(), before, strict=True))
    seconds, cores = time.monotonic() - began, os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return Machine(
        on=f"{datetime.now().astimezone():%-d %B %Y}",
        cores=cores,
        memory_gb=round(memory),
        python=platform.python_version(),
        load_before=load_before,
        load_after=os.getloadavg()[0],
        others=max(0.0, busy - own) / (seconds * cores),
        sync=sync,
        seconds=seconds,
    )


def _processor_time() -> tuple[float, float]:
    """Return the busy seconds of all processors since start-up, and those of this run's processes that have ended."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    ticks = [int(field) for field in fields]
    busy = (sum(ticks[:8]) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return busy, sum(used.ru_utime + used.ru_stime for used in own)


def _sync_times(path: Path) -> tuple[float, float]:
    times = []
    with path.open("wb", buffering=0) as file:
        for _ in range(200):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    tenths = quantiles(times, n=10)
    return tenths[4], tenths[8]


def _write(report: str) -> None:
    text = README.read_text()
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    README.write_text(f"{text[:start]}\n{report}\n{text[end:]}")


def _stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _give_up(number: int, frame: object) -> None:
    raise TooLong


if __name__ == "__main__":
    sys.exit(main())
