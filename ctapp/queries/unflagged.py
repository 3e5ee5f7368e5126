"""Sections that have gone out of date and carry no flag of it yet, for the job that flags them. The council's list is `stale.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_

from ctapp.clock import STALE_AFTER, london_day
from ctapp.extensions import db
from ctapp.models import Current, StaleFlag
from ctapp.queries.directory import locations_in, these_locations
from ctapp.queries.due import cadence_for
from ctapp.queries.question_sets import sections_on
from ctapp.questions.cadence import RELAXED_STALE_AFTER, Cadence

_LASTS = {Cadence.DAILY: STALE_AFTER, Cadence.DAILY_RELAXED_WEEKLY: RELAXED_STALE_AFTER}


@dataclass(frozen=True)
class Unflagged:
    """A section of a location, and the moment at which it went out of date."""

    location_id: int
    section: str
    stale_at: datetime


@dataclass(frozen=True)
class Batch:
    """Some of what was looked at: what has no flag, and where to go on; `last` is None at the end."""

    found: list[Unflagged]
    last: tuple[int, str] | None


def unflagged(*, at: datetime, after: tuple[int, str] = (0, ""), limit: int = 500) -> Batch:
    """Return, by location and section, those out of date at a moment without a flag; 48:00:00 counts as out of date.

    Sections that rules take away from a location are left to the pages: a flag says that an answer grew old, not that it is due.
    """
    asked = {published.key: published.section for published in sections_on(london_day(at))}
    has_flag = (
        select(StaleFlag.location_id)
        .where(StaleFlag.location_id == Current.location_id, StaleFlag.section == Current.section)
        # Every flag of an earlier answer lies before this answer.
        .where(StaleFlag.stale_at > Current.confirmed_at)
        .exists()
    )
    rows = db.session.execute(
        select(Current.location_id, Current.section, Current.confirmed_at)
        .where(Current.confirmed_at <= at - STALE_AFTER, Current.section.in_(list(asked)), ~has_flag)
        .where(tuple_(Current.location_id, Current.section) > tuple_(*after))
        .order_by(Current.location_id, Current.section)
        .limit(limit)
    ).all()
    homes = {
        home.id: home
        for home in (
            locations_in(these_locations(sorted({row.location_id for row in rows})), limit=limit) if rows else []
        )
        if home.is_open(london_day(at))
    }
    found = []
    for row in rows:
        home = homes.get(row.location_id)
        if home is None or home.provider_type not in asked[row.section].asked_of:
            continue
        lasts = _LASTS.get(cadence_for(asked[row.section], home))
        if lasts is not None and row.confirmed_at + lasts <= at:
            found.append(Unflagged(row.location_id, row.section, row.confirmed_at + lasts))
    return Batch(found, (rows[-1].location_id, rows[-1].section) if rows else None)
