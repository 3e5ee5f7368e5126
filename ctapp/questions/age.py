"""How a moment and the time gone by are said in words, in London. It is not the rule when something is due (cadence.py)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ctapp.clock import LONDON, london_day

_DAY = timedelta(days=1)


def age_words(confirmed_at: datetime, at: datetime) -> str:
    """Return a moment in London words: "today at 9:12am", "yesterday at …", "tomorrow at …", "Saturday 17 April at 8:20am".

    The year is added when it is not the present one, because pages get printed. Source: screens.md, "Time".
    """
    then = confirmed_at.astimezone(LONDON)
    today = london_day(at)
    named = {today - _DAY: "yesterday", today: "today", today + _DAY: "tomorrow"}
    dated = f"{then:%A} {then.day} {then:%B}" + ("" if then.year == today.year else f" {then.year}")
    clock = f"{then.hour % 12 or 12}:{then:%M}{'am' if then.hour < 12 else 'pm'}"
    return f"{named.get(then.date(), dated)} at {clock}"


def span_words(confirmed_at: datetime, at: datetime) -> str:
    """Return the whole days, else hours, else minutes gone by: "3 days", "1 hour", "less than a minute"."""
    minutes = (at.astimezone(UTC) - confirmed_at.astimezone(UTC)) // timedelta(minutes=1)
    for unit, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return "less than a minute"


def elapsed_words(confirmed_at: datetime, at: datetime) -> str:
    """Return an age as others see it: "3 hours ago", "2 days ago"."""
    return f"{span_words(confirmed_at, at)} ago"
