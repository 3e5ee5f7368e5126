"""What is due at a location and what its sections say now: one row per section asked of it, for Home, mails and the link.

It reads the published sections, the answers that stand and the facts their rules name; when something is due is
`questions/cadence.py`, what may be confirmed unseen is the section's own rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ctapp.clock import day_end, london_day
from ctapp.queries.current import Standing, standing_for
from ctapp.queries.directory import LocationRow
from ctapp.queries.facts import context_for
from ctapp.queries.history import effective_rows
from ctapp.queries.question_sets import Published, sections_on
from ctapp.questions import rules
from ctapp.questions.answers import Context, environment, is_confirmable, load_values
from ctapp.questions.cadence import WINDOW_OPENS, Cadence, Due, assess_due, monthly_window
from ctapp.questions.describe import summary_lines
from ctapp.questions.rules import Rule
from ctapp.questions.spec import Section
from ctapp.reference.holidays import bank_holidays

_ANY_DAY = (Cadence.DAILY, Cadence.DAILY_RELAXED_WEEKLY)


@dataclass(frozen=True)
class DueSection:
    """A section asked of a location: the answers that stand (None before the first), and how it stands with its cadence.

    `lines` tell the answers in words. `context` knows what telling and confirming asks, not what a form asks.
    `is_confirmable`: there are answers and the section's rule lets them be confirmed unseen; whether one tap covers it
    now is `is_covered`.
    """

    published: Published
    cadence: Cadence
    standing: Standing | None
    values: Mapping[str, Any]
    context: Context
    due: Due
    lines: tuple[str, ...]
    is_confirmable: bool

    @property
    def key(self) -> str:
        """The section's key."""
        return self.published.key

    @property
    def section(self) -> Section:
        """The section as it is asked today."""
        return self.published.section

    @property
    def is_covered(self) -> bool:
        """Whether one confirmation covers it now: a daily section on any day, another only while it is due.

        Source: flows.md, "The one-tap update", 6.
        """
        return self.is_confirmable and (self.cadence in _ANY_DAY or self.due.is_due)


def due_sections(location: LocationRow, *, at: datetime) -> tuple[DueSection, ...]:
    """Return every section asked of a location at a moment, in page order; none when it is closed."""
    return due_in([location], at=at)[location.id]


def due_in(locations: Sequence[LocationRow], *, at: datetime) -> dict[int, tuple[DueSection, ...]]:
    """Return the sections asked of some locations by location id. The log is read in one go, facts per location."""
    today = london_day(at)
    asked = sections_on(today)
    open_ids = [location.id for location in locations if location.is_open(today)]
    stands = standing_for(open_ids, [published.key for published in asked]) if open_ids else {}
    found: dict[int, tuple[DueSection, ...]] = {location.id: () for location in locations}
    for location in locations:
        if location.id in open_ids:
            rows = (_row(location, p, stands.get((location.id, p.key)), day=today, at=at) for p in asked)
            found[location.id] = tuple(row for row in rows if row is not None)
    return found


def cadence_for(section: Section, location: LocationRow) -> Cadence:
    """Return how often a section is asked of a location: the first of its exceptions that fits, else its own cadence.

    Source: sections.md, "Cadence is a property of (section, provider type, lead specialism)".
    """
    for exception in section.cadences:
        if exception.provider_type not in ("", location.provider_type):
            continue
        if exception.lead_specialism in ("", location.lead_specialism):
            return Cadence(exception.cadence)
    return Cadence(section.cadence)


def _row(
    location: LocationRow, published: Published, standing: Standing | None, *, day: date, at: datetime
) -> DueSection | None:
    section = published.section
    if location.provider_type not in section.asked_of:
        return None
    stored = standing.answers if standing else {}
    values = load_values(section, stored)
    context = context_for(location, section, stored=stored, day=day, at=at, only_for=_asked_here(section))
    if not _holds(section.asked_if, section, values, context):
        return None
    cadence = cadence_for(section, location)
    due = assess_due(
        cadence,
        _counts_at(location, section, standing, cadence, day),
        at=at,
        bank_holidays=bank_holidays(),
        is_open=_holds(section.open_if, section, values, context),
        since_on=max(filter(None, (location.opened_on, published.effective_on))),
    )
    return DueSection(
        published=published,
        cadence=cadence,
        standing=standing,
        values=values,
        context=context,
        due=due,
        lines=summary_lines(section, values, context) if standing else (),
        is_confirmable=standing is not None and is_confirmable(section, values, context),
    )


def _asked_here(section: Section) -> tuple[Rule | None, ...]:
    # What telling and confirming asks; the doubts of a form need the log, and would be read for every section of a page.
    told = tuple(summary.only_if for summary in (*section.summaries, *section.others_see))
    return (section.asked_if, section.open_if, section.confirm_unseen, *told)


def _holds(rule: Rule | None, section: Section, values: Mapping[str, Any], context: Context) -> bool:
    return rule is None or rules.holds(rule, environment(section, values, context)) is True


def _counts_at(
    location: LocationRow, section: Section, standing: Standing | None, cadence: Cadence, day: date
) -> datetime | None:
    # A return made inside the month's window counts, though a later save would hide it.
    if standing is None:
        return None
    if cadence is not Cadence.MONTHLY:
        return standing.confirmed_at
    opens_on = day if day.day >= WINDOW_OPENS else _month_before(day)
    window = monthly_window(opens_on.year, opens_on.month, bank_holidays=bank_holidays())
    if london_day(standing.confirmed_at) <= window.ends_on:
        return standing.confirmed_at
    rows = effective_rows(location.id, section.key, since=window.starts_on)
    inside = [min(row.answered_at, day_end(row.day)) for row in rows if row.day in window]
    return max((moment for moment in inside if london_day(moment) in window), default=standing.confirmed_at)


def _month_before(day: date) -> date:
    return date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)
