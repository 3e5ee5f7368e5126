"""One location as others see it: kinds of bed, what is free, age, phone, address. Never cases, staffing, protective equipment,
notes, or why beds are closed: only what a section declares for others gets here.

Source: screens.md, 12; access.md, hospital.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from ctapp.clock import is_stale, london_day
from ctapp.extensions import db
from ctapp.models import Location
from ctapp.queries.beds import (
    BedSection,
    BedWish,
    FreeBeds,
    admissions_words,
    bed_section,
    is_restricted,
    is_taking_everyone,
)
from ctapp.queries.current import Standing, standing_for
from ctapp.queries.directory import LocationRow, location_in
from ctapp.queries.others import figures_of
from ctapp.queries.phones import Phones, phones_of
from ctapp.queries.places import SearchPlace
from ctapp.queries.question_sets import Published, sections_on
from ctapp.reference.postcodes import miles_between


@dataclass(frozen=True)
class SeenSection:
    """A section as others see it: its lines, and when it was last checked and changed. `is_fresh` None: its age is no matter
    of 48 hours.
    """

    title: str
    lines: tuple[str, ...]
    confirmed_at: datetime
    changed_at: datetime
    channel: str
    is_fresh: bool | None


@dataclass(frozen=True)
class SeenBeds:
    """The beds as others see them: every kind the home runs with its free ones, kept beds, and whether it takes people."""

    rows: tuple[tuple[str, int], ...]
    kept: tuple[FreeBeds, ...]
    admissions: str
    is_restricted: bool
    is_open: bool
    seen: SeenSection


@dataclass(frozen=True)
class ShopWindow:
    """A location as others see it. `beds` None: it has none, never answered, or the viewer may not see them."""

    location: LocationRow
    has_closed: bool
    phones: Phones
    beds: SeenBeds | None
    sections: tuple[SeenSection, ...]
    is_answered: bool


def shop_window(scope: Select[Any], cqc_id: str, *, may_see: Callable[[str], bool], at: datetime) -> ShopWindow:
    """Return one location of a scope as others see it, without the sections that the viewer may not see.

    Errors: NotFound outside the scope.
    """
    location = location_in(scope, cqc_id)
    today = london_day(at)
    shown = [p for p in sections_on(today) if _is_shown(p, location) and may_see(p.key)]
    stands = standing_for([location.id], [p.key for p in shown])
    answered = [(p, stands[location.id, p.key]) for p in shown if (location.id, p.key) in stands]
    section = bed_section(today)
    beds = next((_beds(section, location, p, s, at=at) for p, s in answered if section and p.key == section.key), None)
    others = [_seen(location, p, s, at=at) for p, s in answered if section is None or p.key != section.key]
    return ShopWindow(
        location=location,
        has_closed=not location.is_open(today),
        phones=phones_of([location.id], at=at)[location.id],
        beds=beds,
        sections=tuple(seen for seen in others if seen.lines),
        is_answered=_is_answered(shown, [p for p, _ in answered]),
    )


def miles_from(place: SearchPlace, location_id: int) -> float | None:
    """Return how far a location lies from a place, or None where nobody knows where it lies.

    Units: miles, straight line.
    """
    row = db.session.execute(select(Location.easting, Location.northing).where(Location.id == location_id)).one()
    if row.easting is None or row.northing is None:
        return None
    return miles_between(place.easting, place.northing, row.easting, row.northing)


def _is_answered(shown: Sequence[Published], answered: Sequence[Published]) -> bool:
    # Who may not see what is free is not told that nobody answered.
    asked = [p.key for p in shown if p.section.counts_fresh and p.section.asked_if is None]
    return not asked or any(p.key in asked for p in answered)


def _is_shown(published: Published, location: LocationRow) -> bool:
    return bool(published.section.others_see) and location.provider_type in published.section.asked_of


def _seen(location: LocationRow, published: Published, standing: Standing, *, at: datetime) -> SeenSection:
    return SeenSection(
        title=published.section.title,
        lines=figures_of(location, published, standing),
        confirmed_at=standing.confirmed_at,
        changed_at=standing.changed_at,
        channel=standing.channel,
        is_fresh=not is_stale(standing.confirmed_at, at) if published.section.counts_fresh else None,
    )


def _beds(
    section: BedSection, location: LocationRow, published: Published, standing: Standing, *, at: datetime
) -> SeenBeds:
    free = section.free_beds(standing.answers, BedWish())
    return SeenBeds(
        rows=section.run_rows(standing.answers),
        kept=tuple(row for row in free if row.kept),
        admissions=admissions_words(section, standing.answers),
        is_restricted=is_restricted(standing.answers),
        is_open=is_taking_everyone(standing.answers),
        seen=_seen(location, published, standing, at=at),
    )
