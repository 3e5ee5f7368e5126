"""Outward postcodes, the part before the space (LS6), several in one box."""

from __future__ import annotations

import re
from typing import Any

from ctapp.questions.kinds.base import Kind, Parsed, Value
from ctapp.questions.spec import Question

_OUTWARD = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?", re.ASCII)
MOST = 300


class OutwardCodes(Kind):
    """Outward codes in capitals, each once, in order."""

    key = "outward_codes"

    def read(self, text: str, question: Question) -> Parsed:
        """Return the codes."""
        found = [part.upper() for part in re.split(r"[\s,;|]+", text) if part]
        wrong = next((part for part in found if not _OUTWARD.fullmatch(part)), None)
        if wrong is not None:
            return Parsed(error=f"Enter first halves of postcodes, like LS6, LS16. This is not one: {wrong[:20]}")
        if len(set(found)) > MOST:
            return Parsed(error=f"Enter at most {MOST} areas")
        return Parsed(tuple(sorted(set(found))))

    def store(self, value: Value) -> Any:
        """Return the codes as a list."""
        return None if value is None else list(value)

    def load(self, stored: Any) -> Value:
        """Return the codes as a tuple."""
        return None if stored is None else tuple(stored)

    def text(self, value: Value) -> str:
        """Return the codes with commas."""
        return ", ".join(value or ())

    def show(self, value: Value, question: Question) -> str:
        """Return the codes with commas."""
        return ", ".join(value) if value else "Not answered"

    def cell(self, value: Value) -> str:
        """Return the codes joined by bars."""
        return "|".join(value or ())

    def unanswered(self, question: Question) -> str:
        """Return the sentence that asks for the areas."""
        return question.unanswered or f"Enter {question.name_in_few_words}"


KIND = OutwardCodes()
