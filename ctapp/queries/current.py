"""What stands now: the last answers of locations and sections, with who gave them and when. A row without answers yet is absent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

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


# Built once: every page, save and confirmation asks these, and putting a statement together costs more than running it.
_STANDING = (
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
    .where(
        Current.location_id.in_(bindparam("location_ids", expanding=True)),
        Current.section.in_(bindparam("sections", expanding=True)),
        Current.submission_id.is_not(None),
    )
    .order_by(Current.location_id, Current.section)
)
# By id and day as plain values, so that PostgreSQL plans for the few partitions that hold them.
_LOGGED = select(
    Submission.id, Submission.actor, Submission.channel, Submission.kind, Submission.question_set, Submission.answers
).where(Submission.id.in_(bindparam("ids", expanding=True)), Submission.day.in_(bindparam("days", expanding=True)))
_NOTES = (
    select(Note.submission_id, Note.key, Note.text)
    .where(Note.submission_id.in_(bindparam("ids", expanding=True)), Note.text.is_not(None))
    .order_by(Note.submission_id, Note.key)
)


def standing_for(location_ids: Sequence[int], sections: Sequence[str]) -> dict[tuple[int, str], Standing]:
    """Return what stands, by (location id, section key)."""
    rows = db.session.execute(_STANDING, {"location_ids": list(location_ids), "sections": list(sections)}).all()
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
    return {row.id: row for row in db.session.execute(_LOGGED, {"ids": sorted(ids), "days": sorted(days)})}


def version_of(location_id: int, section: str) -> int:
    """Return the version counter that a form must carry; 0 before anything was saved."""
    found = db.session.execute(
        select(Current.version).where(Current.location_id == location_id, Current.section == section)
    ).scalar_one_or_none()
    return found or 0


def versions_of(location_id: int, sections: Sequence[str]) -> dict[str, int]:
    """Return the version counters of some sections of a location, by section; those never saved are absent."""
    rows = db.session.execute(
        select(Current.section, Current.version)
        .where(Current.location_id == location_id, Current.section.in_(sections))
        .order_by(Current.section)
    )
    return {row.section: row.version for row in rows}


def notes_of(submission_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return the free text of submissions by id and flat name; an erased one is left out."""
    found: dict[int, dict[str, str]] = {}
    if submission_ids:
        for row in db.session.execute(_NOTES, {"ids": list(submission_ids)}):
            found.setdefault(row.submission_id, {})[row.key] = row.text or ""
    return found
