"""Something has changed, without an account: a mailed code, and the half hour it opens for some sections of the contact's homes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from ctapp.extensions import db
from ctapp.jobs.backends import MailFolder
from ctapp.jobs.mailing import hand_over
from ctapp.models import AuditEvent, ContactSession, EmailCode, OutboxMail, Submission
from ctapp.services import leaving
from tests import answers, cast, codes
from tests.page import Page

ALLOWED = ("vacancies", "covid", "business_continuity")


@pytest.fixture
def contact_id(app, at):
    answers.save_beds(at=at - timedelta(hours=17))
    return codes.contact_of(cast.ROSEWOOD)


@pytest.fixture
def token(contact_id):
    return codes.link_of(contact_id)


def count(table, *where):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table).where(*where))


def type_code(client, token, code):
    return client.post("/u/code", data={"token": token, "code": code}, csrf=False)


def said(answer):
    return Page(answer.get_data(as_text=True), url="/u/code", status=answer.status_code).text


def wrong(code, n=1):
    return f"{(int(code) + n) % 1_000_000:06d}"


def test_the_deputy_without_an_account_changes_the_beds(app, client, token, contact_id, travel, at, tmp_path):
    page = Page.get(client, f"/u/{token}").follow("Something has changed at Rosewood")
    assert page.h1 == "How do you want to update?"
    assert "For beds, business continuity and COVID-19" in page.text or "For beds" in page.text
    page = page.press("Email me a 6-digit code")
    assert page.h1 == "Enter your code"
    hand_over(app.config["SETTINGS"], MailFolder(tmp_path), lambda: at)
    [path] = tmp_path.glob("*.eml")
    code = path.read_text().partition("Your code is ")[2][:6]
    assert code.isdigit() and code not in path.read_text().partition("Subject:")[2].partition("\n")[0]
    home = page.form("Continue").fill("Enter the code we sent to d…@rosewood.example", code).press("Continue")
    assert home.h1 == "What has changed?"
    assert "until 9:30am" in home.text
    section = home.follow("Beds at Rosewood")
    form = section.form("Save and go Home")
    form.fill("Free now", "1").fill("Held", "2")
    travel(minutes=5)
    assert form.press("Save and go Home").h1 == "What has changed?"
    row = db.session.scalars(select(Submission).order_by(Submission.id.desc()).limit(1)).one()
    assert (row.actor, row.channel, row.section) == (f"contact:{contact_id}", "email_code", "vacancies")


def test_only_the_answer_to_a_right_code_sets_the_cookie(app, client, token, contact_id):
    code = codes.code_for(app, token, contact_id)
    without = [
        client.get(f"/u/{token}/changed"),
        client.post("/u/code/send", data={"token": token}, csrf=False),
        type_code(client, token, wrong(code)),
        type_code(client, "unknown", code),
    ]
    assert ["Set-Cookie" in answer.headers for answer in without] == [False] * 4
    right = type_code(client, token, code)
    assert (right.status_code, right.headers["Location"]) == (303, "/")
    assert "Set-Cookie" in right.headers
    assert right.headers["Referrer-Policy"] == "no-referrer"


def test_nothing_but_the_four_sections_of_its_homes_is_open(app):
    codes.contact_of(cast.ROSEWOOD_COURT, email="manager@court.example")
    browser = codes.visitor(app, cast.ROSEWOOD)
    for section in ALLOWED:
        assert browser.get(f"/locations/{cast.ROSEWOOD}/{section}").status_code == 200
    for section in ("workforce", "contacts", "visiting", "home_care", "prices"):
        assert browser.get(f"/locations/{cast.ROSEWOOD}/{section}").status_code == 404
        assert browser.post(f"/locations/{cast.ROSEWOOD}/{section}").status_code == 404
    for path in ("", "/home", "/history", "/who-you-support"):
        assert browser.get(f"/locations/{cast.ROSEWOOD}{path}").status_code == 403
    assert browser.get(f"/locations/{cast.ROSEWOOD_COURT}/vacancies").status_code == 404
    assert browser.post(f"/locations/{cast.ROSEWOOD}/confirm").status_code == 403


@pytest.mark.parametrize(("seconds", "status"), [(1799, 200), (1800, 303), (1801, 303)])
def test_session_lasts_thirty_minutes_however_busy(app, travel, seconds, status):
    browser = codes.visitor(app, cast.ROSEWOOD)
    travel(minutes=15)
    assert browser.get("/").status_code == 200
    travel(seconds=seconds)
    assert browser.get("/").status_code == status


@pytest.mark.parametrize("end", ["sign out", "left", "revoked"])
def test_session_ends_at_once(app, at, end):
    browser = codes.visitor(app, cast.ROSEWOOD)
    match end:
        case "sign out":
            browser.post("/sign-out")
        case "left":
            token = codes.link_of(codes.contact_of(cast.ROSEWOOD))
            leaving.leave(token, "", at=at)
        case "revoked":
            leaving.revoke_links(None, actor="operator", channel="cli", at=at)
    assert browser.get("/").status_code == 303
    assert count(ContactSession, ContactSession.ended_at.is_(None)) == 0


@pytest.mark.parametrize(("seconds", "status"), [(899, 303), (900, 422), (901, 422)])
def test_code_works_for_fifteen_minutes(app, client, token, contact_id, travel, seconds, status):
    code = codes.code_for(app, token, contact_id)
    travel(seconds=seconds)
    answer = type_code(client, token, code)
    assert answer.status_code == status
    assert status == 303 or "The code has run out." in said(answer)


def test_code_works_once(app, client, token, contact_id):
    code = codes.code_for(app, token, contact_id)
    assert [type_code(client, token, code).status_code for _ in range(2)] == [303, 422]
    assert count(ContactSession) == 1


def test_the_fifth_wrong_try_is_the_last(app, client, token, contact_id):
    code = codes.code_for(app, token, contact_id)
    for n in range(1, 5):
        assert "That code is not right" in said(type_code(client, token, wrong(code, n)))
    assert "The code has run out." in said(type_code(client, token, wrong(code, 5)))
    assert type_code(client, token, code).status_code == 422
    assert count(AuditEvent, AuditEvent.action == "sign_in_failed") == 5


def test_the_fifth_try_may_be_right(app, client, token, contact_id):
    code = codes.code_for(app, token, contact_id)
    for n in range(1, 5):
        type_code(client, token, wrong(code, n))
    assert type_code(client, token, code).status_code == 303


def test_twenty_guesses_at_once_are_five(app, token, contact_id):
    code = codes.code_for(app, token, contact_id)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: type_code(app.test_client(), token, wrong(code, n)), range(1, 21)))
    assert count(AuditEvent, AuditEvent.action == "sign_in_failed") == 5
    assert db.session.scalar(select(EmailCode.tries)) == 5


def test_one_code_in_two_minutes_and_five_a_day(client, token, travel):
    def asked(**ahead):
        travel(**ahead)
        client.post("/u/code/send", data={"token": token}, csrf=False)
        return count(OutboxMail, OutboxMail.kind == "email_code")

    assert [asked(), asked(seconds=119), asked(seconds=120)] == [1, 1, 2]
    assert [asked(minutes=n) for n in (5, 8, 11, 14, 17)] == [3, 4, 5, 5, 5]
    assert asked(days=1, minutes=1) == 6


def test_a_code_of_one_contact_opens_nothing_for_another(app, client, token, contact_id):
    code = codes.code_for(app, token, contact_id)
    other = codes.link_of(codes.contact_of(cast.ELM_HOUSE, email="manager@elm.example"))
    assert type_code(client, other, code).status_code == 422
    assert count(ContactSession) == 0


def test_code_and_session_are_kept_as_hashes(app, client, token, contact_id):
    code = codes.code_for(app, token, contact_id)
    type_code(client, token, code)
    with client.session_transaction() as session:
        opened = session["id"]
    tables = ("email_code", "contact_session", "outbox", "audit_event")
    stored = "".join(repr(db.session.execute(text(f'SELECT * FROM "{table}"')).all()) for table in tables)
    assert f"'{code}'" not in stored and opened not in stored


def test_a_code_nobody_waits_for_is_not_sent(app, client, token, travel, tmp_path):
    client.post("/u/code/send", data={"token": token}, csrf=False)
    moment = travel(hours=2)
    hand_over(app.config["SETTINGS"], MailFolder(tmp_path), lambda: moment)
    assert not list(tmp_path.glob("*.eml"))
    assert count(OutboxMail, OutboxMail.state == "void") == 1
