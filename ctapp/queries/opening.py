"""Opening a section of a location to be filled in: the version asked, the answers to start from, the day, the missed days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select

from ctapp.clock import london_day
from ctapp.errors import NotAsked
from ctapp.queries.contacts import KeptPeople, people_at
from ctapp.queries.current import Standing, standing_for, version_of
from ctapp.queries.directory import LocationRow, location_in
from ctapp.queries.facts import context_for
from ctapp.queries.history import days_answered, later_confirmations, standing_on
from ctapp.queries.outbreaks import Ongoing, ongoing_outbreak
from ctapp.queries.question_sets import Published, section_on
from ctapp.questions import rules
from ctapp.questions.answers import Context, environment, load_values
from ctapp.questions.spec import Section

DAYS_BACK = 7
CORRECTS_BACK = timedelta(days=366)


@dataclass(frozen=True)
class Opened:
    """A section of a location, ready to be drawn and checked for one day.

    `start` is JSON by flat name: the answers of that day, or the last ones. `day_before` the answers for the day before.
    """

    location: LocationRow
    published: Published
    today: date
    day: date
    version: int
    standing: Standing | None
    start: Mapping[str, Any]
    is_same_day: bool
    day_before: Mapping[str, Any]
    missed: tuple[date, ...]
    context: Context
    later_days: tuple[date, ...] = ()
    people: KeptPeople | None = None

    @property
    def section(self) -> Section:
        """The section as it is asked today."""
        return self.published.section

    @property
    def last_answers(self) -> Mapping[str, Any]:
        """The answers that stand, as JSON; empty before the first."""
        return self.standing.answers if self.standing else {}

    @property
    def is_correction(self) -> bool:
        """Whether the page is for a past day."""
        return self.day < self.today

    def values(self) -> dict[str, Any]:
        """The answers to start from, as values of their kinds."""
        return load_values(self.published.section, self.start)

    def ongoing(self) -> Ongoing | None:
        """The outbreak that the page speaks of, where the section feeds the outbreak engine and one is ongoing."""
        rule = self.published.section.outbreak
        return ongoing_outbreak(self.location.id, rule, day=self.today) if rule else None


def open_section(scope: Select[int], cqc_id: str, key: str, *, day: date | None = None, at: datetime) -> Opened:
    """Return a section of a location within the scope, for a day (today when None).

    Errors: NotFound; NotAsked when the section is not asked of this location, it is closed, or the day is out of reach.
    """
    location = location_in(scope, cqc_id)
    today = london_day(at)
    wanted = day or today
    published = section_on(key, today)
    section = published.section
    if not location.is_open(today):
        raise NotAsked(f"{location.name} has closed")
    if location.provider_type not in section.asked_of:
        raise NotAsked(f"{section.title} is not asked of {location.name}")
    if wanted > today or wanted < today - CORRECTS_BACK or not location.is_open(wanted):
        raise NotAsked(f"{section.title} cannot be answered for that day")
    standing = standing_for([location.id], [key]).get((location.id, key))
    on_day = standing_on(location.id, key, wanted) if wanted < today else None
    before = standing_on(location.id, key, wanted - timedelta(days=1)) if section.has_flow else None
    if wanted < today:
        start = (on_day.answers or {}) if on_day else (standing.answers if standing else {})
        is_same_day = on_day is not None and on_day.day == wanted
    else:
        start = standing.answers if standing else {}
        is_same_day = standing is not None and standing.day == today
    context = context_for(location, section, stored=standing.answers if standing else {}, day=today, at=at)
    values = load_values(section, start)
    if section.asked_if and rules.holds(section.asked_if, environment(section, values, context)) is not True:
        raise NotAsked(f"{section.title} is not asked of {location.name} now")
    return Opened(
        location=location,
        published=published,
        today=today,
        day=wanted,
        version=version_of(location.id, key),
        standing=standing,
        start=start,
        is_same_day=is_same_day,
        day_before=(before.answers or {}) if before and before.day == wanted - timedelta(days=1) else {},
        missed=missed_days(location, key, today=today) if section.chooses_day else (),
        context=context,
        people=_people(location, section),
        later_days=later_confirmations(location.id, key, wanted) if wanted < today and not section.chooses_day else (),
    )


def _people(location: LocationRow, section: Section) -> KeptPeople | None:
    asked = [question for question in section.all_questions() if question.store == "people"]
    if not asked:
        return None
    return people_at(location.id, address_keys=[question.key for question in asked if question.kind == "email"])


def missed_days(location: LocationRow, key: str, *, today: date) -> tuple[date, ...]:
    """Return the days of the last seven, today left out, that have no answer, oldest first; none before the first answer.

    Source: sections.md, `covid`: "missed days are listed to fill in".
    """
    first = today - timedelta(days=DAYS_BACK)
    answered = days_answered(location.id, key, since=first)
    if not answered and standing_on(location.id, key, first) is None:
        return ()
    since = first if standing_on(location.id, key, first) is not None else min(answered)
    days = [since + timedelta(days=n) for n in range((today - since).days)]
    return tuple(day for day in days if day not in answered and location.is_open(day))
