"""A section in canonical form: its fingerprint, and a difference between two versions that a board member can read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from typing import Any

from ctapp.questions.rules import Rule
from ctapp.questions.spec import Section


def canonical(section: Section) -> dict[str, Any]:
    """Return the section as plain JSON values, defaults left out, so that two ways of writing it compare equal."""
    plain: dict[str, Any] = _plain(section)
    return plain


def fingerprint(section: Section) -> str:
    """Return 64 hexadecimal digits that are equal exactly when two sections mean the same."""
    text = json.dumps(canonical(section), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def readable_difference(before: Section, after: Section) -> tuple[str, ...]:
    """Return what changed from one version to the next, a line each, questions by their keys; empty when nothing did."""
    old, new = canonical(before), canonical(after)
    lines: list[str] = []
    _compare("", old, new, lines)
    return tuple(lines)


def _plain(value: Any) -> Any:
    if isinstance(value, Rule):
        return value.text
    if is_dataclass(value) and not isinstance(value, type):
        found = {}
        for part in fields(value):
            item = getattr(value, part.name)
            if (part.default is not None and item == part.default) or item in ((), None, ""):
                continue
            found[part.name] = _plain(item)
        return found
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _compare(place: str, old: Any, new: Any, lines: list[str]) -> None:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            where = f"{place} · {key}" if place else key
            if key not in new:
                lines.append(f"Removed: {where}: {_said(old[key])}")
            elif key not in old:
                lines.append(f"Added: {where}: {_said(new[key])}")
            else:
                _compare(where, old[key], new[key], lines)
        return
    if _is_keyed(old) and _is_keyed(new):
        before, after = ({item["key"]: item for item in side} for side in (old, new))
        _compare(place, before, after, lines)
        shared = [key for key in before if key in after]
        if before != after or shared == [key for key in after if key in before]:
            return
        lines.append(f"Order changed: {place}: {', '.join(after)}")
        return
    lines.append(f"Changed: {place}: {_said(old)} → {_said(new)}")


def _is_keyed(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "key" in item for item in value)


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return str(
            value.get("label") or value.get("sentence") or value.get("text") or json.dumps(value, ensure_ascii=False)
        )
    if isinstance(value, list):
        return ", ".join(_said(item) for item in value)
    return str(value)
