"""How a section stands, in the words of the screens: the tag and the line under it. "Fresh" and "stale" are ours, not the users'.

Source: screens.md, "Words for status".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ctapp.clock import LONDON, london_day
from ctapp.questions.age import age_words, elapsed_words
from ctapp.questions.cadence import Due, DueState, Period

TAGS = {
    DueState.UP_TO_DATE: "Up to date",
    DueState.DUE_TODAY: "Due today",
    DueState.OUT_OF_DATE: "Out of date",
    DueState.DONE_THIS_WEEK: "Done this week",
    DueState.DUE_BY_SUNDAY: "Due by Sunday",
    DueState.MISSED_LAST_WEEK: "Missed last week",
    DueState.DONE: "Done",
    DueState.OPEN_NOW: "Open now",
    DueState.MISSED: "Missed",
    DueState.NOT_OPEN: "Not open",
    DueState.CHECKED: "Checked",
    DueState.CHECK_NOW: "Check now",
    DueState.NEVER: "Not answered yet",
}
# Worst first, for the one tag of a home that is one of many.
WORST_FIRST = (
    DueState.OUT_OF_DATE,
    DueState.NEVER,
    DueState.DUE_TODAY,
    DueState.MISSED,
    DueState.MISSED_LAST_WEEK,
    DueState.OPEN_NOW,
    DueState.DUE_BY_SUNDAY,
    DueState.CHECK_NOW,
)


@dataclass(frozen=True)
class Status:
    """The tag and the line under it."""

    tag: str
    line: str


def status_of(due: Due, *, confirmed_at: datetime | None, changed_at: datetime | None, at: datetime) -> Status:
    """Return how a section stands, in words, with its age beside its time."""
    return Status(TAGS[due.state], _line(due, confirmed_at, changed_at, at))


def day_words(day: date, *, today: date) -> str:
    """Return a day in words: "Saturday 17 April", with the year when it is another one."""
    return f"{day:%A} {day.day} {day:%B}" + ("" if day.year == today.year else f" {day.year}")


def period_words(period: Period) -> str:
    """Return a span of days in words: "12 to 18 April", "29 March to 4 April"."""
    first, last = period.starts_on, period.ends_on
    start = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
    return f"{start} to {last.day} {last:%B}"


def _line(due: Due, confirmed_at: datetime | None, changed_at: datetime | None, at: datetime) -> str:
    today = london_day(at)
    if due.state is DueState.NOT_OPEN:
        return f"Opens {due.next_due_on.day} {due.next_due_on:%B}" if due.next_due_on else "Nothing is asked now"
    if confirmed_at is None:
        ends = due.period.ends_on if due.period and due.period.ends_on > today else None
        return f"Due by {day_words(ends, today=today)}" if ends else ""
    when = age_words(confirmed_at, at)
    done_on = day_words(london_day(confirmed_at), today=today)
    if due.state is DueState.UP_TO_DATE:
        return f"Updated {when}" if changed_at == confirmed_at else f"Checked {when}{_changed(changed_at, today)}"
    if due.state is DueState.DUE_TODAY:
        return f"Last checked {when}." + (f" Goes out of date {age_words(due.stale_at, at)}" if due.stale_at else "")
    if due.state is DueState.OUT_OF_DATE:
        return f"Last checked {elapsed_words(confirmed_at, at)}, {when}"
    if due.state in (DueState.DONE_THIS_WEEK, DueState.DONE):
        return f"Done {done_on}"
    if due.state in (DueState.MISSED_LAST_WEEK, DueState.MISSED):
        return f"Nothing came in for {period_words(due.missed_period)}" if due.missed_period else f"Last done {done_on}"
    return _open_line(due, done_on, today)


def _open_line(due: Due, done_on: str, today: date) -> str:
    if due.period is None:
        return f"Last checked {done_on}"
    ends = due.period.ends_on
    if due.state is DueState.OPEN_NOW:
        left = (ends - today).days
        return f"Open from {period_words(due.period)}, " + (
            "last day" if left == 0 else f"{left} day{'s' * (left != 1)} left"
        )
    if due.state is DueState.CHECKED:
        return f"Checked {done_on}, next check by {ends.day} {ends:%B}"
    return f"Due by {day_words(ends, today=today)}. Last done {done_on}"


def _changed(changed_at: datetime | None, today: date) -> str:
    if changed_at is None:
        return ""
    then = changed_at.astimezone(LONDON).date()
    return ", last changed today" if then == today else f", last changed {then.day} {then:%B}"
