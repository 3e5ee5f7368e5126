"""Rows for tests, each with what a test does not care about filled in. They flush; ids come back. No rule is checked here."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import Location, Organisation, OrganisationArea, Provider, User, UserLocation

ADDED_AT = datetime.fromisoformat("2021-01-04T09:00:00+00:00")
_numbers = count(1)


def organisation(kind="local_authority", name="Leeds City Council", *, areas=(), provider_types=()):
    """Insert an organisation that covers these areas and return its id."""
    row = Organisation(kind=kind, name=name, provider_types=list(provider_types))
    _insert(row)
    _insert(*(OrganisationArea(organisation_id=row.id, area_code=code) for code in areas))
    return row.id


def provider(organisation_id=None, *, name="A Provider Ltd", cqc_id=""):
    """Insert a provider, run by an organisation, and return its id."""
    row = Provider(cqc_id=cqc_id or f"1-2{next(_numbers):08d}", name=name, organisation_id=organisation_id)
    _insert(row)
    return row.id


def location(provider_id, cqc_id="", **fields):
    """Insert a location, a care home in Leeds unless told otherwise, and return its id."""
    usual = {
        "name": "A Home",
        "provider_type": "care_home",
        "address": "1 High Street",
        "postcode": "LS1 1AA",
        "phone": "0113 496 0001",
        "council_code": "E08000035",
        "easting": 429_900,
        "northing": 434_500,
        "service_types": [],
        "specialisms": [],
        "registered_beds": 20,
        "rating": "good",
        "attributes": {},
    }
    row = Location(provider_id=provider_id, cqc_id=cqc_id or f"1-3{next(_numbers):08d}", **{**usual, **fields})
    _insert(row)
    return row.id


def user(organisation_id, email, *, job="", is_approver=False, only=(), state="active", password_hash="!", **fields):
    """Insert an account, limited to the locations of `only` if there are any, and return its id."""
    row = User(
        email=email,
        name=fields.pop("name", "Sam Example"),
        job=job,
        organisation_id=organisation_id,
        is_approver=is_approver,
        is_limited=bool(only),
        state=state,
        password_hash=password_hash,
        added_at=fields.pop("added_at", ADDED_AT),
        **fields,
    )
    _insert(row)
    _insert(*(UserLocation(user_id=row.id, location_id=each) for each in only))
    return row.id


def location_id(cqc_id):
    """Return the id of a location by the regulator's."""
    return db.session.execute(select(Location.id).where(Location.cqc_id == cqc_id)).scalar_one()


def user_id(email):
    """Return the id of an account by its address."""
    return db.session.execute(select(User.id).where(User.email == email)).scalar_one()


def _insert(*rows):
    db.session.add_all(rows)
    db.session.flush()
