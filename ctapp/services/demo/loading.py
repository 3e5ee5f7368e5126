"""Loading the demo into an empty database: who and what there is (`population.py`), then the history, through the services.

It flushes, never commits: half a demo is never kept. The mark by which production knows such a database is an event of
the audit trail, which nobody can delete (`queries/demo.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ctapp.clock import london_day, london_midnight
from ctapp.errors import Refused
from ctapp.extensions import db
from ctapp.queries.demo import DEMO_LOADED, is_empty
from ctapp.queries.directory import every_location, locations_in
from ctapp.queries.question_sets import sections_on
from ctapp.questions.cadence import Period
from ctapp.reference.postcodes import Postcodes
from ctapp.services import audit
from ctapp.services.demo.deeds import Deed
from ctapp.services.demo.history import Span, history_of
from ctapp.services.demo.homes import DEFAULT_LOCATIONS, Home, homes_for
from ctapp.services.demo.population import add_accounts, add_bodies, add_locations, add_periods
from ctapp.services.demo.writing import Scribe

DEFAULT_DAYS, MOST_DAYS, DEFAULT_SEED = 60, 730, 1
Progress = Callable[[list[date]], Iterator[date]]
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """How large a demo, how long a history, and which of the many that could be."""

    locations: int = DEFAULT_LOCATIONS
    days: int = DEFAULT_DAYS
    seed: int = DEFAULT_SEED


@dataclass(frozen=True)
class Loaded:
    """What was loaded: the days of the history, and how many locations and deeds."""

    first_on: date
    last_on: date
    locations: int
    deeds: int


def load(wish: Wish, postcodes: Postcodes, *, at: datetime, progress: Progress) -> Loaded:
    """Load the demo and return what it came to; flushes, the edge commits.

    Errors: Refused for a size that cannot be, and for a database that holds anything.
    """
    if not 1 <= wish.days <= MOST_DAYS:
        raise Refused(f"a demo has 1 to {MOST_DAYS} days of history")
    homes = homes_for(wish.locations, seed=wish.seed)
    if not is_empty():
        raise Refused("the database is not empty: --replace throws everything in it away first")
    detail = {"locations": wish.locations, "days": wish.days, "seed": wish.seed}
    audit.record("operator", "cli", DEMO_LOADED, at=at, detail=detail)
    db.session.flush()
    span = _span(london_day(at) - _DAY, wish.days)
    begins_at = london_midnight(span.days.starts_on)
    bodies = add_bodies(homes, at=begins_at)
    ids = add_locations(homes, bodies, postcodes, seed=wish.seed, designated_on=span.days.starts_on)
    add_accounts(homes, bodies, ids, at=begins_at)
    add_periods(span.fund, span.campaign, at=begins_at)
    rows = {row.id: row for row in locations_in(every_location())}
    scribe = Scribe(
        {key: rows[location_id] for key, location_id in ids.items()},
        {published.key: published for published in sections_on(span.days.ends_on)},
    )
    deeds = _deeds_by_day(homes, span, wish.seed)
    for day in progress(sorted(deeds)):
        for deed in deeds[day]:
            scribe.write(deed)
        db.session.expire_all()
    return Loaded(span.days.starts_on, span.days.ends_on, len(homes), sum(map(len, deeds.values())))


def _span(last_on: date, days: int) -> Span:
    monday = last_on - last_on.weekday() * _DAY
    first_on = last_on - (days - 1) * _DAY
    return Span(
        Period(first_on, last_on),
        Period(monday - 35 * _DAY, monday + 62 * _DAY),
        Period(first_on - 30 * _DAY, last_on + 90 * _DAY),
    )


def _deeds_by_day(homes: tuple[Home, ...], span: Span, seed: int) -> dict[date, list[Deed]]:
    # In the order of time over all homes, so that ids rise with time as they do in a real log.
    found: dict[date, list[Deed]] = {}
    for deed in sorted(
        (deed for home in homes for deed in history_of(home, span, seed=seed)), key=lambda deed: deed.at
    ):
        found.setdefault(london_day(deed.at), []).append(deed)
    return found
