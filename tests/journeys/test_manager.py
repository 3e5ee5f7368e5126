"""A manager's morning on a phone, with scripts and without: beds, business continuity, a missed day of COVID-19, a colleague who
saved meanwhile, confirming, taking it back on purpose and never by accident, signing out. And the same by the keyboard alone.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.cast import PASSWORD, ROSEWOOD
from tests.journeys.browsing import axe_problems, banner, heading, is_wider_than_window, runs_scripts, sign_in, sign_out
from tests.journeys.rosewood import COLLEAGUE, HOME_MANAGER, MISSED

pytestmark = pytest.mark.browser

BEDS = f"/locations/{ROSEWOOD}/vacancies"
ROW = "Dementia nursing, long stay: 12 beds"
HELD_DOUBT = "A dementia nursing bed has been held for 9 days. Is it still held?"


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_manager_brings_everything_up_to_date(rosewood, visits, has_scripts):
    page = visits.open(rosewood.url, has_scripts=has_scripts)
    sign_in(page, HOME_MANAGER, PASSWORD)
    expect(heading(page)).to_have_text("Rosewood")
    expect(page.get_by_role("heading", name="Due today (3)")).to_be_visible()

    _update_beds(page, rosewood, has_scripts=has_scripts)
    _say_amber(page, has_scripts=has_scripts)
    _add_the_missed_day(page, has_scripts=has_scripts)
    _settle_a_conflict(page, visits.open(rosewood.url, has_scripts=has_scripts))
    _confirm_once(page, rosewood)
    _take_it_back(page, rosewood)
    sign_out(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Rosewood")).to_have_count(0)


def _update_beds(page, service, *, has_scripts):
    page.get_by_role("link", name="Change Beds").click()
    before = service.stored()
    row = page.get_by_role("group", name=ROW)

    # An error, at its place and in the summary; what was typed is kept.
    row.get_by_role("textbox", name="People living or staying here").fill("10")
    _press(page, "Save and continue")
    _has_errors(page, "Dementia nursing adds up to 13 but has 12 beds. Change a number, or the number of beds")
    expect(row.get_by_role("textbox", name="People living or staying here")).to_have_value("10")
    _is_sound(page)

    # A shortcut moves one person and saves nothing.
    row.get_by_role("textbox", name="People living or staying here").fill("9")
    row.get_by_role("button", name="Someone moved in: was free now").click()
    expect(row.get_by_role("textbox", name="People living or staying here")).to_have_value("10")
    expect(row.get_by_role("textbox", name="Free now")).to_have_value("1")
    if has_scripts:
        row.get_by_role("button", name="One more free now").click()
        expect(row.get_by_text("1 bed too many")).to_be_visible()
        row.get_by_role("button", name="One fewer free now").click()
    else:
        page.get_by_role("button", name="Check the sum").click()
    expect(row.get_by_text("All 12 beds accounted for")).to_be_visible()

    # A doubt, with reasons to choose from.
    _press(page, "Save and continue")
    doubt = page.get_by_role("group", name=HELD_DOUBT)
    expect(doubt).to_be_visible()
    _is_sound(page)
    assert service.stored() == before
    doubt.get_by_label("Yes, it is still held").check()
    _press(page, "Save and go Home")
    expect(banner(page)).to_contain_text("Beds and vacancies saved, today at 9:00am.")
    expect(page.locator("#others-see")).to_contain_text("1 bed free · 1 held · 0 closed")


def _say_amber(page, *, has_scripts):
    page.get_by_role("link", name="Change Business continuity").click()
    note = page.get_by_role("textbox", name="What is the risk, and what are you doing about it?")
    expect(note).to_be_visible(visible=not has_scripts)
    page.get_by_role("group", name="How is the home running today?").get_by_label("Amber").check()
    expect(note).to_be_visible()
    _press(page, "Save and go Home")
    _has_errors(page, "Tell us what the risk is")
    _is_sound(page)
    note.fill("The lift is out of order. It is mended on Thursday.")
    _press(page, "Save and go Home")
    expect(banner(page)).to_contain_text("Business continuity saved, today at 9:00am.")
    expect(page.locator("main")).to_contain_text("Running: Amber. Staffing: Green.")


def _add_the_missed_day(page, *, has_scripts):
    page.get_by_role("link", name="Change COVID-19").click()
    missed = page.locator("#missed")
    expect(missed).to_have_text(f"No answer for {MISSED}. Choose a day to add it.")
    missed.get_by_role("link", name=MISSED).click()
    expect(page.get_by_role("group", name="Which day is this for?").get_by_label("An earlier day")).to_be_checked()
    expect(page.get_by_label("Earlier day", exact=True)).to_be_visible()

    new_cases = page.get_by_role("group", name="Has anyone who lives or works here tested positive")
    counts = page.get_by_role("textbox", name="Residents who tested positive")
    expect(counts).to_be_visible(visible=not has_scripts)
    new_cases.get_by_label("Yes").check()
    expect(counts).to_be_visible()
    new_cases.get_by_label("No").check()
    page.get_by_role("textbox", name="How many residents have COVID-19 now?").fill("0")
    _press(page, "Save and continue")
    expect(banner(page)).to_contain_text(f"COVID-19 today saved for {MISSED}")
    page.goto(f"/locations/{ROSEWOOD}/covid")
    expect(page.locator("#missed")).to_have_count(0)


def _settle_a_conflict(page, colleague):
    page.goto(BEDS)
    sign_in(colleague, COLLEAGUE, PASSWORD)
    colleague.goto(BEDS)
    _fill_beds(colleague, living="9", free="1", held="2")
    expect(banner(colleague)).to_contain_text("Beds and vacancies saved")

    _fill_beds(page, living="11", free="0", held="1")
    expect(heading(page)).to_have_text("Someone else saved while you were typing")
    expect(page.locator("main")).to_contain_text(
        "The owner saved today at 9:00am. Nothing of yours has been saved yet."
    )
    living = page.get_by_role("group", name="Living here, dementia nursing")
    free = page.get_by_role("group", name="Free now, dementia nursing")
    held = page.get_by_role("group", name="Held, dementia nursing")
    expect(page.locator("main input:checked")).to_have_count(0)
    _is_sound(page)
    living.get_by_label("Yours: 11").check()
    free.get_by_label("Yours: 0").check()
    _press(page, "Save these answers")
    expect(page).to_have_title("Error: Someone else saved while you were typing - Capacity Tracker")
    expect(free.get_by_label("Yours: 0")).to_be_checked()
    held.get_by_label("Yours: 1").check()
    _press(page, "Save these answers")
    expect(banner(page)).to_contain_text("Beds and vacancies saved")
    page.goto("/")
    expect(page.locator("#others-see")).to_contain_text("0 beds free · 1 held · 0 closed")


def _fill_beds(page, *, living, free, held):
    row = page.get_by_role("group", name=ROW)
    row.get_by_role("textbox", name="People living or staying here").fill(living)
    row.get_by_role("textbox", name="Free now").fill(free)
    row.get_by_role("textbox", name="Held").fill(held)
    _press(page, "Save and go Home")


def _confirm_once(page, service):
    before = len(service.stored()["submission"])
    page.get_by_role("button", name="Confirm nothing has changed").dblclick()
    expect(banner(page)).to_contain_text("Confirmed today at 9:00am. Up to date until Thursday 22 April at 9:00am.")
    confirmed = service.stored()
    assert len(confirmed["submission"]) == before + 3, "one row a section, whatever was pressed twice"

    page.reload()
    page.go_back()
    page.go_forward()
    expect(page.get_by_role("button", name="Undo the confirmation")).to_be_visible()
    assert service.stored() == confirmed, "nothing is confirmed twice or taken back by accident"


def _take_it_back(page, service):
    confirmed = len(service.stored()["submission"])
    expect(page.get_by_text("until today at 9:10am")).to_be_visible()
    page.get_by_role("button", name="Undo the confirmation").click()
    expect(banner(page)).to_contain_text("Undone. The answers stand as they were checked before.")
    expect(page.get_by_role("button", name="Undo the confirmation")).to_have_count(0)
    assert len(service.stored()["submission"]) == confirmed + 3


def _press(page, name):
    page.get_by_role("button", name=name, exact=True).last.click()


def _has_errors(page, *sentences):
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.locator(".govuk-error-summary__list li")).to_have_text(list(sentences))
    assert page.title().startswith("Error: ")
    expect(page.locator(".govuk-error-message").filter(has_text=sentences[0])).to_be_visible()


def _is_sound(page):
    problems = axe_problems(page) if runs_scripts(page) else []
    assert not problems and not is_wider_than_window(page), "\n".join(problems) or "scrolls sideways"
