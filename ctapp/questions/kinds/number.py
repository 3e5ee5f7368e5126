"""A number that may have decimals (hours), 0 or more."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from ctapp.questions.kinds.base import Kind, Parsed, Value, sentence_case
from ctapp.questions.spec import Question

LARGEST = 9_999_999
_NUMBER = re.compile(r"(\d{1,15}|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)


class Number(Kind):
    """Decimals up to the places that the question allows; stored as text so that no digit is lost."""

    key = "number"
    is_number = True
    unit = ""
    like = "12.5"

    def read(self, text: str, question: Question) -> Parsed:
        """Return the number that a text holds."""
        name = sentence_case(question.name_in_few_words)
        if not _NUMBER.fullmatch(text):
            return Parsed(error=f"{name} must be a number, like {question.example or self.like}")
        number = Decimal(text.replace(",", ""))
        places = question.decimals or self.places
        if -int(number.as_tuple().exponent) > places:
            return Parsed(error=f"{name} must have at most {places} decimal place{'s' * (places != 1)}")
        largest = LARGEST if question.maximum is None else question.maximum
        if number > largest:
            return Parsed(error=f"{name} must be {self.unit}{largest:,} or less")
        if question.minimum is not None and number < question.minimum:
            return Parsed(error=f"{name} must be {self.unit}{question.minimum:,} or more")
        return Parsed(number)

    places = 1

    def store(self, value: Value) -> Any:
        """Return the number as text."""
        return None if value is None else str(value)

    def load(self, stored: Any) -> Value:
        """Return the number of a stored text."""
        return None if stored is None else Decimal(str(stored))

    def show(self, value: Value, question: Question) -> str:
        """Return the number with thousands commas and its unit."""
        return "Not answered" if value is None else f"{self.unit}{value:,}"

    def unanswered(self, question: Question) -> str:
        """Return the sentence that asks for the number."""
        return question.unanswered or f"Enter {question.name_in_few_words}. Enter 0 if none"


KIND = Number()
