"""The only reader of the wall clock, and the rules of time that everything shares. It knows no database and no request.

`CTAPP_CLOCK` (development only) starts another clock: an ISO time with offset; a trailing `!` stops it there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
STALE_AFTER = timedelta(hours=48)


@dataclass(frozen=True)
class ClockSetting:
    """A shifted or stopped clock: what it showed when this machine's clock showed `started_at`."""

    shows: datetime
    started_at: datetime
    stopped: bool


def read_setting(text: str, *, started_at: datetime) -> ClockSetting:
    """Return the clock that a `CTAPP_CLOCK` value asks for.

    Errors: ValueError when the time is not ISO 8601 with an offset.
    """
    stopped = text.endswith("!")
    shows = datetime.fromisoformat(text.removesuffix("!").replace("Z", "+00:00"))
    if shows.tzinfo is None:
        raise ValueError("CTAPP_CLOCK needs an offset, like 2021-04-20T09:00:00+01:00")
    return ClockSetting(shows.astimezone(UTC), started_at, stopped)


# One anchor for all processes: the parent writes it into the environment before it forks.
_ANCHOR = "CTAPP_CLOCK_STARTED"


def _setting() -> ClockSetting | None:
    text = os.environ.get("CTAPP_CLOCK", "")
    if not text:
        return None
    anchor = os.environ.setdefault(_ANCHOR, datetime.now(UTC).isoformat())
    return read_setting(text, started_at=datetime.fromisoformat(anchor))


def now() -> datetime:
    """Return the present moment, aware and in UTC; only the edges (web, jobs, cli) call this."""
    setting = _setting()
    real = datetime.now(UTC)
    if setting is None:
        return real
    return setting.shows if setting.stopped else setting.shows + (real - setting.started_at)


def london_day(at: datetime) -> date:
    """Return the calendar date in London at an aware moment."""
    return at.astimezone(LONDON).date()


def london_midnight(day: date) -> datetime:
    """Return the first moment of a London date, as aware UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)


def day_end(day: date) -> datetime:
    """Return the last microsecond of a London date, as aware UTC."""
    return london_midnight(day + timedelta(days=1)) - timedelta(microseconds=1)


def is_stale(confirmed_at: datetime, at: datetime) -> bool:
    """Return whether an answer confirmed then is out of date at this moment: 48:00:00 or more have gone by.

    Source: flows.md, "Age, fresh, due, stale".
    """
    return at.astimezone(UTC) - confirmed_at.astimezone(UTC) >= STALE_AFTER
