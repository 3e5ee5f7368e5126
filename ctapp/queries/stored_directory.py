"""The directory as it is stored, whole, for an import to compare a file with. Support and the command line only: no scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import Location, Provider

# What a directory file may say of a location, as columns of the table; `provider_cqc_id` stands for the provider.
FIELDS = (
    "name",
    "provider_type",
    "address",
    "postcode",
    "phone",
    "council_code",
    "easting",
    "northing",
    "service_types",
    "specialisms",
    "attributes",
)


@dataclass(frozen=True)
class StoredLocation:
    """A location as stored: its id, and by field name what a file may change, the provider's id of the regulator included."""

    id: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class StoredProvider:
    """A provider as stored."""

    id: int
    name: str
    organisation_id: int | None


def stored_locations() -> dict[str, StoredLocation]:
    """Return every location by the regulator's id."""
    rows = db.session.execute(
        select(
            Location.id,
            Location.cqc_id,
            Provider.cqc_id.label("provider_cqc_id"),
            *(getattr(Location, name) for name in FIELDS),
        )
        .join(Provider, Provider.id == Location.provider_id)
        .order_by(Location.id)
    )
    found = {}
    for row in rows:
        values = dict(row._mapping)
        location_id, cqc_id = values.pop("id"), values.pop("cqc_id")
        found[cqc_id] = StoredLocation(location_id, values)
    return found


def stored_providers() -> dict[str, StoredProvider]:
    """Return every provider by the regulator's id."""
    rows = db.session.execute(
        select(Provider.cqc_id, Provider.id, Provider.name, Provider.organisation_id).order_by(Provider.id)
    )
    return {row.cqc_id: StoredProvider(row.id, row.name, row.organisation_id) for row in rows}
