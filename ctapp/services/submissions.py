"""Saving a section's answers: checked, once, in one transaction with `current`, outbreaks and audit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ctapp.clock import london_day
from ctapp.errors import BadAnswers, NotAsked, StateMoved
from ctapp.extensions import db
from ctapp.models import Current, GivenReason, PostedForm
from ctapp.queries.current import Standing, standing_for
from ctapp.queries.directory import LocationRow
from ctapp.queries.history import days_answered
from ctapp.queries.question_sets import Published
from ctapp.questions.answers import Filled
from ctapp.services import audit
from ctapp.services.log import Author, append, lock_current, same_answers
from ctapp.services.people import keep_people


@dataclass(frozen=True)
class Saved:
    """What a save came to; `is_repeat` when the same form had been saved before."""

    submission_id: int
    kind: str
    is_repeat: bool = False


def submit(location: LocationRow, published: Published, filled: Filled, *, author: Author, at: datetime) -> Saved:
    """Save the answers of one section and return the submission; flushes, the edge commits.

    Errors: BadAnswers when a rule is broken; NotAsked when the location is closed or the type is not asked;
    StateMoved when the version seen is no longer the last (`seen_version` None: imports, which carry no version).
    Source: flows.md, "Updating signed in"; storage.md, rules 1 to 5.
    """
    if repeat := _saved_before(location, published, filled):
        return repeat
    if not location.is_open(london_day(at)) or location.provider_type not in published.section.asked_of:
        raise NotAsked(f"{published.key} is not asked of {location.cqc_id} now")
    if filled.checked.errors:
        raise BadAnswers(filled.checked.errors)
    current = lock_current(location.id, published.key)
    # Again under the lock: two copies of the same form may have waited for it together.
    if repeat := _saved_before(location, published, filled):
        return repeat
    if filled.seen_version is not None and filled.seen_version != current.version:
        raise StateMoved(location.id, published.key)
    before = standing_for([location.id], [published.key]).get((location.id, published.key))
    saved = _append(current, published, filled, before, author=author, at=at)
    for later in filled.correct_later:
        append(current, published, day=later, author=author, kind="correction", at=at,
               answers=filled.checked.stored, notes=filled.checked.notes)  # fmt: skip
    keep_people(location.id, filled.checked.people, at=at)
    _keep_reasons(location, published, filled, saved.submission_id, at=at)
    if filled.form_key:
        db.session.add(
            PostedForm(
                key_hash=_hash(filled.form_key),
                location_id=location.id,
                section=published.key,
                submission_id=saved.submission_id,
                kind=saved.kind,
                posted_at=at,
            )
        )
    audit.record(
        author.actor,
        author.channel,
        f"answers_{saved.kind}",
        at=at,
        location_id=location.id,
        section=published.key,
        detail={"submission": saved.submission_id, "day": filled.day.isoformat(), **_changes(before, filled)},
    )
    db.session.flush()
    return saved


def _saved_before(location: LocationRow, published: Published, filled: Filled) -> Saved | None:
    if not filled.form_key:
        return None
    found = db.session.execute(
        select(PostedForm.submission_id, PostedForm.kind).where(
            PostedForm.key_hash == _hash(filled.form_key),
            PostedForm.location_id == location.id,
            PostedForm.section == published.key,
        )
    ).one_or_none()
    return Saved(found.submission_id, found.kind, is_repeat=True) if found else None


def _append(
    current: Current, published: Published, filled: Filled, before: Standing | None, *, author: Author, at: datetime
) -> Saved:
    today = london_day(at)
    checked = filled.checked
    if (
        before is not None
        and filled.day == today
        and not published.section.has_flow
        and before.question_set == published.id
        and same_answers(published, before.answers, {**checked.stored, **checked.notes})
    ):
        row_id = append(
            current, published, day=today, author=author, kind="unchanged", at=at, same_as=before.answers_id
        )
        return Saved(row_id, "unchanged")
    is_again = filled.day < today and filled.day in days_answered(current.location_id, published.key, since=filled.day)
    kind = "correction" if is_again else "report"
    row_id = append(
        current, published, day=filled.day, author=author, kind=kind, at=at, answers=checked.stored, notes=checked.notes
    )
    return Saved(row_id, kind)


def _keep_reasons(
    location: LocationRow, published: Published, filled: Filled, submission_id: int, *, at: datetime
) -> None:
    for doubted in filled.checked.doubts:
        if doubted.suggest_only:
            continue
        db.session.add(
            GivenReason(
                submission_id=submission_id,
                doubt=doubted.key,
                location_id=location.id,
                section=published.key,
                reason=filled.reasons.get(doubted.key),
                given_at=at,
            )
        )


def _changes(before: Standing | None, filled: Filled) -> dict[str, object]:
    # Old and new value of each answer that changed; free text only by its key, so that erasing it leaves the trail whole.
    old = {} if before is None else before.answers
    new = filled.checked.stored
    changed = {
        name: [old.get(name), new.get(name)] for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)
    }
    notes = set(filled.checked.notes)
    return (
        {"changed": {name: pair for name, pair in changed.items() if name in new or name not in notes}}
        if changed
        else {}
    )


def _hash(form_key: str) -> str:
    return hashlib.sha256(form_key.encode()).hexdigest()
