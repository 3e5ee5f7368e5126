"""Finding a free bed near a place: homes within a scope, the freshly checked ones first, by distance. Home care is not here.

It reads what stands in SQL, and measures and filters in Python; the live frame of the national directory takes its place later.
Source: flows.md, Find; screens.md, 11.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import aliased

from ctapp.clock import is_stale, london_day
from ctapp.extensions import db
from ctapp.models import Current, Location, Submission
from ctapp.queries.beds import EVERY, BedSection, BedWish, FreeBeds, bed_section, is_restricted
from ctapp.queries.phones import NO_PHONES, Phones, phones_of
from ctapp.queries.places import SearchPlace
from ctapp.reference.postcodes import METRES_IN_A_MILE, miles_between

MILES = (5, 10, 20, 50)


@dataclass(frozen=True)
class BedSearch:
    """Where, how far and which bed. Units: miles, straight line."""

    place: SearchPlace
    miles: int
    wish: BedWish


@dataclass(frozen=True)
class FoundHome:
    """A home with a wanted bed free. `miles` is None where nobody knows where it lies."""

    location_id: int
    cqc_id: str
    name: str
    provider_type: str
    postcode: str
    miles: float | None
    free: tuple[FreeBeds, ...]
    is_restricted: bool
    confirmed_at: datetime
    channel: str
    is_fresh: bool
    phones: Phones

    @property
    def total_free(self) -> int:
        """The free beds of the wanted kinds."""
        return sum(row.free for row in self.free)


@dataclass(frozen=True)
class Loosening:
    """A wider search that does find freshly checked homes, and how many."""

    search: BedSearch
    count: int


@dataclass(frozen=True)
class Found:
    """What a search came to: homes checked in the last 48 hours, the others, and wider searches where the first is empty."""

    fresh: tuple[FoundHome, ...]
    old: tuple[FoundHome, ...]
    loosenings: tuple[Loosening, ...] = ()


def find_beds(scope: Select[Any], search: BedSearch, *, at: datetime) -> Found:
    """Return the homes of a scope with a wanted bed free within the distance, nearest first; unknown distances last."""
    section = bed_section(london_day(at))
    if section is None:
        return Found((), ())
    homes = _homes(scope, section, search, at=at)
    numbers = phones_of([home.location_id for home in homes], at=at)
    homes = [replace(home, phones=numbers[home.location_id]) for home in homes]
    fresh = tuple(home for home in homes if home.is_fresh)
    old = tuple(home for home in homes if not home.is_fresh)
    return Found(fresh, old, () if fresh else tuple(_loosenings(scope, section, search, at=at)))


def _homes(scope: Select[Any], section: BedSection, search: BedSearch, *, at: datetime) -> list[FoundHome]:
    rows = db.session.execute(_query(scope, section, search, at=at)).all()
    measured = [(row, _distance(row, search.place)) for row in rows]
    within = [(row, miles) for row, miles in measured if miles is not None and miles <= search.miles]
    # Where nobody knows the distance, the council must be one that the search reaches: else every search lists it.
    reached = search.place.council_codes | {row.council_code for row, _ in within}
    unknown = [(row, None) for row, miles in measured if miles is None and row.council_code in {None, *reached}]
    homes = [_home(row, miles, section, search.wish, at=at) for row, miles in (*within, *unknown)]
    return sorted((home for home in homes if home.free), key=_nearest_first)


def _query(scope: Select[Any], section: BedSection, search: BedSearch, *, at: datetime) -> Select[Any]:
    today = london_day(at)
    base, last = aliased(Submission), aliased(Submission)
    return (
        select(
            Location.id,
            Location.cqc_id,
            Location.name,
            Location.provider_type,
            Location.postcode,
            Location.council_code,
            Location.easting,
            Location.northing,
            Current.confirmed_at,
            base.answers,
            last.channel,
        )
        .join(Current, and_(Current.location_id == Location.id, Current.section == section.key))
        .join(base, and_(base.id == Current.answers_id, base.day == Current.answers_day))
        .join(last, and_(last.id == Current.submission_id, last.day == Current.day))
        .where(
            Location.id.in_(scope),
            Location.provider_type.in_(section.asked_of),
            or_(Location.opened_on.is_(None), Location.opened_on <= today),
            or_(Location.closed_on.is_(None), Location.closed_on > today),
            _in_a_square(search),
        )
        .order_by(Location.id)
    )


def _in_a_square(search: BedSearch) -> ColumnElement[bool]:
    metres = search.miles * METRES_IN_A_MILE + 1
    east, north = search.place.easting, search.place.northing
    return or_(
        Location.easting.is_(None),
        Location.northing.is_(None),
        and_(
            Location.easting.between(int(east - metres), int(east + metres) + 1),
            Location.northing.between(int(north - metres), int(north + metres) + 1),
        ),
    )


def _distance(row: Row[Any], place: SearchPlace) -> float | None:
    if row.easting is None or row.northing is None:
        return None
    return miles_between(place.easting, place.northing, row.easting, row.northing)


def _home(row: Row[Any], miles: float | None, section: BedSection, wish: BedWish, *, at: datetime) -> FoundHome:
    return FoundHome(
        location_id=row.id,
        cqc_id=row.cqc_id,
        name=row.name,
        provider_type=row.provider_type,
        postcode=row.postcode,
        miles=miles,
        free=section.free_beds(row.answers, wish),
        is_restricted=is_restricted(row.answers),
        confirmed_at=row.confirmed_at,
        channel=row.channel,
        is_fresh=not is_stale(row.confirmed_at, at),
        phones=NO_PHONES,
    )


def _nearest_first(home: FoundHome) -> tuple[bool, float, str, int]:
    return (home.miles is None, home.miles or 0.0, home.name, home.location_id)


def _loosenings(scope: Select[Any], section: BedSection, search: BedSearch, *, at: datetime) -> Iterator[Loosening]:
    wish = search.wish
    most = 0
    for miles in MILES:
        if miles > search.miles and (count := _count(scope, section, replace(search, miles=miles), at=at)) > most:
            most = count
            yield Loosening(replace(search, miles=miles), count)
    if wish.stay != EVERY and (count := _count(scope, section, _wishing(search, stay=EVERY), at=at)):
        yield Loosening(_wishing(search, stay=EVERY), count)
    if wish.bed_type != EVERY and (count := _count(scope, section, _wishing(search, bed_type=EVERY), at=at)):
        yield Loosening(_wishing(search, bed_type=EVERY), count)


def _count(scope: Select[Any], section: BedSection, search: BedSearch, *, at: datetime) -> int:
    return sum(home.is_fresh for home in _homes(scope, section, search, at=at))


def _wishing(search: BedSearch, **other: str) -> BedSearch:
    return replace(search, wish=replace(search.wish, **other))
