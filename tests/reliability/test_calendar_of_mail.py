"""Minute by minute over both clock-change weekends, 29 February and the year's end: one reminder a day, stale at 48:00:00.

Every minute within 90 of a boundary is run: midnight, the end of the hours without jobs, nine, three, nine in the evening, and
the moment at which something goes out of date. The drill runs every minute.
Source: security.md, 77 and 78, and "Reliability goals", clocks.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from ctapp.clock import LONDON, STALE_AFTER
from ctapp.extensions import db
from ctapp.jobs.timetable import TIMETABLE
from ctapp.models import AuditEvent, Contact, OutboxMail, StaleFlag
from ctapp.services import people
from tests import answers, cast, factories

# The first day of three; the evening before it the beds were saved.
STARTS = [date(2026, 10, 24), date(2027, 3, 27), date(2028, 2, 28), date(2026, 12, 31)]
AROUND = timedelta(minutes=90)
HOURS = (0, 2, 9, 15, 21)


def at_hour(day, hour):
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON).astimezone(UTC)


def minutes_of(start, *more, around=AROUND):
    """Every minute within 90 of a boundary of three days, each once, in order."""
    days = [start + timedelta(days=number) for number in range(3)]
    boundaries = [at_hour(day, hour) for day in days for hour in HOURS] + [*more]
    near = set()
    for boundary in boundaries:
        whole = boundary.replace(second=0, microsecond=0)
        count = int(around.total_seconds()) // 60
        near |= {whole + timedelta(minutes=number) for number in range(-count, count + 1)}
    return sorted(minute for minute in near if at_hour(days[0], 0) <= minute < at_hour(days[2] + timedelta(days=1), 0))


def run_jobs(settings, minute, travel):
    """Run what the timetable runs in a minute."""
    travel(minute)
    for job in TIMETABLE:
        if job.trigger.get_next_fire_time(None, minute) == minute:
            job.act(settings, lambda: minute)
    db.session.rollback()


@pytest.mark.parametrize("start", STARTS, ids=str)
def test_one_reminder_a_day_and_stale_at_48_hours_to_the_second(app, travel, tmp_path, start):
    come_through(app, travel, tmp_path, start, around=AROUND)


@pytest.mark.drill
@pytest.mark.parametrize("start", STARTS, ids=str)
def test_every_minute_of_three_days(app, travel, tmp_path, start):
    come_through(app, travel, tmp_path, start, around=timedelta(hours=12))


def come_through(app, travel, tmp_path, start, *, around):
    settings = app.config["SETTINGS"].model_copy(update={"smtp_url": f"file:{tmp_path}/mail"})
    saved_at = at_hour(start - timedelta(days=1), 20) + timedelta(seconds=30)
    travel(saved_at)
    answers.save_beds(at=saved_at)
    people.assign_contacts(factories.location_id(cast.ROSEWOOD), ["m@rosewood.example"], at=saved_at, is_confirmed=True)
    db.session.commit()
    stale_at = saved_at + STALE_AFTER
    for minute in minutes_of(start, stale_at, around=around):
        run_jobs(settings, minute, travel)
        flags = db.session.scalars(select(StaleFlag.stale_at)).all()
        assert flags == ([stale_at] if minute >= stale_at else []), minute
    mails = db.session.execute(
        select(OutboxMail.london_on, OutboxMail.kind, OutboxMail.sent_at).order_by(OutboxMail.id)
    ).all()
    days = [start + timedelta(days=number) for number in range(3)]
    assert [(mail.london_on, mail.kind) for mail in mails] == [
        (days[0], "reminder"),
        (days[1], "reminder"),
        (days[1], "last_call"),
        (days[2], "stale_notice"),
    ]
    for mail, hour in zip(mails, (9, 9, 15, 9), strict=True):
        late = mail.sent_at - at_hour(mail.london_on, hour)
        assert timedelta(0) <= late <= timedelta(minutes=21)
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 4
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "went_stale")).all()
    assert [event.detail["stale_at"] for event in events] == [stale_at.isoformat()]


@pytest.mark.parametrize(("seconds", "is_flagged"), [(-1, False), (0, True), (1, True)])
@pytest.mark.parametrize("start", STARTS, ids=str)
def test_boundary_is_48_hours_of_time_gone_by(app, travel, start, seconds, is_flagged):
    from ctapp.jobs.flagging import flag_what_went_stale

    saved_at = at_hour(start, 12)
    travel(saved_at)
    answers.save_beds(at=saved_at)
    db.session.commit()
    assert flag_what_went_stale(at=saved_at + timedelta(hours=48, seconds=seconds)) == is_flagged
    assert db.session.query(StaleFlag).count() == is_flagged
    assert db.session.query(Contact).count() == 0


def test_each_staleness_is_flagged_once_and_a_new_one_again(app, travel, at):
    from ctapp.jobs.flagging import flag_what_went_stale

    counts = []
    for days in (0, 3):
        travel(at + timedelta(days=days))
        answers.save_beds(at=at + timedelta(days=days))
        db.session.commit()
        counts += [flag_what_went_stale(at=at + timedelta(days=days + 2, hours=hours)) for hours in (0, 1)]
    assert counts == [1, 0, 1, 0]
