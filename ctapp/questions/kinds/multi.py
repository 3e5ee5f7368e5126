"""Any number of a list of options; an exclusive one (none of these) stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ctapp.questions.kinds.base import Kind, Parsed, Value, sentence_case
from ctapp.questions.spec import Question


class Multi(Kind):
    """Option keys in the order of the declaration, each once."""

    key = "multi"
    takes_many = True

    def parse(self, texts: Sequence[str], question: Question) -> Parsed:
        """Return the keys ticked."""
        ticked = [text for part in texts for text in part.strip().split("|") if text]
        name = sentence_case(question.name_in_few_words)
        if any(question.option(key) is None for key in ticked):
            return Parsed(error=f"Choose only from the answers to: {name}")
        if len(set(ticked)) != len(ticked):
            return Parsed(error=f"{name} has the same answer twice. Choose each once")
        alone = [option.label for option in question.options if option.exclusive and option.key in ticked]
        if alone and len(ticked) > 1:
            return Parsed(error=f"{name}: choose either “{alone[0]}” or the others, not both")
        return Parsed(tuple(option.key for option in question.options if option.key in ticked) or None)

    def store(self, value: Value) -> Any:
        """Return the keys as a list."""
        return None if value is None else list(value)

    def load(self, stored: Any) -> Value:
        """Return the keys as a tuple."""
        return None if stored is None else tuple(stored)

    def text(self, value: Value) -> tuple[str, ...]:
        """Return the keys ticked."""
        return () if value is None else tuple(value)

    def show(self, value: Value, question: Question) -> str:
        """Return the options in words."""
        if value is None:
            return "None chosen" if question.is_optional else "Not answered"
        return ", ".join((question.option(key) or _Kept(key)).word for key in value)

    def unanswered(self, question: Question) -> str:
        """Return the sentence that asks to choose."""
        return question.unanswered or f"Choose at least one answer: {sentence_case(question.name_in_few_words)}"


class _Kept:
    # A key that was retired since: shown as it was kept.
    def __init__(self, key: str) -> None:
        self.word = key


KIND = Multi()
