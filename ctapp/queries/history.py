"""The log of one location: what was said about a section, day by day, with undone rows left out where the log is read for figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from ctapp.extensions import db
from ctapp.models import Submission
from ctapp.queries.current import notes_of


@dataclass(frozen=True)
class LogRow:
    """One row of the log; `answers` are those it holds or confirms, null only for an undo."""

    id: int
    section: str
    day: date
    answered_at: datetime
    received_at: datetime
    actor: str
    channel: str
    kind: str
    question_set: int
    same_as: int | None
    undoes: int | None
    answers: dict[str, Any] | None
    is_undone: bool = False


_COLUMNS = (
    Submission.id,
    Submission.section,
    Submission.day,
    Submission.answered_at,
    Submission.received_at,
    Submission.actor,
    Submission.channel,
    Submission.kind,
    Submission.question_set,
    Submission.same_as,
    Submission.undoes,
    Submission.answers,
)


def effective_rows(location_id: int, section: str, *, since: date | None = None) -> list[LogRow]:
    """Return the rows of a location and section that count, by (day, answered_at, id): no undo rows, none that was undone.

    Source: storage.md, Tables (`submission`).
    """
    query = _of(location_id).where(Submission.section == section)
    if since is not None:
        query = query.where(Submission.day >= since)
    found = db.session.execute(query.order_by(Submission.day, Submission.answered_at, Submission.id))
    rows = [LogRow(*row) for row in found]
    undone = {row.undoes for row in rows}
    return _with_answers(location_id, [row for row in rows if row.undoes is None and row.id not in undone])


def standing_on(location_id: int, section: str, day: date) -> LogRow | None:
    """Return the row whose answers stood at the end of a day, or None when nothing had been said."""
    rows = db.session.execute(
        _of(location_id)
        .where(Submission.section == section, Submission.day <= day)
        .order_by(Submission.day.desc(), Submission.answered_at.desc(), Submission.id.desc())
        .execution_options(yield_per=20)
    )
    undone: set[int] = set()
    # Newest first: an undo row has the day of the row it undoes and comes before it.
    for row in rows:
        if row.undoes is not None:
            undone.add(row.undoes)
        elif row.id not in undone:
            rows.close()
            return _with_answers(location_id, [LogRow(*row)])[0]
    return None


def history_of(location_id: int, *, section: str = "", limit: int = 200, before_id: int | None = None) -> list[LogRow]:
    """Return the whole log of a location, newest first, undo rows and undone rows included and marked."""
    query = _of(location_id)
    if section:
        query = query.where(Submission.section == section)
    if before_id is not None:
        query = query.where(Submission.id < before_id)
    rows = [LogRow(*row) for row in db.session.execute(query.order_by(Submission.id.desc()).limit(limit))]
    undone = set(
        db.session.scalars(
            select(Submission.undoes).where(Submission.location_id == location_id, Submission.undoes.is_not(None))
        )
    )
    marked = [LogRow(**{**row.__dict__, "is_undone": row.id in undone}) for row in rows]
    return _with_answers(location_id, marked)


def days_answered(location_id: int, section: str, *, since: date) -> set[date]:
    """Return the days since one for which a section has an answer or confirmation that counts."""
    rows = db.session.execute(
        select(Submission.id, Submission.day, Submission.undoes).where(
            Submission.location_id == location_id, Submission.section == section, Submission.day >= since
        )
    ).all()
    undone = {row.undoes for row in rows}
    return {row.day for row in rows if row.undoes is None and row.id not in undone}


def later_confirmations(location_id: int, section: str, day: date) -> tuple[date, ...]:
    """Return the days after one on which the answers of that day were only confirmed, up to the next changed answer."""
    rows = effective_rows(location_id, section)
    then = [row for row in rows if row.day <= day]
    if not then:
        return ()
    stood = then[-1].same_as or then[-1].id
    # The last row of a day is what was said on it: a day that was confirmed first and answered anew later is no confirmation.
    last_of_day = {row.day: row for row in rows if row.day > day}
    days: list[date] = []
    for later, row in last_of_day.items():
        if row.same_as != stood:
            break
        days.append(later)
    return tuple(days)


def _of(location_id: int) -> Select[Any]:
    return select(*_COLUMNS).where(Submission.location_id == location_id)


def _with_answers(location_id: int, rows: Sequence[LogRow]) -> list[LogRow]:
    # The answers of an unchanged row are those of the row it names, read in one query; notes are added to both.
    wanted = {row.same_as for row in rows if row.same_as is not None}
    named: dict[int, dict[str, Any]] = {row.id: row.answers for row in rows if row.answers is not None}
    missing = wanted - set(named)
    if missing:
        latest = max(row.day for row in rows)
        found = db.session.execute(
            select(Submission.id, Submission.answers).where(
                Submission.location_id == location_id, Submission.id.in_(missing), Submission.day <= latest
            )
        )
        named |= {row.id: row.answers for row in found if row.answers is not None}
    notes = notes_of(list(named))
    told: list[LogRow] = []
    for row in rows:
        source = row.id if row.answers is not None else row.same_as
        answers = None if source is None else {**named[source], **notes.get(source, {})}
        told.append(LogRow(**{**row.__dict__, "answers": answers}))
    return told
