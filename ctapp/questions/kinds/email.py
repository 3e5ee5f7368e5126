"""One or several e-mail addresses, one a line, kept in small letters."""

from __future__ import annotations

import re
from typing import Any

from ctapp.questions.kinds.base import Kind, Parsed, Value
from ctapp.questions.spec import Question

_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", re.ASCII)


class Email(Kind):
    """Addresses; `maximum` is how many the question takes (one unless it says so)."""

    key = "email"

    def read(self, text: str, question: Question) -> Parsed:
        """Return the addresses, each once, in the order typed."""
        found = list(dict.fromkeys(part.lower() for part in re.split(r"[\s,;|]+", text) if part))
        for address in found:
            if not is_address(address):
                return Parsed(
                    error=f"Enter an email address in the right form, like name@example.com. This is not one: {address[:80]}"
                )
        most = question.maximum or 1
        if len(found) > most:
            return Parsed(error=f"Enter at most {most} email address{'es' * (most != 1)}")
        return Parsed(tuple(found))

    def store(self, value: Value) -> Any:
        """Return the addresses as a list."""
        return None if value is None else list(value)

    def load(self, stored: Any) -> Value:
        """Return the addresses as a tuple."""
        return None if stored is None else tuple(stored)

    def text(self, value: Value) -> str:
        """Return the addresses, one a line."""
        return "\n".join(value or ())

    def show(self, value: Value, question: Question) -> str:
        """Return the addresses in a row."""
        return ", ".join(value) if value else "Not answered"

    def cell(self, value: Value) -> str:
        """Return the addresses joined by bars."""
        return "|".join(value or ())

    def unanswered(self, question: Question) -> str:
        """Return the sentence that asks for the address."""
        return question.unanswered or f"Enter {question.name_in_few_words}"


def is_address(text: str) -> bool:
    """Return whether a text, in small letters, has the form of an e-mail address."""
    return len(text) <= 254 and bool(_ADDRESS.fullmatch(text)) and ".." not in text


KIND = Email()
