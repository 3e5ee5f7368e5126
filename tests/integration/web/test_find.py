"""Find as a person meets it: the form, the address it leads to, the results, and what it does with rubbish."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from ctapp.extensions import db
from ctapp.models import Location
from ctapp.queries.directory import every_location, location_in
from ctapp.queries.question_sets import section_on
from ctapp.services.confirmations import confirm_unchanged
from ctapp.services.log import Author
from tests import cast
from tests.answers import BEDS, save, save_beds
from tests.page import Page

SEARCH = "/find?near=LS6+2&miles=10&bed=dementia_nursing&stay=long_term"
EXPECTED = {
    "leeds_officer": 200,
    "leeds_approver": 200,
    "barnet_officer": 200,
    "ccg_analyst": 200,
    "discharge_nurse": 200,
    "lrf_analyst": 200,
    "region_analyst": 200,
    "support": 200,
    "rosewood_manager": 403,
    "rosewood_owner": 403,
    "elm_manager": 403,
    "swift_manager": 403,
    "elsewhere_manager": 403,
    "health_protection": 403,
    "national_analyst": 403,
    "sector_analyst": 403,
}

pytestmark = pytest.mark.usefixtures("postcodes")


@pytest.fixture
def nurse(client_as):
    return client_as("discharge_nurse")


@pytest.fixture
def homes(app, at):
    """Rosewood, one mile off, and Elm House, two, both with two dementia nursing beds free, checked at `at`."""
    for cqc_id, north in ((cast.ROSEWOOD, 437_287), (cast.ELM_HOUSE, 438_897)):
        db.session.execute(update(Location).where(Location.cqc_id == cqc_id).values(easting=429_159, northing=north))
    save_beds(at=at)
    save_beds(at=at, cqc_id=cast.ELM_HOUSE, by="elm_manager")
    db.session.commit()


def test_the_expectations_name_everybody():
    assert set(EXPECTED) == set(cast.ACTIVE)


@pytest.mark.parametrize(("person", "status"), EXPECTED.items())
def test_find_is_open_to_those_who_place_people(client_as, person, status):
    visitor = client_as(person)
    assert visitor.get("/find").status_code == status
    assert visitor.get(SEARCH).status_code == status
    assert visitor.post("/find", data={}).status_code == (422 if status == 200 else status)


def test_nobody_signed_in_is_asked_to_sign_in(client):
    assert client.get("/find").location.startswith("/sign-in")


def test_a_posted_postcode_is_answered_with_its_sector(nurse):
    typed = {"near": " ls62ab", "miles": "10", "bed": "dementia_nursing", "stay": "long_term"}
    answer = nurse.post("/find", data=typed)
    assert (answer.status_code, answer.location) == (303, SEARCH)


def test_a_person_fills_the_form_in_and_sees_homes(homes, nurse):
    form = Page.get(nurse, "/find").form("Find beds")
    assert form.chosen("Stay") == ["Either"]
    page = (
        form.fill("Postcode or place", "LS6 2AB")
        .fill("Kind of bed", "Dementia nursing")
        .choose("Stay", "Long stay")
        .press("Find beds")
    )
    assert page.h1 == page.title.removesuffix(" - Capacity Tracker") == "2 homes with a dementia nursing bed free"
    assert "Long stay, within 10 miles of LS6 2, checked in the last 48 hours." in page.text
    assert page.text.index("Rosewood") < page.text.index("Elm House")
    assert (
        "1.0 mile · Care home · LS6 2AB 2 free Dementia nursing Checked less than a minute ago, today at 9:00am"
        in page.text
    )
    assert page.links["Call 0113 496 0001, Rosewood"] == "tel:01134960001"
    assert "LS6 2AB" not in page.url


def test_a_home_out_of_date_stands_under_its_own_heading_with_its_tag(homes, client_as, travel):
    later = travel(hours=75)
    save_beds(at=later - timedelta(hours=2), cqc_id=cast.ELM_HOUSE, by="elm_manager")
    page = Page.get(client_as("discharge_nurse"), SEARCH)
    assert page.h1 == "1 home with a dementia nursing bed free"
    fresh, old = page.text.split("Not checked in the last 48 hours (1)")
    assert "Elm House" in fresh and "Rosewood" not in fresh
    assert "Rosewood Not updated for 3 days" in old
    assert "Checked 3 days ago, Tuesday 20 April at 9:00am" in old
    assert '<details class="govuk-details">' in page.html


@pytest.mark.parametrize(
    ("later", "h1"),
    [
        (timedelta(hours=47, minutes=59, seconds=59), "2 homes with a dementia nursing bed free"),
        (timedelta(hours=48), "No homes found"),
        (timedelta(hours=48, seconds=1), "No homes found"),
    ],
)
def test_48_hours_later_by_the_clock_they_are_out_of_date(homes, client_as, travel, later, h1):
    travel(seconds=later.total_seconds())
    page = Page.get(client_as("discharge_nurse"), SEARCH)
    assert page.h1 == h1
    if h1 == "No homes found":
        page = page.follow("Include homes not checked in the last 48 hours (2)")
        assert page.h1 == "2 homes with a dementia nursing bed free"
        assert "none of them checked in the last 48 hours" in page.text


def test_nothing_found_offers_only_what_does_find(homes, nurse):
    page = Page.get(nurse, "/find?near=LS6+2&miles=5&bed=general_nursing&stay=short_stay")
    assert page.h1 == "No homes found"
    assert "General nursing, short stay, within 5 miles of LS6 2" in page.text
    assert not [text for text in page.links if text.startswith(("Within", "Any kind", "Long or short", "Include"))]
    page = Page.get(nurse, "/find?near=LS6+2&miles=5&bed=general_nursing&stay=long_term")
    assert page.follow("Any kind of bed (2)").h1 == "2 homes with a bed free"


def test_the_search_can_be_changed_with_what_was_asked(homes, nurse):
    form = Page.get(nurse, SEARCH).follow("Change search").form("Find beds")
    assert (form.value("Postcode or place"), form.value("Kind of bed")) == ("LS6 2", "dementia_nursing")
    assert form.chosen("Stay") == ["Long stay"]


def test_how_an_answer_came_is_said_where_it_matters(homes, nurse, at):
    location = location_in(every_location(), cast.ROSEWOOD)
    author = Author("contact:1", "email_link")
    confirm_unchanged(location, [section_on("vacancies", at.date())], {"vacancies": 1}, author=author, at=at)
    assert "today at 9:00am, confirmed by email link" in Page.get(nurse, SEARCH).text


def test_limits_are_told_but_not_their_reason(homes, nurse, at):
    save("vacancies", BEDS | {"admissions": "restricted", "admissions_reason": "infection_control"}, at=at)
    text = Page.get(nurse, SEARCH).text
    assert "Taking new people With limits" in text
    assert "nfection" not in text


def test_an_empty_form_says_what_is_missing(nurse):
    page = Page.get(nurse, "/find").press("Find beds")
    assert page.status == 422
    assert page.title.startswith("Error: Find a bed")
    assert page.errors == ["Enter a postcode or place in England", "Choose the kind of bed"]
    assert page.error_at("Kind of bed") == "Choose the kind of bed"


def test_an_unknown_postcode_is_named_and_kept(nurse):
    page = Page.get(nurse, "/find").form("Find beds").fill("Postcode or place", "ZZ99 9ZZ").press("Find beds")
    assert page.errors[0] == "We do not know ZZ99 9ZZ. Check it, or enter a council or district, like Leeds"
    assert page.form("Find beds").value("Postcode or place") == "ZZ99 9ZZ"


@pytest.mark.parametrize("name", ["near", "miles", "bed", "stay"])
@pytest.mark.parametrize(
    "text", ["🌹" * 50, "x" * 10_000, "LS6\x00", "-1", "١٠", "<script>", "' OR 1=1 --", "10.5", "", "\ud7ff"]
)
def test_rubbish_is_an_error_and_never_a_failure(nurse, name, text):
    typed = {"near": "LS6 2AB", "miles": "10", "bed": "any", "stay": "any", name: text}
    assert nurse.post("/find", data=typed).status_code in ({422} if (name, text) != ("near", "LS6\x00") else {303, 422})
    assert nurse.get("/find", query_string=typed).status_code in {200, 422}


def test_missing_and_repeated_and_unknown_fields_do_no_harm(nurse):
    assert nurse.get("/find?near=LS6+2").status_code == 422
    assert nurse.get(f"{SEARCH}&bed=any&bed=%00&unknown=1&old=yes").status_code == 200
    assert nurse.post("/find", data="\x00=\x00", content_type="application/x-www-form-urlencoded").status_code == 422


def test_a_form_without_its_token_is_refused(nurse):
    assert nurse.post("/find", data={"near": "LS6 2AB"}, csrf=False).status_code == 400
