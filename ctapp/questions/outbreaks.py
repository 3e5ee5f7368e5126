"""Outbreaks of one location and one pathogen, found in the last answers of each day. Pure: it reads no database and no clock.

It is not the alert (alerts/) and not the table that keeps the result (services/outbreaks.py). The pathogen stands outside:
its only trace here is `clear_days`, 28 for COVID-19. `residents_total` is no part of a `CaseDay`, so it can neither start
nor prolong an outbreak.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Literal

CLEAR_DAYS = 28

OutbreakState = Literal["ongoing", "recovered"]


@dataclass(frozen=True, kw_only=True)
class CaseDay:
    """The last answer given for one day: people who became confirmed, or suspected, on that day.

    Errors: ValueError when a count is negative.
    """

    staff_confirmed: int = 0
    residents_confirmed: int = 0
    staff_symptomatic: int = 0
    residents_symptomatic: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise ValueError(f"{field.name} is below 0")

    @property
    def has_case(self) -> bool:
        """Whether anyone, staff or resident, became confirmed or suspected on the day."""
        return bool(
            self.staff_confirmed or self.residents_confirmed or self.staff_symptomatic or self.residents_symptomatic
        )


@dataclass(frozen=True, kw_only=True)
class Outbreak:
    """One outbreak: its first and last day with a case, and the people counted between them."""

    started_on: date
    last_case_on: date
    staff_confirmed: int
    residents_confirmed: int
    staff_symptomatic: int
    residents_symptomatic: int

    @property
    def duration_days(self) -> int:
        """Days from start to last case, both counted."""
        return (self.last_case_on - self.started_on).days + 1


@dataclass(frozen=True, kw_only=True)
class OutbreakStatus:
    """How an outbreak stands at the end of a day.

    `recovered_on` is the first day it counts as recovered. `no_report_since` is set only where silence alone holds the
    outbreak open: the clear days are over and nothing was reported after them; it names the last day reported.
    """

    state: OutbreakState
    recovered_on: date | None = None
    no_report_since: date | None = None


def find_outbreaks(days: Mapping[date, CaseDay], *, clear_days: int = CLEAR_DAYS) -> tuple[Outbreak, ...]:
    """Return a location's outbreaks, oldest first, from the last answer of each day that was reported.

    A day that is missing holds no case: silence delays recovery (see `status`), it does not join two outbreaks.
    Units: whole people and whole days.
    Source: sections.md, covid, "Outbreak engine".
    """
    groups: list[list[date]] = []
    for day in sorted(day for day, answer in days.items() if answer.has_case):
        if groups and day < earliest_recovery(groups[-1][-1], clear_days=clear_days):
            groups[-1].append(day)
        else:
            groups.append([day])
    return tuple(_sum_up(group, days) for group in groups)


def earliest_recovery(last_case_on: date, *, clear_days: int = CLEAR_DAYS) -> date:
    """Return the first day on which an outbreak can count as recovered, and on which a new case would be a new outbreak.

    It is the 29th day after the last case, the day of the case not counted: 28 whole clear days lie between. Last case
    1 March: 2 to 29 March are the clear days, 30 March is the day. Counting the day of the case itself as the first would
    give 29 March, on which a case still belongs to the old outbreak.
    Source: sections.md, covid: "last case 1 March, next 29 March: the same outbreak; 30 March: a new one".
    """
    return last_case_on + timedelta(days=clear_days + 1)


def status(
    outbreak: Outbreak, reported_days: Mapping[date, CaseDay], *, on: date, clear_days: int = CLEAR_DAYS
) -> OutbreakStatus:
    """Return how an outbreak stands on a day, by the days reported up to and including it.

    Recovered needs both: the clear days are over, and a day after them was reported without a case. A day with a case
    after them is a new outbreak and no proof that this one is over, so this one waits for the first report of none.
    Errors: ValueError when `on` lies before the outbreak.
    Source: sections.md, covid, "Recovered".
    """
    if on < outbreak.started_on:
        raise ValueError("an outbreak has no status before it started")
    earliest = earliest_recovery(outbreak.last_case_on, clear_days=clear_days)
    reported_after = [day for day in reported_days if earliest <= day <= on]
    clear_after = [day for day in reported_after if not reported_days[day].has_case]
    if clear_after:
        return OutbreakStatus(state="recovered", recovered_on=min(clear_after))
    if on < earliest or reported_after:
        return OutbreakStatus(state="ongoing")
    last_reported_on = max((day for day in reported_days if day <= on), default=outbreak.last_case_on)
    return OutbreakStatus(state="ongoing", no_report_since=last_reported_on)


def _sum_up(case_days: list[date], days: Mapping[date, CaseDay]) -> Outbreak:
    # Days without a case between the first and the last add nothing, so only the days with one are read.
    answers = [days[day] for day in case_days]
    return Outbreak(
        started_on=case_days[0],
        last_case_on=case_days[-1],
        staff_confirmed=sum(answer.staff_confirmed for answer in answers),
        residents_confirmed=sum(answer.residents_confirmed for answer in answers),
        staff_symptomatic=sum(answer.staff_symptomatic for answer in answers),
        residents_symptomatic=sum(answer.residents_symptomatic for answer in answers),
    )
