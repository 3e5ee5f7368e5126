"""Every kind of page that each of the cast can reach by links, in a real browser: accessible, no wider than the narrowest phone,
quiet on the console. Pictures of them all are kept in a temporary folder for people to look at. What pages say is tested elsewhere.
"""

from __future__ import annotations

import json
import re
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from ctapp.models.engine import sqlite_module
from ctapp.services.demo.cast import PASSWORD, PEOPLE
from tests.journeys.browsing import HEIGHT, NARROWEST, PHONE, axe_problems, heading, is_wider_than_window, sign_in
from tests.journeys.service import Service

pytestmark = pytest.mark.browser

ACTIVE = [person.email for person in PEOPLE if person.state == "active"]
HOME_MANAGER = "manager@rosewood.example"
# A search is posted, so no link leads to its results.
SEARCH = "/find?near=Leeds&miles=50&bed=any&stay=any"
# Between them nearly every kind of answer: a grid, counts, yes or no, money, phones, addresses, a day.
SECTIONS_TO_SPOIL = ["vacancies", "covid", "workforce", "prices", "contacts"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo with 8 days of history, running; `link` is its one-tap link."""
    service = Service(tmp_path_factory.mktemp("demo"), clock="2021-04-20T09:00:00+01:00")
    service.link = json.loads(service.command("demo", "--locations", "20", "--days", "8", "--json"))["link"]
    service.start()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def types(demo):
    """The provider type of each location."""
    with closing(sqlite_module.connect(demo.instance / "ctapp.sqlite")) as connection:
        return dict(connection.execute("SELECT cqc_id, provider_type FROM location"))


@pytest.fixture(scope="module")
def album(tmp_path_factory):
    """Looks at a page as it stands: keeps a picture of it, and what is wrong with it."""
    return Album(tmp_path_factory.mktemp("pictures"))


class Album:
    """The pictures so far, and whose pages they show."""

    def __init__(self, folder):
        self.folder = folder
        self.kinds = set()

    def is_new(self, kind: str) -> bool:
        """Whether nobody has looked at this kind of page; from now on somebody has."""
        is_new = kind not in self.kinds
        self.kinds.add(kind)
        return is_new

    def look(self, page, name: str) -> list[str]:
        """Take a picture of a page on a phone and return what is wrong with it."""
        problems = axe_problems(page)
        page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
        if is_wider_than_window(page):
            problems.append(f"wider than {NARROWEST} px")
        page.set_viewport_size({"width": PHONE, "height": HEIGHT})
        file = re.sub(r"\W+", "-", name).strip("-")
        page.screenshot(path=self.folder / f"{file}.jpg", type="jpeg", quality=60, full_page=True)
        return [f"{name}: {problem}" for problem in problems]


@pytest.mark.parametrize("email", ACTIVE)
def test_every_kind_of_page_is_sound(email, demo, types, album, visits):
    page = visits.open(demo.url)
    sign_in(page, email, PASSWORD)
    queue, problems = ["/"], []
    if page.locator("#menu").get_by_role("link", name="Find", include_hidden=True).count():
        queue.append(SEARCH)
    while queue:
        address = queue.pop(0)
        kind = _kind(address, types)
        # A section of one kind of home looks the same to everybody who fills it in.
        if not album.is_new(kind if kind.startswith("/locations/") else f"{kind} {email}"):
            continue
        answer = page.goto(address)
        assert answer.status == 200, address
        problems += album.look(page, f"{kind} {email}")
        queue += _addresses(page, demo.url)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("section", SECTIONS_TO_SPOIL)
def test_a_page_full_of_errors_is_sound(section, demo, album, visits):
    page = visits.open(demo.url)
    sign_in(page, HOME_MANAGER, PASSWORD)
    page.goto(next(a for a in _addresses(page, demo.url) if a.endswith(f"/{section}")))
    for box in page.locator("#section-form input[type=text], #section-form textarea").all():
        if box.is_visible():
            box.fill("?")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    problems = album.look(page, f"{section} spoiled")
    assert not problems, "\n".join(problems)


def test_pages_for_anybody_are_sound(demo, album, visits):
    page = visits.open(demo.url)
    page.goto("/sign-in")
    problems = album.look(page, "sign in")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    problems += album.look(page, "sign in, nothing typed")
    page.goto("/nowhere")
    problems += album.look(page, "not found")
    assert not problems, "\n".join(problems)


def test_every_page_of_a_link_is_sound(demo, album, visits):
    page = visits.open(demo.url)
    page.goto(demo.link)
    problems = album.look(page, "link")
    for address in _addresses(page, demo.url):
        if address.startswith("/u/"):
            page.goto(address)
            problems += album.look(page, f"link, {heading(page).inner_text()}")
            code = page.get_by_role("button", name="Email me a 6-digit code")
            if code.count():
                code.click()
                expect(page.get_by_role("textbox")).to_be_visible()
                problems += album.look(page, "link, code")
    page.goto(demo.link)
    page.get_by_role("button", name="Confirm nothing has changed").click()
    if heading(page).inner_text() == "Please confirm once more":
        problems += album.look(page, "link, once more")
        page.get_by_role("button", name="Yes, nothing has changed").click()
    expect(heading(page)).to_have_text("Confirmed")
    problems += album.look(page, "link, receipt")
    page.get_by_role("button", name="Undo").click()
    expect(heading(page)).to_have_text("Undone")
    problems += album.look(page, "link, undone")
    page.goto("/u/" + "x" * 32)
    problems += album.look(page, "link, gone")
    assert not problems, "\n".join(problems)


def _addresses(page, origin: str) -> list[str]:
    links = page.eval_on_selector_all("a[href]", "links => links.map((link) => link.href)")
    parts = [urlsplit(link) for link in links if link.startswith(f"{origin}/")]
    return [part.path + (f"?{part.query}" if part.query else "") for part in parts if "format=csv" not in part.query]


def _kind(address: str, types: dict[str, str]) -> str:
    # The address with what differs from home to home and day to day taken out; one page that corrects is like another.
    parts = urlsplit(address)
    path = re.sub(r"/locations/([^/]+)", lambda found: f"/locations/{types.get(found[1], found[1])}", parts.path)
    names = sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair})
    if names == ["day"]:
        path = path.rpartition("/")[0] + "/correction"
    return path + (f"?{'&'.join(names)}" if names else "")
