"""Answers as columns of a flat file: the same names as forms and storage, so that an export can be imported again."""

from __future__ import annotations

from ctapp.questions.answers import Values
from ctapp.questions.kinds import kind_of
from ctapp.questions.spec import Field, Grid, Section, field_name

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def columns(section: Section, *, with_people: bool = False) -> tuple[Field, ...]:
    """Return every column the section can have, all rows of its grids included, in page order; gates have none."""
    stores = {"answers", "note", *(("people",) if with_people else ())}
    found: list[Field] = []
    for item in section.questions:
        if isinstance(item, Grid):
            found.extend(
                Field(field_name(c, row.id), c, row) for row in item.rows() for c in item.columns if c.store in stores
            )
        elif item.store in stores:
            found.append(Field(item.key, item))
    return tuple(found)


def cell(f: Field, values: Values) -> str:
    """Return one answer as a flat file holds it; blank and not asked are empty."""
    return guard(kind_of(f.question.kind).cell(values.get(f.name)))


def guard(text: str) -> str:
    """Return a cell's text that no spreadsheet takes for a formula.

    Source: security.md, 59.
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
