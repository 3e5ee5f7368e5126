"""Publishing question sets: a shipped file the first time it is seen, and new versions from a day on."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select

from ctapp.clock import london_day
from ctapp.errors import Refused
from ctapp.extensions import db
from ctapp.models import QuestionSet
from ctapp.queries.question_sets import read_with_references, shipped_sources
from ctapp.questions.snapshot import fingerprint
from ctapp.services import audit

EVER = date(2020, 1, 1)


def publish_shipped(*, at: datetime) -> list[str]:
    """Publish every shipped section that has no version yet, asked since ever, and return their keys; flushes.

    So a new file in `ctapp/sections/` is asked from the next start on. A changed file is published on purpose only.
    """
    known = set(db.session.scalars(select(QuestionSet.section)))
    added = []
    for name, source in shipped_sources().items():
        if name in known:
            continue
        section = read_with_references(source)
        if section.key != name:
            raise Refused(f"{name}.toml declares {section.key}: file and key must be the same")
        _add(section.key, source, effective_on=EVER, at=at)
        added.append(name)
    return added


def publish(source: str, *, effective_on: date, at: datetime) -> int:
    """Publish a new version of a section from a London day on and return its number; flushes.

    Errors: BadSection; Refused when it means the same as the last version, or takes effect before it.
    """
    section = read_with_references(source)
    last = db.session.execute(
        select(QuestionSet.version, QuestionSet.effective_on, QuestionSet.fingerprint)
        .where(QuestionSet.section == section.key)
        .order_by(QuestionSet.version.desc())
        .limit(1)
    ).one_or_none()
    if last is not None and last.fingerprint == fingerprint(section):
        raise Refused(f"{section.key}: this is the version {last.version} that is published already")
    if last is not None and effective_on < max(last.effective_on, london_day(at)):
        raise Refused(f"{section.key}: a version cannot take effect before today or before version {last.version}")
    return _add(section.key, source, effective_on=effective_on, at=at)


def _add(key: str, source: str, *, effective_on: date, at: datetime) -> int:
    version = (db.session.scalar(select(func.max(QuestionSet.version)).where(QuestionSet.section == key)) or 0) + 1
    db.session.add(
        QuestionSet(
            section=key,
            version=version,
            effective_on=effective_on,
            published_at=at,
            fingerprint=fingerprint(read_with_references(source)),
            source=source,
        )
    )
    db.session.flush()
    audit.record("operator", "cli", "question_set_published", at=at, section=key, detail={"version": version})
    return version
