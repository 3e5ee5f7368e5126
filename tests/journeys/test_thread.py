"""The thread through everything, on a real directory file: a home of the regulator's list is taken in, set up, reminded, confirmed
by its mail's link, found near a postcode, and out of date 48 hours later. One journey; each step widely tested is tested elsewhere.
"""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from ctapp.config import ROOT
from tests.journeys.browsing import banner, heading, sign_in
from tests.journeys.service import Service

pytestmark = pytest.mark.browser

SAMPLE = ROOT / "tests" / "samples" / "cqc" / "directory_layout_500.csv"
# A care home of the sample, in Cannock, at 398648 311130. The middle of the postcodes of WS12 2 is 2187 m off: by hand.
HOME, NAME, COUNCIL = "1-17196061823", "Kingsley Cottage, Blackfords", "Staffordshire"
NEARBY, MILES = "WS12 2AA", "1.4 miles"
PASSWORD = "a long enough sentence"
HOME_MANAGER, DISCHARGE, OFFICER = (
    "manager@kingsley.example",
    "discharge@hospital.example",
    "officer@staffordshire.example",
)

SET_UP_AT = "2021-04-19T10:00:00+01:00!"
CONFIRMED_AT = "2021-04-20T08:30:00+01:00!"
ONE_SECOND_EARLIER = "2021-04-22T08:29:59+01:00!"
TWO_DAYS_LATER = "2021-04-22T08:30:00+01:00!"


@pytest.fixture
def service(tmp_path):
    made = Service(tmp_path, clock=SET_UP_AT)
    yield made
    made.stop()


def test_a_real_home_updates_is_reminded_confirms_is_found_and_goes_out_of_date(service, visits):
    _take_the_directory_in(service)
    _add_people(service)
    service.start()
    _set_up_beds(visits.open(service.url))

    service.restart(clock=CONFIRMED_AT)
    link = _reminded(service)
    _confirm_by_link(service, visits.open(link, has_scripts=False), link)
    _is_found(_searched(visits.open(service.url)))

    service.restart(clock=ONE_SECOND_EARLIER)
    _is_found(_searched(visits.open(service.url)))
    _council_sees(visits.open(service.url), out_of_date=False)

    service.restart(clock=TWO_DAYS_LATER)
    _is_found_as_out_of_date(_searched(visits.open(service.url)))
    _council_sees(visits.open(service.url), out_of_date=True)


def _take_the_directory_in(service):
    told = json.loads(service.command("import", "cqc", SAMPLE, "--apply", "--json"))
    # 154 social care locations, of which 2 are sites of NHS trusts.
    assert (told["counts"]["found"], told["counts"]["taken_in"]) == (154, 152)
    home = next(item for item in told["new"] if item["cqc_id"] == HOME)
    assert (home["provider_type"], home["postcode"], home["council_code"]) == ("care_home", "WS11 5BU", "E10000028")
    assert (home["easting"], home["northing"]) == (398648, 311130)


def _add_people(service):
    add = ("user", "add", "--password-stdin", "--name", "Somebody")
    service.command(*add, HOME_MANAGER, "--job", "manager", "--location", HOME, "--contact", typed=PASSWORD)
    service.command(*add, DISCHARGE, "--organisation", "Cannock Hospital", "--kind", "hospital", typed=PASSWORD)
    council = ("--organisation", COUNCIL, "--kind", "local_authority", "--area", COUNCIL)
    service.command(*add, OFFICER, *council, typed=PASSWORD)


def _set_up_beds(page):
    sign_in(page, HOME_MANAGER, PASSWORD)
    expect(heading(page)).to_have_text(f"Set up {NAME}")
    page.get_by_role("link", name="Beds and vacancies").click()
    page.get_by_label("General residential, long stay").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Yes", exact=True).first.check()
    for label, number in {
        "How many beds are there?": "12",
        "People living or staying here": "9",
        "Free now": "2",
        "Held": "1",
        "Closed for now": "0",
    }.items():
        page.get_by_role("textbox", name=label, exact=True).fill(number)
    page.get_by_role("group", name="Would you take someone for a short stay").get_by_label("No").check()
    page.get_by_role("button", name="Save and go Home").click()
    expect(banner(page)).to_contain_text("Beds and vacancies saved, today at 10:00am.")
    expect(page.locator("main")).to_contain_text("General residential: 9 living here, 2 free, 1 held, 0 closed")


def _reminded(service):
    assert service.command("remind") == "Queued 1 reminder.\n"
    service.command("outbox", "send")
    [mail] = service.await_mails(1)
    assert mail["To"] == HOME_MANAGER
    text = mail.get_body(("plain",)).get_content()
    assert NAME in text and "2 free" in text
    return re.search(rf"{re.escape(service.url)}/u/\S+", text)[0]


def _confirm_by_link(service, page, link):
    before = service.stored()
    page.goto(link)
    expect(heading(page)).to_have_text("Has anything changed?")
    main = page.locator("main")
    expect(main).to_contain_text(NAME)
    expect(main).to_contain_text("General residential: 9 living here, 2 free, 1 held, 0 closed")
    expect(main).to_contain_text("Last checked yesterday at 10:00am by the manager")
    assert service.stored() == before
    assert page.request.head(link).status == 200
    assert service.stored() == before
    assert link.rpartition("/")[2] not in repr(before), "a link's token is kept as a hash only"

    page.get_by_role("button", name="Confirm nothing has changed").click()
    # The clock stands still, so this tap comes at once after the mail.
    expect(heading(page)).to_have_text("Please confirm once more")
    assert service.stored() == before
    page.get_by_role("button", name="Yes, nothing has changed").click()
    expect(heading(page)).to_have_text("Confirmed")
    expect(main).to_contain_text(f"{NAME}, today at 8:30am")
    expect(main).to_contain_text("Up to date until Thursday 22 April at 8:30am.")
    expect(page.get_by_role("button", name="Undo (until 8:40am)")).to_be_visible()
    after = service.stored()
    assert len(after["submission"]) == len(before["submission"]) + 1
    page.reload()
    assert service.stored() == after
    assert page.context.cookies() == []


def _searched(page):
    sign_in(page, DISCHARGE, PASSWORD)
    page.goto("/find")
    page.get_by_label("Postcode or place").fill(NEARBY)
    page.get_by_label("Within").select_option("10 miles")
    page.get_by_label("Kind of bed").select_option("General residential")
    page.get_by_label("Long stay").check()
    page.get_by_role("button", name="Find beds").click()
    assert NEARBY.replace(" ", "") not in page.url.replace("+", "").replace("%20", ""), "a whole postcode in an address"
    return page


def _is_found(page):
    expect(heading(page)).to_have_text("1 home with a general residential bed free")
    card = page.locator(".app-card", has_text=NAME)
    expect(card).to_contain_text(f"{MILES} · Care home · WS11 5BU")
    expect(card).to_contain_text("2 free General residential")
    expect(card).to_contain_text("at 8:30am, confirmed by email link")
    expect(page.get_by_text("Not checked in the last 48 hours")).to_have_count(0)


def _is_found_as_out_of_date(page):
    expect(heading(page)).to_have_text("No homes found")
    page.get_by_role("link", name="Include homes not checked in the last 48 hours (1)").click()
    expect(page.get_by_role("heading", name="Not checked in the last 48 hours (1)")).to_be_visible()
    card = page.locator(".app-card", has_text=NAME)
    expect(card).to_be_visible()
    expect(card).to_contain_text("Not updated for 2 days")
    expect(card).to_contain_text(f"{MILES} · Care home · WS11 5BU")
    expect(card).to_contain_text("Tuesday 20 April at 8:30am, confirmed by email link")


def _council_sees(page, *, out_of_date):
    sign_in(page, OFFICER, PASSWORD)
    expect(heading(page)).to_have_text(COUNCIL)
    expect(page.get_by_role("heading", name="Homes out of date (1)")).to_have_count(int(out_of_date))
    expect(page.get_by_text("Not updated for 2 days")).to_have_count(int(out_of_date))
    if out_of_date:
        told = page.get_by_role("listitem").filter(has_text="Not updated for 2 days")
        expect(told).to_contain_text(NAME)
        expect(told).to_contain_text("Beds and vacancies, since Tuesday 20 April at 8:30am")
