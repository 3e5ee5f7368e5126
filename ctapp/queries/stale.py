"""Homes whose capacity is out of date: the list that a council works through, the longest wait first, and its counts.

Out of date goes by cadence: 48:00:00 for a daily section, 8 × 24 hours for one relaxed to weekly. A home that never answered has
no figure that could be out of date: it is counted apart. Calls and their log come later.
Source: flows.md, "Age, fresh, due, stale"; screens.md, 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from ctapp.clock import is_stale, london_day
from ctapp.extensions import db
from ctapp.models import Current
from ctapp.queries.current import standing_for
from ctapp.queries.directory import LocationRow, locations_in
from ctapp.queries.due import cadence_for
from ctapp.queries.others import figures_of
from ctapp.queries.phones import phones_of
from ctapp.queries.question_sets import Published, sections_on
from ctapp.questions.cadence import RELAXED_STALE_AFTER, Cadence

_EVERY_HOME = 1_000_000


@dataclass(frozen=True)
class StaleHome:
    """A home out of date: since when, its last known figures in words, and the number to ring."""

    location: LocationRow
    section: str
    section_title: str
    confirmed_at: datetime
    channel: str
    figures: tuple[str, ...]
    phone: str


@dataclass(frozen=True)
class Freshness:
    """How many homes of a scope are asked for their capacity, and how many of these are out of date or never answered."""

    asked: int
    out_of_date: int
    never: int

    @property
    def up_to_date(self) -> int:
        """The homes whose figures still count."""
        return self.asked - self.out_of_date - self.never


def stale_homes(scope: Select[Any], *, at: datetime, limit: int = 200) -> tuple[StaleHome, ...]:
    """Return the open homes of a scope whose capacity is out of date, the longest wait first, at most `limit`."""
    waits = sorted(_out_of_date(_asked(scope, at=at), at=at), key=_longest_first)[:limit]
    ids = sorted({wait.location.id for wait in waits})
    stands = standing_for(ids, sorted({wait.published.key for wait in waits}))
    phones = phones_of(ids, at=at)
    return tuple(
        StaleHome(
            location=wait.location,
            section=wait.published.key,
            section_title=wait.published.section.title,
            confirmed_at=wait.confirmed_at,
            channel=stands[wait.location.id, wait.published.key].channel,
            figures=figures_of(wait.location, wait.published, stands[wait.location.id, wait.published.key]),
            phone=phones[wait.location.id].now,
        )
        for wait in waits
    )


def freshness_of(scope: Select[Any], *, at: datetime) -> Freshness:
    """Return how many homes of a scope are asked, out of date, and without any answer; closed ones do not count."""
    asked = _asked(scope, at=at)
    homes = {row.location.id for row in asked}
    answered = {row.location.id for row in asked if row.confirmed_at is not None}
    return Freshness(len(homes), len({wait.location.id for wait in _out_of_date(asked, at=at)}), len(homes - answered))


@dataclass(frozen=True)
class _Asked:
    location: LocationRow
    published: Published
    confirmed_at: datetime | None


@dataclass(frozen=True)
class _Wait:
    location: LocationRow
    published: Published
    confirmed_at: datetime


def _asked(scope: Select[Any], *, at: datetime) -> list[_Asked]:
    today = london_day(at)
    sections = [p for p in sections_on(today) if p.section.counts_fresh and p.section.asked_if is None]
    rows = db.session.execute(
        select(Current.location_id, Current.section, Current.confirmed_at)
        .where(Current.location_id.in_(scope), Current.section.in_([p.key for p in sections]))
        .order_by(Current.location_id, Current.section)
    )
    confirmed_at = {(row.location_id, row.section): row.confirmed_at for row in rows}
    return [
        _Asked(home, published, confirmed_at.get((home.id, published.key)))
        for home in locations_in(scope, limit=_EVERY_HOME)
        if home.is_open(today)
        for published in sections
        if home.provider_type in published.section.asked_of
    ]


def _out_of_date(asked: list[_Asked], *, at: datetime) -> list[_Wait]:
    return [
        _Wait(row.location, row.published, row.confirmed_at)
        for row in asked
        if row.confirmed_at is not None and _is_out_of_date(row, row.confirmed_at, at=at)
    ]


def _is_out_of_date(row: _Asked, confirmed_at: datetime, *, at: datetime) -> bool:
    cadence = cadence_for(row.published.section, row.location)
    if cadence is Cadence.DAILY:
        return is_stale(confirmed_at, at)
    return cadence is Cadence.DAILY_RELAXED_WEEKLY and at - confirmed_at >= RELAXED_STALE_AFTER


def _longest_first(wait: _Wait) -> tuple[datetime, str, int, str]:
    return (wait.confirmed_at, wait.location.name, wait.location.id, wait.published.key)
