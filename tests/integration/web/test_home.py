"""Home of a provider: cards, the one button of each home, its conflict, its undo; and the plain Home of other roles."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import AuditEvent, Current, Submission
from tests import cast
from tests.answers import CONTINUITY, COVID, save, save_beds
from tests.page import Page

HOME = f"/locations/{cast.ROSEWOOD}/home"
CONFIRM = "Confirm nothing has changed"


@pytest.fixture
def home_manager(client_as, travel, at):
    """Rosewood's manager the morning after beds, business continuity and COVID-19 were answered."""
    save_beds(at=at)
    save("business_continuity", CONTINUITY, at=at)
    save("covid", COVID, at=at)
    db.session.commit()
    travel(hours=24)
    return client_as("rosewood_manager")


def kinds():
    db.session.expire_all()
    return [row.kind for row in db.session.scalars(select(Submission).order_by(Submission.id))]


def confirmed_at(section="vacancies"):
    db.session.expire_all()
    return db.session.scalars(select(Current).where(Current.section == section)).one().confirmed_at


def test_first_visit_is_a_list_of_tasks(client_as):
    page = Page.get(client_as("rosewood_manager"), "/")
    assert page.h1 == "Set up Rosewood"
    assert page.text.count("Not started") == 5
    page = page.follow("Who you support")
    page = (
        page.form("Save and continue")
        .choose("Who do you mainly support?", "People with dementia")
        .press("Save and continue")
    )
    assert "Saved: Rosewood mainly supports people with dementia." in page.banner
    assert page.text.count("Not started") == 4


def test_who_you_support_must_be_chosen(client_as):
    page = Page.get(client_as("rosewood_manager"), f"/locations/{cast.ROSEWOOD}/who-you-support")
    page = page.press("Save and continue")
    assert (page.status, page.errors) == (422, ["Choose who you mainly support"])


def test_home_shows_what_others_see_what_is_due_and_its_age(home_manager):
    page = Page.get(home_manager, "/")
    assert page.h1 == "Rosewood"
    assert "2 beds free · 1 held · 0 closed" in page.text
    assert "Due today (3)" in page.text
    assert "Last checked yesterday at 9:00am. Goes out of date tomorrow at 9:00am" in page.text
    assert "Running: Green. Staffing: Green. PPE: all Blue. No help needed" in page.text


def test_one_button_confirms_what_it_names(home_manager, travel):
    at = travel(hours=24.2)
    page = Page.get(home_manager, "/").press(CONFIRM)
    assert "Confirmed today at 9:12am. Up to date until Friday 23 April at 9:12am." in page.banner
    assert kinds() == ["report"] * 3 + ["unchanged"] * 3
    assert confirmed_at() == at
    assert "Nothing is due today" not in page.text or "Due today (0)" in page.text
    assert Page.get(home_manager, "/").text.count("Checked today at 9:12am") >= 3


def test_undo_within_ten_minutes_restores_the_age(home_manager, travel, at):
    page = Page.get(home_manager, "/").press(CONFIRM)
    travel(hours=24, minutes=10)
    page = Page.get(home_manager, page.url)
    assert "until today at 9:10am" in page.text
    page = page.press("Undo the confirmation")
    assert "Undone." in page.banner
    assert confirmed_at() == at
    assert kinds()[-3:] == ["undo"] * 3


def test_undo_after_ten_minutes_is_refused_and_not_offered(home_manager, travel):
    page = Page.get(home_manager, "/").press(CONFIRM)
    form = page.form("Undo the confirmation")
    travel(hours=24, minutes=10, seconds=1)
    assert "Undo the confirmation" not in Page.get(home_manager, page.url).text
    assert form.press("Undo the confirmation").status == 409
    assert "undo" not in kinds()


def test_nothing_is_undone_by_reloading_or_by_anybody_else(home_manager, client_as):
    page = Page.get(home_manager, "/").press(CONFIRM)
    Page.get(home_manager, page.url)
    theirs = Page.get(client_as("rosewood_owner"), page.url).form("Undo the confirmation")
    assert theirs.press("Undo the confirmation").status == 409
    assert "undo" not in kinds()


def test_figures_that_changed_meanwhile_are_shown_and_not_confirmed(home_manager, travel):
    page = Page.get(home_manager, "/")
    save_beds(at=travel(hours=24.1), by="rosewood_owner", occupied=10, available=1)
    db.session.commit()
    before = len(kinds())
    moved = page.press(CONFIRM)
    assert (moved.status, moved.h1) == (409, "The figures have just changed")
    assert "10 living here, 1 free" in moved.text
    assert len(kinds()) == before
    assert "Confirmed today" in moved.press("Confirm the new figures").banner


def test_same_button_sent_twice_is_one_confirmation_and_one_undo_takes_it_back(home_manager, at):
    form = Page.get(home_manager, "/").form(CONFIRM)
    form.press(CONFIRM)
    again = form.press(CONFIRM)
    assert kinds() == ["report"] * 3 + ["unchanged"] * 3
    again.press("Undo the confirmation")
    assert confirmed_at() == at


def test_later_tap_on_a_new_page_is_a_new_confirmation(home_manager, travel):
    Page.get(home_manager, "/").press(CONFIRM)
    travel(hours=26)
    Page.get(home_manager, "/").press(CONFIRM)
    assert kinds() == ["report"] * 3 + ["unchanged"] * 6


@pytest.mark.parametrize(
    "fields",
    [{}, {"seen__vacancies": "x"}, {"seen__nothing": "1"}, {"seen__contacts": "0"}, {"seen__vacancies": "-1"}],
    ids=["none", "no number", "unknown section", "not confirmable", "negative"],
)
def test_strange_confirmation_is_refused(home_manager, fields):
    form = Page.get(home_manager, "/").form(CONFIRM)
    for name in [name for name in form.values if name.startswith("seen__")]:
        form.values.poplist(name)
    form.values.update(fields)
    assert form.press(CONFIRM).status == 422
    assert kinds() == ["report"] * 3


def test_covid_in_an_outbreak_is_never_covered(home_manager, client_as, travel):
    at = travel(hours=25)
    cases = {f"{who}_{what}_today": "0" for who in ("residents", "staff") for what in ("confirmed", "symptomatic")}
    save("covid", {"new_cases": "yes", **cases, "residents_confirmed_today": "1", "residents_total": "1"}, at=at)
    db.session.commit()
    travel(hours=48)
    visitor = client_as("rosewood_manager")
    page = Page.get(visitor, "/")
    assert "Confirms beds and business continuity as shown" in page.text
    assert "COVID-19. Answer now" in page.text
    assert "Outbreak since" in Page.get(visitor, f"/locations/{cast.ROSEWOOD}/covid").text


def test_open_support_need_is_never_covered(home_manager, travel):
    save("business_continuity", {**CONTINUITY, "support_needed": "ppe"}, at=travel(hours=25))
    db.session.commit()
    page = Page.get(home_manager, "/")
    assert "Confirms beds and COVID-19 as shown" in page.text


def test_out_of_date_at_exactly_48_hours(home_manager, client_as, travel):
    for seconds, tag in ((-1, "Due today"), (0, "Out of date"), (1, "Out of date")):
        travel(hours=48, seconds=seconds)
        assert f"Beds {tag}" in Page.get(client_as("rosewood_manager"), "/").text, seconds


def test_owner_sees_all_homes_worst_first_and_confirms_one_at_a_time(home_manager, client_as):
    page = Page.get(client_as("rosewood_owner"), "/")
    assert page.h1 == "Your homes"
    assert CONFIRM not in page.text
    assert (
        page.text.index("Rosewood Court") < page.text.index("Rosewood Due today")
        if "Rosewood Due today" in page.text
        else True
    )
    assert page.follow("Rosewood").h1 == "Rosewood"


def test_confirmation_is_in_the_audit_trail_without_personal_data(home_manager):
    Page.get(home_manager, "/").press(CONFIRM)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "confirmed")).one()
    assert event.actor.startswith("user:")
    assert event.detail["sections"] == ["business_continuity", "covid", "vacancies"]
    assert "@" not in str(event.detail)


@pytest.mark.parametrize(
    ("person", "sees", "misses"),
    [
        ("leeds_officer", "Rosewood", "Elsewhere House"),
        ("lrf_analyst", "Rosewood Court", "Elsewhere House"),
        ("support", "Elsewhere House", "no single location"),
        ("national_analyst", "reaches no single location", "Rosewood"),
        ("sector_analyst", "reaches no single location", "Rosewood"),
    ],
)
def test_plain_home_lists_what_is_in_reach(client_as, person, sees, misses):
    page = Page.get(client_as(person), "/")
    assert sees in page.text
    assert misses not in page.text


def test_council_sees_a_home_out_of_date_at_48_hours(home_manager, client_as, travel):
    travel(hours=47, minutes=59, seconds=59)
    assert "Not updated for" not in Page.get(client_as("leeds_officer"), "/").text
    travel(hours=48)
    page = Page.get(client_as("leeds_officer"), "/")
    assert "Rosewood Not updated for 2 days" in page.text
    assert "Last known: 2 beds free" in page.text
    assert "Not updated for" not in Page.get(client_as("barnet_officer"), "/").text
