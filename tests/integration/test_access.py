"""Who reaches which location, expected outcomes written by hand; lists and single checks cannot disagree."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from ctapp.access.guard import allow, public
from ctapp.access.permissions import Permission
from ctapp.access.scope import Standing, locations_for, reach, standing
from ctapp.access.viewer import operator
from ctapp.extensions import db
from ctapp.models import AuditEvent, Location, Organisation, OrganisationArea, Provider, User
from tests import cast, factories
from tests.cast import BARNET, CLOSED_HOME, ELM_HOUSE, ELSEWHERE, LEEDS, ROSEWOOD, ROSEWOOD_COURT, SWIFT

IN_LEEDS = {ROSEWOOD, ELM_HOUSE, SWIFT, CLOSED_HOME}
WEST_YORKSHIRE = IN_LEEDS | {ROSEWOOD_COURT}
ALL = WEST_YORKSHIRE | {ELSEWHERE}

SEES = {
    "rosewood_manager": {ROSEWOOD},
    "rosewood_owner": {ROSEWOOD, ROSEWOOD_COURT, CLOSED_HOME},
    "elm_manager": {ELM_HOUSE},
    "swift_manager": {SWIFT},
    "elsewhere_manager": {ELSEWHERE},
    "leeds_officer": IN_LEEDS,
    "leeds_approver": IN_LEEDS,
    "barnet_officer": {ELSEWHERE},
    "ccg_analyst": IN_LEEDS,
    "discharge_nurse": set(),
    "health_protection": WEST_YORKSHIRE,
    "lrf_analyst": WEST_YORKSHIRE,
    "region_analyst": WEST_YORKSHIRE,
    "national_analyst": set(),
    "sector_analyst": set(),
    "support": ALL,
}
UPDATES = {person: SEES[person] for person in SEES if person.endswith(("_manager", "_owner"))}
FINDS = {
    "leeds_officer": ALL,
    "leeds_approver": ALL,
    "barnet_officer": ALL,
    "ccg_analyst": IN_LEEDS,
    "discharge_nurse": ALL,
    "lrf_analyst": WEST_YORKSHIRE,
    "region_analyst": WEST_YORKSHIRE,
    "support": ALL,
}


def found(scope):
    return set(db.session.scalars(select(Location.cqc_id).where(Location.id.in_(scope))))


def test_the_tables_name_everybody_of_the_cast():
    assert set(SEES) == set(cast.ACTIVE)


@pytest.mark.parametrize(
    ("permission", "table"),
    [
        (Permission.SEE_LOCATION, SEES),
        (Permission.SEE_HISTORY, SEES),
        (Permission.UPDATE, UPDATES),
        (Permission.CONFIRM, UPDATES),
        (Permission.FIND, FINDS),
    ],
)
def test_everybody_reaches_exactly_these_locations(viewer_of, permission, table):
    for person in cast.ACTIVE:
        assert found(locations_for(viewer_of(person), permission)) == table.get(person, set()), person


@pytest.mark.parametrize("permission", list(Permission))
def test_lists_and_single_checks_agree(viewer_of, permission):
    for person in cast.ACTIVE:
        viewer = viewer_of(person)
        listed, within = found(locations_for(viewer, permission)), found(reach(viewer))
        for cqc_id in [*ALL, "1-999", "", "' OR 1=1 --"]:
            alone = standing(viewer, cqc_id, permission)
            assert (alone is Standing.INSIDE) == (cqc_id in listed)
            assert (alone is Standing.OUTSIDE) == (cqc_id not in listed | within)


def test_the_operator_reaches_everything(app):
    assert found(locations_for(operator(), Permission.UPDATE)) == ALL


def test_provider_types_of_a_grant_narrow_every_list(viewer_of):
    council = db.session.scalars(select(Organisation).where(Organisation.name == "Leeds City Council")).one()
    council.provider_types = ["care_home"]
    db.session.commit()
    assert found(locations_for(viewer_of("leeds_officer"), Permission.SEE_LOCATION)) == IN_LEEDS - {SWIFT}
    assert found(locations_for(viewer_of("leeds_officer"), Permission.FIND)) == ALL - {SWIFT}


def test_no_approved_type_means_none_for_a_sector_body_and_all_for_a_council(viewer_of):
    sector = db.session.scalars(select(Organisation).where(Organisation.kind == "sector_body")).one()
    sector.provider_types = []
    db.session.commit()
    assert viewer_of("sector_analyst").provider_types == frozenset()
    assert viewer_of("leeds_officer").provider_types is None


def test_a_limited_user_without_a_location_reaches_none(viewer_of):
    db.session.scalars(select(User).where(User.email == cast.PEOPLE["elm_manager"].email)).one().is_limited = True
    db.session.commit()
    assert found(reach(viewer_of("elm_manager"))) == set()


def test_a_limit_cannot_reach_beyond_the_own_organisation(viewer_of):
    # A location that was sold keeps its row in user_location; the provider's organisation decides.
    home = db.session.scalars(select(Location).where(Location.cqc_id == ROSEWOOD)).one()
    home.provider_id = factories.provider(name="The buyer")
    db.session.commit()
    assert found(reach(viewer_of("rosewood_manager"))) == set()


def test_a_provider_nobody_runs_belongs_to_nobody(viewer_of):
    for row in db.session.scalars(select(Provider)):
        row.organisation_id = None
    db.session.commit()
    assert found(reach(viewer_of("rosewood_owner"))) == set()


# --- The guard, on routes of its own --------------------------------------------------------------------------------


@pytest.fixture
def guarded(make_app):
    """An application with one route of each kind of policy."""
    app: Flask = make_app()

    def answer(cqc_id=""):
        return "in"

    for path, name, policy in [
        ("/probe/open", "open", public("for the test")),
        ("/probe/find", "find", allow(Permission.FIND)),
        ("/probe/see/<cqc_id>", "see", allow(Permission.SEE_LOCATION)),
        ("/probe/update/<cqc_id>", "update", allow(Permission.UPDATE)),
    ]:
        app.add_url_rule(path, f"probe_{name}", policy(answer), methods=["GET", "POST"])
    return app


@pytest.fixture
def status_for(guarded, client_as):
    """Return the status that somebody meets at an address of the guarded application."""

    def ask(person, path, method="GET"):
        known = client_as(person)
        visitor = guarded.test_client()
        with known.session_transaction() as there:
            if "id" in there:
                visitor.sign_in(there["id"])
        return visitor.open(path, method=method).status_code

    return ask


@pytest.mark.parametrize(
    ("person", "path", "status"),
    [
        ("rosewood_manager", f"/probe/see/{ROSEWOOD}", 200),
        ("rosewood_manager", f"/probe/update/{ROSEWOOD}", 200),
        ("rosewood_manager", f"/probe/see/{ROSEWOOD_COURT}", 404),
        ("rosewood_manager", f"/probe/update/{ELSEWHERE}", 404),
        ("rosewood_manager", "/probe/find", 403),
        ("rosewood_manager", "/probe/see/1-no-such-home", 404),
        ("leeds_officer", f"/probe/see/{ROSEWOOD}", 200),
        ("leeds_officer", f"/probe/update/{ROSEWOOD}", 403),
        ("leeds_officer", f"/probe/see/{ELSEWHERE}", 404),
        ("leeds_officer", f"/probe/update/{ELSEWHERE}", 404),
        ("leeds_officer", "/probe/find", 200),
        ("discharge_nurse", f"/probe/see/{ELSEWHERE}", 403),
        ("sector_analyst", f"/probe/see/{ROSEWOOD}", 404),
        ("national_analyst", f"/probe/see/{ROSEWOOD}", 404),
        ("support", f"/probe/see/{ELSEWHERE}", 200),
        ("support", f"/probe/update/{ELSEWHERE}", 403),
        (None, "/probe/open", 200),
        (None, "/probe/find", 303),
        (None, f"/probe/see/{ROSEWOOD}", 303),
        (None, "/probe/see/1-no-such-home", 303),
    ],
)
def test_outside_is_not_found_and_inside_without_the_right_is_forbidden(status_for, person, path, status):
    assert status_for(person, path) == status


def test_a_denial_is_kept_with_who_and_what(status_for):
    status_for("leeds_officer", f"/probe/update/{ROSEWOOD}")
    status_for("leeds_officer", f"/probe/see/{ELSEWHERE}")
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "access_denied").order_by(AuditEvent.id))
    actor = f"user:{factories.user_id(cast.PEOPLE['leeds_officer'].email)}"
    assert [(row.actor, row.detail["reason"], row.detail["target"]) for row in rows] == [
        (actor, "forbidden", ROSEWOOD),
        (actor, "outside", ELSEWHERE),
    ]


def test_a_change_of_role_or_area_holds_at_the_next_request(guarded, client_as):
    known, visitor = client_as("leeds_officer"), guarded.test_client()
    with known.session_transaction() as there:
        visitor.sign_in(there["id"])
    assert visitor.get(f"/probe/see/{ROSEWOOD}").status_code == 200
    area = db.session.scalars(
        select(OrganisationArea)
        .join(Organisation, Organisation.id == OrganisationArea.organisation_id)
        .where(OrganisationArea.area_code == LEEDS, Organisation.kind == "local_authority")
    ).one()
    area.area_code = BARNET
    assert visitor.get(f"/probe/see/{ROSEWOOD}").status_code == 404
    assert visitor.get(f"/probe/see/{ELSEWHERE}").status_code == 200
    db.session.scalars(select(Organisation).where(Organisation.name == "Leeds City Council")).one().kind = "sector_body"
    assert visitor.get(f"/probe/see/{ELSEWHERE}").status_code == 404
