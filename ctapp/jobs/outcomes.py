"""How a hand-over can end other than well. Each is an OSError; only `Unanswered` leaves open whether the mail was accepted."""

from __future__ import annotations


class ServerAway(OSError):
    """The other side cannot be talked to now; whatever is next would fare no better."""


class RefusedForNow(OSError):
    """The other side refused this mail and may take it later."""


class RefusedForGood(OSError):
    """The other side will never take this mail; `is_address`: because nobody is there."""

    def __init__(self, words: str, *, is_address: bool) -> None:
        super().__init__(words)
        self.is_address = is_address


class Unanswered(OSError):
    """All of the mail was handed over and no answer came: it may or may not be on its way."""
