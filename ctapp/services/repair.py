"""Deriving `current` and outbreaks again from the log, and telling where they do not match it. For the night something went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from ctapp.clock import day_end
from ctapp.extensions import db
from ctapp.models import Current, Outbreak, Submission
from ctapp.queries.history import effective_rows
from ctapp.queries.question_sets import sections_on
from ctapp.questions.outbreaks import find_outbreaks
from ctapp.questions.spec import OutbreakRule
from ctapp.services.log import case_days, lock_current, rebuild_current, rebuild_outbreaks


@dataclass(frozen=True)
class Mismatch:
    """A derived row that is not what the log says."""

    what: str
    location_id: int
    section: str
    kept: str
    should_be: str


Progress = Callable[[list[tuple[int, str]]], Iterator[tuple[int, str]]]


def logged_pairs() -> list[tuple[int, str]]:
    """Return every (location id, section key) that the log or `current` knows, in order."""
    logged = select(Submission.location_id, Submission.section).distinct()
    derived = select(Current.location_id, Current.section)
    return sorted((row[0], row[1]) for row in db.session.execute(logged.union(derived)))


def rebuild_all_current(progress: Progress) -> int:
    """Set every row of `current` to what the log says and return how many there are; flushes."""
    pairs = logged_pairs()
    for location_id, section in progress(pairs):
        current = lock_current(location_id, section)
        rebuild_current(current)
        # A row that was lost begins above every version that a page may still show; no row adds more than 1 to it.
        if current.version == 0:
            current.version = _count_rows(location_id, section)
        db.session.flush()
    return len(pairs)


def rebuild_all_outbreaks(progress: Progress) -> int:
    """Derive every location's outbreaks again and return how many locations there were; flushes."""
    rules = _outbreak_rules()
    pairs = sorted({pair for pair in logged_pairs() if pair[1] in rules} | _outbreak_pairs(rules))
    for location_id, section in progress(pairs):
        rebuild_outbreaks(location_id, section, rules[section])
    return len(pairs)


def find_mismatches(progress: Progress) -> list[Mismatch]:
    """Return every row of `current` and every outbreak that differs from what the log says, telling both."""
    rules = _outbreak_rules()
    found: list[Mismatch] = []
    for location_id, section in progress(sorted({*logged_pairs(), *_outbreak_pairs(rules)})):
        kept = _kept_current(location_id, section)
        should_be = _current_by_log(location_id, section)
        if kept != should_be:
            found.append(Mismatch("current", location_id, section, str(kept), str(should_be)))
        rule = rules.get(section)
        if rule is not None:
            by_log = [
                (
                    o.started_on,
                    o.last_case_on,
                    o.staff_confirmed,
                    o.residents_confirmed,
                    o.staff_symptomatic,
                    o.residents_symptomatic,
                )
                for o in find_outbreaks(
                    case_days(effective_rows(location_id, section), rule), clear_days=rule.clear_days
                )
            ]
            table = _kept_outbreaks(location_id, rule.pathogen)
            if table != by_log:
                found.append(Mismatch("outbreak", location_id, section, str(table), str(by_log)))
    return found


def _outbreak_rules() -> dict[str, OutbreakRule]:
    return {p.key: p.section.outbreak for p in sections_on(date.max) if p.section.outbreak is not None}


def _outbreak_pairs(rules: Mapping[str, OutbreakRule]) -> set[tuple[int, str]]:
    # An outbreak at a location that never reported is wrong too, and the log would not lead there.
    fed_by = {rule.pathogen: section for section, rule in rules.items()}
    rows = db.session.execute(select(Outbreak.location_id, Outbreak.pathogen).distinct())
    return {(row.location_id, fed_by[row.pathogen]) for row in rows if row.pathogen in fed_by}


def _count_rows(location_id: int, section: str) -> int:
    count = select(func.count()).where(Submission.location_id == location_id, Submission.section == section)
    return db.session.execute(count).scalar_one()


def _kept_current(location_id: int, section: str) -> tuple[object, ...]:
    row = db.session.execute(
        select(
            Current.submission_id,
            Current.answers_id,
            Current.answers_day,
            Current.day,
            Current.answered_at,
            Current.confirmed_at,
            Current.changed_at,
        ).where(Current.location_id == location_id, Current.section == section)
    ).one_or_none()
    return tuple(row) if row else (None,) * 7


def _current_by_log(location_id: int, section: str) -> tuple[object, ...]:
    # Written on its own, not by way of services/log: a mistake there must show here.
    rows = effective_rows(location_id, section)
    if not rows:
        return (None,) * 7
    last = rows[-1]
    base = last if last.same_as is None else next(row for row in rows if row.id == last.same_as)
    return (
        last.id,
        base.id,
        base.day,
        last.day,
        last.answered_at,
        min(last.answered_at, day_end(last.day)),
        base.answered_at,
    )


def _kept_outbreaks(location_id: int, pathogen: str) -> list[tuple[object, ...]]:
    rows = db.session.execute(
        select(
            Outbreak.started_on,
            Outbreak.last_case_on,
            Outbreak.staff_confirmed,
            Outbreak.residents_confirmed,
            Outbreak.staff_symptomatic,
            Outbreak.residents_symptomatic,
        )
        .where(Outbreak.location_id == location_id, Outbreak.pathogen == pathogen)
        .order_by(Outbreak.started_on)
    )
    return [tuple(row) for row in rows]
