"""Who and what there is in the demo before anything happens: bodies, accounts, providers, locations, periods. No history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random

from ctapp.errors import Refused
from ctapp.extensions import db
from ctapp.models import DesignatedStage, Location, Provider, ReportingPeriod, User, UserLocation
from ctapp.questions.cadence import Period
from ctapp.reference.areas import councils
from ctapp.reference.postcodes import Place, Postcodes
from ctapp.services import accounts, audit, passwords
from ctapp.services.demo.cast import BODIES, LEEDS, PASSWORD, PEOPLE, Person
from ctapp.services.demo.homes import BRADFORD, ENFIELD, HARROW, Home
from ctapp.services.demo.people import manager_name, phone_of

OPERATOR, CHANNEL = "operator", "cli"
DESIGNATED_DAYS_BEFORE = (40, 28, 14, 1)
_STREETS = ("Mill Lane", "Church Road", "Station Road", "Park Avenue", "Chapel Street", "The Avenue", "Green Lane")
_SERVICE = {
    "home_care": "Domiciliary care service",
    "hospice": "Hospice services",
    "community_rehab": "Rehabilitation services",
    "substance_misuse": "Residential substance misuse treatment and/or rehabilitation service",
}
_SPECIALISMS = {
    "older_people": ["Caring for adults over 65 yrs"],
    "dementia": ["Caring for adults over 65 yrs", "Dementia"],
    "learning_disability_autism": ["Caring for adults under 65 yrs", "Learning disabilities"],
    "mental_health": ["Caring for adults under 65 yrs", "Mental health conditions"],
    "physical_disability": ["Caring for adults under 65 yrs", "Physical disabilities"],
    "substance_misuse": ["Substance misuse problems"],
}


def add_bodies(homes: Sequence[Home], *, at: datetime) -> dict[str, int]:
    """Add the organisations and return their ids: by the key of a body of the cast, or of the home that is its own."""
    made = [
        (body.key, accounts.NewOrganisation(body.kind, body.name, body.areas, body.provider_types)) for body in BODIES
    ]
    made += [
        (home.key, accounts.NewOrganisation("provider", home.provider_name)) for home in homes if not home.provider
    ]
    return {key: accounts.add_organisation(new, actor=OPERATOR, channel=CHANNEL, at=at) for key, new in made}


def add_locations(
    homes: Sequence[Home], bodies: Mapping[str, int], postcodes: Postcodes, *, seed: int, designated_on: date
) -> dict[str, int]:
    """Add the providers and locations and return the locations' ids by key; designated settings reach stage 3 before that day.

    Errors: Refused when an outward code has no postcode in the council it should lie in.
    """
    names = {body.key: body.name for body in BODIES}
    keys = list(dict.fromkeys(home.provider or home.key for home in homes))
    own_names = {home.key: home.provider_name for home in homes}
    providers = {
        key: Provider(
            cqc_id=f"1-{200000000 + number}", name=names.get(key) or own_names[key], organisation_id=bodies[key]
        )
        for number, key in enumerate(keys, start=1)
    }
    db.session.add_all(providers.values())
    db.session.flush()
    locations = {}
    for number, home in enumerate(homes, start=1):
        location = _location(home, number, _place(home, postcodes, seed))
        location.provider_id = providers[home.provider or home.key].id
        locations[home.key] = location
    db.session.add_all(locations.values())
    db.session.flush()
    for home in homes:
        if home.story == "designated":
            for stage, days_before in enumerate(DESIGNATED_DAYS_BEFORE):
                since_on = designated_on - timedelta(days=days_before)
                db.session.add(DesignatedStage(location_id=locations[home.key].id, since_on=since_on, stage=stage))
    db.session.flush()
    return {key: location.id for key, location in locations.items()}


def _location(home: Home, number: int, place: Place) -> Location:
    town = councils()[home.council].name if home.council in (LEEDS, BRADFORD, ENFIELD, HARROW) else "London"
    nursing = "with" if any("nursing" in row for row, _ in home.beds) else "without"
    is_more = home.story == "more_than_registered"
    return Location(
        cqc_id=f"1-{100000000 + number}",
        name=home.name,
        provider_type=home.provider_type,
        address=f"{number * 7} {_STREETS[number % len(_STREETS)]}, {town}",
        postcode=place.postcode,
        phone=phone_of(home),
        council_code=place.council_code,
        easting=place.easting,
        northing=place.northing,
        service_types=[_SERVICE.get(home.provider_type, f"Care home service {nursing} nursing")],
        specialisms=_SPECIALISMS.get(home.lead_specialism or "", []),
        lead_specialism=home.lead_specialism,
        registered_beds=home.capacity - is_more if home.beds else None,
        rating=home.rating,
    )


def _place(home: Home, postcodes: Postcodes, seed: int) -> Place:
    there = [place for place in postcodes.places_in(home.outward) if place.council_code == home.council]
    if not there:
        raise Refused(f"{home.outward} has no postcode in {councils()[home.council].name}")
    return Random(f"{seed}/{home.key}/postcode").choice(there)  # noqa: S311  (an invented home, no secret)


def add_accounts(
    homes: Sequence[Home], bodies: Mapping[str, int], locations: Mapping[str, int], *, at: datetime
) -> None:
    """Add the accounts of the cast, and one for the manager of every home that is its own provider."""
    # One hash for all: the password is the same, and argon2id is slow on purpose.
    password_hash = passwords.hash_password(PASSWORD)
    managers = [
        Person(home.manager_email, manager_name(home), "Manager", home.key, is_approver=True)
        for home in homes
        if not home.provider
    ]
    for person in (*PEOPLE, *managers):
        user = User(
            email=person.email,
            name=person.name,
            job=person.job,
            organisation_id=bodies[person.body],
            is_approver=person.is_approver,
            is_limited=bool(person.home),
            state=person.state,
            password_hash=password_hash,
            added_at=at,
        )
        db.session.add(user)
        db.session.flush()
        if person.home:
            db.session.add(UserLocation(user_id=user.id, location_id=locations[person.home]))
        detail = {"user": user.id, "organisation": user.organisation_id}
        audit.record(OPERATOR, CHANNEL, "user_added", at=at, detail=detail)
    db.session.flush()


def add_periods(fund: Period, campaign: Period, *, at: datetime) -> None:
    """Add the fund period and the vaccination campaign in which some sections are asked."""
    for kind, name, period in (
        ("fund_open", "Infection control and testing fund", fund),
        ("campaign_open", "COVID-19 vaccination campaign", campaign),
    ):
        row = ReportingPeriod(kind=kind, name=name, starts_on=period.starts_on, ends_on=period.ends_on, added_at=at)
        db.session.add(row)
    db.session.flush()
