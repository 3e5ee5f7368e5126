"""A phone number that can be rung from England, kept with single spaces as typed."""

from __future__ import annotations

import re

from ctapp.questions.kinds.base import Kind, Parsed
from ctapp.questions.spec import Question

_PHONE = re.compile(r"\+?[\d ()-]+( ?(x|ext\.?) ?\d{1,6})?", re.ASCII | re.IGNORECASE)


class Phone(Kind):
    """Digits with spaces, brackets and an extension."""

    key = "phone"

    def read(self, text: str, question: Question) -> Parsed:
        """Return the number."""
        digits = sum(character.isdigit() for character in text)
        if not _PHONE.fullmatch(text) or not 10 <= digits <= 20:
            return Parsed(error="Enter a phone number, like 0113 496 0001")
        return Parsed(" ".join(text.split()))

    def unanswered(self, question: Question) -> str:
        """Return the sentence that asks for the number."""
        return question.unanswered or f"Enter {question.name_in_few_words}"


KIND = Phone()
