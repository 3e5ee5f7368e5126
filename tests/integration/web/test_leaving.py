"""What a link does beside confirming: leaving, closing, a new link, many homes; each by its own button, none by being opened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from ctapp.extensions import db
from ctapp.jobs.backends import MailFolder
from ctapp.jobs.mailing import hand_over
from ctapp.models import AuditEvent, Contact, ContactLocation, LocationPause, OneTapLink, OutboxMail
from ctapp.services.leaving import revoke_links
from tests import answers, cast, codes, factories
from tests.page import Page

GONE = "This link has run out"


@pytest.fixture
def contact_id(app, at):
    """The one contact of Rosewood, whose beds were saved yesterday."""
    answers.save_beds(at=at - timedelta(hours=17))
    return codes.contact_of(cast.ROSEWOOD)


@pytest.fixture
def token(contact_id, travel, at):
    """A link that was handed over an hour ago."""
    travel(hours=-1)
    made = codes.link_of(contact_id)
    travel(at)
    return made


def count(table, *where):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table).where(*where))


def post(client, path, **fields):
    return client.post(path, data=fields, csrf=False)


def mails(kind):
    return count(OutboxMail, OutboxMail.kind == kind)


@pytest.mark.parametrize("page", ["not-mine", "closed", "changed"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_questions_change_nothing(client, token, page, method):
    assert client.open(f"/u/{token}/{page}", method=method).status_code == 200
    assert (count(ContactLocation), count(LocationPause), count(OutboxMail)) == (1, 0, 0)


def test_leaving_takes_the_contact_off_and_revokes_the_link(client, token, contact_id):
    page = Page.get(client, f"/u/{token}").follow("I do not work here any more")
    assert page.h1 == "Do you not work here any more?" and "Rosewood" not in page.title
    assert page.press("Stop emails to me about Rosewood").h1 == "Emails stopped"
    assert count(ContactLocation) == 0
    assert count(OneTapLink, OneTapLink.revoked_at.is_(None)) == 0
    assert count(AuditEvent, AuditEvent.action == "contact_left") == 1
    assert Page.get(client, f"/u/{token}").h1 == GONE


def test_leaving_one_of_two_homes_keeps_the_other(client, contact_id):
    codes.contact_of(cast.ROSEWOOD_COURT)
    token = codes.link_of(contact_id)
    Page.get(client, f"/u/{token}/not-mine").press("Stop emails to me about Rosewood")
    left = db.session.scalars(select(ContactLocation.location_id)).all()
    assert left == [factories.location_id(cast.ROSEWOOD_COURT)]
    assert Page.get(client, f"/u/{token}").status == 200
    Page.get(client, f"/u/{token}/not-mine").press("Stop emails to me about Rosewood Court")
    assert client.get(f"/u/{token}").status_code == 410


def test_leaving_all_homes_at_once(client, contact_id):
    codes.contact_of(cast.ROSEWOOD_COURT)
    token = codes.link_of(contact_id)
    Page.get(client, f"/u/{token}/not-mine").press("Stop all emails to me")
    assert count(ContactLocation) == 0


@pytest.mark.parametrize("path", ["/u/not-mine", "/u/closed"])
def test_a_home_of_somebody_else_is_left_alone(client, token, path, at):
    codes.contact_of(cast.ELM_HOUSE, email="manager@elm.example")
    assert post(client, path, token=token, home=cast.ELM_HOUSE, kind="closed").status_code == 410
    assert (count(ContactLocation), count(LocationPause)) == (2, 0)


@pytest.mark.parametrize(
    ("button", "kind", "told"),
    [
        ("It has closed: Rosewood", "closed", "has closed"),
        ("It is empty for now: Rosewood", "temporarily_empty", "is empty for now"),
    ],
)
def test_closed_home_is_paused_once_until_support_has_checked(client, token, contact_id, button, kind, told):
    page = Page.get(client, f"/u/{token}").follow("This home has closed")
    form = page.form(button)
    assert form.press(button).h1 == "Thank you"
    assert post(client, "/u/closed", token=token, home=cast.ROSEWOOD, kind="closed").status_code == 303
    row = db.session.scalars(select(LocationPause)).one()
    assert (row.kind, row.said_by, row.checked_at) == (kind, f"contact:{contact_id}", None)
    assert f"We were told today at 9:00am that this home {told}." in Page.get(client, f"/u/{token}").text
    assert "We were told already" in Page.get(client, f"/u/{token}/closed").text
    assert count(AuditEvent, AuditEvent.action == "reporting_paused") == 1


def test_a_kind_that_does_not_exist_is_refused(client, token):
    assert post(client, "/u/closed", token=token, home=cast.ROSEWOOD, kind="sold").status_code == 400
    assert count(LocationPause) == 0


def test_expired_link_offers_a_new_one_to_the_address_on_file(app, client, token, travel, tmp_path):
    moment = travel(days=8)
    page = Page.get(client, f"/u/{token}").press("Send a new link to the same address")
    assert page.h1 == "Check your email"
    assert "If that address is on our list, a new link is on its way." in page.text
    folder = MailFolder(tmp_path)
    hand_over(app.config["SETTINGS"], folder, lambda: moment)
    [path] = tmp_path.glob("*.eml")
    mail = path.read_text()
    assert codes.ADDRESS in mail
    new = mail.partition("http://localhost/u/")[2].split()[0]
    assert new != token and Page.get(client, f"/u/{new}").h1 == "Has anything changed?"


def test_new_link_is_sent_once_in_ten_minutes(client, token, travel):
    for seconds, expected in ((0, 1), (599, 1), (600, 2), (601, 2)):
        travel(days=8, seconds=seconds)
        assert post(client, "/u/new-link", token=token).headers["Location"] == "/u/done/link"
        assert mails("new_link") == expected


@pytest.mark.parametrize("case", ["unknown", "removed", "unassigned", "changed", "bounced", "none"])
def test_no_new_link_where_none_is_due_and_the_answer_is_the_same(client, token, travel, at, case):
    match case:
        case "removed":
            db.session.execute(update(Contact).values(removed_at=at))
        case "bounced":
            db.session.execute(update(Contact).values(bounced_at=at))
        case "unassigned":
            codes.contact_of(cast.ROSEWOOD, email="somebody.else@rosewood.example")
        case "changed":
            db.session.execute(update(Contact).values(email="another@rosewood.example"))
        case "unknown":
            token = "unknown"
        case "none":
            token = ""
    travel(days=8)
    answer = post(client, "/u/new-link", token=token)
    assert (answer.status_code, answer.headers["Location"], mails("new_link")) == (303, "/u/done/link", 0)


@pytest.mark.parametrize("case", ["changed", "bounced", "one", "all"])
def test_revoked_link_is_dead_at_the_next_request(client, token, contact_id, at, case):
    fields = dict(Page.get(client, f"/u/{token}").form("Confirm nothing has changed at Rosewood").values.items())
    match case:
        case "changed":
            db.session.execute(update(Contact).values(email="another@rosewood.example"))
        case "bounced":
            db.session.execute(update(Contact).values(bounced_at=at))
        case "one":
            assert revoke_links(contact_id, actor="operator", channel="cli", at=at) == 1
        case "all":
            assert revoke_links(None, actor="operator", channel="cli", at=at) == 1
    pages = [client.get(f"/u/{token}{rest}") for rest in ("", "/not-mine", "/closed", "/changed")]
    posts = [
        client.post(path, data={**fields, "home": cast.ROSEWOOD, "kind": "closed"}, csrf=False)
        for path in ("/u/confirm", "/u/not-mine", "/u/closed", "/u/code/send", "/u/code")
    ]
    assert {answer.status_code for answer in pages + posts} == {410}
    assert (count(ContactLocation), count(LocationPause), mails("email_code")) == (1, 0, 0)


def test_more_than_five_homes_are_led_to_sign_in(client, app, contact_id):
    run = factories.provider(name="Many Homes Ltd")
    for number in range(5):
        factories.location(run, f"1-77777777{number}", name=f"Home {number}")
        codes.contact_of(f"1-77777777{number}")
    page = Page.get(client, f"/u/{codes.link_of(contact_id)}")
    assert "You look after 6 homes" in page.text
    assert page.links["Sign in"] == "/sign-in"
    assert not page.document.query("form")


def test_five_homes_have_a_button_each_within_14_kb(client, app, contact_id, at):
    run = factories.provider(name="Five Homes Ltd")
    for number in range(4):
        cqc_id = f"1-77777777{number}"
        factories.location(run, cqc_id, name=f"Home {number}")
        codes.contact_of(cqc_id)
        answers.save_beds(at=at - timedelta(hours=17), cqc_id=cqc_id)
    for cqc_id in (cast.ROSEWOOD, *(f"1-77777777{number}" for number in range(4))):
        answers.save("business_continuity", answers.CONTINUITY, at=at - timedelta(hours=17), cqc_id=cqc_id)
    token = codes.link_of(contact_id)
    page = Page.get(client, f"/u/{token}")
    assert len(page.document.query("form button")) == 5
    sheet = page.document.query("link[rel=stylesheet]")[0].attrs["href"]
    answers_ = [client.get(path, headers={"Accept-Encoding": "br"}, lint=False) for path in (f"/u/{token}", sheet)]
    weight = sum(len(answer.get_data()) + len(str(answer.headers)) for answer in answers_)
    assert weight <= 14 * 1024, weight


def test_receipt_of_one_home_points_to_the_others(client, contact_id, at, travel):
    answers.save_beds(at=at - timedelta(hours=17), cqc_id=cast.ROSEWOOD_COURT)
    codes.contact_of(cast.ROSEWOOD_COURT)
    token = codes.link_of(contact_id)
    travel(seconds=200)
    fields = dict(Page.get(client, f"/u/{token}").form("Confirm nothing has changed at Rosewood").values.items())
    travel(seconds=210)
    receipt = Page.get(client, post(client, "/u/confirm", **fields).headers["Location"])
    assert "This is about Rosewood alone. You have 1 more home" in receipt.text


def test_log_masks_the_token_of_every_page(client, token, capsys):
    for rest in ("", "/not-mine", "/closed", "/changed"):
        client.get(f"/u/{token}{rest}")
    for path in ("/u/new-link", "/u/code/send", "/u/code"):
        post(client, path, token=token, code="123456")
    logged = capsys.readouterr().err
    assert '"/u/<token>/changed"' in logged and '"/u/code"' in logged
    assert token not in logged and "123456" not in logged
