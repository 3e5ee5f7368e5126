"""The kinds of answer, one file each: parse what was typed, check it, store it as JSON, read it back, show it in words, write it as a column.

Dropping a module with a `KIND` into this package adds a kind; nothing else names the list.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from ctapp.questions.kinds.base import Kind


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind by its key."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        kind = getattr(importlib.import_module(f"{__name__}.{module.name}"), "KIND", None)
        if kind is not None:
            found[kind.key] = kind
    return found


def kind_of(key: str) -> Kind:
    """Return the kind with this key; KeyError when there is none."""
    return kinds()[key]
