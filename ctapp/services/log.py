"""The one place that writes the log and what is derived from it: the row, `current`, outbreaks. Use cases call this.

Whoever writes a location and section holds its row of `current`, so two writers of the same answers stand in a queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgres
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from ctapp.clock import day_end
from ctapp.extensions import db
from ctapp.models import Current, Note, Outbreak, Submission
from ctapp.queries.history import LogRow, effective_rows, standing_on
from ctapp.queries.question_sets import Published
from ctapp.questions.answers import load_values
from ctapp.questions.outbreaks import CaseDay, find_outbreaks
from ctapp.questions.spec import OutbreakRule


@dataclass(frozen=True)
class Author:
    """Who writes and by which channel: `actor` is `user:7`, `contact:3`, `operator`, `system`."""

    actor: str
    channel: str


_LOCKED = (
    select(Current)
    .where(Current.location_id == bindparam("location_id"), Current.section == bindparam("section"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def lock_current(location_id: int, section: str) -> Current:
    """Return the row of `current` for a location and section, locked until the transaction ends; made if there is none.

    Units: one row. SQLite holds its one write lock already (BEGIN IMMEDIATE).
    """
    whose = {"location_id": location_id, "section": section}
    found = db.session.execute(_LOCKED, whose).scalar_one_or_none()
    if found is not None:
        return found
    insert = insert_on_postgres if db.engine.dialect.name == "postgresql" else insert_on_sqlite
    db.session.execute(
        insert(Current).values(location_id=location_id, section=section, version=0).on_conflict_do_nothing()
    )
    return db.session.execute(_LOCKED, whose).scalar_one()


def append(
    current: Current,
    published: Published,
    *,
    day: date,
    author: Author,
    kind: str,
    at: datetime,
    answers: Mapping[str, Any] | None = None,
    notes: Mapping[str, str] | None = None,
    same_as: int | None = None,
    undoes: int | None = None,
    received_at: datetime | None = None,
) -> int:
    """Add one row to the log, bring `current` and outbreaks up to date with it, and return the row's id; the caller flushes.

    `current` is the locked row. `at` is the moment of answering; `received_at` the moment it came in, where that differs.
    """
    row = Submission(
        location_id=current.location_id,
        section=current.section,
        day=day,
        answered_at=at,
        received_at=received_at or at,
        actor=author.actor,
        channel=author.channel,
        kind=kind,
        question_set=published.id,
        same_as=same_as,
        undoes=undoes,
        answers=None if answers is None else dict(answers),
    )
    db.session.add(row)
    db.session.flush()
    for key, text in (notes or {}).items():
        db.session.add(Note(submission_id=row.id, key=key, location_id=current.location_id, text=text))
    may_move_outbreaks = published.section.outbreak is not None and not _adds_clear_day(
        current, row, published.section.outbreak
    )
    shown = current.answers_id
    if undoes is None and _is_newer(current, row):
        _stand(current, row)
    elif undoes is not None:
        rebuild_current(current)
    if answers is not None or current.answers_id != shown:
        # After a confirmation, or its undoing, the same answers stand, so a page that shows them is still right; anything
        # else moves the version.
        current.version += 1
    if may_move_outbreaks and published.section.outbreak is not None:
        rebuild_outbreaks(current.location_id, current.section, published.section.outbreak)
    return row.id


def _adds_clear_day(current: Current, row: Submission, rule: OutbreakRule) -> bool:
    # A day without a case after every other day neither starts nor prolongs an outbreak: no need to read the whole log.
    if row.undoes is not None or (current.day is not None and row.day <= current.day):
        return False
    answers = row.answers
    if row.same_as is not None:
        if row.same_as != current.answers_id:
            return False
        answers = db.session.scalar(
            select(Submission.answers).where(Submission.id == row.same_as, Submission.day == current.answers_day)
        )
    return answers is not None and not _cases_in(answers, rule).has_case


def _is_newer(current: Current, row: Submission) -> bool:
    # Source: storage.md, rule 3: a row older by (day, answered_at, id) than the one that stands changes nothing in `current`.
    if current.submission_id is None or current.day is None or current.answered_at is None:
        return True
    return (row.day, row.answered_at, row.id) > (current.day, current.answered_at, current.submission_id)


def _stand(current: Current, row: Submission) -> None:
    current.submission_id, current.day, current.answered_at = row.id, row.day, row.answered_at
    current.confirmed_at = min(row.answered_at, day_end(row.day))
    if row.same_as is None:
        current.answers_id, current.answers_day, current.changed_at = row.id, row.day, row.answered_at
    elif row.same_as != current.answers_id:
        _take_answers_of(current, row.same_as)


def _take_answers_of(current: Current, answers_id: int) -> None:
    base = db.session.execute(
        select(Submission.id, Submission.day, Submission.answered_at).where(
            Submission.location_id == current.location_id, Submission.id == answers_id
        )
    ).one()
    current.answers_id, current.answers_day, current.changed_at = base.id, base.day, base.answered_at


def rebuild_current(current: Current) -> None:
    """Set a locked row of `current` to what the log says now; empty when nothing counts any more."""
    stands = standing_on(current.location_id, current.section, date.max)
    if stands is None:
        current.submission_id = current.answers_id = current.answers_day = current.day = None
        current.answered_at = current.confirmed_at = current.changed_at = None
        return
    current.submission_id, current.day, current.answered_at = stands.id, stands.day, stands.answered_at
    current.confirmed_at = min(stands.answered_at, day_end(stands.day))
    _take_answers_of(current, stands.same_as or stands.id)


def rebuild_outbreaks(location_id: int, section: str, rule: OutbreakRule) -> None:
    """Derive the outbreaks of a location from its log again.

    Source: sections.md, `covid`; storage.md, Tables (`outbreak`).
    """
    found = find_outbreaks(case_days(effective_rows(location_id, section), rule), clear_days=rule.clear_days)
    db.session.execute(delete(Outbreak).where(Outbreak.location_id == location_id, Outbreak.pathogen == rule.pathogen))
    for outbreak in found:
        db.session.add(
            Outbreak(
                location_id=location_id,
                pathogen=rule.pathogen,
                started_on=outbreak.started_on,
                last_case_on=outbreak.last_case_on,
                staff_confirmed=outbreak.staff_confirmed,
                residents_confirmed=outbreak.residents_confirmed,
                staff_symptomatic=outbreak.staff_symptomatic,
                residents_symptomatic=outbreak.residents_symptomatic,
            )
        )
    db.session.flush()


def case_days(rows: list[LogRow], rule: OutbreakRule) -> dict[date, CaseDay]:
    """Return the cases of each day that was reported: the last row of a day counts, a confirmation repeats its answers."""
    return {row.day: _cases_in(row.answers or {}, rule) for row in rows}


def _cases_in(answers: Mapping[str, Any], rule: OutbreakRule) -> CaseDay:
    return CaseDay(
        staff_confirmed=answers.get(rule.staff_confirmed) or 0,
        residents_confirmed=answers.get(rule.residents_confirmed) or 0,
        staff_symptomatic=answers.get(rule.staff_symptomatic) or 0,
        residents_symptomatic=answers.get(rule.residents_symptomatic) or 0,
    )


def same_answers(published: Published, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether two sets of stored answers mean the same under one version of a section."""
    return load_values(published.section, before) == load_values(published.section, after)
