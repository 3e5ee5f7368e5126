"""The outbox: one mail a contact and day whoever queues it, one sender a mail, and what a killed sender leaves behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from threading import Barrier

import pytest
from flask_mail import Message
from sqlalchemy import func, select, update

from ctapp import clock
from ctapp.access.tokens import token_hash
from ctapp.extensions import db
from ctapp.jobs.backends import MailFolder
from ctapp.jobs.mailing import hand_over, queue_reminders
from ctapp.models import Contact, ContactLocation, Location, OneTapLink, OutboxMail
from ctapp.services import outbox, people, transactions
from tests import answers, cast, factories
from tests.page import Page

CONTACT = "manager@rosewood.example"
YESTERDAY = timedelta(hours=-17, minutes=-20)


@pytest.fixture
def settings(app):
    return app.config["SETTINGS"]


@pytest.fixture
def folder(tmp_path):
    return MailFolder(tmp_path / "mail")


@pytest.fixture
def contact(app, at):
    """Rosewood's confirmed contact; its beds were saved yesterday at 3:40pm."""
    answers.save_beds(at=at + YESTERDAY)
    people.assign_contacts(factories.location_id(cast.ROSEWOOD), [CONTACT], at=at, is_confirmed=True)
    db.session.commit()
    return db.session.scalars(select(Contact.id)).one()


def queued(settings, at):
    return queue_reminders(settings, at=at)


def sent(settings, folder, **more):
    return hand_over(settings, folder, clock.now, **more)


def states():
    db.session.rollback()
    return db.session.scalars(select(OutboxMail.state).order_by(OutboxMail.id)).all()


def mails(folder):
    files = sorted(folder.folder.glob("*.eml")) if folder.folder.exists() else []
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]


def in_threads(app, count, act):
    gate = Barrier(count)

    def run(_):
        with app.app_context():
            gate.wait()
            try:
                return act()
            finally:
                transactions.drop_session()

    db.session.rollback()
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_one_mail_a_contact_and_day(settings, contact, at):
    assert [queued(settings, at), queued(settings, at + timedelta(hours=3))] == [1, 0]
    assert queued(settings, at + timedelta(days=1)) == 1


def test_one_mail_when_several_queue_at_once(app, settings, contact, at):
    assert sum(in_threads(app, 6, lambda: queue_reminders(settings, at=at))) == 1
    assert states() == ["queued"]


def test_day_is_londons(settings, contact):
    before, after = (datetime.fromisoformat(f"2021-04-20T{hour}:30:00+00:00") for hour in (22, 23))
    assert [queued(settings, before), queued(settings, after)] == [1, 1]
    days = db.session.scalars(select(OutboxMail.london_on).order_by(OutboxMail.id)).all()
    assert [day.isoformat() for day in days] == ["2021-04-20", "2021-04-21"]


@pytest.mark.parametrize("change", [{"confirmed_at": None}, {"removed_at": cast.AT}])
def test_only_confirmed_contacts_are_reminded(settings, contact, at, change):
    db.session.execute(update(Contact).values(**change))
    db.session.commit()
    assert queued(settings, at) == 0


def test_contact_without_an_open_home_is_not_reminded(settings, contact, at):
    db.session.execute(update(Location).values(closed_on=at.date()))
    db.session.commit()
    assert queued(settings, at) == 0


def test_several_homes_make_one_mail(settings, contact, folder, at):
    answers.save_beds(at=at + YESTERDAY, cqc_id=cast.ROSEWOOD_COURT)
    db.session.add(
        ContactLocation(contact_id=contact, location_id=factories.location_id(cast.ROSEWOOD_COURT), added_at=at)
    )
    db.session.commit()
    assert queued(settings, at) == 1
    sent(settings, folder)
    [mail] = mails(folder)
    assert mail["Subject"] == "2 of your 2 homes have things to check today"
    text = mail.get_body(["plain"]).get_content()
    assert "Rosewood, Leeds (CQC 1-100000001)" in text
    assert "Rosewood Court, Bradford (CQC 1-100000002)" in text


def test_mail_says_what_stands_and_carries_one_link(settings, contact, folder, at, client):
    queued(settings, at)
    assert sent(settings, folder).sent == 1
    [mail] = mails(folder)
    assert mail["To"] == CONTACT
    assert mail["Subject"].startswith("Rosewood: ")
    assert mail["Message-ID"].endswith("@localhost>")
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = (mail.get_body([kind]).get_content() for kind in ("plain", "html"))
    for words in ("Dementia nursing: 9 living here, 2 free, 1 held", "We never ask for a password by email."):
        assert words in text
        assert words in html
    assert "Last checked yesterday at 3:40pm. Goes out of date tomorrow at 3:40pm" in text
    link, foot = [line for line in text.splitlines() if "://" in line]
    choices = foot.removeprefix("Change the time, or stop: ")
    assert link.startswith("http://localhost/u/")
    assert choices.startswith("http://localhost/u/mail/")
    assert (html.count(f'href="{link}"'), html.count(f'href="{choices}"'), html.count("href=")) == (1, 1, 2)
    assert mail["List-Unsubscribe"] == f"<{choices}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "<img" not in html
    assert Page.get(client, link.removeprefix("http://localhost")).h1 == "Has anything changed?"


def test_token_is_minted_at_hand_over_and_kept_as_a_hash(settings, contact, folder, at, travel):
    queued(settings, at)
    assert db.session.scalar(select(func.count()).select_from(OneTapLink)) == 0
    handed_at = travel(minutes=5)
    sent(settings, folder)
    link = db.session.scalars(select(OneTapLink)).one()
    token = mails(folder)[0].get_body(["plain"]).get_content().partition("/u/")[2].split()[0]
    assert len(token) == 32
    assert (link.token_hash, link.minted_at) == (token_hash(token), handed_at)


def test_sending_twice_sends_once(settings, contact, folder, at):
    queued(settings, at)
    assert [sent(settings, folder).sent, sent(settings, folder).sent] == [1, 0]
    assert len(mails(folder)) == 1


def test_several_senders_send_each_mail_once(app, settings, contact, folder, at):
    for number in range(8):
        people.assign_contacts(
            factories.location_id(cast.ELM_HOUSE),
            [f"number{n}@elm.example" for n in range(number + 1)],
            at=at,
            is_confirmed=True,
        )
    db.session.commit()
    assert queued(settings, at) == 9
    handed = in_threads(app, 4, lambda: sent(settings, folder).sent)
    assert sum(handed) == len(mails(folder)) == 9
    assert db.session.scalar(select(func.count()).select_from(OneTapLink)) == 9
    assert set(states()) == {"sent"}


@pytest.mark.parametrize("minutes, mails_sent", [(9, 0), (10, 1)])
def test_mail_of_a_sender_killed_after_the_claim_is_taken_over(
    settings, contact, folder, at, travel, minutes, mails_sent
):
    queued(settings, at)
    assert len(outbox.claim(at=at, limit=10)) == 1
    db.session.commit()
    travel(minutes=minutes)
    assert sent(settings, folder, is_due_only=False).sent == len(mails(folder)) == mails_sent


def test_mail_of_a_sender_killed_after_hand_over_is_not_sent_again(settings, contact, folder, at, travel, monkeypatch):
    queued(settings, at)

    def killed(*args, **more):
        raise KeyboardInterrupt

    with monkeypatch.context() as power_cut:
        power_cut.setattr(outbox, "mark_sent", killed)
        with pytest.raises(KeyboardInterrupt):
            sent(settings, folder)
    assert states() == ["claimed"]
    travel(minutes=10)
    assert sent(settings, folder).sent == 1
    assert states() == ["sent"]
    assert len(mails(folder)) == 1
    assert db.session.scalar(select(func.count()).select_from(OneTapLink)) == 1


def test_sender_that_was_taken_over_settles_nothing(settings, contact, at):
    queued(settings, at)
    [slow] = outbox.claim(at=at, limit=1)
    [fast] = outbox.claim(at=at + timedelta(minutes=10), limit=1)
    assert outbox.mark_failed(slow, "too late", at=at, is_final=True) is False
    assert outbox.mark_sent(fast, at=at) is True


def test_folder_that_cannot_be_written_puts_the_mail_off_by_the_ladder(settings, contact, at, travel, tmp_path):
    queued(settings, at)
    blocked = MailFolder(tmp_path / "file")
    blocked.folder.write_text("no folder")
    waits, now = [], at
    for _ in range(6):
        assert sent(settings, blocked).put_off == 1
        due = db.session.scalars(select(OutboxMail.next_at)).one()
        waits.append((due - now).total_seconds() / 60)
        now = travel(due)
    assert waits == [1, 5, 15, 60, 120, 120]
    assert sent(settings, MailFolder(tmp_path / "good")).sent == 1


def test_send_tries_now_what_waits_for_a_later_try(settings, contact, at, tmp_path):
    queued(settings, at)
    blocked = MailFolder(tmp_path / "file")
    blocked.folder.write_text("no folder")
    assert sent(settings, blocked, is_due_only=False).put_off == 1
    assert sent(settings, MailFolder(tmp_path / "good"), is_due_only=True).sent == 0
    clock_moved = at + timedelta(seconds=1)
    assert hand_over(settings, MailFolder(tmp_path / "good"), lambda: clock_moved, is_due_only=False).sent == 1


def test_mail_is_given_up_after_two_days(settings, contact, at):
    queued(settings, at)
    [mail] = outbox.claim(at=at, limit=1)
    outbox.mark_failed(mail, "no", at=at + timedelta(hours=48), is_final=False)
    db.session.commit()
    assert states() == ["failed"]


@pytest.mark.parametrize(
    ("queued_hour", "hour", "state"),
    [(9, "20:59:59", "sent"), (9, "21:00:00", "void"), (22, "22:01:00", "sent")],
)
def test_reminder_not_handed_over_by_nine_in_the_evening_is_void(
    settings, contact, folder, at, travel, queued_hour, hour, state
):
    queued(settings, travel(at.replace(hour=queued_hour)))
    travel(datetime.fromisoformat(f"2021-04-20T{hour}+01:00"))
    sent(settings, folder)
    assert states() == [state]


def test_reminder_of_another_day_is_void(settings, contact, folder, at, travel):
    queued(settings, at)
    travel(days=1)
    sent(settings, folder)
    assert states() == ["void"]


def test_reminder_is_not_sent_once_nothing_is_due(settings, contact, folder, at):
    queued(settings, at)
    db.session.execute(update(Location).values(closed_on=at.date()))
    db.session.commit()
    assert sent(settings, folder).void == 1
    assert mails(folder) == []


def test_contact_removed_meanwhile_gets_nothing(settings, contact, folder, at):
    queued(settings, at)
    db.session.execute(update(Contact).values(removed_at=at))
    db.session.commit()
    assert sent(settings, folder).void == 1
    assert mails(folder) == []


@pytest.mark.parametrize(
    "name", ["Rosewood\r\nBcc: all@example.org", "Rosewood\nX: y", "Rose\x00wood", "Rose\u2028wood"]
)
def test_line_break_in_a_header_is_refused(settings, engine, contact, folder, at, name):
    if "\x00" in name and engine == "postgresql":
        name = "Rose\x07wood"  # this engine keeps no NUL
    db.session.execute(update(Location).where(Location.cqc_id == cast.ROSEWOOD).values(name=name))
    db.session.commit()
    queued(settings, at)
    assert sent(settings, folder).failed == 1
    assert mails(folder) == []
    assert db.session.scalar(select(func.count()).select_from(OneTapLink)) == 0
    assert states() == ["failed"]


def test_of_two_senders_the_first_ones_file_stands_and_nothing_else_is_left(app, folder):
    for link in ("first", "second"):
        message = Message(subject="A", recipients=[CONTACT], body=link, sender="a@b.example")
        message.msgId = "<same@localhost>"
        folder.hand_over(message)
    [path] = folder.folder.iterdir()
    assert "first" in path.read_text()
