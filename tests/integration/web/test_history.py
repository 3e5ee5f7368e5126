"""The history of a location: who said what, when and how; corrections from it; its CSV."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import Current, Outbreak, Submission
from tests import cast
from tests.answers import COVID, ROW, save, save_beds
from tests.page import Page

HISTORY = f"/locations/{cast.ROSEWOOD}/history"


@pytest.fixture
def home_manager(client_as, travel, at):
    """Rosewood's manager on 22 April; beds were answered on the 20th and confirmed by a save on the 21st."""
    save_beds(at=at)
    save_beds(at=travel(hours=24), by="rosewood_owner")
    save("covid", COVID, at=at)
    db.session.commit()
    travel(hours=48)
    return client_as("rosewood_manager")


def test_each_row_says_who_when_how_and_what(home_manager):
    page = Page.get(home_manager, HISTORY)
    assert "Beds: Answered" in page.text
    assert "Beds: Confirmed: nothing had changed" in page.text
    assert "by the owner, signed in" in page.text
    assert "Free now, dementia nursing" in page.text


def test_csv_has_a_column_per_answer_and_guards_formulas(home_manager):
    response = home_manager.get(f"{HISTORY}?section=vacancies&format=csv")
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True))))
    assert [row["kind"] for row in rows] == ["unchanged", "report"]
    assert rows[0][f"available__{ROW}"] == "2"
    assert rows[0]["available__ypd__short_stay"] == ""
    assert response.headers["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("person", "status"),
    [("leeds_officer", 200), ("elsewhere_manager", 404), ("discharge_nurse", 403), ("rosewood_owner", 200)],
)
def test_who_may_read_it(client_as, person, status):
    assert client_as(person).get(HISTORY).status_code == status


def test_health_protection_sees_its_own_sections_only(home_manager, client_as):
    visitor = client_as("health_protection")
    page = Page.get(visitor, HISTORY)
    assert "COVID-19: Answered" in page.text
    assert "Beds" not in page.text
    assert visitor.get(f"{HISTORY}?section=vacancies").status_code == 404
    assert "vacancies" not in visitor.get(f"{HISTORY}?format=csv").get_data(as_text=True)


def test_correction_of_a_past_day_corrects_the_later_confirmations_too(home_manager):
    page = Page.get(home_manager, f"/locations/{cast.ROSEWOOD}/vacancies?day=2021-04-20")
    assert "You are correcting the answers for Tuesday 20 April." in page.text
    legend = "Dementia nursing, long stay: 12 beds"
    form = page.form("Save and continue").fill("Free now", "1", within=legend).fill("Held", "2", within=legend)
    form.values.add("_later", "1")
    assert "saved for Tuesday 20 April" in form.press("Save and continue").banner
    rows = db.session.scalars(select(Submission).where(Submission.kind == "correction").order_by(Submission.day)).all()
    assert [row.day.isoformat() for row in rows] == ["2021-04-20", "2021-04-21"]
    current = db.session.scalars(select(Current).where(Current.section == "vacancies")).one()
    assert current.answers_id == rows[1].id
    assert current.confirmed_at.isoformat() == "2021-04-21T22:59:59.999999+00:00"


def test_correction_alone_leaves_what_stands(home_manager):
    page = Page.get(home_manager, f"/locations/{cast.ROSEWOOD}/vacancies?day=2021-04-20")
    legend = "Dementia nursing, long stay: 12 beds"
    form = page.form("Save and continue").fill("Free now", "1", within=legend).fill("Held", "2", within=legend)
    before = db.session.scalars(select(Current.submission_id).where(Current.section == "vacancies")).one()
    form.press("Save and continue")
    db.session.expire_all()
    assert db.session.scalars(select(Current.submission_id).where(Current.section == "vacancies")).one() == before


def test_missed_day_is_listed_and_filled_in(home_manager):
    address = f"/locations/{cast.ROSEWOOD}/covid"
    page = Page.get(home_manager, address)
    assert "No answer for Wednesday 21 April" in page.text
    form = page.follow("Wednesday 21 April").form("Save and continue")
    form.choose("Has anyone", "Yes").fill("Residents who tested positive", "2").fill("Staff who tested positive", "0")
    form.fill("Residents with symptoms", "0").fill("Staff with symptoms", "0").fill(
        "How many residents have COVID-19", "2"
    )
    page = form.press("Save and continue")
    assert "This counts as a new outbreak from Wednesday 21 April" in page.banner
    assert db.session.scalars(select(Outbreak)).one().started_on.isoformat() == "2021-04-21"
    assert "No answer for" not in Page.get(home_manager, address).text


def test_flow_answers_start_blank_beside_yesterdays(home_manager, client_as, travel):
    at = travel(hours=50)
    zeros = dict.fromkeys(("staff_confirmed_today", "residents_symptomatic_today", "staff_symptomatic_today"), "0")
    save("covid", {"new_cases": "yes", "residents_confirmed_today": "2", "residents_total": "2", **zeros}, at=at)
    db.session.commit()
    travel(hours=72)
    page = Page.get(client_as("rosewood_manager"), f"/locations/{cast.ROSEWOOD}/covid")
    form = page.form("Save and continue")
    assert form.value("Residents who tested positive") == ""
    assert "Yesterday: 2" in page.text
    assert form.value("How many residents have COVID-19 now?") == "2"


@pytest.mark.parametrize("day", ["2021-04-23", "2019-01-01", "soon", "2021-02-30", "2021-04-22T00:00", "٢٠٢١"])
def test_day_out_of_reach_is_not_found(home_manager, day):
    assert home_manager.get(f"/locations/{cast.ROSEWOOD}/vacancies?day={day}").status_code == 404


def test_form_opened_before_midnight_is_kept_for_its_day(home_manager, client_as, travel):
    travel(hours=62, minutes=58)
    visitor = client_as("rosewood_manager")
    page = Page.get(visitor, f"/locations/{cast.ROSEWOOD}/covid")
    form = page.form("Save and continue").choose("Has anyone", "No").fill("How many residents have COVID-19", "0")
    travel(hours=63, minutes=2)
    assert "saved for Thursday 22 April" in form.press("Save and continue").banner
    days = db.session.scalars(select(Submission.day).where(Submission.section == "covid").order_by(Submission.id)).all()
    assert [day.isoformat() for day in days] == ["2021-04-20", "2021-04-22"]


def test_second_answer_of_a_day_is_told_that_it_replaces_the_first(home_manager, travel):
    zeros = dict.fromkeys(("staff_confirmed_today", "residents_symptomatic_today", "staff_symptomatic_today"), "0")
    cases = {"new_cases": "yes", "residents_confirmed_today": "2", "residents_total": "2", **zeros}
    save("covid", cases, at=travel(hours=49))
    db.session.commit()
    page = Page.get(home_manager, f"/locations/{cast.ROSEWOOD}/covid")
    assert "Sent for today already: 2. A new answer replaces it" in page.text
    assert page.form("Save and continue").value("Residents who tested positive") == ""


def test_tick_for_later_days_after_going_back_is_never_acknowledged_unsaved(home_manager):
    page = Page.get(home_manager, f"/locations/{cast.ROSEWOOD}/vacancies?day=2021-04-20")
    legend = "Dementia nursing, long stay: 12 beds"
    form = page.form("Save and continue").fill("Free now", "1", within=legend).fill("Held", "2", within=legend)
    form.press("Save and continue")
    form.values.add("_later", "1")
    again = form.press("Save and continue")
    assert again.status == 422
    assert "they were not corrected" in again.errors[0]


@pytest.mark.parametrize("person", ["lrf_analyst", "region_analyst", "support"])
def test_prices_are_for_councils_and_ccgs(client_as, home_manager, person):
    assert client_as(person).get(f"{HISTORY}?section=prices").status_code == 404
    assert client_as("leeds_officer").get(f"{HISTORY}?section=prices").status_code == 200


@pytest.mark.parametrize(("name", "text"), [("_earlier", "2021-04-30"), ("_earlier", "zz"), ("_day", "2019-01-01")])
def test_day_that_cannot_be_is_an_error_at_its_place(home_manager, name, text):
    page = Page.get(home_manager, f"/locations/{cast.ROSEWOOD}/covid")
    form = page.form("Save and continue").choose("Has anyone", "No").fill("How many residents have COVID-19", "0")
    form.values.setlist("_day", ["earlier"])
    form.values.setlist(name, [text])
    again = form.press("Save and continue")
    assert again.status == 422
    assert any("day" in error for error in again.errors)
    assert again.form("Save and continue").value("How many residents have COVID-19 now?") == "0"
