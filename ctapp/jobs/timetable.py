"""Every job, and when it runs: the page to read when somebody asks what happens by itself.

Times are London's. No job starts between 00:30 and 03:00, the hours that a clock change repeats or leaves out. Each job may run
late or twice; what it does and for whom it decides by the clock that it is handed.
Source: flows.md, "Reminders and other mail"; security.md, 75 to 77.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from ctapp.clock import LONDON
from ctapp.config import Settings
from ctapp.jobs.backends import backend_for
from ctapp.jobs.bounces import read_bounces
from ctapp.jobs.flagging import flag_what_went_stale
from ctapp.jobs.mailing import hand_over, queue_scheduled_mail
from ctapp.services.mail_plan import is_mailing_hour

Now = Callable[[], datetime]


@dataclass(frozen=True)
class Job:
    """A job: its name, when it runs, and what it does with the settings and the clock."""

    name: str
    trigger: BaseTrigger
    act: Callable[[Settings, Now], object]


def every_minutes(count: int) -> BaseTrigger:
    """Return a trigger every so many minutes, day and night but for the hours of the clock change."""
    return OrTrigger(
        [
            CronTrigger(hour="3-23", minute=f"*/{count}", timezone=LONDON),
            CronTrigger(hour=0, minute=f"0-29/{count}", timezone=LONDON),
        ]
    )


def remind(settings: Settings, now: Now) -> int:
    """Queue the reminders, last calls and notices whose time has come."""
    at = now()
    return queue_scheduled_mail(settings, at=at) if is_mailing_hour(at) else 0


def send_outbox(settings: Settings, now: Now) -> object:
    """Hand over what waits in the outbox."""
    return hand_over(settings, backend_for(settings), now)


def flag_stale_sections(settings: Settings, now: Now) -> int:
    """Flag what went out of date."""
    return flag_what_went_stale(at=now())


TIMETABLE = (
    Job("flag what went stale", every_minutes(1), flag_stale_sections),
    Job("queue reminders", every_minutes(5), remind),
    Job("hand over the outbox", every_minutes(1), send_outbox),
    Job("read what came back", every_minutes(5), read_bounces),
)
