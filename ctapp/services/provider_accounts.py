"""Who acts for a provider's locations: its organisation, made when there is none, and its confirmed reminder contacts.

Accounts themselves are `accounts.py`; addresses that a home gives on its own page are `people.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from ctapp.errors import Refused
from ctapp.extensions import db
from ctapp.models import Contact, ContactLocation, Location, Organisation, OrganisationArea, Provider
from ctapp.reference.areas import council_by_name, councils, region_by_name, regions
from ctapp.reference.tables import name_key
from ctapp.services import audit
from ctapp.services.accounts import NewOrganisation, add_organisation, normal_email

# Their reach is an area: without one they would see nothing.
WITH_AREAS = frozenset({"local_authority", "ccg", "health_protection", "lrf", "region"})


@dataclass(frozen=True)
class Acting:
    """The organisation that a user is added to, and the locations the user is limited to (empty: all of it)."""

    organisation_id: int
    location_ids: tuple[int, ...] = ()


def organisation_for_locations(
    cqc_ids: Sequence[str], *, name: str = "", actor: str, channel: str, at: datetime
) -> Acting:
    """Return the organisation that acts for some locations, made and tied to their providers where there is none.

    `name` names it; without, it is called after the one provider.
    Errors: Refused for a location that does not exist, for locations of different organisations, and for those of several
    providers without a name: whoever acts for one would reach the other's.
    """
    rows = db.session.execute(
        select(Location.id, Location.cqc_id, Provider.id.label("provider_id"), Provider.name, Provider.organisation_id)
        .join(Provider, Provider.id == Location.provider_id)
        .where(Location.cqc_id.in_(cqc_ids))
        .order_by(Location.id)
    ).all()
    missing = sorted(set(cqc_ids) - {row.cqc_id for row in rows})
    if missing:
        raise Refused(f"no location {', '.join(missing)} in the directory")
    organisations = {row.organisation_id for row in rows if row.organisation_id is not None}
    providers = {row.provider_id: row.name for row in rows}
    if len(organisations) > 1:
        raise Refused("these locations belong to different organisations: add one user for each")
    is_tied = all(row.organisation_id is not None for row in rows)
    if len(providers) > 1 and not is_tied and not name:
        raise Refused(
            "these locations are run by different providers: name who acts for all of them with --organisation"
        )
    organisation_id = next(iter(organisations), None)
    if organisation_id is None:
        new = NewOrganisation("provider", name or rows[0].name)
        organisation_id = add_organisation(new, actor=actor, channel=channel, at=at)
    elif name and name_key(name) != name_key(_name_of(organisation_id)):
        raise Refused(f"{_name_of(organisation_id)} acts for these locations, not {name}")
    untied = sorted({row.provider_id for row in rows if row.organisation_id is None})
    for provider_id in untied:
        db.session.execute(update(Provider).where(Provider.id == provider_id).values(organisation_id=organisation_id))
        detail = {"provider": provider_id, "organisation": organisation_id}
        audit.record(actor, channel, "provider_tied", at=at, detail=detail)
    db.session.flush()
    return Acting(organisation_id, tuple(row.id for row in rows))


def organisation_called(
    name: str, kind: str | None, *, areas: Sequence[str] = (), actor: str, channel: str, at: datetime
) -> Acting:
    """Return the organisation with this name, made where there is none and a kind is given; `areas` by code or name.

    Errors: Refused when there is none to find or several, when the kind is another, or areas are missing or unknown.
    """
    found = db.session.execute(
        select(Organisation.id, Organisation.kind).where(Organisation.name == name).order_by(Organisation.id)
    ).all()
    of_kind = [row for row in found if kind in (None, row.kind)]
    if len(of_kind) > 1:
        raise Refused(f"there are several organisations called {name}: say which kind with --kind")
    if of_kind:
        if areas and _areas_of(of_kind[0].id) != set(map(area_code, areas)):
            raise Refused(f"{name} is there already and covers other areas")
        return Acting(of_kind[0].id)
    if kind is None:
        raise Refused(f"no organisation called {name}: say its kind with --kind to add it")
    if kind in WITH_AREAS and not areas:
        raise Refused(f"a new organisation of kind {kind} needs the areas it covers: --area")
    new = NewOrganisation(kind, name, areas=tuple(area_code(area) for area in areas))
    return Acting(add_organisation(new, actor=actor, channel=channel, at=at))


def area_code(text: str) -> str:
    """Return the ONS code of a council, resilience forum or region, given by code or name.

    Errors: Refused for an area that is none of these.
    """
    forums = {council.lrf_code: council.lrf_name for council in councils().values()}
    if text in councils() or text in regions() or text in forums:
        return text
    if council := council_by_name(text):
        return council.code
    if region := region_by_name(text):
        return region.code
    for code, name in forums.items():
        if name_key(name) == name_key(text):
            return code
    raise Refused(f"no council, resilience forum or region called {text}")


def add_confirmed_contact(email: str, location_ids: Sequence[int], *, actor: str, channel: str, at: datetime) -> int:
    """Make an address a confirmed reminder contact of locations, beside those they have, and return its id; flushes.

    For addresses that the operator knows to be right: no link is mailed to confirm them.
    """
    address = normal_email(email)
    contact = db.session.scalar(select(Contact).where(Contact.email == address))
    if contact is None:
        contact = Contact(email=address, name="", added_at=at)
        db.session.add(contact)
    contact.confirmed_at = contact.confirmed_at or at
    contact.removed_at = None
    db.session.flush()
    have = set(db.session.scalars(select(ContactLocation.location_id).where(ContactLocation.contact_id == contact.id)))
    for location_id in sorted(set(location_ids) - have):
        db.session.add(ContactLocation(contact_id=contact.id, location_id=location_id, added_at=at))
        audit.record(actor, channel, "contact_added", at=at, location_id=location_id, detail={"contact": contact.id})
    db.session.flush()
    return contact.id


def locations_of(acting: Acting) -> tuple[int, ...]:
    """Return the ids of the locations that a user so added acts for."""
    if acting.location_ids:
        return acting.location_ids
    return tuple(
        db.session.scalars(
            select(Location.id)
            .join(Provider, Provider.id == Location.provider_id)
            .where(Provider.organisation_id == acting.organisation_id)
            .order_by(Location.id)
        )
    )


def _name_of(organisation_id: int) -> str:
    return db.session.scalar(select(Organisation.name).where(Organisation.id == organisation_id)) or ""


def _areas_of(organisation_id: int) -> set[str]:
    query = select(OrganisationArea.area_code).where(OrganisationArea.organisation_id == organisation_id)
    return set(db.session.scalars(query))
