"""Saving and confirming through the services with every choice open: the day, the version seen, the form's key, the author."""

from __future__ import annotations

from sqlalchemy import select

from ctapp.clock import london_day
from ctapp.extensions import db
from ctapp.models import AuditEvent, Current, Submission
from ctapp.queries.current import standing_for, version_of
from ctapp.queries.directory import every_location, location_in
from ctapp.queries.facts import context_for
from ctapp.queries.question_sets import section_on
from ctapp.questions.answers import Filled, check_answers
from ctapp.questions.spec import rows_in
from ctapp.services.confirmations import confirm_unchanged, undo
from ctapp.services.log import Author, append, lock_current
from ctapp.services.submissions import submit
from tests import cast, factories
from tests.answers import BEDS, ROW

LAST = object()
NOT_VERSION = [c.key for c in Current.__table__.columns if c.key != "version"]


def home(cqc_id=cast.ROSEWOOD):
    """A location of the cast."""
    return location_in(every_location(), cqc_id)


def author(person="rosewood_manager", channel="web"):
    """Somebody of the cast as the author of a row."""
    return Author(f"user:{factories.user_id(cast.PEOPLE[person].email)}", channel)


def beds(**numbers):
    """What is typed for 12 beds: 9 living here, 2 free, 1 held, unless told otherwise."""
    return BEDS | {f"{name}__{ROW}": str(number) for name, number in numbers.items()}


def filled(section, typed, *, at, day=None, seen=LAST, cqc_id=cast.ROSEWOOD, **more):
    """A section as somebody filled it in; the version seen is the last one unless told otherwise."""
    location, published = home(cqc_id), section_on(section, london_day(at))
    stands = standing_for([location.id], [section]).get((location.id, section))
    context = context_for(
        location, published.section, stored=stands.answers if stands else {}, day=london_day(at), at=at
    )
    checked = check_answers(
        published.section,
        {name: [text] if isinstance(text, str) else text for name, text in typed.items()},
        context=context,
        rows=rows_in(published.section, typed),
    )
    seen = version_of(location.id, section) if seen is LAST else seen
    return Filled(checked=checked, day=day or london_day(at), seen_version=seen, **more)


def save(section, typed, *, at, by="rosewood_manager", channel="web", cqc_id=cast.ROSEWOOD, **more):
    """Save a section through the service."""
    form = filled(section, typed, at=at, cqc_id=cqc_id, **more)
    assert not form.checked.errors, form.checked.errors
    return submit(home(cqc_id), section_on(section, london_day(at)), form, author=author(by, channel), at=at)


def report(section, stored, *, day, at, kind="import", cqc_id=cast.ROSEWOOD):
    """Append a row with these stored answers, as an import does with the moment that its file names."""
    current = lock_current(home(cqc_id).id, section)
    row_id = append(
        current,
        section_on(section, london_day(at)),
        day=day,
        author=Author("operator", "csv"),
        kind=kind,
        at=at,
        answers=stored,
    )
    db.session.flush()
    return row_id


def confirm(*sections, at, by="rosewood_manager", cqc_id=cast.ROSEWOOD, seen=None, **more):
    """Confirm sections as they stand, and return the submission's id by section."""
    location = home(cqc_id)
    shown = {section: version_of(location.id, section) for section in sections} | (seen or {})
    published = [section_on(section, london_day(at)) for section in sections]
    return {
        done.section: done.submission_id
        for done in confirm_unchanged(location, published, shown, author=author(by), at=at, **more)
    }


def take_back(*ids, at, by="rosewood_manager", cqc_id=cast.ROSEWOOD):
    """Undo confirmations."""
    keys = db.session.scalars(select(Submission.section).where(Submission.id.in_(ids)))
    published = {key: section_on(key, london_day(at)) for key in keys}
    return undo(home(cqc_id), list(ids), published, author=author(by), at=at)


def kept(section, *, cqc_id=cast.ROSEWOOD):
    """The row of `current` but for its version, as a dict; None when there is none."""
    row = db.session.execute(
        select(*(Current.__table__.c[name] for name in NOT_VERSION)).where(
            Current.location_id == home(cqc_id).id, Current.section == section
        )
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def version(section, *, cqc_id=cast.ROSEWOOD):
    """The version that a form would carry now."""
    return version_of(home(cqc_id).id, section)


def answers(section, *, cqc_id=cast.ROSEWOOD):
    """The answers that stand, notes included."""
    location = home(cqc_id)
    return standing_for([location.id], [section])[location.id, section].answers


def logged(section="", *, cqc_id=cast.ROSEWOOD):
    """Every row of the log of a location, oldest first."""
    query = select(Submission).where(Submission.location_id == home(cqc_id).id).order_by(Submission.id)
    if section:
        query = query.where(Submission.section == section)
    return list(db.session.scalars(query))


def events(action=""):
    """The audit trail, oldest first, without the publishing of the sections that every database begins with."""
    query = select(AuditEvent).where(AuditEvent.action != "question_set_published").order_by(AuditEvent.id)
    return list(db.session.scalars(query.where(AuditEvent.action == action) if action else query))
