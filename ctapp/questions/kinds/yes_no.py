"""Yes or no; the loader gives it its two options."""

from __future__ import annotations

from ctapp.questions.kinds.choice import Choice
from ctapp.questions.spec import Question


class YesNo(Choice):
    """`yes` or `no`."""

    key = "yes_no"

    def unanswered(self, question: Question) -> str:
        """Return the sentence that asks to choose."""
        return question.unanswered or "Choose yes or no"


KIND = YesNo()
