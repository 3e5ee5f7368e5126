"""The demo as a whole: its cast, its places, its history and its marks, on both engines; and the command that loads it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from ctapp.access.permissions import Permission
from ctapp.access.scope import locations_for
from ctapp.cli.edge import require_schema
from ctapp.clock import LONDON, london_midnight
from ctapp.config import ROOT
from ctapp.errors import Refused, UnsafeDatabase
from ctapp.extensions import db
from ctapp.models import (
    Contact,
    ContactLocation,
    Current,
    GivenReason,
    Location,
    Note,
    Organisation,
    Outbreak,
    ReportingPeriod,
    Submission,
    User,
)
from ctapp.queries.demo import is_demo, is_empty
from ctapp.queries.directory import every_location, location_in, locations_in
from ctapp.queries.due import due_sections
from ctapp.queries.facts import outbreak_ongoing
from ctapp.queries.people import viewer_by_email
from ctapp.questions.cadence import Cadence, DueState
from ctapp.questions.spec import PROVIDER_TYPES
from ctapp.reference.postcode_build import open_postcodes
from ctapp.services import accounts
from ctapp.services.demo.cast import PASSWORD
from ctapp.services.demo.loading import Wish, load
from ctapp.services.passwords import is_right
from ctapp.services.repair import find_mismatches
from tests.page import Page

AT = datetime.fromisoformat("2021-04-20T09:00:00+01:00")
TODAY, YESTERDAY = date(2021, 4, 20), date(2021, 4, 19)
DAYS = 45
ROSEWOOD, ALDERBROOK, BIRCH_GRANGE, CEDAR_LODGE = "1-100000001", "1-100000010", "1-100000011", "1-100000012"
SMALL = Wish(locations=9, days=9, seed=4)

# The table of contract.md, by hand: address, kind of organisation, approver, state.
CAST = {
    ("manager@rosewood.example", "provider", False, "active"),
    ("owner@rosewood-group.example", "provider", True, "active"),
    ("manager@elsewhere.example", "provider", True, "active"),
    ("manager@swift-homecare.example", "provider", True, "active"),
    ("officer@leeds.example", "local_authority", False, "active"),
    ("approver@leeds.example", "local_authority", True, "active"),
    ("analyst@lrf.example", "lrf", True, "active"),
    ("health@protection.example", "health_protection", True, "active"),
    ("ccg@leeds-ccg.example", "ccg", True, "active"),
    ("discharge@stjames.example", "hospital", True, "active"),
    ("region@london.example", "region", True, "active"),
    ("national@health.example", "national", True, "active"),
    ("analyst@sector.example", "sector_body", True, "active"),
    ("support@ct.example", "support", True, "active"),
    ("new@pending.example", "local_authority", False, "pending"),
}


def load_into(site, wish, *, at=AT):
    loaded = load(wish, open_postcodes(ROOT / "instance"), at=at, progress=iter)
    db.session.commit()
    return loaded


@pytest.fixture(scope="module")
def loaded_site(site, postcode_file):
    site.reset(with_cast=False)
    with site.app.app_context():
        load_into(site, Wish(days=DAYS))
    return site


@pytest.fixture
def demo(loaded_site, travel):
    """The application with the demo in its database: read only, all tests of this file share it."""
    with loaded_site.app.app_context():
        yield loaded_site.app
        db.session.rollback()


def home(cqc_id):
    return location_in(every_location(), cqc_id)


def due(cqc_id, *, at=AT):
    return {row.key: row for row in due_sections(home(cqc_id), at=at)}


def reached_by(email, permission=Permission.SEE_LOCATION):
    return set(
        db.session.scalars(
            select(Location.name).where(Location.id.in_(locations_for(viewer_by_email(email), permission)))
        )
    )


def everything_logged():
    """Every row that the history wrote, as one hash."""
    digest = hashlib.sha256()
    for table, order in (
        (Submission, [Submission.id]),
        (Note, [Note.submission_id, Note.key]),
        (GivenReason, [GivenReason.submission_id, GivenReason.doubt]),
        (Current, [Current.location_id, Current.section]),
        (Location, [Location.id]),
    ):
        for row in db.session.execute(select(table.__table__).order_by(*order)):
            digest.update(json.dumps(list(row), default=str).encode())
    return digest.hexdigest()


def test_derived_tables_are_what_the_log_says(demo):
    assert find_mismatches(iter) == []


def test_whole_cast_is_there_with_one_password(demo):
    found = db.session.execute(
        select(User.email, Organisation.kind, User.is_approver, User.state, User.password_hash).join(Organisation)
    ).all()
    assert {tuple(row[:4]) for row in found} >= CAST
    assert len({row.password_hash for row in found}) == 1
    assert is_right(PASSWORD, found[0].password_hash)


def test_every_type_is_there_and_every_postcode_lies_in_its_council(demo):
    rows = locations_in(every_location())
    assert len(rows) == 20
    assert {row.provider_type for row in rows} == set(PROVIDER_TYPES)
    postcodes = open_postcodes(ROOT / "instance")
    assert {row.cqc_id for row in rows if postcodes.lookup(row.postcode).council_code != row.council_code} == set()


def test_everybody_reaches_what_contract_and_access_say(demo):
    group = reached_by("owner@rosewood-group.example")
    leeds, forum = reached_by("officer@leeds.example"), reached_by("analyst@lrf.example")
    london = reached_by("region@london.example")
    assert len(group) == 12 and reached_by("manager@rosewood.example") == {"Rosewood"}
    assert "Rosewood" in leeds and leeds < forum
    assert reached_by("manager@elsewhere.example") == {"Elsewhere House"} <= london
    assert london.isdisjoint(forum) and len(london | forum) == 20
    assert reached_by("analyst@sector.example") == reached_by("national@health.example") == set()


def test_every_section_that_is_asked_has_been_answered(demo):
    open_now = [
        (row.name, section.key)
        for row in locations_in(every_location())
        for section in due_sections(row, at=AT)
        if section.standing is None
        and section.cadence is not Cadence.MONTHLY
        and section.due.state is not DueState.NOT_OPEN
    ]
    assert open_now == []


def test_rosewood_was_checked_yesterday_afternoon(demo):
    beds = due(ROSEWOOD)["vacancies"]
    assert beds.standing.confirmed_at == datetime(2021, 4, 19, 15, 40, tzinfo=LONDON).astimezone(UTC)
    answers = beds.standing.answers
    parts = {
        part: sum(value for name, value in answers.items() if name.startswith(f"{part}__"))
        for part in ("capacity", "occupied", "available", "reserved", "closed")
    }
    assert parts == {"capacity": 24, "occupied": 18, "available": 2, "reserved": 1, "closed": 3}
    assert answers["closed_reason__general_nursing__long_term"] == "refurbishment"


def test_rosewoods_manager_meets_what_is_due(demo):
    visitor = demo.test_client()
    user_id = db.session.scalar(select(User.id).where(User.email == "manager@rosewood.example"))
    visitor.sign_in(accounts.start_session(user_id, at=AT))
    db.session.commit()
    page = Page.get(visitor, "/")
    assert page.h1 == "Rosewood"
    assert "2 beds free" in page.text and "Confirm nothing has changed" in page.text


def test_rosewood_has_a_covid_day_to_fill_in(demo):
    rosewood = home(ROSEWOOD)
    told = set(
        db.session.scalars(
            select(Submission.day).where(Submission.location_id == rosewood.id, Submission.section == "covid")
        )
    )
    week = {YESTERDAY - timedelta(days=ago) for ago in range(7)}
    assert len(week - told) == 1


def test_three_homes_are_out_of_date(demo):
    stale = {
        row.name
        for row in locations_in(every_location())
        for section in due_sections(row, at=AT)
        if section.due.is_stale and section.section.counts_fresh
    }
    assert stale == {"Lantern Recovery House", "Elm Bank", "Willow Wharf"}


def test_one_outbreak_is_ongoing_and_one_is_over(demo):
    struck = set(db.session.scalars(select(Outbreak.location_id)))
    assert struck == {home(ALDERBROOK).id, home(BIRCH_GRANGE).id}
    assert outbreak_ongoing(home(ALDERBROOK).id, day=TODAY)
    assert not outbreak_ongoing(home(BIRCH_GRANGE).id, day=TODAY)
    assert not due(ALDERBROOK)["covid"].is_confirmable and due(BIRCH_GRANGE)["covid"].is_confirmable


def test_one_home_has_no_masks_and_asks_for_help(demo):
    answers = due(CEDAR_LODGE)["business_continuity"].standing.answers
    assert (answers["ppe_masks"], answers["support_needed"]) == ("red", ["ppe"])


def test_history_holds_every_channel_and_kind(demo):
    rows = db.session.execute(select(Submission.channel, Submission.kind).distinct()).all()
    assert {row.channel for row in rows} == {"web", "email_link", "email_code", "phone", "csv"}
    assert {row.kind for row in rows} == {"report", "unchanged", "correction", "undo"}


def test_history_ends_yesterday_and_weekends_are_thinner(demo):
    first, last = db.session.execute(select(func.min(Submission.day), func.max(Submission.day))).one()
    assert (first, last) == (YESTERDAY - timedelta(days=DAYS - 1), YESTERDAY)
    assert db.session.scalar(select(func.max(Submission.received_at))) < london_midnight(TODAY)
    days = db.session.execute(select(Submission.day, func.count()).group_by(Submission.day)).all()
    quiet = [count for day, count in days if day.weekday() >= 5]
    busy = [count for day, count in days if day.weekday() < 5]
    assert sum(quiet) / len(quiet) < 0.8 * sum(busy) / len(busy)


def test_reminders_have_somebody_to_go_to(demo):
    contacts = db.session.execute(
        select(Contact.email, Contact.confirmed_at)
        .join(ContactLocation)
        .where(ContactLocation.location_id == home(ROSEWOOD).id)
    ).all()
    assert {row.email for row in contacts} >= {"manager@rosewood.example"}
    assert None not in db.session.scalars(select(Contact.confirmed_at)).all()


def test_fund_and_campaign_are_open_today(demo):
    periods = db.session.execute(select(ReportingPeriod.kind, ReportingPeriod.starts_on, ReportingPeriod.ends_on))
    assert {row.kind for row in periods if row.starts_on <= TODAY <= row.ends_on} == {"fund_open", "campaign_open"}


def test_a_demo_is_recognised(demo):
    assert is_demo() and not is_empty()


def test_production_does_not_start_on_a_demo(demo, monkeypatch):
    production = demo.config["SETTINGS"].model_copy(update={"env": "production"})
    monkeypatch.setitem(demo.config, "SETTINGS", production)
    with pytest.raises(UnsafeDatabase, match="demo"):
        require_schema()


def test_a_demo_is_never_loaded_over_something(demo):
    with pytest.raises(Refused, match="not empty"):
        load_into(demo, SMALL)


def test_same_seed_and_clock_give_the_same_log(site, empty_app, postcode_file):
    digests = []
    for wish in (SMALL, SMALL, Wish(locations=9, days=9, seed=5)):
        db.session.remove()  # the file is about to be put back: nobody may hold it open
        site.reset(with_cast=False)
        load_into(site, wish)
        digests.append(everything_logged())
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("day", ["2021-03-29T00:30:00+01:00", "2020-12-31T23:59:00+00:00", "2024-10-28T09:00:00+00:00"])
def test_any_day_will_do(site, empty_app, postcode_file, day):
    at = datetime.fromisoformat(day)
    assert load_into(site, Wish(locations=12, days=3), at=at).last_on == at.astimezone(LONDON).date() - timedelta(
        days=1
    )


def test_forty_locations_are_the_most(site, empty_app, postcode_file):
    assert load_into(site, Wish(locations=40, days=1)).locations == 40
    with pytest.raises(Refused, match="40 locations at most"):
        load_into(site, Wish(locations=41, days=1))


def test_an_empty_database_is_no_demo(empty_app):
    assert is_empty() and not is_demo()


def test_command_tells_what_to_try(command, empty_app):
    status, printed, _ = command("demo", "--locations", 9, "--days", 2, "--json")
    told = json.loads(printed)
    assert status == 0 and (told["locations"], told["last_on"]) == (9, "2021-04-19")
    assert {account["email"] for account in told["accounts"]} == {row[0] for row in CAST}
    page = Page.get(empty_app.test_client(), told["link"].removeprefix("http://localhost"))
    assert "Rosewood" in page.text


def test_command_needs_replace_to_throw_things_away(command, app):
    status, _, refused = command("demo", "--locations", 9, "--days", 2)
    assert status == 1 and "--replace" in refused and not is_demo()


def test_command_replaces_when_told_to(command, app):
    status, printed, _ = command("demo", "--locations", 9, "--days", 2, "--replace")
    assert status == 0 and PASSWORD in printed
    assert is_demo() and len(locations_in(every_location())) == 9


def test_command_is_refused_in_production(command, empty_app, monkeypatch):
    production = empty_app.config["SETTINGS"].model_copy(update={"env": "production"})
    monkeypatch.setitem(empty_app.config, "SETTINGS", production)
    status, _, refused = command("demo", "--locations", 9, "--days", 2)
    assert status == 1 and "production" in refused and is_empty()
