"""Filling the sentences of a section: `{expression}` is computed by the rule language, `{residents}` is the provider type's own word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ctapp.errors import BadSection
from ctapp.questions import rules
from ctapp.questions.kinds import kind_of
from ctapp.questions.spec import Question, Row, Section

_PLACE = re.compile(r"\{([^{}]+)\}")


def words_for(section: Section, provider_type: str) -> dict[str, str]:
    """Return the section's own words for a provider type, the defaults where it says nothing else."""
    return {**section.words.get("default", {}), **section.words.get(provider_type, {})}


def fill(
    text: str, env: rules.Env, *, words: Mapping[str, str], section: Section | None = None, row: Row | None = None
) -> str:
    """Return a sentence with its places filled; a value that is missing reads "not answered".

    A bare question key is shown in words (the option, not its key). `{row}` stands in small letters but at the start.
    """

    def filled(match: re.Match[str]) -> str:
        expression = match[1].strip()
        if expression in words:
            return words[expression]
        if row is not None and expression in ("row", "row_label"):
            label = row.short if expression == "row" else row.label
            return label if match.start() == 0 else label[:1].lower() + label[1:]
        question = section.question(expression) if section else None
        try:
            value = rules.evaluate(rules.parse(expression), env)
        except BadSection:
            return match[0]
        return _shown(value, question)

    return _PLACE.sub(filled, text)


def _shown(value: Any, question: Question | None) -> str:
    if value is None:
        return "not answered"
    if question is not None:
        return kind_of(question.kind).show(value, question)
    if isinstance(value, Decimal):
        value = round(value, 2).normalize()
        return f"{value:,f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
