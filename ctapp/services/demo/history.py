"""The history of one invented home: everything that was done for it, day by day, as deeds in the order of time.

Nothing is written here and no rule is decided: the deeds are done through the services (`writing.py`), which check them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from ctapp.clock import LONDON
from ctapp.questions.cadence import Period, monthly_window
from ctapp.questions.outbreaks import earliest_recovery
from ctapp.reference.holidays import bank_holidays
from ctapp.services.demo import beds as bed_moves
from ctapp.services.demo import state as states
from ctapp.services.demo.answers import ANSWERS, Typed, covid
from ctapp.services.demo.cast import LEEDS, OFFICER, OWNER, PEOPLE, SUPPORT
from ctapp.services.demo.deeds import CODE, CSV, LINK, PHONE, WEB, Confirm, Deed, Fill, TakeBack, Writer
from ctapp.services.demo.homes import GROUP, Home
from ctapp.services.demo.state import HomeState
from ctapp.services.demo.stories import ILL_FOR_DAYS, cases_on, first_visit, happen, last_visit

_DAY = timedelta(days=1)
_TYPES_WITH_BEDS = ("care_home", "hospice", "community_rehab", "substance_misuse")
WEEKLY_UNSEEN = ("workforce", "staff_movement", "visiting", "flu", "covid_vaccination")
WEEKLY_TYPED = ("discharge_testing", "infection_control")
QUARTERLY = ("prices", "contacts")


@dataclass(frozen=True)
class Span:
    """The days of the history, the last one included, and the periods in which some sections are asked."""

    days: Period
    fund: Period
    campaign: Period

    @property
    def length(self) -> int:
        """How many days there are."""
        return (self.days.ends_on - self.days.starts_on).days + 1


@dataclass
class Past:
    """What has been done for a home so far: what its next deed may rest on."""

    deeds: list[Deed] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    filled_on: dict[str, date] = field(default_factory=dict)
    cases: dict[date, tuple[int, int, int, int]] = field(default_factory=dict)
    visited_on: date | None = None
    week_done_on: date | None = None
    month_done_on: date | None = None
    quarter_done_on: date | None = None
    waits_for_clear: bool = False


def history_of(home: Home, span: Span, *, seed: int) -> list[Deed]:
    """Return everything that was done for a home, in the order of time; the same for the same seed and days."""
    chance = Random(f"{seed}/{home.key}/days")  # noqa: S311  (an invented home, no secret)
    state = states.first_state(home, Random(f"{seed}/{home.key}/state"))  # noqa: S311
    past = Past()
    usual = chance.randint(8 * 60, 14 * 60)
    begins = first_visit(home.story, length=span.length)
    pending: set[str] = set()
    for left in range(begins, -1, -1):
        day = span.days.ends_on - left * _DAY
        is_first = left == begins
        if not is_first and _corrects(past, left, day, pending, chance):
            _correct_beds(state, past, day)
        if not is_first:
            pending |= _live(state, past)
        pending |= happen(state, left=left, length=span.length)
        _fall_ill(state, past, day, cases_on(home.story, left=left, length=span.length))
        if not _is_visited(state, past, day, left, chance):
            continue
        minute = usual + chance.randint(-35, 75)
        visit = Visit(state, past, span, chance, day=day, minute=_set_minute(home, left) or minute)
        if is_first:
            visit.first_answers()
        else:
            visit.daily(pending, is_undone=_undoes(home, left, chance))
            visit.now_and_then()
        pending.clear()
        past.visited_on = day
    return past.deeds


class Visit:
    """One time that somebody sits down for a home: the deeds follow each other by minutes."""

    def __init__(self, state: HomeState, past: Past, span: Span, chance: Random, *, day: date, minute: int) -> None:
        self.state, self.past, self.span, self.chance, self.day = state, past, span, chance, day
        self.at = london_time(day, minute)

    def first_answers(self) -> None:
        """Answer everything that is asked, contacts first: the first day of a home."""
        writer = Writer(_account_of(self.state.home), WEB)
        home = self.state.home
        prices = ("prices",) if home.beds else ()
        for section in ("contacts", *_daily_keys(home), *self._weekly_keys(), *prices):
            self._fill(section, writer)
            self._pass(chance_minutes=6)
        self.past.week_done_on = self.past.quarter_done_on = self.day

    def daily(self, pending: set[str], *, is_undone: bool) -> None:
        """Say what changed and confirm the rest; sometimes a confirmation is taken back and put right."""
        home, keys = self.state.home, _daily_keys(self.state.home)
        must_type = {key for key in keys if key in pending} | self._must_type()
        if is_undone and len(must_type) < len(keys):
            self._confirm_and_undo(tuple(key for key in keys if key not in must_type))
            must_type |= {"vacancies"} if _one_more_moved_in(self.state) else set()
        self._backfill()
        writer = self._writer(has_changes=bool(must_type))
        # What the tour through Rosewood names: "last checked yesterday at 3:40pm by the manager".
        is_tour = home.key == "rosewood" and self.day == self.span.days.ends_on
        writer = Writer(home.manager_email, WEB) if is_tour else writer
        for section in keys:
            if section in must_type:
                self._fill(section, writer)
                self._pass(chance_minutes=0 if is_tour else 3)
        if self.past.waits_for_clear and self._is_clear():
            self.past.waits_for_clear = False
        self._confirm(tuple(key for key in keys if key not in must_type), writer)

    def now_and_then(self) -> None:
        """Answer what is asked by week, month and quarter, where its turn has come."""
        writer = Writer(_account_of(self.state.home), WEB)
        self._pass(chance_minutes=5)
        monday = self.day - self.day.weekday() * _DAY
        is_new_week = self.past.week_done_on is None or self.past.week_done_on < monday
        if is_new_week and self.chance.random() < (0.25, 0.45, 0.5, 0.6, 0.7, 0.1, 0.1)[self.day.weekday()]:
            self._weekly(writer)
            self.past.week_done_on = self.day
        window = monthly_window(self.day.year, self.day.month, bank_holidays=bank_holidays())
        if self.day in window and self.past.month_done_on != window.starts_on and self.chance.random() < 0.4:
            if self.state.home.provider_type in ("care_home", "home_care"):
                self._fill("workforce_month", writer)
            self.past.month_done_on = window.starts_on
        quarter_on = date(self.day.year, self.day.month - (self.day.month - 1) % 3, 1)
        if self.past.quarter_done_on and self.past.quarter_done_on < quarter_on and self.chance.random() < 0.08:
            self._fill("contacts", writer)
            if self.state.home.beds:
                self._confirm(("prices",), writer)
            self.past.quarter_done_on = self.day

    def _weekly(self, writer: Writer) -> None:
        states.change_absences(self.state)
        unchanged = []
        for section in self._weekly_keys():
            may_stand = section in WEEKLY_UNSEEN and section in self.past.answered and not self.past.waits_for_clear
            if may_stand and self.chance.random() < 0.7:
                unchanged.append(section)
                continue
            self._fill(section, writer)
            self._pass(chance_minutes=4)
        self._confirm(tuple(unchanged), writer)

    def _weekly_keys(self) -> tuple[str, ...]:
        kind = self.state.home.provider_type
        asked = {"workforce"}
        if kind == "care_home":
            asked |= {"staff_movement", "visiting"}
            asked |= {"flu"} if self.day.month >= 9 or self.day.month <= 3 else set()
        if kind in ("care_home", "hospice", "community_rehab"):
            asked.add("discharge_testing")
        if kind in ("care_home", "home_care"):
            asked |= {"infection_control"} if self.day in self.span.fund else set()
            asked |= {"covid_vaccination"} if self.day in self.span.campaign else set()
        return tuple(key for key in (*WEEKLY_UNSEEN, *WEEKLY_TYPED) if key in asked)

    def _must_type(self) -> set[str]:
        keys = set() if self.state.may_be_confirmed else {"business_continuity"}
        if any(self.past.cases.get(self.day, ())) or self.past.waits_for_clear:
            keys.add("covid")
        return keys

    def _writer(self, *, has_changes: bool) -> Writer:
        home, luck = self.state.home, self.chance.random()
        contact = home.manager_email
        if home.key == "rosewood" and self.chance.random() < 0.4:
            contact = "deputy@rosewood.example"
        if not has_changes:
            return Writer(contact, LINK) if luck < 0.7 else Writer(_account_of(home), WEB)
        if luck < 0.05:
            return Writer(OFFICER if home.council == LEEDS else SUPPORT, PHONE)
        if luck < 0.2 and home.provider == GROUP:
            return Writer(OWNER, CSV)
        return Writer(contact, CODE) if luck < 0.45 else Writer(_account_of(home), WEB)

    def _backfill(self) -> None:
        # Monday's deputy fills in the Saturday or Sunday that nobody told; Rosewood leaves one open for visitors to try.
        missed = self.day - _DAY
        if self.past.visited_on in (None, missed) or self.state.home.key == "rosewood" or self.chance.random() > 0.3:
            return
        cases = self.past.cases.get(missed, (0, 0, 0, 0))
        writer = Writer(_account_of(self.state.home), WEB)
        self.past.deeds.append(Fill(self.at, self.state.home.key, writer, "covid", covid(self.state, cases), missed))
        self._pass(chance_minutes=2)

    def _confirm_and_undo(self, sections: tuple[str, ...]) -> None:
        writer = Writer(_account_of(self.state.home), WEB)
        self._confirm(sections, writer)
        self.at += timedelta(minutes=4)
        self.past.deeds.append(TakeBack(self.at, self.state.home.key, writer))
        self.at += timedelta(minutes=2)

    def _fill(self, section: str, writer: Writer) -> None:
        typed = ANSWERS[section](self.state, self.day)
        self.past.deeds.append(Fill(self.at, self.state.home.key, writer, section, typed, self.day))
        self.past.answered.add(section)
        self.past.filled_on[section] = self.day

    def _is_clear(self) -> bool:
        last_case_on = max((day for day, cases in self.past.cases.items() if any(cases)), default=None)
        return last_case_on is None or self.day >= earliest_recovery(last_case_on)

    def _confirm(self, sections: tuple[str, ...], writer: Writer) -> None:
        if sections:
            self.past.deeds.append(Confirm(self.at, self.state.home.key, writer, sections))

    def _pass(self, *, chance_minutes: int) -> None:
        if chance_minutes:
            self.at += timedelta(minutes=self.chance.randint(1, chance_minutes), seconds=self.chance.randint(0, 59))


def london_time(day: date, minute: int) -> datetime:
    """Return a moment of a London day by its minute."""
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=LONDON)


def _daily_keys(home: Home) -> tuple[str, ...]:
    first = ("home_care",) if home.provider_type == "home_care" else ("vacancies",)
    designated = ("designated",) if home.story == "designated" else ()
    return (*first, *designated, "business_continuity", "covid")


def _account_of(home: Home) -> str:
    # A home of the group without an account of its own is looked after by head office.
    has_own = home.provider != GROUP or any(person.email == home.manager_email for person in PEOPLE)
    return home.manager_email if has_own else OWNER


def _live(state: HomeState, past: Past) -> set[str]:
    changed = set()
    if bed_moves.live_a_day(state.beds, state.chance):
        changed.add("vacancies")
    if states.change_standing(state):
        changed.add("business_continuity")
    if state.home.provider_type == "home_care" and states.change_rounds(state):
        changed.add("home_care")
    return changed


def _fall_ill(state: HomeState, past: Past, day: date, cases: tuple[int, int, int, int]) -> None:
    past.cases[day] = state.cases_today = cases
    past.waits_for_clear = past.waits_for_clear or any(cases)
    recent = (day - ago * _DAY for ago in range(ILL_FOR_DAYS))
    state.residents_with_covid = sum(past.cases[then][0] for then in recent if then in past.cases)


def _set_minute(home: Home, left: int) -> int | None:
    if home.key == "rosewood" and left == 0:
        return 15 * 60 + 40
    # Late in the evening, so that what was checked the day before yesterday is not out of date for most of today.
    return 20 * 60 + 50 if home.story == "day_before" and left == 1 else None


def _is_visited(state: HomeState, past: Past, day: date, left: int, chance: Random) -> bool:
    luck, last = chance.random(), last_visit(state.home.story)
    if left < last:
        return False
    is_forced = left == last or not past.deeds or any(past.cases[day]) or past.waits_for_clear
    if is_forced or state.home.key == "rosewood":
        return is_forced or left != 3
    is_quiet = day.weekday() >= 5 or day in bank_holidays()
    return luck < (0.5 if is_quiet else 0.55 if state.home.story == "learning_disability" else 0.93)


def _corrects(past: Past, left: int, day: date, pending: set[str], chance: Random) -> bool:
    luck = chance.random()
    filled_on = past.filled_on.get("vacancies")
    is_possible = filled_on is not None and not pending and timedelta(0) < day - filled_on <= 4 * _DAY
    return is_possible and left > 1 and (luck < 0.03 or (left == 9 and past.deeds[0].home == "rosewood"))


def _correct_beds(state: HomeState, past: Past, day: date) -> None:
    # The deputy finds that a bed counted as free was taken already on the day of the last answer, and puts that day right.
    filled_on = past.filled_on["vacancies"]
    if not _one_more_moved_in(state):
        return
    typed: Typed = state.beds.typed()
    writer = Writer(_account_of(state.home), WEB)
    past.deeds.append(
        Fill(london_time(day, 7 * 60 + 20), state.home.key, writer, "vacancies", typed, filled_on, corrects_later=True)
    )


def _one_more_moved_in(state: HomeState) -> bool:
    row = next((row for row in state.beds.rows.values() if row.available and not row.is_frozen), None)
    if row is None:
        return False
    bed_moves.move_in(row)
    return True


def _undoes(home: Home, left: int, chance: Random) -> bool:
    luck = chance.random()
    return left > 1 and (luck < 0.006 or (home.key == "rosewood" and left in (6, 12)))
