"""When a section is due, done, missed or out of date: boundaries in threes, both clock changes, and slow walks as second opinion."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctapp.clock import LONDON
from ctapp.questions.cadence import Cadence, DueState, Period, assess_due, monthly_window
from ctapp.reference.holidays import bank_holidays

DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


def london(text):
    """An ISO time on the wall in London, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def assess(cadence, confirmed, at, **options):
    confirmed_at = london(confirmed) if isinstance(confirmed, str) else confirmed
    at = london(at) if isinstance(at, str) else at
    return assess_due(Cadence(cadence), confirmed_at, at=at, bank_holidays=bank_holidays(), **options)


def shown(cadence, confirmed, at, **options):
    due = assess(cadence, confirmed, at, **options)
    return (due.state.value, due.is_due, due.is_stale, due.missed)


# Daily

CLOCK_CHANGES = [
    "2021-04-20T09:12:00",
    "2021-03-27T09:12:00",
    "2021-03-28T00:30:00",
    "2021-10-30T09:12:00",
    "2021-10-31T00:59:59",
]


@pytest.mark.parametrize("confirmed", CLOCK_CHANGES)
@pytest.mark.parametrize(
    "gone_by, is_stale", [(48 * HOUR - SECOND, False), (48 * HOUR, True), (48 * HOUR + SECOND, True)]
)
def test_daily_is_out_of_date_after_48_hours_to_the_second(confirmed, gone_by, is_stale):
    confirmed_at = london(confirmed)
    due = assess("daily", confirmed_at, confirmed_at + gone_by)
    assert (due.is_stale, due.is_due) == (is_stale, True)
    assert due.state == (DueState.OUT_OF_DATE if is_stale else DueState.DUE_TODAY)
    assert due.stale_at == confirmed_at + 48 * HOUR
    assert due.stale_at.tzinfo is UTC


@pytest.mark.parametrize(
    "saturday, wall_clock_when_stale", [("2021-03-27T09:12:00", (10, 12)), ("2021-10-30T09:12:00", (8, 12))]
)
def test_clock_change_moves_the_hour_on_the_wall_not_the_48_hours(saturday, wall_clock_when_stale):
    wall = assess("daily", saturday, saturday).stale_at.astimezone(LONDON)
    assert (wall.hour, wall.minute) == wall_clock_when_stale


def test_48_hours_are_counted_in_utc_when_london_times_are_passed():
    confirmed_at = datetime(2021, 10, 30, 9, 12, tzinfo=LONDON)
    wall_48_hours_on = datetime(2021, 11, 1, 9, 12, tzinfo=LONDON)
    due = assess_due(Cadence.DAILY, confirmed_at, at=wall_48_hours_on - 61 * MINUTE, bank_holidays=frozenset())
    assert not due.is_stale
    assert due.stale_at == (wall_48_hours_on - HOUR).astimezone(UTC)
    due = assess_due(Cadence.DAILY, confirmed_at, at=wall_48_hours_on - HOUR, bank_holidays=frozenset())
    assert due.is_stale
    due = assess_due(
        Cadence.DAILY_RELAXED_WEEKLY, confirmed_at, at=wall_48_hours_on + 6 * DAY - HOUR, bank_holidays=frozenset()
    )
    assert due.is_stale


@pytest.mark.parametrize(
    "confirmed, at, state",
    [
        ("2021-04-20T09:12:00", "2021-04-20T23:59:59", "up_to_date"),
        ("2021-04-20T09:12:00", "2021-04-21T00:00:00", "due_today"),
        ("2021-04-20T23:59:59", "2021-04-21T00:00:01", "due_today"),
        ("2021-04-21T00:00:00", "2021-04-21T00:00:00", "up_to_date"),
        ("2021-04-21T00:30:00", "2021-04-21T12:00:00", "up_to_date"),
        ("2021-01-20T00:30:00", "2021-01-20T12:00:00", "up_to_date"),
    ],
)
def test_daily_is_due_each_london_day_until_confirmed(confirmed, at, state):
    assert shown("daily", confirmed, at) == (state, state == "due_today", False, False)


def test_daily_names_its_day_and_when_it_is_next_due():
    assert assess("daily", "2021-04-20T09:12:00", "2021-04-20T10:00:00").next_due_on == date(2021, 4, 21)
    due = assess("daily", "2021-04-19T09:12:00", "2021-04-20T10:00:00")
    assert (due.next_due_on, due.period) == (date(2021, 4, 20), Period(date(2021, 4, 20), date(2021, 4, 20)))


@pytest.mark.parametrize("cadence", list(Cadence))
def test_answer_a_moment_ahead_of_this_clock_counts_as_now(cadence):
    just_before, ahead = london("2021-04-12T23:59:59"), london("2021-04-13T00:00:02")
    assert assess(cadence, ahead, just_before).state == assess(cadence, just_before, just_before).state


# Weekly


@pytest.mark.parametrize(
    "confirmed, at, shows",
    [
        ("2021-04-19T00:00:00", "2021-04-25T23:59:59", ("done_this_week", False, False, False)),
        ("2021-04-18T23:59:59", "2021-04-19T00:00:00", ("due_by_sunday", True, False, False)),
        ("2021-04-18T23:59:59", "2021-04-25T23:59:59", ("due_by_sunday", True, False, False)),
        ("2021-04-18T23:59:59", "2021-04-26T00:00:00", ("missed_last_week", True, False, True)),
        ("2021-04-12T00:00:00", "2021-04-25T23:59:59", ("due_by_sunday", True, False, False)),
        ("2021-04-11T23:59:59", "2021-04-19T00:00:00", ("missed_last_week", True, False, True)),
        ("2019-01-01T09:00:00", "2021-04-25T23:59:59", ("missed_last_week", True, False, True)),
        ("2021-03-28T23:59:59", "2021-03-29T00:00:00", ("due_by_sunday", True, False, False)),
        ("2021-10-31T23:59:59", "2021-11-01T00:00:00", ("due_by_sunday", True, False, False)),
    ],
)
def test_weekly_is_due_from_monday_and_missed_after_sunday_but_never_stale(confirmed, at, shows):
    assert shown("weekly", confirmed, at) == shows
    assert assess("weekly", confirmed, at).stale_at is None


def test_weekly_names_its_week_the_missed_week_and_the_next_monday():
    due = assess("weekly", "2021-04-09T09:00:00", "2021-04-20T09:00:00")
    assert due.period == Period(date(2021, 4, 19), date(2021, 4, 25))
    assert due.missed_period == Period(date(2021, 4, 12), date(2021, 4, 18))
    assert due.next_due_on == date(2021, 4, 19)
    assert assess("weekly", "2021-04-19T09:00:00", "2021-04-20T09:00:00").next_due_on == date(2021, 4, 26)


@pytest.mark.parametrize(
    "since_on, missed", [(date(2021, 4, 18), True), (date(2021, 4, 19), False), (date(2021, 4, 20), False)]
)
def test_week_before_the_season_opened_is_not_missed(since_on, missed):
    due = assess("weekly", "2021-03-20T09:00:00", "2021-04-20T09:00:00", since_on=since_on)
    assert (due.missed, due.is_due) == (missed, True)


@pytest.mark.parametrize("confirmed", ["2021-04-12T09:00:00", "2021-03-22T09:00:00", "2021-10-25T09:00:00"])
@pytest.mark.parametrize(
    "gone_by, state",
    [(192 * HOUR - SECOND, "due_by_sunday"), (192 * HOUR, "out_of_date"), (192 * HOUR + SECOND, "out_of_date")],
)
def test_daily_relaxed_to_weekly_is_out_of_date_after_8_times_24_hours(confirmed, gone_by, state):
    confirmed_at = london(confirmed)
    due = assess("daily_relaxed_weekly", confirmed_at, confirmed_at + gone_by)
    assert (due.state, due.is_stale, due.is_due) == (state, state == "out_of_date", True)
    assert due.stale_at == confirmed_at + 192 * HOUR


def test_relaxed_section_missed_but_not_yet_out_of_date_says_so():
    assert shown("daily_relaxed_weekly", "2021-04-18T20:00:00", "2021-04-26T08:00:00") == (
        "missed_last_week",
        True,
        False,
        True,
    )
    assert shown("daily_relaxed_weekly", "2021-04-18T20:00:00", "2021-04-26T20:00:00") == (
        "out_of_date",
        True,
        True,
        True,
    )
    assert shown("daily_relaxed_weekly", "2021-04-19T20:00:00", "2021-04-25T20:00:00") == (
        "done_this_week",
        False,
        False,
        False,
    )


# Monthly


def test_windows_of_2024_are_those_of_the_law():
    ends = {1: 15, 2: 14, 3: 14, 7: 15, 8: 14, 9: 16, 10: 14, 11: 14, 12: 16}
    for month, last_day in ends.items():
        assert monthly_window(2024, month, bank_holidays=bank_holidays()) == Period(
            date(2024, month, 8), date(2024, month, last_day)
        )


@pytest.mark.parametrize(
    "year, month, last_day",
    [(2028, 4, 18), (2021, 2, 15), (2021, 8, 16), (2021, 4, 14)],
    ids=["good friday to after easter monday", "sunday", "saturday", "wednesday"],
)
def test_window_runs_to_the_next_working_day(year, month, last_day):
    assert monthly_window(year, month, bank_holidays=bank_holidays()).ends_on == date(year, month, last_day)


@pytest.mark.parametrize(
    "confirmed, at, shows",
    [
        ("2024-08-10T09:00:00", "2024-09-07T23:59:59", ("done", False, False, False)),
        ("2024-08-10T09:00:00", "2024-09-08T00:00:00", ("open_now", True, False, False)),
        ("2024-08-10T09:00:00", "2024-09-16T23:59:59", ("open_now", True, False, False)),
        ("2024-08-10T09:00:00", "2024-09-17T00:00:00", ("missed", False, False, True)),
        ("2024-08-10T09:00:00", "2024-10-07T23:59:59", ("missed", False, False, True)),
        ("2024-08-10T09:00:00", "2024-10-08T00:00:00", ("open_now", True, False, False)),
        ("2024-09-07T23:59:59", "2024-09-20T00:00:00", ("missed", False, False, True)),
        ("2024-09-08T00:00:00", "2024-09-20T00:00:00", ("done", False, False, False)),
        ("2024-09-16T23:59:59", "2024-09-20T00:00:00", ("done", False, False, False)),
        ("2024-09-17T00:00:00", "2024-09-20T00:00:00", ("missed", False, False, True)),
        ("2024-12-16T09:00:00", "2025-01-07T09:00:00", ("done", False, False, False)),
    ],
)
def test_monthly_is_open_in_its_window_and_missed_after_it(confirmed, at, shows):
    assert shown("monthly", confirmed, at) == shows


def test_late_return_is_missed_and_said_to_be_late():
    late = assess("monthly", "2024-09-18T09:00:00", "2024-09-20T00:00:00")
    assert (late.missed, late.is_late) == (True, True)
    nothing = assess("monthly", "2024-08-18T09:00:00", "2024-09-20T00:00:00")
    assert (nothing.missed, nothing.is_late) == (True, False)


@pytest.mark.parametrize(
    "since_on, state", [(date(2024, 9, 16), "missed"), (date(2024, 9, 17), "not_open"), (date(2024, 9, 18), "not_open")]
)
def test_window_before_the_location_was_asked_is_not_missed(since_on, state):
    due = assess("monthly", "2024-08-10T09:00:00", "2024-09-20T00:00:00", since_on=since_on)
    assert (due.state, due.next_due_on) == (state, date(2024, 10, 8))


def test_monthly_names_its_window_and_the_next():
    due = assess("monthly", "2021-04-09T09:00:00", "2021-04-20T09:00:00")
    assert (due.state, due.period, due.next_due_on) == (
        "done",
        Period(date(2021, 4, 8), date(2021, 4, 14)),
        date(2021, 5, 8),
    )
    assert assess("monthly", None, "2021-12-20T09:00:00").next_due_on == date(2022, 1, 8)


# On change


@pytest.mark.parametrize(
    "confirmed, at, state",
    [
        ("2021-04-03T09:00:00", "2021-06-30T23:59:59", "checked"),
        ("2021-04-03T09:00:00", "2021-07-01T00:00:00", "check_now"),
        ("2021-03-31T23:59:59", "2021-04-01T00:00:00", "check_now"),
        ("2021-04-01T00:00:00", "2021-04-01T00:00:00", "checked"),
        ("2020-12-31T23:59:59", "2021-01-01T00:00:00", "check_now"),
    ],
)
def test_check_is_due_each_quarter(confirmed, at, state):
    assert shown("on_change", confirmed, at) == (state, state == "check_now", False, False)


def test_quarter_names_its_last_day_and_the_next():
    due = assess("on_change", "2021-04-03T09:00:00", "2021-04-20T09:00:00")
    assert (due.period.ends_on, due.next_due_on) == (date(2021, 6, 30), date(2021, 7, 1))
    assert assess("on_change", None, "2021-12-31T09:00:00").period == Period(date(2021, 10, 1), date(2021, 12, 31))


# All


@pytest.mark.parametrize("cadence", list(Cadence))
def test_section_never_answered_is_due_not_stale_not_missed(cadence):
    assert shown(cadence, None, "2021-04-12T09:00:00") == ("never", True, False, False)


@pytest.mark.parametrize("cadence", list(Cadence))
@pytest.mark.parametrize("confirmed", [None, "2019-04-10T09:00:00", "2021-04-12T09:00:00"])
def test_nothing_is_due_outside_a_season_campaign_or_fund_period(cadence, confirmed):
    due = assess(cadence, confirmed, "2021-04-12T10:00:00", is_open=False)
    assert (due.state, due.is_due, due.is_stale, due.missed, due.stale_at) == ("not_open", False, False, False, None)


@pytest.mark.parametrize(
    "confirmed_at, at", [(datetime(2021, 4, 1), datetime(2021, 4, 1, tzinfo=UTC)), (None, datetime(2021, 4, 1))]
)
def test_naive_moment_is_refused(confirmed_at, at):
    with pytest.raises(ValueError, match="offset"):
        assess_due(Cadence.DAILY, confirmed_at, at=at, bank_holidays=frozenset())


# The second opinion: clocks that walk on step by step and note what they pass.

moments = st.one_of(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 6, 1)),
    st.datetimes(datetime(2021, 3, 26), datetime(2021, 3, 30)),
    st.datetimes(datetime(2021, 10, 29), datetime(2021, 11, 2)),
)
minutes = moments.map(lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC))


def walk(start, steps, step):
    for n in range(steps + 1):
        yield (start + n * step).astimezone(LONDON)


@settings(max_examples=60, deadline=None)
@given(confirmed_at=minutes, steps=st.one_of(st.integers(0, 5000), st.integers(2878, 2882)))
def test_daily_agrees_with_a_walk_by_the_minute(confirmed_at, steps):
    tag, days_seen, passed = "up_to_date", set(), -1
    for wall in walk(confirmed_at, steps, MINUTE):
        passed += 1
        days_seen.add((wall.month, wall.day))
        if len(days_seen) > 1:
            tag = "due_today"
        if passed >= 2880:
            tag = "out_of_date"
    due = assess("daily", confirmed_at, confirmed_at + steps * MINUTE)
    assert (due.state, due.is_due, due.is_stale) == (tag, tag != "up_to_date", tag == "out_of_date")


@settings(max_examples=60, deadline=None)
@given(confirmed_at=minutes, steps=st.one_of(st.integers(0, 25 * 96), st.integers(8 * 96 - 2, 8 * 96 + 2)))
def test_weeks_agree_with_a_walk_by_the_quarter_hour(confirmed_at, steps):
    confirmed_at = confirmed_at.replace(minute=confirmed_at.minute // 15 * 15)
    mondays, yesterday, passed = 0, None, -1
    for wall in walk(confirmed_at, steps, 15 * MINUTE):
        passed += 1
        mondays += yesterday == 6 and wall.weekday() == 0
        yesterday = wall.weekday()
    at = confirmed_at + steps * 15 * MINUTE
    tag = ["done_this_week", "due_by_sunday", "missed_last_week"][min(mondays, 2)]
    assert shown("weekly", confirmed_at, at) == (tag, mondays > 0, False, mondays > 1)
    is_stale = passed >= 8 * 96
    assert shown("daily_relaxed_weekly", confirmed_at, at) == (
        "out_of_date" if is_stale else tag,
        mondays > 0,
        is_stale,
        mondays > 1,
    )


@settings(max_examples=60, deadline=None)
@given(confirmed_at=minutes, steps=st.integers(0, 75 * 24))
def test_months_and_quarters_agree_with_a_walk_by_the_hour(confirmed_at, steps):
    at = confirmed_at + steps * HOUR
    done_on, today = confirmed_at.astimezone(LONDON).date(), at.astimezone(LONDON).date()
    is_open = is_open_today = done_in_last = False
    day = (done_on.replace(day=1) - DAY).replace(day=1)
    while day <= today:
        if day.day == 8:
            is_open, done_in_last = True, False
        if is_open and day == done_on:
            done_in_last = True
        is_open_today = is_open
        if day.day >= 14 and day.weekday() < 5 and day not in bank_holidays():
            is_open = False
        day += DAY
    tag = "done" if done_in_last else "open_now" if is_open_today else "missed"
    assert shown("monthly", confirmed_at, at) == (tag, tag == "open_now", False, tag == "missed")
    quarters = {(wall.year, (wall.month + 2) // 3) for wall in walk(confirmed_at, steps, HOUR)}
    assert assess("on_change", confirmed_at, at).state == ("checked" if len(quarters) == 1 else "check_now")


@given(cadence=st.sampled_from(Cadence), confirmed_at=st.none() | minutes, after=st.integers(0, 10**6))
def test_next_due_day_is_in_reach_and_holds(cadence, confirmed_at, after):
    at = (confirmed_at or datetime(2024, 2, 29, 12, tzinfo=UTC)) + after * MINUTE
    due, today = assess(cadence, confirmed_at, at), at.astimezone(LONDON).date()
    assert (due.next_due_on <= today) == due.is_due
    first_moment = datetime(due.next_due_on.year, due.next_due_on.month, due.next_due_on.day, tzinfo=LONDON).astimezone(
        UTC
    )
    if due.is_due:
        assert today in due.period
    else:
        assert assess(cadence, confirmed_at, first_moment).is_due
        assert not assess(cadence, confirmed_at, max(at, first_moment - SECOND)).is_due
