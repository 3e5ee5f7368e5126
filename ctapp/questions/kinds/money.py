"""An amount in pounds, with pence at most."""

from __future__ import annotations

from ctapp.questions.kinds.base import Parsed, Value
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

    def show(self, value: Value, question: Question) -> str:
        """Return whole pounds without pence, and any pence in two digits: £980, £980.50."""
        if value is None:
            return "Not answered"
        return f"£{value:,.0f}" if value == value.to_integral_value() else f"£{value:,.2f}"


KIND = Money()
