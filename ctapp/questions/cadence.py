"""When a section is due, done, missed or out of date. Pure: the moment is an argument.

Two kinds of arithmetic, never mixed: time gone by is counted in UTC, so 48 hours are 48 hours across a clock change;
days, weeks, windows and quarters are London's calendar. It is not the freshness of Find, which is `clock.is_stale` for
every cadence, nor the judgement whether a monthly return was made by law; ages in words are in age.py.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from ctapp.clock import STALE_AFTER, is_stale, london_day

RELAXED_STALE_AFTER = timedelta(hours=8 * 24)
WINDOW_OPENS, WINDOW_CLOSES = 8, 14
_DAY = timedelta(days=1)


class Cadence(StrEnum):
    """How often a section is asked of a location; the last names a daily section that was relaxed to weekly."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    ON_CHANGE = "on_change"
    DAILY_RELAXED_WEEKLY = "daily_relaxed_weekly"


class DueState(StrEnum):
    """The tag of a section on a card: one for each in screens.md, "Words for status", and `not_open`."""

    UP_TO_DATE = "up_to_date"
    DUE_TODAY = "due_today"
    OUT_OF_DATE = "out_of_date"
    DONE_THIS_WEEK = "done_this_week"
    DUE_BY_SUNDAY = "due_by_sunday"
    MISSED_LAST_WEEK = "missed_last_week"
    DONE = "done"
    OPEN_NOW = "open_now"
    MISSED = "missed"
    NOT_OPEN = "not_open"
    CHECKED = "checked"
    CHECK_NOW = "check_now"
    NEVER = "never"


@dataclass(frozen=True)
class Period:
    """Whole London days, the last one included."""

    starts_on: date
    ends_on: date

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True)
class Due:
    """How a section of one location stands at a moment.

    `period` is the day, week, window or quarter in question: its last day is the day to answer by. `stale_at` is the
    moment it goes (or went) out of date, aware UTC, None where it never does. `next_due_on` is the first London day of
    the turn now open, else of the next. `missed_period` passed without an answer; `is_late` says one came after it.
    """

    state: DueState
    is_due: bool = False
    is_stale: bool = False
    stale_at: datetime | None = None
    period: Period | None = None
    next_due_on: date | None = None
    missed_period: Period | None = None
    is_late: bool = False

    @property
    def missed(self) -> bool:
        """Whether the last turn passed without an answer."""
        return self.missed_period is not None


def assess_due(
    cadence: Cadence,
    confirmed_at: datetime | None,
    *,
    at: datetime,
    bank_holidays: Set[date],
    is_open: bool = True,
    since_on: date | None = None,
) -> Due:
    """Return how a section stands at a moment, by its cadence and the last time it was saved or confirmed.

    `is_open`: false outside a season, campaign or fund period, when nothing is due. `since_on`: first day it is asked of
    this location, so that no turn before it counts as missed. Monthly: when there is a save inside the window, pass that
    one as `confirmed_at`, since a later save hides it. A section never answered is due, not stale and not missed.
    Errors: ValueError when a moment is naive.
    Source: flows.md, "Age, fresh, due, stale"; screens.md, "Words for status".
    """
    if at.tzinfo is None or (confirmed_at is not None and confirmed_at.tzinfo is None):
        raise ValueError("a moment needs an offset")
    if not is_open:
        return Due(DueState.NOT_OPEN)
    today = london_day(at)
    # Clocks of two machines differ by seconds: an answer from just after midnight is today's, not tomorrow's.
    done_on = None if confirmed_at is None else min(london_day(confirmed_at), today)
    match cadence:
        case Cadence.DAILY:
            return _daily(confirmed_at, at, done_on=done_on, today=today)
        case Cadence.WEEKLY:
            return _weekly(done_on, today, since_on=since_on)
        case Cadence.DAILY_RELAXED_WEEKLY:
            return _relaxed(_weekly(done_on, today, since_on=since_on), confirmed_at, at=at)
        case Cadence.MONTHLY:
            return _monthly(done_on, today, since_on=since_on, bank_holidays=bank_holidays)
        case Cadence.ON_CHANGE:
            return _quarterly(done_on, today)


def monthly_window(year: int, month: int, *, bank_holidays: Set[date]) -> Period:
    """Return a month's window: the 8th to the 14th, or to the next working day if the 14th is none in England.

    Source: flows.md, "Statutory window".
    """
    ends_on = date(year, month, WINDOW_CLOSES)
    while ends_on.weekday() >= 5 or ends_on in bank_holidays:
        ends_on += _DAY
    return Period(date(year, month, WINDOW_OPENS), ends_on)


def _daily(confirmed_at: datetime | None, at: datetime, *, done_on: date | None, today: date) -> Due:
    turn = Period(today, today)
    if confirmed_at is None:
        return Due(DueState.NEVER, is_due=True, period=turn, next_due_on=today)
    stale_at = confirmed_at.astimezone(UTC) + STALE_AFTER
    if done_on == today:
        return Due(DueState.UP_TO_DATE, stale_at=stale_at, period=turn, next_due_on=today + _DAY)
    stale = is_stale(confirmed_at, at)
    state = DueState.OUT_OF_DATE if stale else DueState.DUE_TODAY
    return Due(state, is_due=True, is_stale=stale, stale_at=stale_at, period=turn, next_due_on=today)


def _weekly(done_on: date | None, today: date, *, since_on: date | None) -> Due:
    monday = today - today.weekday() * _DAY
    week, last_week = Period(monday, monday + 6 * _DAY), Period(monday - 7 * _DAY, monday - _DAY)
    if done_on is not None and done_on >= monday:
        return Due(DueState.DONE_THIS_WEEK, period=week, next_due_on=monday + 7 * _DAY)
    due = Due(DueState.DUE_BY_SUNDAY, is_due=True, period=week, next_due_on=monday)
    if done_on is None:
        return replace(due, state=DueState.NEVER)
    if done_on in last_week or (since_on is not None and since_on > last_week.ends_on):
        return due
    return replace(due, state=DueState.MISSED_LAST_WEEK, missed_period=last_week)


def _relaxed(due: Due, confirmed_at: datetime | None, *, at: datetime) -> Due:
    if confirmed_at is None:
        return due
    stale_at = confirmed_at.astimezone(UTC) + RELAXED_STALE_AFTER
    if at.astimezone(UTC) < stale_at:
        return replace(due, stale_at=stale_at)
    return replace(due, state=DueState.OUT_OF_DATE, is_stale=True, stale_at=stale_at)


def _monthly(done_on: date | None, today: date, *, since_on: date | None, bank_holidays: Set[date]) -> Due:
    opened_on = today if today.day >= WINDOW_OPENS else today.replace(day=1) - _DAY
    window = monthly_window(opened_on.year, opened_on.month, bank_holidays=bank_holidays)
    opens_next_on = (window.starts_on.replace(day=1) + 31 * _DAY).replace(day=WINDOW_OPENS)
    if done_on is not None and done_on in window:
        return Due(DueState.DONE, period=window, next_due_on=opens_next_on)
    if today in window:
        state = DueState.NEVER if done_on is None else DueState.OPEN_NOW
        return Due(state, is_due=True, period=window, next_due_on=window.starts_on)
    over = Due(DueState.NOT_OPEN, period=window, next_due_on=opens_next_on)
    if done_on is None:
        return replace(over, state=DueState.NEVER)
    if since_on is not None and since_on > window.ends_on:
        return over
    return replace(over, state=DueState.MISSED, missed_period=window, is_late=done_on > window.ends_on)


def _quarterly(done_on: date | None, today: date) -> Due:
    starts_on = date(today.year, today.month - (today.month - 1) % 3, 1)
    next_on = (starts_on + 95 * _DAY).replace(day=1)
    quarter = Period(starts_on, next_on - _DAY)
    if done_on is not None and done_on >= starts_on:
        return Due(DueState.CHECKED, period=quarter, next_due_on=next_on)
    state = DueState.NEVER if done_on is None else DueState.CHECK_NOW
    return Due(state, is_due=True, period=quarter, next_due_on=starts_on)
