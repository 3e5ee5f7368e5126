"""A tap that looks automatic is asked once more: three rules, what each lets pass, and that nobody is ever blocked."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from ctapp.extensions import db
from ctapp.models import Contact, Submission
from ctapp.services import links, people
from tests import answers, cast, factories
from tests.page import Page

CONTACT = "manager@rosewood.example"
CONFIRM = "Confirm nothing has changed at Rosewood"
ONCE_MORE = "Please confirm once more"
CHROME = "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
CHROME_ON_IPHONE = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/120.0.0.0 Mobile Safari/604.1"
SAFARI = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile Safari/604.1"
FIREFOX = "Mozilla/5.0 (Android 13; Mobile; rv:120.0) Gecko/120.0 Firefox/120.0"
FETCHED = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document"}
PRESSED = FETCHED | {"Sec-Fetch-User": "?1"}


@pytest.fixture
def token(app, at):
    """A link of Rosewood's contact, handed over at `at`."""
    answers.save_beds(at=at)
    people.assign_contacts(factories.location_id(cast.ROSEWOOD), [CONTACT], at=at, is_confirmed=True)
    made = links.mint(db.session.scalars(select(Contact.id)).one(), outbox_id=None, at=at)
    db.session.commit()
    return made


def taps():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Submission).where(Submission.kind == "unchanged"))


def tapped(client, token, travel, *, page=600.0, tap=660.0, **headers):
    """The answer to a tap so many seconds after hand-over, on a page opened at another."""
    travel(seconds=page)
    fields = dict(Page.get(client, f"/u/{token}").form("Confirm again at Rosewood").values.items())
    travel(seconds=tap)
    answer = client.post("/u/confirm", data=fields, csrf=False, headers=headers)
    if answer.status_code == 303:
        return "Confirmed"
    return Page(answer.get_data(as_text=True), url="/u/confirm", status=answer.status_code, client=client)


@pytest.mark.parametrize(("seconds", "is_asked"), [(119.999, True), (120, False), (120.001, False)])
def test_tap_within_120_seconds_of_hand_over_is_asked_once_more(client, token, travel, seconds, is_asked):
    answer = tapped(client, token, travel, page=10, tap=seconds)
    assert (answer != "Confirmed", taps()) == (is_asked, 0 if is_asked else 1)


@pytest.mark.parametrize(("seconds", "is_asked"), [(1.499, True), (1.5, False), (1.501, False)])
def test_tap_within_a_second_and_a_half_of_the_page_is_asked_once_more(client, token, travel, seconds, is_asked):
    answer = tapped(client, token, travel, page=600, tap=600 + seconds)
    assert (answer != "Confirmed", taps()) == (is_asked, 0 if is_asked else 1)


@pytest.mark.parametrize(
    ("browser", "headers", "is_asked"),
    [
        (CHROME, FETCHED, True),
        (CHROME, {"Sec-Fetch-Mode": "cors"}, True),
        (CHROME, PRESSED, False),
        (CHROME, {}, False),
        (CHROME_ON_IPHONE, FETCHED, False),
        (SAFARI, FETCHED, False),
        (FIREFOX, FETCHED, False),
        ("", {}, False),
    ],
)
def test_chromium_that_nobody_pressed_is_asked_once_more(client, token, travel, browser, headers, is_asked):
    answer = tapped(client, token, travel, **{"User-Agent": browser, **headers})
    assert (answer != "Confirmed", taps()) == (is_asked, 0 if is_asked else 1)


def test_second_tap_is_accepted_however_hasty(client, token, travel):
    asked = tapped(client, token, travel, page=1, tap=1, **{"User-Agent": CHROME}, **FETCHED)
    assert asked.h1 == ONCE_MORE
    assert "Nothing is saved yet" in asked.text
    fields = dict(asked.form("Yes, nothing has changed").values.items())
    answer = client.post("/u/confirm", data=fields, csrf=False, headers={"User-Agent": CHROME, **FETCHED})
    assert (answer.status_code, taps()) == (303, 1)


def test_go_back_leads_to_the_page(client, token, travel):
    assert tapped(client, token, travel, page=1, tap=1).follow("Go back").h1 == "Has anything changed?"


def test_both_taps_together_are_one_confirmation(client, token, travel):
    asked = tapped(client, token, travel, page=1, tap=1)
    fields = dict(asked.form("Yes, nothing has changed").values.items())
    first, second = (client.post("/u/confirm", data=fields, csrf=False) for _ in range(2))
    assert (first.headers["Location"], taps()) == (second.headers["Location"], 1)


def test_page_sent_again_after_its_tap_meets_no_question(client, token, travel):
    travel(seconds=200)
    fields = dict(Page.get(client, f"/u/{token}").form("Confirm again at Rosewood").values.items())
    travel(seconds=210)
    there = client.post("/u/confirm", data=fields, csrf=False).headers["Location"]
    again = client.post("/u/confirm", data=fields, csrf=False, headers={"User-Agent": CHROME, **FETCHED})
    assert (again.status_code, again.headers["Location"], taps()) == (303, there, 1)


def test_someone_elses_answer_between_both_taps_is_not_confirmed(client, token, travel, at):
    asked = tapped(client, token, travel, page=1, tap=1)
    answers.save_beds(at=travel(seconds=30), available=1, reserved=2)
    fields = dict(asked.form("Yes, nothing has changed").values.items())
    assert client.post("/u/confirm", data=fields, csrf=False).status_code == 409
    assert taps() == 0
