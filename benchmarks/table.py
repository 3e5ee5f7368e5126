"""The Markdown of one run: three tables and a line on the machine. It reads numbers and measures nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BARE_SHARE, INSIDE_MS = 0.25, 2.0  # storage.md, Targets
KINDS = {
    "bare": "bare insert and commit",
    "confirm": "confirmation of a section",
    "save": "changed answers of a section",
}
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Machine:
    """Where and when, and how busy it was: `others` is the share of all processor time that went to other programs;
    `sync` the median and ninth decile of 4 KB written and synced, in milliseconds."""

    on: str
    cores: int
    memory_gb: int
    python: str
    load_before: float
    load_after: float
    others: float
    sync: tuple[float, float]
    seconds: float


def render(machine: Machine, weights: list[dict], times: list[dict], transactions: list[dict], notes: list[str]) -> str:
    """Return the whole report."""
    parts = [_machine_line(machine), *notes, _weights(weights), _times(times), _transactions(transactions)]
    return "\n\n".join(parts) + "\n"


def missed(weights: list[dict], transactions: list[dict]) -> list[str]:
    """Return a sentence for every limit that was not kept."""
    found = []
    for row in weights:
        for way in ("cold", "warm"):
            limit = row[f"{way}_limit"]
            if limit is not None and row[way] > limit:
                found.append(f"{row['page']}: {_kb(row[way])} {way}, the limit is {_kb(limit)}")
    for row in transactions:
        for kind in ("confirm", "save"):
            share, inside = row[kind]["inside_share"], row[kind]["inside"]
            name = f"{ENGINES[row['engine']]}, {KINDS[kind]}"
            if share < BARE_SHARE:
                found.append(f"{name}: {share:.2f}× the rate of a bare insert, the target is {BARE_SHARE}×")
            if inside > INSIDE_MS:
                found.append(
                    f"{name}: {inside:.1f} ms in the database, the target is {INSIDE_MS:.0f}"
                    f" (a bare insert and commit alone took {row['bare']['inside']:.1f})"
                )
    return found


def _machine_line(machine: Machine) -> str:
    return (
        f"Measured on {machine.on} in {machine.seconds:.0f} s: {machine.cores} cores, {machine.memory_gb} GB,"
        f" Python {machine.python}. Load average {machine.load_before:.1f} before and {machine.load_after:.1f} after;"
        f" other programs took {machine.others:.0%} of the processor time meanwhile. A sync of the disk took"
        f" {machine.sync[0]:.1f} ms at the median, {machine.sync[1]:.1f} at the ninth decile."
    )


def _weights(weights: list[dict]) -> str:
    rows = [
        (
            row["page"],
            _judged(row["cold"], row["cold_limit"]),
            _kb(row["cold_limit"]),
            _judged(row["warm"], row["warm_limit"]),
            _kb(row["warm_limit"]) if row["warm_limit"] else "–",
        )
        for row in weights
    ]
    head = max(row["head"] for row in weights)
    return (
        "### Weight of pages on the wire\n\n"
        + grid(("page", "cold", "limit", "warm", "limit"), rows)
        + f"\n\nNot counted: the headers, {head:,} bytes at most with each page."
    )


def _times(times: list[dict]) -> str:
    rows = []
    for row in times:
        one, four = row["one"], row["four"]
        rows.append(
            (
                row["name"],
                f"{one['p50']:.1f}",
                f"{one['p95']:.1f}",
                f"{one['hello']['p50']:.2f}",
                f"{one['p50'] / one['hello']['p50']:.0f}×",
                f"{one['processor']:.1f}",
                f"{one['processor'] / one['hello']['processor']:.0f}×",
                f"{four['per_second']:,.0f}",
                f"{four['hello']:,.0f}",
                f"1/{four['hello'] / four['per_second']:.0f}",
            )
        )
    head = (
        "one request",
        "p50 ms",
        "p95 ms",
        "hello p50 ms",
        "ratio",
        "processor ms",
        "ratio",
        "per second, 4 clients",
        "hello per second",
        "ratio",
    )
    return "### Pages and saves beside hello world on the same server\n\n" + grid(head, rows)


def _transactions(transactions: list[dict]) -> str:
    rows = []
    for found in transactions:
        for kind, name in KINDS.items():
            row = found[kind]
            is_floor = kind == "bare"
            rows.append(
                (
                    f"{ENGINES[found['engine']]}: {name}",
                    f"{row['statements']:.2f}",
                    f"{row['commit']:.2f}",
                    f"{row['inside']:.2f}{'' if is_floor else _mark(row['inside'] <= INSIDE_MS)}",
                    "1" if is_floor else f"{row['inside_share']:.2f}×{_mark(row['inside_share'] >= BARE_SHARE)}",
                    f"{row['whole']:.2f}",
                    "1" if is_floor else f"{row['whole_share']:.2f}×",
                )
            )
    head = (
        "one transaction, p50 ms",
        "statements",
        "COMMIT",
        "in the database",
        "rate beside bare",
        "with Python",
        "rate beside bare",
    )
    return (
        "### The update transaction beside a bare insert and commit\n\n"
        + grid(head, rows)
        + f"\n\nTarget in the database: at least {BARE_SHARE}× and at most {INSIDE_MS:.0f} ms."
    )


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first stand to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _judged(size: int, limit: int | None) -> str:
    return f"{_kb(size)}{'' if limit is None else _mark(size <= limit)}"


def _mark(is_kept: bool) -> str:
    return "" if is_kept else " **missed**"


def _kb(size: int) -> str:
    return f"{size / 1000:.1f} KB"
