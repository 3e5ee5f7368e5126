"""`ctapp user …`: accounts for homes and for bodies, their reminder contacts, and the refusals."""

import json

import pytest
from sqlalchemy import select

from ctapp.access.permissions import Permission
from ctapp.access.scope import locations_for
from ctapp.extensions import db
from ctapp.models import Contact, ContactLocation, Location, Organisation, Provider, User
from ctapp.queries.people import viewer_by_email
from ctapp.services.passwords import is_right
from tests import cast, factories

pytestmark = pytest.mark.usefixtures("app")

PASSWORD = "a long enough password"
NEW = ("user", "add", "new@home.example", "--name", "Sam Example", "--password-stdin")


def add(command, *more, email="new@home.example"):
    return command("user", "add", email, "--name", "Sam Example", "--password-stdin", *more, typed=f"{PASSWORD}\n")


def reaches(email, permission):
    scope = locations_for(viewer_by_email(email), permission)
    return set(db.session.scalars(select(Location.cqc_id).where(Location.id.in_(scope))))


@pytest.fixture
def lonely_home(app):
    """A home whose provider nobody acts for yet."""
    provider_id = factories.provider(name="Lonely Care Ltd", cqc_id="1-209999999")
    factories.location(provider_id, "1-109999999", name="Lonely House")
    factories.location(provider_id, "1-109999998", name="Lonely Lodge")
    db.session.commit()


def test_a_user_of_a_location_makes_its_providers_organisation(command, lonely_home):
    status, printed, _ = add(command, "--location", "1-109999999", "--job", "manager")
    assert status == 0 and printed.startswith("Added account ")
    row = db.session.execute(
        select(Organisation.kind, Organisation.name).join(Provider).where(Provider.cqc_id == "1-209999999")
    ).one()
    assert tuple(row) == ("provider", "Lonely Care Ltd")
    assert reaches("new@home.example", Permission.UPDATE) == {"1-109999999"}
    account = db.session.execute(select(User).where(User.email == "new@home.example")).scalar_one()
    assert is_right(PASSWORD, account.password_hash)


def test_a_second_user_joins_the_organisation_that_is_there(command, lonely_home):
    add(command, "--location", "1-109999999")
    before = db.session.scalars(select(Organisation.id)).all()
    assert add(command, "--organisation", "Lonely Care Ltd", "--approver", email="owner@home.example")[0] == 0
    assert db.session.scalars(select(Organisation.id)).all() == before
    assert reaches("owner@home.example", Permission.UPDATE) == {"1-109999999", "1-109999998"}


def test_a_contact_is_confirmed_and_those_there_stay(command, lonely_home):
    assert add(command, "--location", cast.ROSEWOOD, "--contact")[0] == 0
    status, printed, _ = add(command, "--location", cast.ROSEWOOD, "--contact", email="deputy@home.example")
    assert status == 0 and "Reminders go to this address for 1 location." in printed
    rows = db.session.execute(
        select(Contact.email, Contact.confirmed_at)
        .join(ContactLocation, ContactLocation.contact_id == Contact.id)
        .where(ContactLocation.location_id == factories.location_id(cast.ROSEWOOD))
        .order_by(Contact.email)
    ).all()
    assert [row.email for row in rows] == ["deputy@home.example", "new@home.example"]
    assert all(row.confirmed_at is not None for row in rows)


def test_a_body_with_an_area_is_added_by_name(command):
    more = ("--organisation", "Bradford Council", "--kind", "local_authority", "--area", "Bradford")
    assert add(command, *more)[0] == 0
    assert reaches("new@home.example", Permission.SEE_LOCATION) == {cast.ROSEWOOD_COURT}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--location", "1-999"), "no location 1-999"),
        (("--location", cast.ROSEWOOD, "--location", cast.ELM_HOUSE), "different organisations"),
        (("--location", "1-109999999", "--location", cast.ELM_HOUSE), "run by different providers"),
        (("--location", cast.ROSEWOOD, "--organisation", "Somebody"), "Rosewood Group acts for these"),
        (("--organisation", "Nobody"), "no organisation called Nobody"),
        (("--organisation", "New Council", "--kind", "local_authority"), "needs the areas"),
        (("--organisation", "New", "--kind", "region", "--area", "Atlantis"), "called Atlantis"),
        (("--organisation", "Leeds City Council", "--area", "Barnet"), "covers other areas"),
        (("--organisation", "Leeds City Council", "--contact"), "no locations"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(command, lonely_home, more, reason):
    accounts = db.session.scalars(select(User.id)).all()
    bodies = db.session.scalars(select(Organisation.id)).all()
    status, _, refused = add(command, *more)
    assert status == 1
    assert reason in refused
    assert db.session.scalars(select(User.id)).all() == accounts
    assert db.session.scalars(select(Organisation.id)).all() == bodies
    assert db.session.scalar(select(Provider.organisation_id).where(Provider.cqc_id == "1-209999999")) is None


def test_a_short_password_and_a_known_address_are_refused(command):
    assert command(*NEW, "--location", cast.ROSEWOOD, typed="short\n")[0] == 1
    assert add(command, "--location", cast.ROSEWOOD, email="MANAGER@rosewood.example")[0] == 1


@pytest.mark.parametrize("more", [(), ("--location", cast.ROSEWOOD, "--kind", "hospital")])
def test_a_wrong_use_says_so(command, more):
    assert add(command, *more)[0] == 2


def test_accounts_are_listed_and_switched_off(command):
    assert command("user", "deactivate", "officer@leeds.example")[0] == 0
    rows = json.loads(command("user", "list", "--json")[1])
    assert {row["email"]: row["state"] for row in rows}["officer@leeds.example"] == "off"
    assert "officer@leeds.example  off" in command("user", "list")[1]
    assert command("user", "deactivate", "nobody@leeds.example")[0] == 1
