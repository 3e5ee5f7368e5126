"""Which questions are asked on a day, and which were asked by an old answer: the published question sets, parsed once a process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from sqlalchemy import select

from ctapp.errors import NotAsked
from ctapp.extensions import db
from ctapp.models import QuestionSet
from ctapp.questions.load import read_section
from ctapp.questions.spec import Option, Section
from ctapp.reference.lists import reference_options


@dataclass(frozen=True)
class Published:
    """One published version of a section."""

    id: int
    version: int
    effective_on: date
    section: Section

    @property
    def key(self) -> str:
        """The section's key."""
        return self.section.key


def sections_on(day: date) -> tuple[Published, ...]:
    """Return the version of every section that is asked on a London day, in page order."""
    rows = db.session.execute(
        select(
            QuestionSet.id, QuestionSet.section, QuestionSet.version, QuestionSet.effective_on, QuestionSet.fingerprint
        )
        .where(QuestionSet.effective_on <= day)
        .order_by(QuestionSet.section, QuestionSet.version)
    ).all()
    last = {row.section: row for row in rows}
    found = [
        Published(row.id, row.version, row.effective_on, _parsed(row.id, row.fingerprint)) for row in last.values()
    ]
    return tuple(sorted(found, key=lambda p: (p.section.order, p.key)))


def section_on(key: str, day: date) -> Published:
    """Return the version of one section that is asked on a day.

    Errors: NotAsked when no version of it is.
    """
    found = next((published for published in sections_on(day) if published.key == key), None)
    if found is None:
        raise NotAsked(f"there is no section {key} on {day}")
    return found


def question_sets(ids: Sequence[int]) -> dict[int, Published]:
    """Return published versions by their ids, for showing old answers in their own wording."""
    rows = db.session.execute(
        select(QuestionSet.id, QuestionSet.version, QuestionSet.effective_on, QuestionSet.fingerprint)
        .where(QuestionSet.id.in_(set(ids)))
        .order_by(QuestionSet.id)
    )
    return {row.id: Published(row.id, row.version, row.effective_on, _parsed(row.id, row.fingerprint)) for row in rows}


def versions_of(key: str) -> list[tuple[int, int, date, str]]:
    """Return (id, version, effective_on, source text) of every version of a section, oldest first."""
    rows = db.session.execute(
        select(QuestionSet.id, QuestionSet.version, QuestionSet.effective_on, QuestionSet.source)
        .where(QuestionSet.section == key)
        .order_by(QuestionSet.version)
    )
    return [(row.id, row.version, row.effective_on, row.source) for row in rows]


def shipped_sources() -> dict[str, str]:
    """Return the text of every shipped section file by its file name without ending."""
    folder = resources.files("ctapp.sections")
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    return {item.name.removesuffix(".toml"): item.read_text("utf-8") for item in files}


def read_with_references(text: str) -> Section:
    """Return the section of a TOML text, its `options_from` lists filled from the shipped reference.

    Errors: BadSection.
    """
    return read_section(text, references=_options)


def _options(name: str) -> Sequence[Option]:
    return tuple(Option(code, label) for code, label in reference_options(name))


# Keyed by fingerprint: ids may mean something else in another database, the same fingerprint never does.
_sections: dict[str, Section] = {}


def _parsed(set_id: int, fingerprint: str) -> Section:
    found = _sections.get(fingerprint)
    if found is None:
        source = db.session.execute(select(QuestionSet.source).where(QuestionSet.id == set_id)).scalar_one()
        found = _sections[fingerprint] = _read(source)
    return found


@lru_cache(maxsize=256)
def _read(source: str) -> Section:
    return read_with_references(source)
