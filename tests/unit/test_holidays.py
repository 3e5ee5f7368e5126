"""The shipped list of public holidays against the rule, and against years written down by hand."""

from datetime import date

import pytest

from ctapp.reference.holidays import bank_holidays, easter_sunday, listed_holidays, rule_holidays

BY_HAND = {
    2020: ["01-01", "04-10", "04-13", "05-08", "05-25", "08-31", "12-25", "12-28"],
    2021: ["01-01", "04-02", "04-05", "05-03", "05-31", "08-30", "12-27", "12-28"],
    2022: ["01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"],
    2023: ["01-02", "04-07", "04-10", "05-01", "05-08", "05-29", "08-28", "12-25", "12-26"],
    2024: ["01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"],
    2025: ["01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"],
}


@pytest.mark.parametrize("year", BY_HAND)
def test_listed_days_are_those_written_down_by_hand(year):
    assert [day for day, _ in listed_holidays() if day.year == year] == [
        date.fromisoformat(f"{year}-{day}") for day in BY_HAND[year]
    ]


def test_list_covers_2020_to_2030_and_agrees_with_the_rule():
    by_rule = [pair for year in range(2020, 2031) for pair in rule_holidays(year).items()]
    assert list(listed_holidays()) == by_rule


def test_years_after_the_list_go_on_by_rule():
    assert {day for day in bank_holidays() if day.year == 2033} == set(rule_holidays(2033))
    assert date(2033, 4, 15) in bank_holidays()


@pytest.mark.parametrize("year", range(1990, 2100))
def test_every_holiday_is_a_weekday_and_there_are_at_least_eight(year):
    holidays = rule_holidays(year)
    assert len(holidays) >= 8
    assert all(day.weekday() < 5 for day in holidays)


@pytest.mark.parametrize(
    "day",
    ["1981-04-19", "1954-04-18", "2008-03-23", "2011-04-24", "2038-04-25", "2049-04-18", "2076-04-19", "2285-03-22"],
)
def test_easter_of_early_late_and_exceptional_years(day):
    assert easter_sunday(int(day[:4])) == date.fromisoformat(day)
