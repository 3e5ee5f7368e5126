"""What every kind of answer can do. Kinds hold no state; a value is JSON-ready or a Decimal that `store` writes as text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ctapp.questions.spec import Question

Value = Any


@dataclass(frozen=True)
class Parsed:
    """What was typed, read: a value (None is blank) or the sentence that says what is wrong."""

    value: Value = None
    error: str = ""


class Kind:
    """One kind of answer; subclasses say how it is read and told."""

    key = ""
    takes_many = False
    is_number = False

    def parse(self, texts: Sequence[str], question: Question) -> Parsed:
        """Return the value of what was typed or ticked, or the error sentence; no text, or only spaces, is blank."""
        if len(texts) > 1:
            return Parsed(error=f"{sentence_case(question.name_in_few_words)} was sent more than once. Answer it once")
        text = clean(texts[0]) if texts else ""
        if not text:
            return Parsed()
        if hidden := hidden_character(text):
            return Parsed(
                error=f"{sentence_case(question.name_in_few_words)} has a character that cannot be read ({hidden}). Type it again"
            )
        return self.read(text, question)

    def read(self, text: str, question: Question) -> Parsed:
        """Return the value of one text that is not blank."""
        raise NotImplementedError

    def store(self, value: Value) -> Any:
        """Return the value as JSON holds it."""
        return value

    def load(self, stored: Any) -> Value:
        """Return the value of what JSON held."""
        return stored

    def text(self, value: Value) -> str | tuple[str, ...]:
        """Return what stands in the form's box for a value; several texts where several can be ticked."""
        return "" if value is None else str(value)

    def show(self, value: Value, question: Question) -> str:
        """Return the value in words for a person."""
        return "Not answered" if value is None else str(value)

    def cell(self, value: Value) -> str:
        """Return the value as a flat file holds it; blank is empty."""
        found = self.text(value)
        return found if isinstance(found, str) else "|".join(found)

    def unanswered(self, question: Question) -> str:
        """Return the sentence for a required answer that is blank."""
        return question.unanswered or f"Answer this: {question.label}"


def clean(text: str) -> str:
    """Return a text without outer spaces (no-break and thin ones too) and with plain line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def hidden_character(text: str) -> str:
    """Return the name of the first control character in a text (line ends and tabs are fine), or nothing."""
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            return f"U+{ord(character):04X}"
    return ""


def sentence_case(text: str) -> str:
    """Return a text with its first letter a capital and the rest as it stands."""
    return text[:1].upper() + text[1:]
