"""Names and phone numbers of the demo. The numbers are those that Ofcom keeps free for drama: they ring nowhere."""

from __future__ import annotations

from ctapp.services.demo.cast import LEEDS, PEOPLE
from ctapp.services.demo.homes import BRADFORD, HOMES, Home

_FIRST = ("Jamie", "Dana", "Toni", "Sandy", "Noor", "Frankie", "Remy", "Indy", "Charlie", "Terry", "Rene")
_LAST = (
    "Beech",
    "Thorn",
    "Cypress",
    "Laurel",
    "Sorrel",
    "Bracken",
    "Fern",
    "Heath",
    "Reed",
    "Sedge",
    "Moss",
    "Ivy",
    "Vine",
)


def _number(home: Home) -> int:
    # A sum of its letters, because hash() differs from one process to the next.
    return next((place for place, known in enumerate(HOMES) if known == home), sum(home.key.encode()))


def manager_name(home: Home) -> str:
    """Return the invented name of a location's manager; that of the cast where its manager is one of it."""
    known = next((person.name for person in PEOPLE if person.email == home.manager_email), None)
    number = _number(home)
    return known or f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}"


def phone_of(home: Home, *, line: int = 0) -> str:
    """Return an invented phone number of a location.

    Source: Ofcom's numbers for drama use: 0113 496 0000 to 0999 in Leeds, 020 7946 0000 to 0999 in London, else 01632 960.
    """
    last = f"{(_number(home) * 7 + line + 10) % 1000:03d}"
    if home.council == LEEDS:
        return f"0113 496 0{last}"
    return f"01632 960{last}" if home.council == BRADFORD else f"020 7946 0{last}"
