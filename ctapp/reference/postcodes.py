"""Where an English postcode lies: its form, its point on the national grid, its district and council, and distances.

The points come from the installed package of the ONS postcode directory, kept as one read-only SQLite file in the
instance folder; `postcode_build.py` makes that file. Scottish, Welsh and Northern Irish postcodes are not in it.
"""

from __future__ import annotations

import math
import os
import re
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from ctapp.reference.areas import districts

METRES_IN_A_MILE = 1609.344

_OUTWARD = r"[A-Z]{1,2}[0-9][0-9A-Z]?"
_POSTCODE = re.compile(rf"({_OUTWARD})([0-9][A-Z]{{2}})")
_SECTOR = re.compile(rf"({_OUTWARD})([0-9])")
_OUTWARD_ONLY = re.compile(_OUTWARD)


@dataclass(frozen=True)
class Place:
    """Where a postcode lies. Units: easting and northing in metres on the national grid."""

    postcode: str
    easting: int
    northing: int
    council_code: str
    district_code: str


def normalise_postcode(text: str) -> str | None:
    """Return a postcode in capitals with its one space ("LS6 2AA"), or None when the text has not that form."""
    match = _POSTCODE.fullmatch(_squeeze(text))
    return f"{match[1]} {match[2]}" if match else None


def normalise_sector(text: str) -> str | None:
    """Return a postcode sector in capitals with its one space ("LS6 2"), or None when the text has not that form."""
    match = _SECTOR.fullmatch(_squeeze(text))
    return f"{match[1]} {match[2]}" if match else None


def normalise_outward(text: str) -> str | None:
    """Return an outward code in capitals ("LS6"), or None when the text has not that form."""
    match = _OUTWARD_ONLY.fullmatch(_squeeze(text))
    return match[0] if match else None


def sector_of(postcode: str) -> str | None:
    """Return the sector that a postcode lies in ("LS6 2" of "LS6 2AA"), or None when it is no postcode."""
    whole = normalise_postcode(postcode)
    return whole[:-2] if whole else None


def miles_between(easting: int, northing: int, to_easting: int, to_northing: int) -> float:
    """Return the straight-line distance between two points.

    Units: metres on the national grid in; miles out.
    """
    return math.hypot(to_easting - easting, to_northing - northing) / METRES_IN_A_MILE


class Postcodes:
    """The postcodes of England in one file that nobody writes; threads and forked processes may share one object."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()

    def lookup(self, postcode: str) -> Place | None:
        """Return where a postcode lies, or None when it is not an English postcode."""
        whole = normalise_postcode(postcode)
        if whole is None:
            return None
        row = (
            self._connection()
            .execute(
                "SELECT p.easting, p.northing, d.code FROM postcode p JOIN district d ON d.id = p.district"
                " WHERE p.postcode = ?",
                (whole,),
            )
            .fetchone()
        )
        if row is None:
            return None
        easting, northing, code = row
        return Place(whole, easting, northing, districts()[code].council_code, code)

    def sector_centre(self, sector: str) -> tuple[int, int] | None:
        """Return the middle (the mean) of a sector's postcodes, or None when England has none there."""
        prefix = normalise_sector(sector)
        return self._centre(prefix) if prefix else None

    def outward_centre(self, outward: str) -> tuple[int, int] | None:
        """Return the middle (the mean) of an outward code's postcodes, or None when England has none there."""
        code = normalise_outward(outward)
        return self._centre(f"{code} ") if code else None

    def districts_of(self, prefix: str) -> frozenset[str]:
        """Return the codes of the districts in which postcodes that begin so lie ("LS6 2", "LS6 ")."""
        rows = self._connection().execute(
            "SELECT code FROM district WHERE id IN (SELECT district FROM postcode WHERE postcode >= ? AND postcode < ?)",
            (prefix, _beyond(prefix)),
        )
        return frozenset(code for (code,) in rows)

    def districts_centre(self, codes: frozenset[str]) -> tuple[int, int] | None:
        """Return the middle (the mean) of all postcodes of some districts, or None without any. It reads the whole file."""
        marks = ", ".join("?" * len(codes))
        where = f"WHERE district IN (SELECT id FROM district WHERE code IN ({marks}))"  # noqa: S608  (only marks are put in)
        return self._mean(where, tuple(sorted(codes)))

    def places_in(self, outward: str) -> list[Place]:
        """Return every postcode of an outward code, in order; none when England has none there."""
        code = normalise_outward(outward)
        if code is None:
            return []
        rows = self._connection().execute(
            "SELECT p.postcode, p.easting, p.northing, d.code FROM postcode p JOIN district d ON d.id = p.district"
            " WHERE p.postcode >= ? AND p.postcode < ? ORDER BY p.postcode",
            (f"{code} ", f"{code}!"),
        )
        return [Place(code, east, north, districts()[d].council_code, d) for code, east, north, d in rows]

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _centre(self, prefix: str) -> tuple[int, int] | None:
        # A range, not LIKE: it runs along the primary key.
        return self._mean("WHERE postcode >= ? AND postcode < ?", (prefix, _beyond(prefix)))

    def _mean(self, where: str, values: tuple[str, ...]) -> tuple[int, int] | None:
        query = f"SELECT avg(easting), avg(northing) FROM postcode {where}"  # noqa: S608  (only marks are put in)
        easting, northing = self._connection().execute(query, values).fetchone()
        return None if easting is None else (round(easting), round(northing))

    def _connection(self) -> sqlite3.Connection:
        # A connection belongs to one thread of one process: a forked child must open its own.
        if getattr(self._local, "process", None) != os.getpid() or self._local.connection is None:
            uri = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
            self._local.connection = sqlite3.connect(uri, uri=True)
            self._local.process = os.getpid()
        connection: sqlite3.Connection = self._local.connection
        return connection


def _beyond(prefix: str) -> str:
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _squeeze(text: str) -> str:
    letters = "".join(text.split())
    # Before capitals are made: some other letters turn into two of ours ("ß" → "SS").
    return letters.upper() if letters.isascii() else ""
