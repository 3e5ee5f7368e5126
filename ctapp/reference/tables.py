"""Reads the CSV tables that stand beside it, once each. It does not know what they mean."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def read_table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a shipped CSV table, each as column → text."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, strict=True))


def name_key(name: str) -> str:
    """Return a name as it is compared: without capitals, punctuation and doubled spaces, `&` as the word."""
    words = re.sub(r"[.'’]", "", name.casefold().replace("&", " and "))
    return " ".join(re.sub(r"[,\-–/()]", " ", words).split())
