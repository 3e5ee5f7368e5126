"""Takes apart the regulator's lists of names, some of which hold commas themselves.

Lists are separated by a bar, or by a comma with or without a space. Where the text at hand begins with a known name,
the longest such name is taken whole; else everything up to the next comma is one unknown name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def split_names(text: str, known: frozenset[str]) -> tuple[str, ...]:
    """Return the names of a list in their order, each once; known ones as we spell them, unknown ones as they stand.

    Source: flows.md, "Data flows in": match against the known names, do not split blindly.
    """
    parts = text.split("|")
    return tuple(dict.fromkeys(name for part in parts for name in _split_at_commas(part, known)))


def unknown_names(names: Iterable[str], known: frozenset[str]) -> tuple[str, ...]:
    """Return those names that are not among the known ones."""
    return tuple(name for name in names if name not in known)


def _split_at_commas(text: str, known: frozenset[str]) -> list[str]:
    pattern, spelt = _reader_of(known)
    names: list[str] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        match = pattern.match(text, position)
        whole = match.lastindex if match else None
        comma = text.find(",", match.end() if match else position)
        comma = len(text) if comma < 0 else comma
        names.append(spelt[whole - 1] if whole else " ".join(text[position:comma].split()))
        position = comma + 1
    return [name for name in names if name]


@lru_cache(maxsize=8)
def _reader_of(known: frozenset[str]) -> tuple[re.Pattern[str], tuple[str, ...]]:
    # Longest first: a name may begin like a shorter one.
    names = sorted(known, key=lambda name: (-len(name), name))
    patterns = (rf"({_loose(name)})(?=\s*(?:,|$))" for name in names)
    return re.compile("|".join(patterns) or "(?!)", re.IGNORECASE | re.ASCII), tuple(names)


def _loose(name: str) -> str:
    # However the words are spaced; no space is needed at a comma within the name.
    parts = [r"\s+".join(re.escape(word) for word in part.split()) for part in name.split(",")]
    return r"\s*,\s*".join(parts)
