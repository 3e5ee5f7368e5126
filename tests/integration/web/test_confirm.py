"""The one-tap pages, as a contact of Rosewood meets them: a link from a mail, no session, no script."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from ctapp.access.tokens import token_hash
from ctapp.extensions import db
from ctapp.models import AuditEvent, Contact, Current, LinkReceipt, Location, OneTapLink, Submission, UsedNonce
from ctapp.services import links, people
from tests import answers, cast, factories
from tests.lint import words
from tests.page import Page

CONTACT = "manager@rosewood.example"
YESTERDAY = timedelta(hours=-17, minutes=-20)
CONFIRM, AGAIN = "Confirm nothing has changed at Rosewood", "Confirm again at Rosewood"


def assign(cqc_id, *emails, at, confirmed=True):
    people.assign_contacts(factories.location_id(cqc_id), emails, at=at, is_confirmed=confirmed)


@pytest.fixture(autouse=True)
def nobody_is_hasty(monkeypatch):
    """Time stands still in these tests; what a hasty tap meets is test_once_more.py."""
    monkeypatch.setattr(links, "SOON_AFTER_HAND_OVER", timedelta(0))
    monkeypatch.setattr(links, "SOON_AFTER_PAGE", timedelta(0))


@pytest.fixture
def token(app, at):
    """A link of Rosewood's contact; the beds were saved yesterday at 3:40pm."""
    answers.save_beds(at=at + YESTERDAY)
    assign(cast.ROSEWOOD, CONTACT, at=at)
    contact_id = db.session.scalars(select(Contact.id)).one()
    made = links.mint(contact_id, outbox_id=None, at=at)
    db.session.commit()
    return made


def count(table, *where):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table).where(*where))


def everything():
    """A hash of every row of every table."""
    db.session.rollback()
    found = hashlib.sha256()
    for table in sorted(db.metadata.tables):
        rows = db.session.execute(text(f'SELECT * FROM "{table}"')).all()
        found.update(repr((table, sorted(map(repr, rows)))).encode())
    db.session.rollback()
    return found.hexdigest()


def taps():
    return count(Submission, Submission.kind == "unchanged")


def form_of(client, token, button=CONFIRM):
    return dict(Page.get(client, f"/u/{token}").form(button).values.items())


def homes(client, token):
    return [words(heading) for heading in Page.get(client, f"/u/{token}").document.query("h2")]


def post(client, path, fields, **more):
    return client.post(path, data=fields, csrf=False, **more)


def test_link_shows_the_answers_with_who_and_when(client, token):
    page = Page.get(client, f"/u/{token}")
    assert page.h1 == "Has anything changed?"
    assert "Rosewood" not in page.title
    assert "Sent to m…@rosewood.example. You do not need to sign in." in page.text
    assert "Dementia nursing: 9 living here, 2 free, 1 held" in page.text
    assert "Beds Due today Dementia nursing: 9 living here, 2 free, 1 held" in page.text
    assert "Last checked yesterday at 3:40pm by the manager" in page.text
    assert "COVID-19, not answered yet. Sign in to answer" in page.text
    assert "will not be used to drive any regulatory enforcement activity" in page.text


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_opening_a_link_writes_nothing(client, token, method):
    before = everything()
    for _ in range(3):
        assert client.open(f"/u/{token}", method=method).status_code == 200
    assert everything() == before


def test_pages_set_no_cookie_and_run_no_script(client, token):
    receipt = post(client, "/u/confirm", form_of(client, token)).headers["Location"]
    for response in (client.get(f"/u/{token}"), client.get(receipt), client.get("/u/unknown"), client.post("/u/undo")):
        assert "Set-Cookie" not in response.headers
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert "<script" not in response.get_data(as_text=True)


def test_token_is_kept_only_as_a_hash(client, token):
    receipt = post(client, "/u/confirm", form_of(client, token)).headers["Location"].rpartition("/")[2]
    link = db.session.scalars(select(OneTapLink)).one()
    assert link.token_hash == token_hash(token)
    stored = "".join(
        repr(db.session.execute(text(f'SELECT * FROM "{table}"')).all()) for table in sorted(db.metadata.tables)
    )
    assert token not in stored
    assert receipt not in stored


def test_one_tap_confirms_and_leads_to_a_receipt(client, token, at, travel):
    travel(minutes=12)
    page = Page.get(client, f"/u/{token}").press(CONFIRM)
    assert page.h1 == "Confirmed"
    assert "Rosewood, today at 9:12am" in page.text
    assert "Up to date until Thursday 22 April at 9:12am." in page.text
    assert "Undo (until 9:22am)" in page.text
    row = db.session.scalars(select(Submission).where(Submission.kind == "unchanged")).one()
    assert (row.channel, row.section, row.answered_at) == ("email_link", "vacancies", at + timedelta(minutes=12))
    assert row.actor == f"contact:{db.session.scalars(select(Contact.id)).one()}"
    assert db.session.scalars(select(Current.confirmed_at)).one() == at + timedelta(minutes=12)
    assert count(AuditEvent, AuditEvent.action == "confirmed") == 1


def test_confirmed_already_says_so_first(client, token, travel):
    post(client, "/u/confirm", form_of(client, token))
    travel(hours=1)
    page = Page.get(client, f"/u/{token}")
    assert "Checked today at 9:00am by email link. Nothing to do." in page.text
    page.press(AGAIN)
    assert taps() == 2


def test_same_page_sent_twice_is_one_event_and_one_receipt(client, token, travel):
    fields = form_of(client, token)
    first = post(client, "/u/confirm", fields)
    travel(hours=2)
    second = post(client, "/u/confirm", fields)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert (taps(), count(LinkReceipt), count(UsedNonce)) == (1, 1, 1)


def test_twenty_at_once_are_one_event(app, client, token):
    fields = form_of(client, token)

    def send(_):
        return post(app.test_client(), "/u/confirm", fields, lint=False)

    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(send, range(20)))
    assert {response.status_code for response in responses} == {303}
    assert len({response.headers["Location"] for response in responses}) == 1
    assert (taps(), count(LinkReceipt)) == (1, 1)


def test_origin_null_is_accepted(client, token):
    response = post(client, "/u/confirm", form_of(client, token), headers={"Origin": "null"})
    assert response.status_code == 303


def test_moved_version_writes_nothing_and_shows_the_new_figures(client, token, at, travel):
    fields = form_of(client, token)
    answers.save_beds(at=travel(minutes=11), occupied=10, available=1)
    db.session.commit()
    before = everything()
    travel(minutes=12)
    response = post(client, "/u/confirm", fields)
    assert response.status_code == 409
    assert everything() == before
    page = Page(response.get_data(as_text=True), url="/u/confirm", status=409, client=client)
    assert page.h1 == "The figures have just changed"
    assert "Nothing has been saved yet. The manager changed them today at 9:11am, signed in." in page.text
    assert "Free now, dementia nursing: you saw 2, now 1" in page.text
    assert "They are not right" in page.links
    again = dict(page.form("Confirm the new figures at Rosewood").values.items())
    assert post(client, "/u/confirm", again).status_code == 303
    assert taps() == 1


def test_change_since_the_mail_is_marked(client, token, travel):
    answers.save_beds(at=travel(minutes=5), available=1, reserved=2)
    travel(minutes=6)
    assert "Beds Changed today at 9:05am" in Page.get(client, f"/u/{token}").text


def test_red_answers_are_not_confirmed_by_a_link(client, token, at):
    red = {"ppe_gloves": "red", "overall_status": "green"}
    answers.save("business_continuity", answers.CONTINUITY | red, at=at + YESTERDAY)
    page = Page.get(client, f"/u/{token}")
    assert "Business continuity, last answered yesterday at 3:40pm. Sign in to answer" in page.text
    page.press(CONFIRM)
    assert db.session.scalars(select(Submission.section).where(Submission.kind == "unchanged")).all() == ["vacancies"]


def test_answers_that_turned_red_meanwhile_are_not_confirmed(client, token, at, travel):
    answers.save("business_continuity", answers.CONTINUITY, at=at + YESTERDAY)
    fields = form_of(client, token)
    answers.save("business_continuity", answers.CONTINUITY | {"ppe_gloves": "red"}, at=travel(minutes=1))
    assert post(client, "/u/confirm", fields).status_code == 409
    assert taps() == 0


@pytest.mark.parametrize("end", ["closed", "unassigned", "removed", "unconfirmed", "revoked"])
def test_link_that_lost_its_home_or_contact_is_gone(client, token, at, end):
    fields = form_of(client, token)
    match end:
        case "closed":
            db.session.execute(update(Location).values(closed_on=at.date()))
        case "unassigned":
            assign(cast.ROSEWOOD, "someone.else@rosewood.example", at=at)
        case "removed":
            db.session.execute(update(Contact).values(removed_at=at))
        case "unconfirmed":
            db.session.execute(update(Contact).values(confirmed_at=None))
        case "revoked":
            db.session.execute(update(OneTapLink).values(revoked_at=at))
    assert post(client, "/u/confirm", fields).status_code == 410
    assert Page.get(client, f"/u/{token}").h1 == "This link has run out"
    assert taps() == 0


def test_only_the_closed_home_drops_off(client, token, at):
    answers.save_beds(at=at + YESTERDAY, cqc_id=cast.ROSEWOOD_COURT)
    assign(cast.ROSEWOOD_COURT, CONTACT, at=at)
    assert homes(client, token) == ["Rosewood", "Rosewood Court"]
    db.session.execute(update(Location).where(Location.cqc_id == cast.ROSEWOOD).values(closed_on=at.date()))
    assert homes(client, token) == ["Rosewood Court"]


def test_each_home_has_its_own_button(client, token, at):
    answers.save_beds(at=at + YESTERDAY, cqc_id=cast.ROSEWOOD_COURT)
    assign(cast.ROSEWOOD_COURT, CONTACT, at=at)
    page = Page.get(client, f"/u/{token}").press("Confirm nothing has changed at Rosewood Court")
    assert "Rosewood Court, today at 9:00am" in page.text
    confirmed = db.session.scalars(select(Submission.location_id).where(Submission.kind == "unchanged")).all()
    assert confirmed == [factories.location_id(cast.ROSEWOOD_COURT)]


@pytest.mark.parametrize(("after", "status"), [(timedelta(days=7, seconds=-1), 200), (timedelta(days=7), 410)])
def test_link_works_for_seven_days(client, token, travel, after, status):
    travel(seconds=after.total_seconds())
    assert client.get(f"/u/{token}").status_code == status


@pytest.mark.parametrize("token_", ["unknown", "confirm", "receipt", "%00", "é" * 40, "a" * 3000])
def test_unknown_token_is_gone(client, app, token_):
    assert client.get(f"/u/{token_}").status_code == 410


def test_link_of_another_contact_confirms_nothing(client, token, at):
    assign(cast.ELM_HOUSE, "manager@elm.example", at=at)
    other = links.mint(
        db.session.scalars(select(Contact.id).where(Contact.email == "manager@elm.example")).one(),
        outbox_id=None,
        at=at,
    )
    assert post(client, "/u/confirm", form_of(client, token) | {"token": other}).status_code == 410
    assert taps() == 0


def test_page_of_one_link_is_not_confirmed_with_another(client, token, at):
    assign(cast.ROSEWOOD, CONTACT, "deputy@rosewood.example", at=at)
    deputy = db.session.scalars(select(Contact.id).where(Contact.email == "deputy@rosewood.example")).one()
    other = links.mint(deputy, outbox_id=None, at=at)
    assert post(client, "/u/confirm", form_of(client, token) | {"token": other}).status_code == 410
    assert post(client, "/u/confirm", form_of(client, other)).status_code == 303
    assert taps() == 1


@pytest.mark.parametrize("spoil", [{"shown": ""}, {"shown": "x.y"}, {"token": ""}, {"shown": "a" * 5000}])
def test_spoilt_fields_are_refused(client, token, spoil):
    fields = form_of(client, token)
    if spoil.get("shown") == "x.y":
        spoil = {"shown": fields["shown"][:-2] + "xx"}
    assert post(client, "/u/confirm", fields | spoil).status_code == 400
    assert taps() == 0


def test_undo_brings_back_the_age_before(client, token, at, travel):
    page = Page.get(client, f"/u/{token}").press(CONFIRM)
    travel(minutes=9)
    undone = page.press("Undo (until 9:10am)")
    assert undone.h1 == "Undone"
    assert "Beds, last checked yesterday at 3:40pm" in undone.text
    assert db.session.scalars(select(Current.confirmed_at)).one() == at + YESTERDAY
    assert count(Submission) == 3


def test_undo_twice_is_one_event(client, token):
    receipt = post(client, "/u/confirm", form_of(client, token)).headers["Location"].rpartition("/")[2]
    answers_ = [post(client, "/u/undo", {"receipt": receipt}).status_code for _ in range(2)]
    assert answers_ == [303, 303]
    assert count(Submission, Submission.kind == "undo") == 1


def test_tap_after_undo_is_a_new_confirmation(client, token):
    Page.get(client, f"/u/{token}").press(CONFIRM).press("Undo (until 9:10am)")
    Page.get(client, f"/u/{token}").press(CONFIRM)
    assert (taps(), count(LinkReceipt)) == (2, 2)


@pytest.mark.parametrize(("seconds", "status"), [(600, 303), (601, 409)])
def test_undo_works_for_ten_minutes(client, token, travel, seconds, status):
    receipt = post(client, "/u/confirm", form_of(client, token)).headers["Location"].rpartition("/")[2]
    travel(seconds=seconds)
    assert post(client, "/u/undo", {"receipt": receipt}).status_code == status


def test_undo_after_a_later_answer_is_refused(client, token, travel):
    receipt = post(client, "/u/confirm", form_of(client, token)).headers["Location"].rpartition("/")[2]
    answers.save_beds(at=travel(minutes=1), available=1, reserved=2)
    response = post(client, "/u/undo", {"receipt": receipt})
    assert response.status_code == 409
    assert "This can no longer be undone" in response.get_data(as_text=True)
    assert count(Submission, Submission.kind == "undo") == 0


@pytest.mark.parametrize(("hours", "status"), [(23.99, 200), (24, 410)])
def test_receipt_works_for_a_day(client, token, travel, hours, status):
    receipt = post(client, "/u/confirm", form_of(client, token)).headers["Location"]
    travel(hours=hours)
    assert client.get(receipt).status_code == status


def test_unknown_receipt_is_gone(client, token):
    assert client.get("/u/receipt/unknown").status_code == 410
    assert post(client, "/u/undo", {"receipt": "unknown"}).status_code == 410


def test_link_says_sign_in_leads_to_the_section(client, token):
    page = Page.get(client, f"/u/{token}").follow("Sign in to answer COVID-19")
    assert page.url.startswith("/sign-in?next=")


def test_page_for_one_home_fits_in_8_kb(app, client, token, at):
    answers.save("business_continuity", answers.CONTINUITY, at=at + YESTERDAY)
    answers.save("covid", answers.COVID, at=at + YESTERDAY)
    page = client.get(f"/u/{token}", headers={"Accept-Encoding": "br"}, lint=False)
    sheet = Page.get(client, f"/u/{token}").document.query("link[rel=stylesheet]")[0].attrs["href"]
    style = client.get(sheet, headers={"Accept-Encoding": "br"}, lint=False)
    assert page.headers["Content-Encoding"] == style.headers["Content-Encoding"] == "br"
    weight = sum(len(r.get_data()) + len(str(r.headers)) for r in (page, style))
    assert weight <= 8 * 1024, weight


def test_log_masks_token_and_receipt(client, token, capsys):
    receipt = post(client, "/u/confirm", form_of(client, token)).headers["Location"].rpartition("/")[2]
    client.get(f"/u/receipt/{receipt}")
    logged = capsys.readouterr().err
    assert '"/u/<token>"' in logged
    assert token not in logged
    assert receipt not in logged
