"""Public holidays in England (and Wales): the shipped list, and the rule it is checked against and goes on with.

It is not the statutory window, which takes these days as an argument (questions/cadence.py). Nothing was copied: the
list follows from the rule below and from the days that were moved or added by royal proclamation.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

_DAY = timedelta(days=1)
_YEARS_BY_RULE = 20

# Source: royal proclamations under the Banking and Financial Dealings Act 1971, section 1.
MOVED = {date(2020, 5, 4): date(2020, 5, 8), date(2022, 5, 30): date(2022, 6, 2)}
ADDED = {
    date(2022, 6, 3): "Platinum Jubilee bank holiday",
    date(2022, 9, 19): "State funeral bank holiday",
    date(2023, 5, 8): "Coronation bank holiday",
}


@cache
def bank_holidays() -> frozenset[date]:
    """Return the public holidays of England: the shipped list, and 20 years by rule after its last year.

    Without the second part, the window of a year that nobody added to the list would close on a holiday.
    Source: bank_holidays.csv; add a year there once it is proclaimed.
    """
    listed = frozenset(day for day, _ in listed_holidays())
    last = max(listed).year
    return listed.union(*(rule_holidays(year) for year in range(last + 1, last + 1 + _YEARS_BY_RULE)))


def listed_holidays() -> tuple[tuple[date, str], ...]:
    """Return the shipped list as (day, name), oldest first."""
    text = files("ctapp.reference").joinpath("bank_holidays.csv").read_text(encoding="utf-8")
    return tuple((date.fromisoformat(row["date"]), row["name"]) for row in csv.DictReader(text.splitlines()))


def rule_holidays(year: int) -> dict[date, str]:
    """Return a year's public holidays of England with their names, by rule and by the days known to be moved or added.

    Source: Banking and Financial Dealings Act 1971, schedule 1; New Year's Day and early May by proclamation since 1974 and 1978.
    """
    easter = easter_sunday(year)
    holidays = {
        easter - 2 * _DAY: "Good Friday",
        easter + _DAY: "Easter Monday",
        _monday_on_or_after(date(year, 5, 1)): "Early May bank holiday",
        _monday_on_or_after(date(year, 5, 25)): "Spring bank holiday",
        _monday_on_or_after(date(year, 8, 25)): "Summer bank holiday",
    }
    holidays.update(_with_substitutes(year))
    for usual, moved_to in MOVED.items():
        if usual in holidays:
            holidays[moved_to] = holidays.pop(usual)
    holidays.update({day: name for day, name in ADDED.items() if day.year == year})
    return dict(sorted(holidays.items()))


def easter_sunday(year: int) -> date:
    """Return Easter Sunday in the Gregorian calendar: the Sunday after the church's full moon of spring.

    Source: the Gregorian computus, by golden number, epact and the Sunday that follows day 14 of the moon.
    """
    golden = year % 19
    century = year // 100
    corrections = century - century // 4 - (8 * century + 13) // 25
    epact_days = (19 * golden + corrections + 15) % 30
    # Two late moons are pulled one day forward, so that no two years of one 19-year cycle share a date.
    epact_days -= 1 if epact_days == 29 or (epact_days == 28 and golden > 10) else 0
    full_moon = date(year, 3, 21) + epact_days * _DAY
    return full_moon + (6 - full_moon.weekday() or 7) * _DAY


def _monday_on_or_after(day: date) -> date:
    return day + (-day.weekday() % 7) * _DAY


def _with_substitutes(year: int) -> Iterator[tuple[date, str]]:
    # A holiday at the weekend moves to the next weekday that is not one already: in 2021 both Christmas days moved.
    fixed = (
        (date(year, 1, 1), "New Year's Day"),
        (date(year, 12, 25), "Christmas Day"),
        (date(year, 12, 26), "Boxing Day"),
    )
    taken = {day for day, _ in fixed if day.weekday() < 5}
    for day, name in fixed:
        kept = day
        while kept.weekday() >= 5 or (kept != day and kept in taken):
            kept += _DAY
        taken.add(kept)
        yield kept, name if kept == day else f"{name} (substitute day)"
