"""Telling answers in words: the lines of cards and receipts, what others see, a list of every answer, and what differs between two."""

from __future__ import annotations

from dataclasses import dataclass

from ctapp.questions import rules
from ctapp.questions.answers import Context, Values, environment, field_environment
from ctapp.questions.kinds import kind_of
from ctapp.questions.kinds.base import sentence_case
from ctapp.questions.spec import Field, Row, Section, Summary, fields_of, rows_in
from ctapp.questions.words import fill, words_for


@dataclass(frozen=True)
class Told:
    """One answer in words, with the question it answers."""

    name: str
    question: str
    answer: str


@dataclass(frozen=True)
class Difference:
    """An answer that two people gave differently, both in words."""

    name: str
    question: str
    theirs: str
    yours: str


def summary_lines(section: Section, values: Values, context: Context) -> tuple[str, ...]:
    """Return the answers in one or a few lines, as the section declares them."""
    return _lines(section, section.summaries, values, context)


def others_see(section: Section, values: Values, context: Context) -> tuple[str, ...]:
    """Return what discharge teams and councils are shown of these answers, in words."""
    return _lines(section, section.others_see, values, context)


def tell_all(section: Section, values: Values, context: Context) -> tuple[Told, ...]:
    """Return every answer that was given, in page order and in words."""
    fields = fields_of(section, context.provider_type, rows_in(section, values))
    return tuple(
        Told(
            f.name,
            question_words(section, f, values, context),
            kind_of(f.question.kind).show(values[f.name], f.question),
        )
        for f in fields
        if f.name in values
    )


def differences(section: Section, theirs: Values, yours: Values, context: Context) -> tuple[Difference, ...]:
    """Return the answers in which two sets differ, in page order; an answer that one lacks reads "Not answered"."""
    rows = rows_in(section, {**theirs, **yours})
    found = []
    for f in fields_of(section, context.provider_type, rows):
        a, b = theirs.get(f.name), yours.get(f.name)
        if a != b and f.question.store not in ("none", "people"):
            kind = kind_of(f.question.kind)
            label = question_words(section, f, yours, context)
            found.append(Difference(f.name, label, kind.show(a, f.question), kind.show(b, f.question)))
    return tuple(found)


def question_words(section: Section, f: Field, values: Values, context: Context) -> str:
    """Return a question in few words with its row: "Free now, dementia nursing"."""
    words = words_for(section, context.provider_type)
    label = fill(f.question.name_in_few_words, field_environment(section, f, values, context), words=words, row=f.row)
    row = f", {f.row.short[:1].lower()}{f.row.short[1:]}" if f.row else ""
    return sentence_case(label) + row


def _lines(section: Section, summaries: tuple[Summary, ...], values: Values, context: Context) -> tuple[str, ...]:
    words = words_for(section, context.provider_type)
    lines = []
    for summary in summaries:
        for row in _rows(section, summary, values):
            env = environment(section, values, context, row_id=row.id if row else "", grid=summary.grid)
            if summary.only_if is None or rules.holds(summary.only_if, env) is True:
                lines.append(sentence_case(fill(summary.text, env, words=words, section=section, row=row)))
    return tuple(lines)


def _rows(section: Section, summary: Summary, values: Values) -> tuple[Row | None, ...]:
    grid = section.grid(summary.grid) if summary.grid else None
    if grid is None:
        return (None,)
    run = rows_in(section, values)[grid.key]
    return tuple(row for row in grid.rows() if row.id in run)
