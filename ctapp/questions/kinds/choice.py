"""One of a list of options; `yes_no` and `rag` are this with their own look."""

from __future__ import annotations

from ctapp.questions.kinds.base import Kind, Parsed, Value, sentence_case
from ctapp.questions.spec import Question


class Choice(Kind):
    """One option's key."""

    key = "choice"

    def read(self, text: str, question: Question) -> Parsed:
        """Return the key of the option named."""
        if question.option(text) is None:
            return Parsed(error=f"Choose one of the answers to: {sentence_case(question.name_in_few_words)}")
        return Parsed(text)

    def show(self, value: Value, question: Question) -> str:
        """Return the option in words; a key that was retired since is shown as it was kept."""
        if value is None:
            return "Not answered"
        option = question.option(value)
        return option.word if option else str(value)

    def unanswered(self, question: Question) -> str:
        """Return the sentence that asks to choose."""
        return question.unanswered or f"Choose an answer: {sentence_case(question.name_in_few_words)}"


KIND = Choice()
