"""A whole number of people, beds or hours, 0 or more. 0 is an answer; blank is not."""

from __future__ import annotations

import re

from ctapp.questions.kinds.base import Kind, Parsed, Value, sentence_case
from ctapp.questions.spec import Question

LARGEST = 99_999
_WHOLE = re.compile(r"\d{1,15}|\d{1,3}(,\d{3})+", re.ASCII)


class Count(Kind):
    """Whole numbers; a proper thousands comma is read, anything else is refused with an example."""

    key = "count"
    is_number = True

    def read(self, text: str, question: Question) -> Parsed:
        """Return the whole number that a text holds."""
        name = sentence_case(question.name_in_few_words)
        if not _WHOLE.fullmatch(text):
            return Parsed(error=f"{name} must be a whole number, like {question.example or 2}")
        number = int(text.replace(",", ""))
        largest = LARGEST if question.maximum is None else question.maximum
        if number > largest:
            return Parsed(error=f"{name} must be {largest:,} or fewer")
        if question.minimum is not None and number < question.minimum:
            return Parsed(error=f"{name} must be {question.minimum:,} or more")
        return Parsed(number)

    def show(self, value: Value, question: Question) -> str:
        """Return the number with thousands commas."""
        return "Not answered" if value is None else f"{value:,}"

    def unanswered(self, question: Question) -> str:
        """Return the sentence that asks for the number and says what to do when there is none."""
        return question.unanswered or f"Enter {question.name_in_few_words}. Enter 0 if none"


KIND = Count()
