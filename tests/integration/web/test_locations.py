"""A location as others see it: who may open it, what it shows, and what it must never show."""

import pytest

from ctapp.extensions import db
from ctapp.models import LocationPerson
from tests import cast, factories
from tests.answers import BEDS, CONTINUITY, COVID, ROW, save, save_beds
from tests.page import Page

pytestmark = pytest.mark.usefixtures("postcodes")

# Who gets what at Rosewood (Leeds) and at Elsewhere House (Barnet), by hand from access.md.
EXPECTED = {
    "rosewood_manager": (200, 404),
    "rosewood_owner": (200, 404),
    "elm_manager": (404, 404),
    "swift_manager": (404, 404),
    "elsewhere_manager": (404, 200),
    "leeds_officer": (200, 200),
    "leeds_approver": (200, 200),
    "barnet_officer": (200, 200),
    "ccg_analyst": (200, 404),
    "discharge_nurse": (200, 200),
    "health_protection": (200, 404),
    "lrf_analyst": (200, 404),
    "region_analyst": (200, 404),
    "national_analyst": (404, 404),
    "sector_analyst": (404, 404),
    "support": (200, 200),
}


def test_the_expectations_name_everybody():
    assert set(EXPECTED) == set(cast.ACTIVE)


@pytest.mark.parametrize(("person", "statuses"), EXPECTED.items())
def test_who_may_open_which_location(client_as, person, statuses):
    visitor = client_as(person)
    found = tuple(visitor.get(f"/locations/{cqc_id}").status_code for cqc_id in (cast.ROSEWOOD, cast.ELSEWHERE))
    assert found == statuses
    assert visitor.get("/locations/1-999").status_code == 404


def test_it_shows_every_kind_of_bed_with_its_age_and_number(client_as, at):
    other = {name.replace("dementia_nursing", "general_nursing"): value for name, value in BEDS.items()}
    none_free = {"available__general_nursing__long_term": "0", "occupied__general_nursing__long_term": "11"}
    save("vacancies", BEDS | other | none_free, at=at)
    page = Page.get(client_as("discharge_nurse"), f"/locations/{cast.ROSEWOOD}")
    assert page.h1 == "Rosewood"
    assert page.table("Free beds") == [
        {"Kind of bed": "General nursing, long stay", "Free": "0"},
        {"Kind of bed": "Dementia nursing, long stay", "Free": "2"},
    ]
    assert "Taking new people" in page.text
    assert "Checked less than a minute ago, today at 9:00am." in page.text
    assert "1 High Street, LS6 2AB" in page.text
    assert page.links["Call 0113 496 0001"] == "tel:01134960001"


def test_it_says_when_it_last_changed_and_that_it_is_out_of_date(client_as, at, travel):
    save_beds(at=at)
    travel(hours=72)
    page = Page.get(client_as("leeds_officer"), f"/locations/{cast.ROSEWOOD}")
    assert "Not updated for 3 days Checked 3 days ago, Tuesday 20 April at 9:00am." in page.text


def test_cases_staffing_notes_and_reasons_are_never_there(client_as, at):
    closed = {f"available__{ROW}": "0", f"closed__{ROW}": "2", f"closed_reason__{ROW}": "infection_control"}
    save("vacancies", BEDS | closed | {"admissions": "closed", "admissions_reason": "commissioner_or_regulator"}, at=at)
    save("business_continuity", CONTINUITY | {"workforce_status": "red", "status_note": "Three carers off"}, at=at)
    save("covid", COVID | {"new_cases": "yes", "residents_confirmed_today": "3", "staff_confirmed_today": "0",
                           "residents_symptomatic_today": "0", "staff_symptomatic_today": "0", "residents_total": "7"}, at=at)  # fmt: skip
    page = Page.get(client_as("discharge_nurse"), f"/locations/{cast.ROSEWOOD}")
    assert "Not taking new people" in page.text
    for word in ("ovid", "COVID", "nfection", "utbreak", "ouncil or regulator", "Red", "carers", "PPE", "7"):
        assert word not in page.text.replace("0113 496 0001", "").replace(cast.ROSEWOOD, ""), word


def test_numbers_that_the_home_gave_come_before_the_regulators(client_as, at):
    db.session.add(
        LocationPerson(
            location_id=factories.location_id(cast.ROSEWOOD),
            key="admissions_phone",
            text="0113 496 0077",
            changed_at=at,
        )
    )
    assert "Call 0113 496 0077" in Page.get(client_as("discharge_nurse"), f"/locations/{cast.ROSEWOOD}").links


def test_home_care_speaks_of_hours(client_as, at):
    from tests.integration.queries.test_stale import HOME_CARE

    save("home_care", HOME_CARE, at=at, cqc_id=cast.SWIFT, by="swift_manager")
    text = Page.get(client_as("leeds_officer"), f"/locations/{cast.SWIFT}").text
    assert "25 hours a week free, can start in 3 days" in text
    assert "bed" not in text.lower()


def test_a_home_that_never_answered_says_so(client_as):
    page = Page.get(client_as("discharge_nurse"), f"/locations/{cast.ROSEWOOD}")
    assert "Not answered yet" in page.text


def test_a_closed_home_has_no_beds_to_ring_for(client_as):
    page = Page.get(client_as("discharge_nurse"), f"/locations/{cast.CLOSED_HOME}")
    assert "Closed This home does not take people any more." in page.text
    assert not [text for text in page.links if text.startswith("Call")]


def test_health_protection_is_not_shown_beds(client_as, at):
    save_beds(at=at)
    text = Page.get(client_as("health_protection"), f"/locations/{cast.ROSEWOOD}").text
    assert "free" not in text.lower() and "Not answered" not in text


def test_its_own_people_are_told_that_others_see_this(client_as, at):
    save_beds(at=at)
    page = Page.get(client_as("rosewood_manager"), f"/locations/{cast.ROSEWOOD}")
    assert "This is what hospitals and councils see now." in page.text
    assert page.table("Free beds")[0]["Free"] == "2"


def test_a_search_leads_there_and_back_with_the_distance(client_as, at):
    save_beds(at=at)
    nurse = client_as("discharge_nurse")
    search = "near=LS6+2&miles=10&bed=any&stay=any"
    page = Page.get(nurse, f"/find?{search}").follow("Rosewood")
    assert " miles" in page.text and page.links["Back to results"] == f"/find?{search}"
    assert Page.get(nurse, f"/locations/{cast.ROSEWOOD}?near=%00&miles=x").links["Home"] == "/"


@pytest.mark.parametrize(
    "cqc_id", ["%00", "1-100000001%00", "🌹", "x" * 5000, "1-100000001' OR '1'='1", "..%2f..", "-1"]
)
def test_an_id_that_is_none_is_not_found(client_as, cqc_id):
    assert client_as("support").get(f"/locations/{cqc_id}").status_code in {400, 404}
