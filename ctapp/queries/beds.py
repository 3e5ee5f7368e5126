"""What answers say of free beds: the one file that knows which answers make a vacancy. No query of its own but which section it is.

Keys of questions are never renamed, so an answer of any version can be read by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from ctapp.queries.question_sets import Published, sections_on
from ctapp.questions.spec import Grid, Option
from ctapp.reference.lists import reference_options

AVAILABLE = "available"
_KIND_OF_BED, _STAY = "bed_type", "stay"
_OPEN, _RESTRICTED, _CLOSED = "open", "restricted", "closed"
_LONG_STAY, _SHORT_STAY = "long_term", "short_stay"
EVERY = ""


@dataclass(frozen=True)
class BedWish:
    """The beds that somebody looks for; an empty kind or stay is any."""

    bed_type: str = EVERY
    stay: str = EVERY


@dataclass(frozen=True)
class FreeBeds:
    """One row of a home with its free beds. `kept` of them only `kept_for` may use; `is_for_short_stay`: a long stay bed
    that the home gives for a short stay too.
    """

    label: str
    free: int
    kept: int = 0
    kept_for: str = ""
    is_for_short_stay: bool = False


@dataclass(frozen=True)
class BedSection:
    """The section that says which beds are free, with its grid; its rows are kind of bed by stay."""

    published: Published
    grid: Grid
    rows: tuple[tuple[str, str, str], ...]

    @property
    def key(self) -> str:
        """The section's key."""
        return self.published.key

    @property
    def asked_of(self) -> tuple[str, ...]:
        """The provider types that have beds."""
        return self.published.section.asked_of

    @property
    def bed_types(self) -> tuple[Option, ...]:
        """The kinds of bed, in their order."""
        return _axis(self.grid, _KIND_OF_BED)

    @property
    def stays(self) -> tuple[Option, ...]:
        """Long and short stay."""
        return _axis(self.grid, _STAY)

    def free_beds(self, answers: Mapping[str, Any], wish: BedWish) -> tuple[FreeBeds, ...]:
        """Return the wanted rows that have a free bed, in the grid's order; none while the home takes nobody.

        Source: sections.md, `vacancies`: short stays in long stay beds are for homes that said so.
        """
        if answers.get("admissions") == _CLOSED:
            return ()
        lends = answers.get("short_stay_in_long_term_beds") == "yes"
        found = []
        for row_id, label, short in self.rows:
            bed_type, _, stay = row_id.partition("__")
            free = answers.get(f"{AVAILABLE}__{row_id}") or 0
            is_lent = wish.stay == _SHORT_STAY and stay == _LONG_STAY and lends
            is_wanted = wish.bed_type in (EVERY, bed_type) and (wish.stay in (EVERY, stay) or is_lent)
            if free < 1 or not is_wanted:
                continue
            kept = answers.get(f"block_booked__{row_id}") or 0
            kept_for = _commissioner(answers.get(f"block_booked_by__{row_id}") or "") if kept else ""
            found.append(FreeBeds(label if wish.stay == EVERY else short, free, kept, kept_for, is_lent))
        return tuple(found)

    def run_rows(self, answers: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
        """Return (label, free beds) of every row that the home runs, those with none free too."""
        shut = answers.get("admissions") == _CLOSED
        free = {label: answers.get(f"{AVAILABLE}__{row_id}") for row_id, label, _ in self.rows}
        return tuple((label, 0 if shut else count) for label, count in free.items() if count is not None)


def admissions_words(section: BedSection, answers: Mapping[str, Any]) -> str:
    """Return whether a home takes new people, in the words of the section; empty when it has not said."""
    question = section.published.section.question("admissions")
    option = question.option(str(answers.get("admissions"))) if question else None
    return option.word if option else ""


def is_taking_everyone(answers: Mapping[str, Any]) -> bool:
    """Return whether a home takes new people without limits."""
    return answers.get("admissions") == _OPEN


def is_restricted(answers: Mapping[str, Any]) -> bool:
    """Return whether a home takes new people with limits."""
    return answers.get("admissions") == _RESTRICTED


def bed_section(day: date) -> BedSection | None:
    """Return the section of a day whose freshness Find counts and whose grid has free beds, or None."""
    for published in sections_on(day):
        if not published.section.counts_fresh:
            continue
        for grid in published.section.grids():
            if any(column.key == AVAILABLE for column in grid.columns):
                return BedSection(published, grid, tuple((row.id, row.label, row.short) for row in grid.rows()))
    return None


def _axis(grid: Grid, key: str) -> tuple[Option, ...]:
    return next((axis.options for axis in grid.axes if axis.key == key), ())


def _commissioner(code: str) -> str:
    return _commissioners().get(code, "one council or CCG")


@cache
def _commissioners() -> Mapping[str, str]:
    return dict(reference_options("commissioners"))
