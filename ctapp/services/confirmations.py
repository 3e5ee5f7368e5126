"""Confirming that nothing has changed, and taking that back within ten minutes. The signed-in page and the link use the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError

from ctapp.clock import london_day
from ctapp.errors import NotAsked, StateMoved, UndoRefused
from ctapp.extensions import db
from ctapp.models import PostedForm, Submission
from ctapp.queries.current import standing_for
from ctapp.queries.directory import LocationRow
from ctapp.queries.facts import context_for
from ctapp.queries.question_sets import Published
from ctapp.questions.answers import is_confirmable, load_values
from ctapp.services import audit
from ctapp.services.log import Author, append, lock_current

UNDO_WITHIN = timedelta(minutes=10)
MOST_AT_ONCE, LARGEST_ID = 100, 2**63 - 1


@dataclass(frozen=True)
class Confirmed:
    """One section that was confirmed by a tap."""

    section: str
    submission_id: int


def confirm_unchanged(
    location: LocationRow,
    sections: Sequence[Published],
    seen: Mapping[str, int],
    *,
    author: Author,
    at: datetime,
    form_key: str = "",
) -> tuple[Confirmed, ...]:
    """Confirm the answers of several sections of one location as they were shown, all or none; flushes, the edge commits.

    `seen` maps section keys to the versions shown. The same `form_key` again is the same confirmation, not a second one.
    Errors: StateMoved when one of them has moved; NotAsked when one has no answers, may not be confirmed unseen, or the
    location is closed. Source: flows.md, "The one-tap update", 3 and 6; storage.md, rule 1.
    """
    today = london_day(at)
    if not location.is_open(today):
        raise NotAsked(f"{location.cqc_id} is closed")
    confirmed = []
    # All locks first, in one order for everybody, so that what stands can be read at once.
    locked = [(p, lock_current(location.id, p.key)) for p in sorted(sections, key=lambda p: p.key)]
    if repeat := confirmed_before(location, form_key, [published.key for published, _ in locked]):
        return repeat
    standing = standing_for([location.id], [published.key for published, _ in locked])
    for published, current in locked:
        if current.version != seen.get(published.key):
            raise StateMoved(location.id, published.key)
        stands = standing.get((location.id, published.key))
        if location.provider_type not in published.section.asked_of:
            raise NotAsked(f"{published.key} is not asked of {location.cqc_id}")
        if stands is None:
            raise NotAsked(f"{published.key} has no answers to confirm")
        context = context_for(
            location,
            published.section,
            stored=stands.answers,
            day=today,
            at=at,
            only_for=published.section.confirm_unseen,
        )
        if not is_confirmable(published.section, load_values(published.section, stands.answers), context):
            raise NotAsked(f"{published.key} must be answered, not confirmed")
        row_id = append(
            current, published, day=today, author=author, kind="unchanged", at=at, same_as=stands.answers_id
        )
        confirmed.append(Confirmed(published.key, row_id))
    if form_key:
        _keep_key(location, form_key, confirmed, at=at)
    audit.record(
        author.actor,
        author.channel,
        "confirmed",
        at=at,
        location_id=location.id,
        detail={"submissions": [c.submission_id for c in confirmed], "sections": [c.section for c in confirmed]},
    )
    db.session.flush()
    return tuple(confirmed)


def confirmed_before(location: LocationRow, form_key: str, sections: Collection[str]) -> tuple[Confirmed, ...]:
    """Return what a form with this key has confirmed already of these sections; nothing for a new form.

    Errors: StateMoved when it was taken back since: the page that is sent again is an old one.
    """
    if not form_key:
        return ()
    keys = [_hash(form_key, location, section) for section in sections]
    rows = db.session.execute(
        select(PostedForm.section, PostedForm.submission_id)
        .where(PostedForm.key_hash.in_(keys))
        .order_by(PostedForm.section)
    ).all()
    undone = select(Submission.id).where(
        Submission.location_id == location.id, Submission.undoes.in_([row.submission_id for row in rows])
    )
    if rows and db.session.execute(undone.limit(1)).first():
        raise StateMoved(location.id, rows[0].section)
    return tuple(Confirmed(row.section, row.submission_id) for row in rows)


def _keep_key(location: LocationRow, form_key: str, confirmed: Sequence[Confirmed], *, at: datetime) -> None:
    for each in confirmed:
        db.session.add(
            PostedForm(
                key_hash=_hash(form_key, location, each.section),
                location_id=location.id,
                section=each.section,
                submission_id=each.submission_id,
                kind="unchanged",
                posted_at=at,
            )
        )


def _hash(form_key: str, location: LocationRow, section: str) -> str:
    # With the place: whoever sends the same key for another home has confirmed that one, too.
    return hashlib.sha256(json.dumps([form_key, location.id, section]).encode()).hexdigest()


def undo(
    location: LocationRow,
    submission_ids: Sequence[int],
    published: Mapping[str, Published],
    *,
    author: Author,
    at: datetime,
) -> tuple[str, ...]:
    """Take back confirmations of one location by the same author, all or none, and return their sections; flushes.

    Nothing is deleted: a row that undoes is added, and `current` is again what the log then says.
    Errors: UndoRefused after ten minutes, when a later answer stands, when it was undone before, or is not the author's.
    Source: storage.md, Tables (`submission`); screens.md, 4.
    """
    rows = _named_rows(location, set(submission_ids))
    for row in rows:
        if row.actor != author.actor or row.kind != "unchanged" or at - row.answered_at > UNDO_WITHIN:
            raise UndoRefused(f"submission {row.id} can no longer be undone")
        current = lock_current(location.id, row.section)
        if current.submission_id != row.id:
            raise UndoRefused(f"submission {row.id} is no longer the last")
        # Never earlier than what it undoes, though the clocks of two machines may differ: the log is read newest first.
        undone_at = max(at, row.answered_at)
        try:
            append(
                current, published[row.section], day=row.day, author=author, kind="undo", at=undone_at, undoes=row.id
            )
        except IntegrityError:
            raise UndoRefused(f"submission {row.id} was undone before") from None
    sections = tuple(row.section for row in rows)
    audit.record(
        author.actor,
        author.channel,
        "undone",
        at=at,
        location_id=location.id,
        detail={"submissions": list(submission_ids), "sections": list(sections)},
    )
    db.session.flush()
    return sections


def _named_rows(location: LocationRow, ids: set[int]) -> list[Row[int, str, date, datetime, str, str]]:
    if not ids or len(ids) > MOST_AT_ONCE or any(not 0 < row_id <= LARGEST_ID for row_id in ids):
        raise UndoRefused("no such confirmation")
    rows = db.session.execute(
        select(
            Submission.id, Submission.section, Submission.day, Submission.answered_at, Submission.actor, Submission.kind
        ).where(Submission.location_id == location.id, Submission.id.in_(ids))
    ).all()
    if len(rows) != len(ids):
        raise UndoRefused("no such confirmation")
    # By section as Python sorts it, which is how confirming takes its locks: a database may sort text in another way.
    return sorted(rows, key=lambda row: row.section)
