"""Random histories through the services, against a slow and independent reading of them.

The oracle keeps a list of what was said, in the order in which it was said, and asks it everything anew each time. It never
reads the log, `current` or outbreaks.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select

from ctapp.errors import NotAsked
from ctapp.extensions import db
from ctapp.models import Current, Outbreak
from ctapp.queries.current import standing_for
from ctapp.queries.history import later_confirmations, standing_on
from ctapp.services import repair
from tests import cast
from tests.integration.services.writing import (
    beds,
    confirm,
    home,
    logged,
    report,
    save,
    take_back,
)

LONDON = ZoneInfo("Europe/London")
STARTS_AT = datetime(2021, 3, 8, 9, tzinfo=UTC)
HOMES = [cast.ROSEWOOD, cast.ROSEWOOD_COURT, cast.ELM_HOUSE, cast.ELSEWHERE]
SECTIONS = ["vacancies", "covid", "business_continuity"]
COUNTS = ["staff_confirmed", "residents_confirmed", "staff_symptomatic", "residents_symptomatic"]
STEPS = 60
DEEDS = ["report", "unchanged", "repeat", "confirm", "refused", "correction of the past", "report of the past"]
DEEDS += ["corrected later", "import", "undo"]


@dataclass
class Said:
    """One thing said: for which day, when, what, and whether it was taken back."""

    row_id: int
    day: date
    at: datetime
    answers: dict
    confirms: int | None = None
    is_undone: bool = False


@dataclass
class Oracle:
    """Everything said about one section of one location."""

    said: list[Said] = field(default_factory=list)

    def counted(self, until=date.max):
        rows = [one for one in self.said if not one.is_undone and one.day <= until]
        return sorted(rows, key=lambda one: (one.day, one.at, one.row_id))

    def standing(self, until=date.max):
        rows = self.counted(until)
        return rows[-1] if rows else None

    def base_of(self, said):
        return said if said.confirms is None else next(one for one in self.said if one.row_id == said.confirms)

    def current(self, section, location_id):
        last = self.standing()
        nothing = dict.fromkeys(
            ["submission_id", "answers_id", "answers_day", "day", "answered_at", "confirmed_at", "changed_at"]
        )
        whose = {"location_id": location_id, "section": section}
        if last is None:
            return whose | nothing
        base = self.base_of(last)
        midnight = datetime.combine(last.day + timedelta(days=1), time(), LONDON).astimezone(UTC)
        return whose | {
            "submission_id": last.row_id,
            "answers_id": base.row_id,
            "answers_day": base.day,
            "day": last.day,
            "answered_at": last.at,
            "confirmed_at": last.at if last.at < midnight else midnight - timedelta(microseconds=1),
            "changed_at": base.at,
        }

    def outbreaks(self):
        """Day by day: a case continues the outbreak unless 28 clear days have gone by since its last."""
        rows = self.counted()
        found, clear = [], 0
        day = rows[0].day if rows else date.max
        while rows and day <= rows[-1].day:
            of_day = [one for one in rows if one.day == day]
            cases = [of_day[-1].answers[f"{count}_today"] for count in COUNTS] if of_day else [0, 0, 0, 0]
            if any(cases):
                if not found or clear >= 28:
                    found.append([day, day, 0, 0, 0, 0])
                found[-1][1] = day
                found[-1][2:] = [total + count for total, count in zip(found[-1][2:], cases, strict=True)]
                clear = 0
            else:
                clear += 1
            day += timedelta(days=1)
        return [tuple(outbreak) for outbreak in found]


def kept_outbreaks(location_id):
    columns = [Outbreak.started_on, Outbreak.last_case_on, *(getattr(Outbreak, count) for count in COUNTS)]
    rows = db.session.execute(select(*columns).where(Outbreak.location_id == location_id).order_by(Outbreak.started_on))
    return [tuple(row) for row in rows]


def typed_for(section, dice):
    """What somebody types, and what of it should be kept."""
    if section == "vacancies":
        free = dice.randint(0, 2)
        typed = beds(available=free, occupied=11 - free)
        return typed, {name: int(text) if text.isdigit() else text for name, text in typed.items()}
    if section == "business_continuity":
        from tests.answers import CONTINUITY

        status = dice.choice(["green", "amber"])
        typed = (
            CONTINUITY | {"overall_status": status} | ({"status_note": "short of staff"} if status == "amber" else {})
        )
        return typed, {**typed, "support_needed": ["none"]}
    return covid(dice)


def covid(dice):
    if dice.random() < 0.65:
        return {"new_cases": "no", "residents_total": "0"}, {f"{c}_today": 0 for c in COUNTS} | {"residents_total": 0}
    numbers = {f"{count}_today": dice.choice([0, 0, 1, 2]) for count in COUNTS} | {"residents_total": 2}
    return {"new_cases": "yes"} | {name: str(number) for name, number in numbers.items()}, numbers


class History:
    """A life of one location: random deeds, each done to the services and told to the oracle."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.cqc_id = HOMES[seed % len(HOMES)]
        self.at, self.home, self.versions = STARTS_AT, home(self.cqc_id), {}
        self.oracles = {section: Oracle() for section in SECTIONS}
        self.last_confirmed = None
        self.done = Counter()

    @property
    def today(self):
        return self.at.astimezone(LONDON).date()

    def tell(self, section, row_id, answers, *, day=None, at=None, confirms=None):
        self.oracles[section].said.append(Said(row_id, day or self.today, at or self.at, answers, confirms))

    def step(self):
        # Now and then a silence about as long as the clear days between two outbreaks.
        silence = timedelta(days=self.dice.randint(25, 31) if self.dice.random() < 0.12 else 0)
        self.at += silence + self.dice.choice([timedelta(minutes=3), timedelta(hours=5), timedelta(hours=26)])
        deeds = [
            self.answer,
            self.answer,
            self.repeat,
            self.confirm,
            self.confirm,
            self.correct,
            self.correct,
            self.bring,
        ]
        deeds += [self.undo]
        self.dice.choice(deeds)(self.dice.choice([*SECTIONS, "covid"]))
        db.session.commit()

    def answer(self, section):
        stood = self.oracles[section].standing()
        typed, kept_as = typed_for(section, self.dice)
        saved = save(section, typed, at=self.at, cqc_id=self.cqc_id)
        if saved.kind == "unchanged":
            assert section != "covid" and stood.answers == kept_as
            base = self.oracles[section].base_of(stood)
            self.tell(section, saved.submission_id, kept_as, confirms=base.row_id)
        else:
            assert saved.kind == "report"
            assert section == "covid" or stood is None or stood.answers != kept_as
            self.tell(section, saved.submission_id, kept_as)
        self.done[saved.kind] += 1

    def repeat(self, section):
        stood = self.oracles[section].standing()
        if stood is None or section == "covid":
            return
        typed = {name: str(value) if isinstance(value, int) else value for name, value in stood.answers.items()}
        saved = save(section, typed, at=self.at, cqc_id=self.cqc_id)
        assert saved.kind == "unchanged"
        self.tell(section, saved.submission_id, stood.answers, confirms=self.oracles[section].base_of(stood).row_id)
        self.done["repeat"] += 1

    def confirm(self, section):
        stood = self.oracles[section].standing()
        may = stood is not None and (section != "covid" or self.is_calm())
        if not may:
            with pytest.raises(NotAsked), db.session.begin_nested():
                confirm(section, at=self.at, cqc_id=self.cqc_id)
            self.done["refused"] += 1
            return
        row_id = confirm(section, at=self.at, cqc_id=self.cqc_id)[section]
        self.tell(section, row_id, stood.answers, confirms=self.oracles[section].base_of(stood).row_id)
        self.last_confirmed = (section, row_id, self.at)
        self.done["confirm"] += 1

    def is_calm(self):
        """Whether covid may be confirmed: nothing but zeros stands, and every outbreak is over and reported to be."""
        oracle = self.oracles["covid"]
        outbreaks = oracle.outbreaks()
        over_on = outbreaks[-1][1] + timedelta(days=29) if outbreaks else date.min
        return not any(oracle.standing().answers.values()) and over_on <= min(self.today, oracle.standing().day)

    def correct(self, section):
        oracle = self.oracles[section]
        day = self.today - timedelta(days=self.dice.randint(1, 30))
        answered = [one.day for one in oracle.counted() if one.day < self.today][-6:]
        if answered and self.dice.random() < 0.7:
            day = self.dice.choice(answered)
        is_again = any(one.day == day for one in oracle.counted())
        typed, kept_as = typed_for(section, self.dice)
        later = ()
        if self.dice.random() < 0.5 and section != "covid":
            later = later_confirmations(self.home.id, section, day)
            assert later == self.confirmed_after(oracle, day)
        saved = save(section, typed, at=self.at, cqc_id=self.cqc_id, day=day, correct_later=later)
        assert saved.kind == ("correction" if is_again else "report")
        self.tell(section, saved.submission_id, kept_as, day=day)
        for nth, each in enumerate(later, 1):
            self.tell(section, logged(section, cqc_id=self.cqc_id)[-len(later) - 1 + nth].id, kept_as, day=each)
        self.done[saved.kind + " of the past"] += 1
        self.done["corrected later"] += len(later)

    @staticmethod
    def confirmed_after(oracle, day):
        stood = oracle.standing(day)
        days = sorted({one.day for one in oracle.counted() if one.day > day})
        lasts = [oracle.standing(each) for each in days]
        reached = []
        for last in lasts:
            if stood is None or last.confirms != oracle.base_of(stood).row_id:
                break
            reached.append(last.day)
        return tuple(reached)

    def bring(self, section):
        """A file of another system, submitted some time ago; by the log itself or by the service."""
        at = self.at - timedelta(hours=self.dice.randint(0, 300))
        day = at.astimezone(LONDON).date()
        typed, kept_as = typed_for(section, self.dice)
        if self.dice.random() < 0.5 and section != "business_continuity":
            row_id = report(section, kept_as, day=day, at=at, cqc_id=self.cqc_id)
        else:
            row_id = save(section, typed, at=at, cqc_id=self.cqc_id, seen=None, channel="csv").submission_id
        row = logged(section, cqc_id=self.cqc_id)[-1]
        self.tell(section, row_id, kept_as, day=day, at=at, confirms=row.same_as)
        self.done["import"] += 1

    def undo(self, section):
        if self.last_confirmed is None:
            return
        section, row_id, at = self.last_confirmed
        if self.at - at > timedelta(minutes=10) or self.oracles[section].standing().row_id != row_id:
            self.at = (
                at + timedelta(minutes=self.dice.randint(0, 10)) if self.is_last_word(section, row_id) else self.at
            )
            if not self.is_last_word(section, row_id):
                return
        take_back(row_id, at=self.at, cqc_id=self.cqc_id)
        next(one for one in self.oracles[section].said if one.row_id == row_id).is_undone = True
        self.last_confirmed = None
        self.done["undo"] += 1

    def is_last_word(self, section, row_id):
        """Whether nothing at all was said anywhere after a confirmation, so that time may go back to it."""
        said = max(one.row_id for oracle in self.oracles.values() for one in oracle.said)
        return said == row_id and self.oracles[section].standing().row_id == row_id

    def check(self):
        rows = db.session.execute(select(Current.__table__).where(Current.location_id == self.home.id)).all()
        found = {row.section: dict(row._mapping) for row in rows}
        self.versions = {section: row.pop("version") for section, row in found.items()}
        shown = standing_for([self.home.id], SECTIONS)
        for section, oracle in self.oracles.items():
            assert found.get(section, oracle.current(section, self.home.id)) == oracle.current(section, self.home.id)
            stands = shown.get((self.home.id, section))
            assert (stands and stands.answers) == (oracle.standing() and oracle.standing().answers)
        assert kept_outbreaks(self.home.id) == self.oracles["covid"].outbreaks()

    def check_past(self):
        for section, oracle in self.oracles.items():
            for back in (0, 1, 5, 19, 40):
                day = self.today - timedelta(days=back)
                row, should_be = standing_on(self.home.id, section, day), oracle.standing(day)
                assert (row and (row.id, row.answers)) == (should_be and (should_be.row_id, should_be.answers))


def derived():
    """Everything that is derived from the log, but for the version counters."""
    current = db.session.execute(
        select(*(c for c in Current.__table__.c if c.key != "version")).order_by(Current.location_id, Current.section)
    )
    outbreaks = db.session.execute(select(Outbreak.__table__).order_by(Outbreak.location_id, Outbreak.started_on))
    return current.all(), outbreaks.all()


def live(history):
    """One deed, and everything compared with the oracle."""
    versions = history.versions
    stood = {section: history.oracles[section].standing() for section in SECTIONS}
    history.step()
    history.check()
    for section in SECTIONS:
        now = history.oracles[section].standing()
        moved = history.versions.get(section, 0) - versions.get(section, 0)
        assert moved >= 0
        assert moved or now is None or stood[section] is None or now.answers == stood[section].answers


def test_kept_is_what_a_slow_reading_says_and_what_is_derived_again(app):
    histories = [History(seed) for seed in range(len(HOMES))]
    for history in histories:
        for _ in range(STEPS):
            live(history)
        history.check_past()
    kept = derived()
    assert repair.find_mismatches(iter) == []
    db.session.execute(delete(Current))
    db.session.execute(delete(Outbreak))
    repair.rebuild_all_current(iter)
    repair.rebuild_all_outbreaks(iter)
    assert derived() == kept
    done = sum((history.done for history in histories), Counter())
    assert not {deed for deed in DEEDS if done[deed] < 3}, done
    assert len([o for history in histories for o in history.oracles["covid"].outbreaks()]) > len(histories)
