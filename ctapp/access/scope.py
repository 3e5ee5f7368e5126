"""Which locations a viewer reaches, as SQL that lists and single checks share, so that they cannot disagree.

The only hierarchy code: nothing else knows what a council, a forum or a region covers. It runs no query itself, except
`standing`, the one check of one location.
Source: access.md, "Organisations and their reach".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, false, select, true

from ctapp.access.permissions import Permission
from ctapp.access.viewer import Viewer
from ctapp.extensions import db
from ctapp.models import ContactLocation, Location, Provider, UserLocation
from ctapp.reference.areas import councils


class Standing(Enum):
    """How a location stands to a viewer and a right: `INSIDE` is 200, `DENIED` 403, `OUTSIDE` 404."""

    INSIDE = "inside"
    DENIED = "denied"
    OUTSIDE = "outside"


def locations_for(viewer: Viewer, permission: Permission) -> Select[int]:
    """Return the ids of the locations at which the viewer holds a right, to be used as `Location.id.in_(…)`; perhaps none."""
    if not viewer.may(permission):
        return select(Location.id).where(false())
    if permission is Permission.FIND and viewer.kind in FINDS_EVERYWHERE:
        return select(Location.id).where(_types(viewer))
    return reach(viewer)


def reach(viewer: Viewer) -> Select[int]:
    """Return the ids of the locations that exist for the viewer: beyond them every answer is "not found"."""
    return select(Location.id).where(REACH.get(viewer.kind, _nothing)(viewer), _types(viewer))


def standing(viewer: Viewer, cqc_id: str, permission: Permission) -> Standing:
    """Return how one location stands to the viewer and a right; a location that does not exist is outside."""
    the_location = select(Location.id).where(Location.cqc_id == cqc_id)
    if _exists(the_location.where(Location.id.in_(locations_for(viewer, permission)))):
        return Standing.INSIDE
    if _exists(the_location.where(Location.id.in_(reach(viewer)))):
        return Standing.DENIED
    return Standing.OUTSIDE


def _exists(found: Select[int]) -> bool:
    return db.session.execute(found).first() is not None


def _types(viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.provider_types is None else Location.provider_type.in_(sorted(viewer.provider_types))


def _everything(viewer: Viewer) -> ColumnElement[bool]:
    return true()


def _nothing(viewer: Viewer) -> ColumnElement[bool]:
    return false()


def _own_locations(viewer: Viewer) -> ColumnElement[bool]:
    own = Location.provider_id.in_(select(Provider.id).where(Provider.organisation_id == viewer.organisation_id))
    if not viewer.is_limited:
        return own
    return own & Location.id.in_(select(UserLocation.location_id).where(UserLocation.user_id == viewer.user_id))


def _of_the_contact(viewer: Viewer) -> ColumnElement[bool]:
    return Location.id.in_(select(ContactLocation.location_id).where(ContactLocation.contact_id == viewer.contact_id))


def _in_its_councils(viewer: Viewer) -> ColumnElement[bool]:
    # For CCGs: the councils granted by hand, until the geography of CCGs comes with the whole directory.
    return Location.council_code.in_(sorted(viewer.areas))


def _in_councils_of_its_areas(viewer: Viewer) -> ColumnElement[bool]:
    return Location.council_code.in_(councils_within(viewer.areas))


def councils_within(areas: frozenset[str]) -> list[str]:
    """Return the codes of the councils that lie in any of these areas: councils, resilience forums or regions."""
    return [
        council.code
        for council in councils().values()
        if not areas.isdisjoint({council.code, council.lrf_code, council.region_code})
    ]


# A kind that is missing here reaches nothing.
REACH: Mapping[str, Callable[[Viewer], ColumnElement[bool]]] = MappingProxyType(
    {
        "provider": _own_locations,
        "local_authority": _in_its_councils,
        "ccg": _in_its_councils,
        "hospital": _everything,
        "health_protection": _in_councils_of_its_areas,
        "lrf": _in_councils_of_its_areas,
        "region": _in_councils_of_its_areas,
        "national": _nothing,  # location level is by approval
        "sector_body": _nothing,  # aggregates only, for ever
        "support": _everything,
        "operator": _everything,
        "contact": _of_the_contact,
    }
)
# Councils find beds outside their area too, with the columns of Find only; hospitals have nothing but Find.
FINDS_EVERYWHERE = frozenset({"local_authority", "hospital", "support", "operator"})
