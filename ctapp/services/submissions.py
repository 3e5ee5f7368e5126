"""Saving a section's answers: checked, once, in one transaction with `current`, outbreaks and audit."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ctapp.clock import london_day
from ctapp.errors import BadAnswers, NotAsked, StateMoved
from ctapp.extensions import db
from ctapp.models import Current, GivenReason, PostedForm
from ctapp.queries.current import Standing, standing_for
from ctapp.queries.directory import LocationRow
from ctapp.queries.history import days_answered, standing_on
from ctapp.queries.question_sets import Published
from ctapp.questions.answers import Filled
from ctapp.services import audit
from ctapp.services.log import Author, append, lock_current, same_answers
from ctapp.services.people import changed_details, keep_people


@dataclass(frozen=True)
class Saved:
    """What a save came to; `is_repeat` when the same form had been saved before."""

    submission_id: int
    kind: str
    is_repeat: bool = False


def submit(location: LocationRow, published: Published, filled: Filled, *, author: Author, at: datetime) -> Saved:
    """Save the answers of one section and return the submission; flushes, the edge commits.

    Errors: BadAnswers when a rule is broken; NotAsked when the location is closed or the type is not asked;
    StateMoved when the version seen is no longer the last, or the next day has been confirmed meanwhile (`seen_version`
    None: imports, which carry no version).
    Source: flows.md, "Updating signed in"; storage.md, rules 1 to 5.
    """
    today = london_day(at)
    if not location.is_open(today) or location.provider_type not in published.section.asked_of:
        raise NotAsked(f"{published.key} is not asked of {location.cqc_id} now")
    if filled.day > today or any(later > today for later in filled.correct_later):
        raise NotAsked(f"{published.key} cannot be answered for a day to come")
    if filled.checked.errors:
        raise BadAnswers(filled.checked.errors)
    current = lock_current(location.id, published.key)
    # Under the lock: two copies of the same form may have waited for it together, and the second must find the first.
    if repeat := _saved_before(location, published, filled):
        return repeat
    moment = at if filled.seen_version is None else _moment(current, filled, at=at)
    before = standing_for([location.id], [published.key]).get((location.id, published.key))
    changes = _changes(location, published, filled, before, at=at)
    saved = _append(current, published, filled, before, author=author, at=moment, received_at=at)
    for later in filled.correct_later:
        append(current, published, day=later, author=author, kind="correction", at=moment, received_at=at,
               answers=filled.checked.stored, notes=filled.checked.notes)  # fmt: skip
    keep_people(location.id, filled.checked.people, at=at)
    _keep_reasons(location, published, filled, saved.submission_id, at=at)
    if filled.form_key:
        db.session.add(
            PostedForm(
                key_hash=_hash(location, published, filled),
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
        detail={"submission": saved.submission_id, "day": filled.day.isoformat(), **changes},
    )
    db.session.flush()
    return saved


def _saved_before(location: LocationRow, published: Published, filled: Filled) -> Saved | None:
    if not filled.form_key:
        return None
    found = db.session.execute(
        select(PostedForm.submission_id, PostedForm.kind).where(
            PostedForm.key_hash == _hash(location, published, filled)
        )
    ).one_or_none()
    return Saved(found.submission_id, found.kind, is_repeat=True) if found else None


def _append(
    current: Current,
    published: Published,
    filled: Filled,
    before: Standing | None,
    *,
    author: Author,
    at: datetime,
    received_at: datetime,
) -> Saved:
    today = london_day(at)
    checked = filled.checked
    if (
        before is not None
        and filled.day == today
        and (filled.day, at) >= (before.day, before.answered_at)
        and not published.section.has_flow
        and before.question_set == published.id
        and same_answers(published, before.answers, {**checked.stored, **checked.notes})
        and not changed_details(current.location_id, checked.people)
    ):
        row_id = append(
            current,
            published,
            day=today,
            author=author,
            kind="unchanged",
            at=at,
            received_at=received_at,
            same_as=before.answers_id,
        )
        return Saved(row_id, "unchanged")
    is_again = filled.day < today and filled.day in days_answered(current.location_id, published.key, since=filled.day)
    kind = "correction" if is_again else "report"
    row_id = append(
        current,
        published,
        day=filled.day,
        author=author,
        kind=kind,
        at=at,
        received_at=received_at,
        answers=checked.stored,
        notes=checked.notes,
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


def _moment(current: Current, filled: Filled, *, at: datetime) -> datetime:
    # Who saves on the last version has seen what stands, so the save comes after it, whatever the clocks say: of two
    # processes one may take its moment first and the lock second, and a confirmation in between does not move the version.
    # A save older by a moment would be kept and yet seen by nobody. When it came in stands in `received_at`.
    today = london_day(at)
    if filled.seen_version != current.version:
        raise StateMoved(current.location_id, current.section)
    if current.day is None or current.answered_at is None or current.day < today:
        return at
    if current.day > today and filled.day == today:
        raise StateMoved(current.location_id, current.section)
    return max(at, current.answered_at) if current.day == today else at


def _changes(
    location: LocationRow, published: Published, filled: Filled, before: Standing | None, *, at: datetime
) -> dict[str, object]:
    # Old and new value of each answer that changed, old being what stood on the day itself; free text and details of
    # persons only by their names, so that erasing them leaves the trail whole.
    old = {} if before is None else before.answers
    if filled.day < london_day(at):
        then = standing_on(location.id, published.key, filled.day)
        old = {} if then is None else then.answers or {}
    checked = filled.checked
    new = {**checked.stored, **checked.notes}
    changed = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    is_text = {name: not _is_plain(published, name) for name in changed}
    values = {name: [old.get(name), new.get(name)] for name in changed if not is_text[name]}
    names = {
        "notes": [name for name in changed if is_text[name]],
        "people": list(changed_details(location.id, checked.people)),
    }
    return {**({"changed": values} if values else {}), **{what: keys for what, keys in names.items() if keys}}


def _is_plain(published: Published, name: str) -> bool:
    # A name that this version no longer asks may have been free text: it is not copied.
    question = published.section.question(name.partition("__")[0])
    return question is not None and question.store == "answers"


def _hash(location: LocationRow, published: Published, filled: Filled) -> str:
    # With the content: the same form with other answers in it (somebody went back and changed a number) is another save.
    checked = filled.checked
    content = [
        filled.form_key,
        location.id,
        published.key,
        filled.day.isoformat(),
        {**checked.stored, **checked.notes, **checked.people},
        dict(filled.reasons),
        [later.isoformat() for later in filled.correct_later],
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
