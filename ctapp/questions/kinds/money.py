"""An amount in pounds, with pence at most."""

from __future__ import annotations

from ctapp.questions.kinds.base import Parsed
from ctapp.questions.kinds.number import Number
from ctapp.questions.spec import Question


class Money(Number):
    """Pounds; a typed £ sign is read."""

    key = "money"
    unit = "£"
    like = "980 or 980.50"
    places = 2

    def read(self, text: str, question: Question) -> Parsed:
        """Return the amount that a text holds."""
        return super().read(text.removeprefix("£").strip() or "£", question)


KIND = Money()
