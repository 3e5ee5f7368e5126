"""The load generator, a process of its own: times pages and saves at one client, and counts them with four.

It reads one JSON object from stdin (ports, accounts, homes, links, limits) and writes JSON lines: steps as they are done, then
one result. Every answer's status is checked. Each measurement stands between two of hello world, in the same seconds.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from benchmarks.weights import weigh_all
from benchmarks.wire import Line, expected, form_with, get_request, post_request

CLIENTS = 4
BLOCKS = 5  # one client: so many turns of hello world and the page
IN_BLOCK, HELLO_IN_BLOCK = 30, 100
TAPS = 40  # each needs a page of its own, fetched beforehand
READING_SECONDS = 1.6
BLOCK_SECONDS = 1.0
THROUGHPUT_SECONDS = 1.5
HELLO_SECONDS = 0.6

Requests = Iterator[bytes]


@dataclass(frozen=True)
class Deed:
    """One thing to time: what each client sends, one request after the other, and the status that is right."""

    name: str
    status: int
    requests: Callable[[int], Requests]
    in_block: int = IN_BLOCK


class Visit:
    """Four clients, each with a home of its own to write to, on two lines: signed in, and with a link."""

    def __init__(self, port: int, told: dict) -> None:
        self.port, self.told = port, told
        self.managers = [self._signed_in(told["manager"]) for _ in range(CLIENTS)]
        self.owners = [self._signed_in(told["owner"]) for _ in range(CLIENTS)]

    def _signed_in(self, email: str) -> str:
        line = Line(self.port)
        line.sign_in(email, self.told["password"])
        line.close()
        return line.cookie

    def deeds(self) -> list[Deed]:
        """Everything that is timed, in an order in which nothing makes what follows stale."""
        beds = f"/locations/{self.told['written'][0]['cqc_id']}/vacancies"
        return [
            Deed("One-tap page, GET", 200, self._link),
            Deed("One-tap page, POST", 303, self._tap, in_block=TAPS // BLOCKS - 1),
            Deed("Home, GET", 200, lambda client: self._page("/", client)),
            Deed("Section vacancies, GET", 200, lambda client: self._page(beds, client)),
            Deed("Section vacancies, POST, nothing changed", 303, lambda client: self._save(client, is_changed=False)),
            Deed("Section vacancies, POST, changed", 303, lambda client: self._save(client, is_changed=True)),
        ]

    def _page(self, path: str, client: int) -> Requests:
        request = get_request(self.port, path, cookie=self.managers[client])
        while True:
            yield request

    def _link(self, client: int) -> Requests:
        return self._endless(get_request(self.port, self.told["written"][client]["link"]))

    @staticmethod
    def _endless(request: bytes) -> Requests:
        while True:
            yield request

    def _tap(self, client: int) -> Requests:
        """A page confirms once, so as many pages as taps; between two of them nothing else is saved."""
        path = self.told["written"][client]["link"]
        line = Line(self.port)
        pages = [dict(form_with(line.get(path).text, "shown")) for _ in range(TAPS)]
        line.close()
        # A tap right after its page is asked once more.
        time.sleep(READING_SECONDS)
        for page in pages:
            yield post_request(self.port, "/u/confirm", list(page.items()))

    def _save(self, client: int, *, is_changed: bool) -> Requests:
        """Post the section as it was served, again and again; changed: one bed is taken, and given back."""
        path = f"/locations/{self.told['written'][client]['cqc_id']}/vacancies"
        line = Line(self.port)
        line.cookie = self.owners[client]
        served = form_with(line.get(path).text, "_version")
        line.close()
        version = int(dict(served)["_version"])
        for turn in count():
            fields = [(name, text) for name, text in served if name not in ("_version", "_form_key")]
            if is_changed and turn % 2 == 0:
                fields = _moved_in(fields)
            fields += [("_version", str(version)), ("_form_key", f"benchmark-{client}-{is_changed}-{time.time_ns()}")]
            yield post_request(self.port, path, fields, cookie=self.owners[client])
            version += is_changed


def _moved_in(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return a bed form after one person took a free bed of its first kind, or where none is free, left one."""
    found = dict(fields)
    free = next(name for name in found if name.startswith("available__"))
    taken = free.replace("available__", "occupied__")
    step = 1 if int(found[free]) else -1
    moved = {free: str(int(found[free]) - step), taken: str(int(found[taken]) + step)}
    return [(name, moved.get(name, text)) for name, text in fields]


@dataclass(frozen=True)
class Server:
    """A pre-forked server: where it listens, and its parent process."""

    port: int
    pid: int

    def processor_ms(self) -> float:
        """Return what its processes have used so far; it hardly moves when other programs take the processor away."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        threads = [path for pid in (self.pid, *children) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        return sum(int(path.read_text().split()[0]) for path in threads) / 1e6


def one_client(site: Server, hello: Server, deed: Deed) -> dict:
    """Return p50, p95 and processor time of a deed at one client, and those of hello world between its blocks.

    Units: milliseconds a request.
    """
    line, floor = Line(site.port), Line(hello.port)
    least_request = Visit._endless(get_request(hello.port, "/"))
    requests = deed.requests(0)
    _timed(line, requests, deed.status, limit=3)
    _timed(floor, least_request, 200, limit=20)
    own: list[float] = []
    least: list[float] = []
    used, least_used = -site.processor_ms(), -hello.processor_ms()
    for _ in range(BLOCKS):
        least += _timed(floor, least_request, 200, limit=HELLO_IN_BLOCK)
        own += _timed(line, requests, deed.status, limit=deed.in_block)
    used, least_used = used + site.processor_ms(), least_used + hello.processor_ms()
    line.close()
    floor.close()
    return {
        **_summary(own),
        "processor": used / len(own),
        "hello": {**_summary(least), "processor": least_used / len(least)},
    }


def _timed(line: Line, requests: Requests, status: int, *, limit: int) -> list[float]:
    times: list[float] = []
    give_up_at = time.perf_counter() + BLOCK_SECONDS
    for request in requests:
        began = time.perf_counter()
        answer = line.send(request)
        ended = time.perf_counter()
        expected(answer, status, "one client")
        times.append((ended - began) * 1000)
        if len(times) >= limit or ended > give_up_at:
            break
    return times


def _summary(times: list[float]) -> dict:
    return {"p50": median(times), "p95": quantiles(times, n=20)[18], "count": len(times)}


def four_clients(site: Server, hello: Server, deed: Deed) -> dict:
    """Return requests per second of a deed with four clients, and of hello world just before and after."""
    request = get_request(hello.port, "/")
    before = _throughput(hello.port, 200, lambda _: Visit._endless(request), HELLO_SECONDS)
    own = _throughput(site.port, deed.status, deed.requests, THROUGHPUT_SECONDS)
    after = _throughput(hello.port, 200, lambda _: Visit._endless(request), HELLO_SECONDS)
    return {"per_second": own, "hello": (before + after) / 2}


def _throughput(port: int, status: int, requests_of: Callable[[int], Requests], seconds: float) -> float:
    lines = [Line(port) for _ in range(CLIENTS)]
    streams = [requests_of(client) for client in range(CLIENTS)]
    for line, stream in zip(lines, streams, strict=True):
        expected(line.send(next(stream)), status, "four clients")
    rates: list[float] = []
    failures: list[BaseException] = []
    together = threading.Barrier(CLIENTS)

    def run(line: Line, stream: Requests) -> None:
        try:
            together.wait()
            began = now = time.perf_counter()
            done = 0
            while now - began < seconds:
                request = next(stream, None)
                if request is None:
                    break
                expected(line.send(request), status, "four clients")
                done, now = done + 1, time.perf_counter()
            rates.append(done / (now - began))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in zip(lines, streams, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for line in lines:
        line.close()
    if failures:
        raise failures[0]
    return sum(rates)


def tell(**found: object) -> None:
    """Write one line for the process that started this one."""
    print(json.dumps(found), flush=True)


def main() -> None:
    """Measure everything over HTTP."""
    order = json.load(sys.stdin)
    told, site, hello = order["told"], Server(**order["site"]), Server(**order["hello"])
    weights = weigh_all(site.port, told)
    tell(done="weights")
    visit = Visit(site.port, told)
    times = []
    for deed in visit.deeds():
        alone = one_client(site, hello, deed)
        tell(done=deed.name)
        together = four_clients(site, hello, deed)
        tell(done=deed.name)
        times.append({"name": deed.name, "one": alone, "four": together})
    tell(result={"weights": weights, "times": times})


if __name__ == "__main__":
    main()
