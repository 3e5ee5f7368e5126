"""Free text in a few lines. A valid NHS number is refused: nothing here may point to a person."""

from __future__ import annotations

import re

from ctapp.questions.kinds.base import Kind, Parsed
from ctapp.questions.spec import Question

_TEN_DIGITS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)", re.ASCII)


class Text(Kind):
    """Words, up to the question's length in characters."""

    key = "text"

    def read(self, text: str, question: Question) -> Parsed:
        """Return the text, refusing one that is too long or holds an NHS number."""
        if len(text) > question.max_length:
            over = len(text) - question.max_length
            return Parsed(error=f"Use {question.max_length} characters or fewer. This is {over:,} too many")
        if any(is_nhs_number(found) for found in _TEN_DIGITS.findall(text)):
            return Parsed(error="This looks like an NHS number. Take out anything about a person")
        return Parsed(text)

    def unanswered(self, question: Question) -> str:
        """Return the sentence that asks for the words."""
        return question.unanswered or f"Tell us: {question.label}"


def is_nhs_number(text: str) -> bool:
    """Return whether ten digits carry the check digit of an NHS number.

    Source: NHS Data Dictionary, modulus 11.
    """
    digits = [int(character) for character in text if character.isdigit()]
    if len(digits) != 10:
        return False
    check = 11 - sum(digit * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    return check != 10 and check % 11 == digits[9]


KIND = Text()
