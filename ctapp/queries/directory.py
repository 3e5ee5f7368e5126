"""Locations within a scope. A location outside it does not exist for the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from ctapp.errors import NotFound
from ctapp.extensions import db
from ctapp.models import Location, Provider


@dataclass(frozen=True)
class LocationRow:
    """A location as pages and rules need it."""

    id: int
    cqc_id: str
    name: str
    provider_name: str
    provider_type: str
    address: str
    postcode: str
    phone: str
    council_code: str | None
    lead_specialism: str | None
    registered_beds: int | None
    rating: str | None
    opened_on: date | None
    closed_on: date | None

    def is_open(self, day: date) -> bool:
        """Return whether the location reports on a day: it has opened and has not closed."""
        return (self.opened_on is None or self.opened_on <= day) and (self.closed_on is None or day < self.closed_on)


_COLUMNS = (
    Location.id,
    Location.cqc_id,
    Location.name,
    Provider.name.label("provider_name"),
    Location.provider_type,
    Location.address,
    Location.postcode,
    Location.phone,
    Location.council_code,
    Location.lead_specialism,
    Location.registered_beds,
    Location.rating,
    Location.opened_on,
    Location.closed_on,
)


def locations_in(scope: Select[int], *, limit: int = 1000) -> list[LocationRow]:
    """Return the locations of a scope by name, at most `limit`."""
    rows = db.session.execute(
        select(*_COLUMNS)
        .join(Provider, Provider.id == Location.provider_id)
        .where(Location.id.in_(scope))
        .order_by(Location.name, Location.id)
        .limit(limit)
    )
    return [LocationRow(**row._mapping) for row in rows]


def location_in(scope: Select[int], cqc_id: str) -> LocationRow:
    """Return one location of a scope by the regulator's id.

    Errors: NotFound when it does not exist or lies outside the scope: the two look the same.
    """
    row = db.session.execute(
        select(*_COLUMNS)
        .join(Provider, Provider.id == Location.provider_id)
        .where(Location.cqc_id == cqc_id, Location.id.in_(scope))
    ).one_or_none()
    if row is None:
        raise NotFound(f"no location {cqc_id} within this scope")
    return LocationRow(**row._mapping)


def every_location() -> Select[int]:
    """Return the scope of the operator and of jobs: all locations."""
    return select(Location.id)


def these_locations(ids: list[int]) -> Select[int]:
    """Return the scope of a few locations by their ids, for a link's contact."""
    return select(Location.id).where(Location.id.in_(ids))
