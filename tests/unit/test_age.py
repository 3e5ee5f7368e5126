"""How a moment and the time gone by are said in words."""

from datetime import UTC, datetime, timedelta

import pytest

from ctapp.clock import LONDON
from ctapp.questions.age import age_words, elapsed_words, span_words


def london(text):
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    "moment, words",
    [
        ("2021-04-20T09:12:59", "today at 9:12am"),
        ("2021-04-20T00:00:00", "today at 12:00am"),
        ("2021-04-19T23:59:59", "yesterday at 11:59pm"),
        ("2021-04-19T15:40:00", "yesterday at 3:40pm"),
        ("2021-04-19T00:00:00", "yesterday at 12:00am"),
        ("2021-04-18T23:59:59", "Sunday 18 April at 11:59pm"),
        ("2021-04-17T08:20:00", "Saturday 17 April at 8:20am"),
        ("2021-04-20T12:00:00", "today at 12:00pm"),
        ("2021-04-20T12:59:00", "today at 12:59pm"),
        ("2021-04-20T13:00:00", "today at 1:00pm"),
        ("2021-04-21T15:40:00", "tomorrow at 3:40pm"),
        ("2021-04-22T09:12:00", "Thursday 22 April at 9:12am"),
        ("2020-12-05T09:00:00", "Saturday 5 December 2020 at 9:00am"),
    ],
)
def test_moment_is_said_in_london_words(moment, words):
    assert age_words(london(moment), london("2021-04-20T16:00:00")) == words


def test_day_is_londons_and_not_utcs():
    half_past_midnight_in_london = datetime(2021, 4, 19, 23, 30, tzinfo=UTC)
    assert age_words(half_past_midnight_in_london, london("2021-04-20T16:00:00")) == "today at 12:30am"
    assert age_words(half_past_midnight_in_london, half_past_midnight_in_london) == "today at 12:30am"


@pytest.mark.parametrize(
    "seconds, words",
    [
        (-5, "less than a minute ago"),
        (59, "less than a minute ago"),
        (60, "1 minute ago"),
        (119, "1 minute ago"),
        (120, "2 minutes ago"),
        (3599, "59 minutes ago"),
        (3600, "1 hour ago"),
        (3 * 3600, "3 hours ago"),
        (86399, "23 hours ago"),
        (86400, "1 day ago"),
        (2 * 86400 - 1, "1 day ago"),
        (2 * 86400, "2 days ago"),
        (400 * 86400, "400 days ago"),
    ],
)
def test_time_gone_by_is_whole_units(seconds, words):
    then = london("2021-04-20T16:00:00")
    assert elapsed_words(then, then + timedelta(seconds=seconds)) == words


def test_time_gone_by_is_counted_in_utc_across_a_clock_change():
    then, now = datetime(2021, 10, 30, 9, 0, tzinfo=LONDON), datetime(2021, 10, 31, 8, 0, tzinfo=LONDON)
    assert span_words(then, now) == "1 day"
