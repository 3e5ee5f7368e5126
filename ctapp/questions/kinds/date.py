"""A calendar date, typed as 20/4/2021 or 2021-04-20."""

from __future__ import annotations

import re
from datetime import date

from ctapp.questions.kinds.base import Kind, Parsed, Value, sentence_case
from ctapp.questions.spec import Question

_BRITISH = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


class CalendarDate(Kind):
    """A date, stored in ISO form."""

    key = "date"

    def read(self, text: str, question: Question) -> Parsed:
        """Return the date in ISO form."""
        if found := _BRITISH.fullmatch(text):
            day, month, year = (int(part) for part in found.groups())
        elif found := _ISO.fullmatch(text):
            year, month, day = (int(part) for part in found.groups())
        else:
            return Parsed(error=f"{sentence_case(question.name_in_few_words)} must be a date, like 20/4/2021")
        try:
            return Parsed(date(year, month, day).isoformat())
        except ValueError:
            return Parsed(error=f"{sentence_case(question.name_in_few_words)} must be a real date, like 20/4/2021")

    def show(self, value: Value, question: Question) -> str:
        """Return the date in words."""
        if value is None:
            return "Not answered"
        day = date.fromisoformat(value)
        return f"{day.day} {day:%B %Y}"


KIND = CalendarDate()
