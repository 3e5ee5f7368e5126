"""What stands now: the last answers of locations and sections, with who gave them and when. A row without answers yet is absent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import Current, Note, Submission


@dataclass(frozen=True)
class Standing:
    """The answers that stand for one location and section. `answers` is JSON by flat name, notes included."""

    location_id: int
    section: str
    version: int
    submission_id: int
    answers_id: int
    day: date
    answered_at: datetime
    confirmed_at: datetime
    changed_at: datetime
    actor: str
    channel: str
    kind: str
    question_set: int
    answers: dict[str, Any]


def standing_for(location_ids: Sequence[int], sections: Sequence[str]) -> dict[tuple[int, str], Standing]:
    """Return what stands, by (location id, section key)."""
    rows = db.session.execute(
        select(
            Current.location_id,
            Current.section,
            Current.version,
            Current.submission_id,
            Current.answers_id,
            Current.day,
            Current.answered_at,
            Current.confirmed_at,
            Current.changed_at,
            Current.answers_day,
        )
        .where(Current.location_id.in_(location_ids), Current.section.in_(sections), Current.submission_id.is_not(None))
        .order_by(Current.location_id, Current.section)
    ).all()
    logged = _logged(rows)
    notes = notes_of([row.answers_id for row in rows])
    found: dict[tuple[int, str], Standing] = {}
    for row in rows:
        last, base = logged[row.submission_id], logged[row.answers_id]
        answers = {**base.answers, **notes.get(row.answers_id, {})}
        kept = {key: value for key, value in row._mapping.items() if key != "answers_day"}
        found[row.location_id, row.section] = Standing(
            **kept,
            actor=last.actor,
            channel=last.channel,
            kind=last.kind,
            question_set=base.question_set,
            answers=answers,
        )
    return found


def _logged(rows: Sequence[Any]) -> dict[int, Any]:
    ids = {row.submission_id for row in rows} | {row.answers_id for row in rows}
    days = {row.day for row in rows} | {row.answers_day for row in rows}
    # By id and day as plain values, so that PostgreSQL plans for the few partitions that hold them.
    found = db.session.execute(
        select(
            Submission.id,
            Submission.actor,
            Submission.channel,
            Submission.kind,
            Submission.question_set,
            Submission.answers,
        ).where(Submission.id.in_(ids), Submission.day.in_(days))
    )
    return {row.id: row for row in found}


def version_of(location_id: int, section: str) -> int:
    """Return the version counter that a form must carry; 0 before anything was saved."""
    found = db.session.execute(
        select(Current.version).where(Current.location_id == location_id, Current.section == section)
    ).scalar_one_or_none()
    return found or 0


def notes_of(submission_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return the free text of submissions by id and flat name; an erased one is left out."""
    found: dict[int, dict[str, str]] = {}
    if submission_ids:
        rows = db.session.execute(
            select(Note.submission_id, Note.key, Note.text)
            .where(Note.submission_id.in_(submission_ids), Note.text.is_not(None))
            .order_by(Note.submission_id, Note.key)
        )
        for row in rows:
            found.setdefault(row.submission_id, {})[row.key] = row.text or ""
    return found
