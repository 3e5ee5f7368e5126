"""Which mail a contact gets and when: its hour and days, the last call, the notice, windows, and what is switched off."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, update

from ctapp import clock
from ctapp.clock import LONDON
from ctapp.extensions import db
from ctapp.jobs.backends import MailFolder
from ctapp.jobs.mailing import hand_over, queue_reminders, queue_scheduled_mail
from ctapp.models import Contact, ContactLocation, Location, OutboxMail
from ctapp.questions.cadence import Cadence, Due, DueState, Period
from ctapp.services import mail_plan, people
from tests import answers, cast, factories

CONTACT = "manager@rosewood.example"


@pytest.fixture
def settings(app):
    return app.config["SETTINGS"]


@pytest.fixture
def contact(app, at):
    """Rosewood's contact; its beds were saved on Monday at 3:40pm."""
    answers.save_beds(at=at - timedelta(hours=17, minutes=20))
    return assign(cast.ROSEWOOD, at)


@pytest.fixture
def mails(settings, travel, tmp_path):
    """Hand everything over at a moment, and return the mails there are."""
    folder = MailFolder(tmp_path / "mail")

    def hand(moment):
        travel(moment)
        hand_over(settings, folder, clock.now, is_due_only=False)
        files = (
            sorted(folder.folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
            if folder.folder.exists()
            else []
        )
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]

    return hand


def assign(cqc_id, at, email=CONTACT):
    people.assign_contacts(factories.location_id(cqc_id), [email], at=at, is_confirmed=True)
    db.session.commit()
    return db.session.scalars(select(Contact.id).where(Contact.email == email)).one()


def choose(**values):
    db.session.execute(update(Contact).values(**values))
    db.session.commit()


def london(text):
    return datetime.fromisoformat(f"2021-04-{text}").replace(tzinfo=LONDON)


def queued(settings, *moments):
    """Queue at each moment and return what came into the outbox: (day and time, kind)."""
    for moment in moments:
        queue_scheduled_mail(settings, at=moment)
    db.session.rollback()
    rows = db.session.execute(select(OutboxMail.queued_at, OutboxMail.kind).order_by(OutboxMail.id))
    return [(f"{row.queued_at.astimezone(LONDON):%d %H:%M}", row.kind) for row in rows]


def test_reminder_comes_at_the_hour_that_was_chosen(settings, contact):
    choose(remind_hour=13)
    moments = [london(f"20T{time}") for time in ("09:00", "12:59", "13:00", "13:05", "14:00")]
    assert queued(settings, *moments) == [("20 13:00", "reminder")]


def test_reminder_comes_on_days_that_were_chosen(settings, contact):
    choose(remind_days="4")
    assert queued(settings, london("20T09:00"), london("21T09:00"), london("22T09:00")) == [
        ("22 09:00", "stale_notice")
    ]


@pytest.mark.parametrize(
    ("hour", "time", "count"), [(6, "06:59", 0), (7, "06:59", 0), (7, "07:00", 1), (20, "20:59", 1), (20, "21:00", 0)]
)
def test_no_scheduled_mail_is_queued_in_quiet_hours(settings, contact, hour, time, count):
    choose(remind_hour=hour)
    assert len(queued(settings, london(f"20T{time}"))) == count


def test_last_call_comes_at_three_when_something_goes_stale_before_nine(settings, contact):
    # Out of date on Wednesday at 3:40pm: called on Wednesday, not on Tuesday.
    days = [london(f"{day}T{time}") for day in (20, 21) for time in ("09:00", "14:55", "15:00", "15:05")]
    assert queued(settings, *days) == [("20 09:00", "reminder"), ("21 09:00", "reminder"), ("21 15:00", "last_call")]


@pytest.mark.parametrize(("saved", "is_called"), [("08:59:59", True), ("09:00:00", False), ("09:00:01", False)])
def test_last_call_looks_to_nine_the_next_morning(settings, app, at, saved, is_called):
    answers.save_beds(at=london(f"20T{saved}"))
    assign(cast.ROSEWOOD, at)
    assert (("21 15:00", "last_call") in queued(settings, london("21T09:00"), london("21T15:00"))) is is_called


def test_late_reminder_says_what_a_last_call_would(settings, contact):
    assert queued(settings, london("21T14:00"), london("21T15:00")) == [("21 14:00", "reminder")]


def test_notice_takes_the_place_of_one_reminder(settings, contact, mails):
    mornings = [london(f"{day}T09:00") for day in (21, 22, 23)]
    assert [kind for _, kind in queued(settings, *mornings)] == ["reminder", "stale_notice", "reminder"]
    assert queue_reminders(settings, at=london("22T10:00")) == 0


def test_notice_says_what_it_means(settings, contact, mails):
    queued(settings, london("22T09:00"))
    [mail] = mails(london("22T09:20"))
    assert mail["Subject"] == "Rosewood is out of date: discharge teams may not ring you"
    for kind in ("plain", "html"):
        text = " ".join(mail.get_body([kind]).get_content().split())
        assert "below homes that are up to date." in text
        assert "Ring the support desk on 0113 496 0999 with your figures." in text
        assert "Leeds can see this and may ring you." in text


@pytest.mark.parametrize("kind", ["reminder", "last_call", "stale_notice"])
def test_kind_that_was_switched_off_is_not_queued_nor_sent(settings, contact, mails, kind):
    moments = [london("21T09:00"), london("21T15:00"), london("22T09:00")]
    choose(kinds_off=kind)
    found = [name for _, name in queued(settings, *moments)]
    assert kind not in found and len(found) == (3 if kind == "stale_notice" else 2)


def test_kind_switched_off_after_queueing_is_not_sent(settings, contact, mails):
    queued(settings, london("20T09:00"))
    choose(kinds_off="reminder")
    assert mails(london("20T09:20")) == []


def test_reminder_is_skipped_when_the_home_was_updated_meanwhile(settings, contact, mails):
    for section, typed in (("covid", answers.COVID), ("business_continuity", answers.CONTINUITY)):
        answers.save(section, typed, at=london("20T08:00"))
    db.session.commit()
    assert queued(settings, london("20T09:00")) == [("20 09:00", "reminder")]
    answers.save_beds(at=london("20T09:03"))
    db.session.commit()
    assert mails(london("20T09:10")) == []


def test_last_call_is_skipped_when_the_home_was_updated_meanwhile(settings, contact, mails):
    queued(settings, london("21T15:00"))
    db.session.execute(update(OutboxMail).values(kind="last_call", unique_key="last_call"))
    answers.save_beds(at=london("21T15:02"))
    db.session.commit()
    assert mails(london("21T15:20")) == []


def test_reminders_are_spread_over_twenty_minutes(settings, app, at):
    for number in range(40):
        people.assign_contacts(
            factories.location_id(cast.ROSEWOOD),
            [f"m{n}@rosewood.example" for n in range(number + 1)],
            at=at,
            is_confirmed=True,
        )
    db.session.commit()
    queue_scheduled_mail(settings, at=at)
    waits = [(due - at).total_seconds() for due in db.session.scalars(select(OutboxMail.next_at))]
    assert len(set(waits)) > 30 and min(waits) < 180 and 1000 < max(waits) < 1200


def test_group_with_many_homes_gets_one_mail_that_counts_them(settings, app, at, mails):
    owner, first = assign(cast.ROSEWOOD, at, "owner@group.example"), factories.location_id(cast.ROSEWOOD)
    runs = db.session.scalar(select(Location.provider_id).where(Location.id == first))
    for number in range(5):
        home = factories.location(runs, name=f"Rosewood Hill {number}")
        db.session.add(ContactLocation(contact_id=owner, location_id=home, added_at=at))
    db.session.commit()
    assert queued(settings, at) == [("20 09:00", "reminder")]
    [mail] = mails(at + timedelta(minutes=20))
    text = mail.get_body(["plain"]).get_content()
    assert mail["Subject"] == "6 of your 6 homes have things to check today"
    assert "- Rosewood Hill 4, Leeds: " in text and "See what is due:" in text


class Row:
    """A section's cadence and how it stands, which is all that a reason asks of it."""

    def __init__(self, cadence, ends=None, *, is_due=True):
        period = Period(datetime(2021, 4, 8).date(), ends) if ends else None
        self.cadence, self.due = cadence, Due(DueState.DUE_TODAY, is_due=is_due, period=period)


@pytest.mark.parametrize(
    ("cadence", "chosen", "asked"),
    [
        (Cadence.DAILY, "1234567", [19, 20, 21, 22, 23, 24, 25]),
        (Cadence.WEEKLY, "1234567", [19, 23]),
        (Cadence.WEEKLY, "24", [20, 22]),
        (Cadence.WEEKLY, "67", [24]),
        (Cadence.DAILY_RELAXED_WEEKLY, "1234567", [19, 23]),
        (Cadence.ON_CHANGE, "1234567", [19]),
    ],
)
def test_each_cadence_has_its_days(cadence, chosen, asked):
    week = [datetime(2021, 4, day).date() for day in range(19, 26)]
    assert [day.day for day in week if mail_plan.asks_today(Row(cadence), day, days=chosen)] == asked
    assert not any(mail_plan.asks_today(Row(cadence, is_due=False), day) for day in week)


def test_window_is_reminded_with_three_days_one_day_and_no_day_left():
    row = Row(Cadence.MONTHLY, datetime(2021, 4, 14).date())
    days = [day for day in range(8, 16) if mail_plan.asks_today(row, datetime(2021, 4, day).date())]
    assert days == [11, 13, 14]
