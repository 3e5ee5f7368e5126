"""The rows of a location's history in words and as CSV. No route."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from ctapp.access.permissions import Permission
from ctapp.access.viewer import Viewer
from ctapp.clock import london_day
from ctapp.forms.views import OptionView
from ctapp.queries.actors import actor_words, channel_words
from ctapp.queries.directory import LocationRow
from ctapp.queries.history import LogRow, history_of
from ctapp.queries.question_sets import Published, question_sets, sections_on
from ctapp.questions.age import age_words
from ctapp.questions.answers import Context, load_values
from ctapp.questions.describe import Told, tell_all
from ctapp.questions.flat import cell, columns, guard
from ctapp.questions.status_words import day_words

KINDS = {
    "report": "Answered",
    "unchanged": "Confirmed: nothing had changed",
    "correction": "Corrected",
    "import": "Answered by file",
    "undo": "Undone: a confirmation was taken back",
}
FIXED = ("id", "section", "day", "answered_at", "who", "channel", "kind", "undone")
CSV_BATCH = 500


@dataclass(frozen=True)
class Entry:
    """One row of the log, told to a person."""

    title: str
    what: str
    when: str
    who: str
    day: str
    answers: tuple[Told, ...]
    is_undone: bool
    version: int
    correct_href: str


def section_choices(viewer: Viewer, location: LocationRow, *, at: datetime) -> list[OptionView]:
    """Return the sections that the viewer may see of a location."""
    asked = sections_on(london_day(at))
    return [
        OptionView(p.key, p.section.short)
        for p in asked
        if location.provider_type in p.section.asked_of and viewer.may_see_section(p.key)
    ]


def entries_of(
    viewer: Viewer, location: LocationRow, section: str, *, before_id: int | None, limit: int, at: datetime
) -> tuple[list[Entry], int | None]:
    """Return a page of history, newest first, and the id to go on from (None at the end)."""
    rows = history_of(location.id, section=section, limit=limit + 1, before_id=before_id)
    older = rows[limit - 1].id if len(rows) > limit else None
    rows = [row for row in rows[:limit] if viewer.may_see_section(row.section)]
    versions = question_sets([row.question_set for row in rows])
    who = actor_words(row.actor for row in rows)
    entries = [_entry(row, versions[row.question_set], location, who, viewer, at) for row in rows]
    return entries, older


def _entry(
    row: LogRow,
    published: Published,
    location: LocationRow,
    who: dict[str, str],
    viewer: Viewer,
    at: datetime,
) -> Entry:
    today = london_day(at)
    values = load_values(published.section, row.answers or {})
    told = tell_all(published.section, values, Context(location.provider_type)) if row.answers else ()
    href = ""
    if viewer.may(Permission.UPDATE) and row.day < today and not row.is_undone and row.undoes is None:
        href = url_for("submit.show", cqc_id=location.cqc_id, section=row.section, day=row.day.isoformat())
    return Entry(
        title=published.section.short,
        what=KINDS.get(row.kind, row.kind),
        when=age_words(row.answered_at, at),
        who=f"{who[row.actor]}, {channel_words(row.channel)}",
        day=day_words(row.day, today=today),
        answers=told,
        is_undone=row.is_undone,
        version=published.version,
        correct_href=href,
    )


def csv_lines(viewer: Viewer, location: LocationRow, section: str) -> Iterator[str]:
    """Yield the whole history as CSV: one section with a column per answer, or every section without answers.

    The columns are those of the newest version, so that an old answer whose question was retired is left out.
    Source: contract.md, Tables as CSV.
    """
    newest = {p.key: p for p in sections_on(date.max)}
    fields = columns(newest[section].section) if section else ()
    yield _line([*FIXED, *(f.name for f in fields)])
    before: int | None = None
    while True:
        rows = history_of(location.id, section=section, limit=CSV_BATCH, before_id=before)
        who = actor_words(row.actor for row in rows)
        for row in rows:
            if not viewer.may_see_section(row.section):
                continue
            values = load_values(newest[section].section, row.answers or {}) if section else {}
            head = [row.id, row.section, row.day, row.answered_at.isoformat(), who[row.actor], row.channel, row.kind]
            yield _line([*head, "yes" if row.is_undone else "no", *(cell(f, values) for f in fields)])
        if len(rows) < CSV_BATCH:
            return
        before = rows[-1].id


def _line(cells: list[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([guard(str(c)) if isinstance(c, str) else c for c in cells])
    return out.getvalue()
