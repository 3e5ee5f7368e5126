"""A section's page, as the manager of Rosewood meets it: shown, checked, saved, and what everybody else gets."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from ctapp.extensions import db
from ctapp.models import Current, Submission
from tests import cast
from tests.page import Page

BEDS = f"/locations/{cast.ROSEWOOD}/vacancies"
ROW = "dementia_nursing__long_term"
LEGEND = "Dementia nursing, long stay"
LABELS = {
    "capacity": "How many beds are there?",
    "occupied": "People living or staying here",
    "available": "Free now",
    "reserved": "Held",
    "closed": "Closed for now",
}
CONTACTS = {
    "registered_manager": "Sam Example",
    "out_of_hours_phone": "0113 496 0002",
    "admissions_phone": "0113 496 0001",
    "reminder_emails": "one@rosewood.example\ntwo@rosewood.example",
    "takes_from": "any_council",
    "weekend_admissions": "yes",
    "assessment": "phone",
}
NUMBERS = {"capacity": "12", "occupied": "9", "available": "2", "reserved": "1", "closed": "0"}


def filled_form(page, **numbers):
    """The bed form with all questions answered: 12 beds, 9 people, 2 free, 1 held."""
    form = page.form("Save and continue")
    form.choose("Are you taking new people?", "Yes")
    form.choose("Would you take someone for a short stay", "No")
    for key, text in {**NUMBERS, **numbers}.items():
        try:
            form.fill(LABELS[key], text, within=LEGEND)
        except AssertionError:
            form.values.setlist(f"{key}__{ROW}", [text])
    return form


def first_page(visitor):
    return Page.get(visitor, f"{BEDS}?beds={ROW}")


def saved_rows(section="vacancies"):
    return db.session.scalar(select(func.count()).select_from(Submission).where(Submission.section == section))


@pytest.fixture
def home_manager(client_as):
    return client_as("rosewood_manager")


@pytest.fixture
def with_beds(home_manager):
    """The manager after a first update of beds."""
    assert filled_form(first_page(home_manager)).press("Save and continue").status == 200
    return home_manager


def test_first_visit_asks_which_beds_there_are(home_manager):
    assert Page.get(home_manager, BEDS).h1 == "Which kinds of bed do you run?"


def test_saved_beds_are_acknowledged_and_stored(home_manager):
    page = filled_form(first_page(home_manager)).press("Save and continue")
    assert "Beds and vacancies saved, today at 9:00am." in page.banner
    row = db.session.scalars(select(Submission)).one()
    assert row.answers[f"available__{ROW}"] == 2
    assert (row.channel, row.kind, row.day.isoformat()) == ("web", "report", "2021-04-20")


def test_last_answers_stand_in_the_form_next_time(with_beds):
    page = Page.get(with_beds, BEDS)
    form = page.form("Save and continue")
    assert form.value("Free now", within="Dementia nursing, long stay: 12 beds") == "2"
    assert "Last checked today at 9:00am by the manager." in page.text
    assert "All 12 beds accounted for" in page.text


@pytest.mark.parametrize(
    ("text", "stored"), [("2", 2), (" 2 ", 2), ("\u00a02", 2)], ids=["plain", "spaces", "no-break space"]
)
def test_numbers_are_read_as_people_type_them(home_manager, text, stored):
    filled_form(first_page(home_manager), available=text).press("Save and continue")
    assert db.session.scalars(select(Submission)).one().answers[f"available__{ROW}"] == stored


@pytest.mark.parametrize(
    "text", ["-1", "2.5", "1,2,3", "٢", "2️⃣", "99999999999", "two", "1e3", "2\x00", "0x2", "2" * 5000, "²", "=2"]
)
def test_bad_number_is_named_at_its_field_and_nothing_is_saved(home_manager, text):
    page = filled_form(first_page(home_manager), available=text).press("Save and continue")
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert any("Free now" in error for error in page.errors)
    assert page.error_at("Free now", within=LEGEND)
    assert page.form("Save and continue").value("Free now", within=LEGEND).strip("\x00") == text.strip("\x00")
    assert saved_rows() == 0


def test_beds_that_do_not_add_up_are_refused_with_their_sum(home_manager):
    page = filled_form(first_page(home_manager), reserved="2").press("Save and continue")
    assert page.errors == ["Dementia nursing adds up to 13 but has 12 beds. Change a number, or the number of beds"]
    assert saved_rows() == 0


def test_blank_is_not_zero(home_manager):
    page = filled_form(first_page(home_manager), reserved="").press("Save and continue")
    assert page.errors == ["Enter how many dementia nursing beds are held. Enter 0 if none"]


def test_more_beds_than_on_record_needs_a_reason(home_manager):
    numbers = {"capacity": "26", "occupied": "23"}
    page = filled_form(first_page(home_manager), **numbers).press("Save and continue")
    assert page.errors == ["26 beds is more than the 24 CQC has on record. Tell us why"]
    form = page.form("Save and continue").fill("Why do you have more beds than CQC has on record?", "A new wing")
    assert "saved" in form.press("Save and continue").banner


def test_doubtful_change_asks_for_a_reason_and_keeps_it(with_beds):
    page = Page.get(with_beds, f"{BEDS}?setup=1")
    form = filled_form(page, capacity="24", occupied="21")
    asked = form.press("Save and continue")
    assert asked.status == 422
    assert "went from 9 to 21" in asked.text
    again = asked.form("Save and continue")
    for question in (
        "Living here, dementia nursing went from 9 to 21",
        "Number of beds, dementia nursing went from 12 to 24",
    ):
        again.choose(f"Warning: {question}", "Yes, people moved")
    assert "saved" in again.press("Save and continue").banner
    assert saved_rows() == 2


def test_same_form_sent_twice_is_one_save(home_manager):
    form = filled_form(first_page(home_manager))
    form.press("Save and continue")
    second = form.press("Save and continue")
    assert second.status == 200
    assert saved_rows() == 1


def test_two_people_see_both_values_and_choose(with_beds, client_as):
    owner = client_as("rosewood_owner")
    mine, theirs = Page.get(with_beds, BEDS), Page.get(owner, BEDS)
    form = theirs.form("Save and continue")
    form.fill("Free now", "1", within=f"{LEGEND}: 12 beds").fill("Held", "2", within=f"{LEGEND}: 12 beds")
    assert "saved" in form.press("Save and continue").banner
    form = mine.form("Save and continue")
    form.fill("Free now", "3", within=f"{LEGEND}: 12 beds").fill("Held", "0", within=f"{LEGEND}: 12 beds")
    clash = form.press("Save and continue")
    assert (clash.status, clash.h1) == (409, "Someone else saved while you were typing")
    assert "The owner saved today at 9:00am." in clash.text
    assert saved_rows() == 2
    unsettled = clash.form("Save these answers").press("Save these answers")
    assert unsettled.status == 422
    assert "Choose which answer is right for free now, dementia nursing" in unsettled.errors
    form = unsettled.form("Save these answers")
    form.choose("Free now, dementia nursing", "Yours: 3").choose("Held, dementia nursing", "Yours: 0")
    assert "saved" in form.press("Save these answers").banner
    last = db.session.scalars(select(Submission).order_by(Submission.id.desc())).first()
    assert (last.answers[f"available__{ROW}"], last.answers[f"reserved__{ROW}"]) == (3, 0)


def test_shortcut_moves_one_bed_without_scripts_and_saves_nothing(with_beds):
    page = Page.get(with_beds, BEDS)
    moved = page.form("Save and continue").press(f"Someone moved in: was free now, {LEGEND}: 12 beds")
    form = moved.form("Save and continue")
    legend = f"{LEGEND}: 12 beds"
    assert (form.value("People living or staying here", within=legend), form.value("Free now", within=legend)) == (
        "10",
        "1",
    )
    assert saved_rows() == 1


def test_unknown_field_is_refused(home_manager):
    form = filled_form(first_page(home_manager))
    form.values.add("is_admin", "1")
    page = form.press("Save and continue")
    assert page.status == 422
    assert any("does not ask “is_admin”" in error for error in page.errors)
    assert saved_rows() == 0


def test_repeated_field_is_refused(home_manager):
    form = filled_form(first_page(home_manager))
    form.values.add(f"available__{ROW}", "7")
    page = form.press("Save and continue")
    assert page.status == 422
    assert page.errors == ["Free now was sent more than once. Answer it once"]


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, None])
def test_form_without_its_version_is_refused(home_manager, version):
    form = filled_form(first_page(home_manager))
    form.values.setlist("_version", [] if version is None else [version])
    assert form.press("Save and continue").status == 422
    assert saved_rows() == 0


@pytest.mark.parametrize(
    ("person", "address", "status"),
    [
        ("rosewood_manager", BEDS, 200),
        ("rosewood_owner", BEDS, 200),
        ("rosewood_manager", f"/locations/{cast.ROSEWOOD_COURT}/vacancies", 404),
        ("elsewhere_manager", BEDS, 404),
        ("leeds_officer", BEDS, 403),
        ("rosewood_manager", f"/locations/{cast.ROSEWOOD}/home_care", 404),
        ("rosewood_manager", f"/locations/{cast.ROSEWOOD}/nothing", 404),
        ("swift_manager", f"/locations/{cast.SWIFT}/vacancies", 404),
        ("rosewood_owner", f"/locations/{cast.CLOSED_HOME}/vacancies", 404),
    ],
)
def test_who_may_open_a_section(client_as, person, address, status):
    assert client_as(person).get(address).status_code == status


def test_save_with_the_same_answers_is_a_confirmation(with_beds, travel):
    travel(hours=3)
    page = Page.get(with_beds, BEDS).form("Save and continue").press("Save and continue")
    assert "Beds and vacancies: nothing has changed. Checked today at 12:00pm." in page.banner
    rows = db.session.scalars(select(Submission).order_by(Submission.id)).all()
    assert (rows[1].kind, rows[1].same_as, rows[1].answers) == ("unchanged", rows[0].id, None)
    assert db.session.scalars(select(Current)).one().confirmed_at == rows[1].answered_at


def test_with_two_rows_an_error_names_its_row(home_manager):
    page = Page.get(home_manager, f"{BEDS}?beds={ROW}&beds=general_nursing__long_term")
    form = page.form("Save and continue")
    form.values.setlist(f"available__{ROW}", ["x"])
    assert "Free now, dementia nursing must be a whole number, like 2" in form.press("Save and continue").errors


def test_contacts_stand_in_their_form_at_the_next_check(home_manager):
    address = f"/locations/{cast.ROSEWOOD}/contacts"
    form = Page.get(home_manager, address).form("Save and continue")
    for name, text in CONTACTS.items():
        form.values.setlist(name, [text])
    assert "saved" in form.press("Save and continue").banner
    again = Page.get(home_manager, address).form("Save and continue")
    assert {name: again.values[name] for name in CONTACTS} == CONTACTS
