"""Lists of reference that a section may name in `options_from`, by name. A new list is one line in LISTS."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ctapp.errors import BadSection
from ctapp.reference.areas import councils
from ctapp.reference.tables import read_table


def _commissioners() -> tuple[tuple[str, str], ...]:
    bodies = [(code, council.name) for code, council in councils().items()]
    bodies += [(row["code"], row["name"]) for row in read_table("ccgs")]
    return tuple(sorted(bodies, key=lambda body: (body[1], body[0])))


LISTS: dict[str, Callable[[], tuple[tuple[str, str], ...]]] = {"commissioners": _commissioners}


@cache
def reference_options(name: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of every entry of a list, by name.

    Errors: BadSection when there is no such list.
    """
    if name not in LISTS:
        raise BadSection(f"options_from: no list called {name}; known: {', '.join(LISTS)}")
    return LISTS[name]()
