"""The bed grid without a mouse: sign in, change, be told of an error, put it right, save. The focus can be seen and is never lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.cast import PASSWORD
from tests.journeys.browsing import banner, heading
from tests.journeys.keys import Keys
from tests.journeys.rosewood import HOME_MANAGER

pytestmark = pytest.mark.browser

DOUBT = "Choose an answer: A dementia nursing bed has been held for 9 days. Is it still held?"


def test_beds_are_updated_by_the_keyboard_alone(rosewood, visits):
    page = visits.open(rosewood.url)
    keys = Keys(page)
    _sign_in(keys)
    _open_beds(keys)
    _answer_with_arrows(keys)
    _make_an_error(keys)
    _put_it_right(keys)
    expect(page.locator("#others-see")).to_contain_text("1 bed free · 1 held · 0 closed")


def _sign_in(keys):
    keys.press("Tab")
    assert keys.focus.name == "Skip to main content"
    keys.press("Enter")
    keys.tab_to("Email address")
    keys.type(HOME_MANAGER)
    keys.tab_to("Password")
    keys.type(PASSWORD)
    keys.tab_to("Sign in")
    keys.press("Enter")
    expect(heading(keys.page)).to_have_text("Rosewood")


def _open_beds(keys):
    keys.tab_to("Menu")
    keys.press("Enter")
    keys.tab_to("Home")
    keys.tab_to("Change Beds")
    keys.press("Enter")
    expect(heading(keys.page)).to_have_text("Beds and vacancies")


def _answer_with_arrows(keys):
    why = keys.page.get_by_role("group", name="Why?", exact=True)
    expect(why).to_be_hidden()
    keys.tab_to("Yes")
    keys.press("ArrowDown")
    assert keys.focus.name == "Yes, with limits"
    expect(why).to_be_visible()
    keys.press("ArrowUp")
    expect(why).to_be_hidden()
    assert keys.focus.name == "Yes"


def _make_an_error(keys):
    keys.tab_to("People living or staying here")
    keys.type("10")
    # Enter in a box saves, whatever buttons stand before it.
    keys.press("Enter")
    expect(keys.page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert "govuk-error-summary" in keys.focus.classes
    keys.tab_to("Dementia nursing adds up to 13 but has 12 beds")
    keys.press("Enter")
    assert keys.focus.name == "People living or staying here"
    assert keys.page.evaluate("document.activeElement.value") == "10"


def _put_it_right(keys):
    keys.tab_to("One fewer free now, dementia nursing")
    keys.press("Space")
    assert keys.focus.name == "One fewer free now, dementia nursing"
    expect(keys.page.get_by_text("All 12 beds accounted for")).to_be_visible()
    keys.tab_to("Save and continue")
    keys.press("Enter")
    expect(keys.page.locator(".govuk-error-summary")).to_contain_text(DOUBT)
    assert "govuk-error-summary" in keys.focus.classes
    keys.tab_to(DOUBT)
    keys.press("Enter")
    assert keys.focus.name == "Yes, it is still held"
    keys.press("Space")
    keys.tab_to("Save and go Home")
    keys.press("Enter")
    expect(banner(keys.page)).to_contain_text("Beds and vacancies saved")
    assert "govuk-notification-banner" in keys.focus.classes
