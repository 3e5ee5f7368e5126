"""The beds of one invented home from day to day: people move in and leave, beds are held, closed and opened again.

Every change keeps the sum: occupied + reserved + available + closed = capacity, in every row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

Typed = dict[str, list[str]]
HELD_AT_MOST_DAYS = 4
USUAL_SHARE = 0.88


@dataclass
class BedRow:
    """One row of the grid: whole beds. `held_for` counts the days since a bed was first held."""

    capacity: int
    occupied: int
    reserved: int = 0
    available: int = 0
    closed: int = 0
    reason: str = ""
    held_for: int = 0
    is_frozen: bool = False


@dataclass
class Beds:
    """All rows of one home, whether it takes new people, and what others may want to know."""

    rows: dict[str, BedRow]
    admissions: str = "open"
    admissions_reason: str = ""
    takes_short_stays: str = "no"
    override_reason: str = ""
    also_takes: dict[str, list[str]] = field(default_factory=dict)

    @property
    def occupied(self) -> int:
        """People living or staying in the home."""
        return sum(row.occupied for row in self.rows.values())

    def typed(self) -> Typed:
        """Return the answers of the section `vacancies`, as they would be typed."""
        answers: Typed = {"admissions": [self.admissions], "short_stay_in_long_term_beds": [self.takes_short_stays]}
        if self.admissions != "open":
            answers["admissions_reason"] = [self.admissions_reason]
        if self.override_reason:
            answers["capacity_override_reason"] = [self.override_reason]
        for row_id, row in self.rows.items():
            for key in ("capacity", "occupied", "available", "reserved", "closed"):
                answers[f"{key}__{row_id}"] = [str(getattr(row, key))]
            if row.closed:
                answers[f"closed_reason__{row_id}"] = [row.reason]
            if row_id in self.also_takes:
                answers[f"also_takes__{row_id}"] = self.also_takes[row_id]
        return answers


def fill_beds(rows: tuple[tuple[str, int], ...], chance: Random) -> Beds:
    """Return a home's beds on its first day: most are occupied, a few are free or closed."""
    beds = Beds({}, takes_short_stays=chance.choice(("yes", "no")))
    for row_id, capacity in rows:
        occupied = min(capacity, round(capacity * chance.uniform(0.78, 0.97)))
        row = BedRow(capacity, occupied, available=capacity - occupied)
        if row.available > 2 and chance.random() < 0.4:
            close(row, 1, reason=chance.choice(("refurbishment", "staffing", "shared_room_single")))
        beds.rows[row_id] = row
    return beds


def live_a_day(beds: Beds, chance: Random) -> bool:
    """Let a day go by and return whether anything changed that a home would report."""
    changed = False
    for row in beds.rows.values():
        if row.is_frozen:
            continue
        row.held_for = row.held_for + 1 if row.reserved else 0
        if row.held_for >= HELD_AT_MOST_DAYS:
            move_in(row)
            changed = True
        elif chance.random() < 0.24:
            changed = _something_happens(row, beds, chance) or changed
    return changed


def _something_happens(row: BedRow, beds: Beds, chance: Random) -> bool:
    may_open = beds.admissions != "closed"
    if row.closed and may_open and chance.random() < (0.6 if row.reason == "not_ready" else 0.2):
        reopen(row, 1)
        return True
    is_crowded = row.occupied > USUAL_SHARE * row.capacity
    if row.occupied and chance.random() < (0.55 if is_crowded else 0.25):
        leave(row, is_ready=may_open and chance.random() < 0.5)
        return True
    if not may_open:
        return False
    if row.available:
        hold(row) if chance.random() < 0.4 else move_in(row)
        return True
    return False


def move_in(row: BedRow) -> None:
    """Someone moves into a held bed, else into a free one."""
    if row.reserved:
        row.reserved -= 1
    elif row.available:
        row.available -= 1
    else:
        return
    row.occupied += 1
    row.held_for = 0


def leave(row: BedRow, *, is_ready: bool) -> None:
    """Someone leaves; the bed is free at once, or closed until it has been cleaned."""
    row.occupied -= 1
    row.available += 1
    if not is_ready:
        close(row, 1, reason="not_ready")


def hold(row: BedRow) -> None:
    """A free bed is promised to somebody."""
    row.available -= 1
    row.reserved += 1


def close(row: BedRow, number: int, *, reason: str) -> None:
    """Close free beds; a row has one reason, the first that was given as long as beds are closed."""
    row.available -= number
    row.reason = row.reason if row.closed else reason
    row.closed += number


def reopen(row: BedRow, number: int) -> None:
    """Closed beds are free again."""
    row.closed -= number
    row.available += number


def close_to_admissions(beds: Beds, *, reason: str) -> None:
    """Take nobody any more: free and held beds are closed."""
    beds.admissions, beds.admissions_reason = "closed", reason
    for row in beds.rows.values():
        row.available, row.reserved = row.available + row.reserved, 0
        if row.available:
            close(row, row.available, reason=reason)


def open_to_admissions(beds: Beds) -> None:
    """Take people again; what had been closed for that reason is free."""
    for row in beds.rows.values():
        if row.reason == beds.admissions_reason:
            reopen(row, row.closed)
    beds.admissions, beds.admissions_reason = "open", ""
