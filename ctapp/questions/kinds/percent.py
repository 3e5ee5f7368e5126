"""A share in percent, 0 to 100, one decimal at most."""

from __future__ import annotations

from dataclasses import replace

from ctapp.questions.kinds.base import Parsed, Value
from ctapp.questions.kinds.number import Number
from ctapp.questions.spec import Question


class Percent(Number):
    """Percent; a typed % sign is read."""

    key = "percent"

    def read(self, text: str, question: Question) -> Parsed:
        """Return the share that a text holds."""
        bounded = question if question.maximum is not None else replace(question, maximum=100)
        return super().read(text.removesuffix("%").strip() or "%", bounded)

    def show(self, value: Value, question: Question) -> str:
        """Return the share with its sign."""
        return "Not answered" if value is None else f"{value}%"


KIND = Percent()
