"""From bytes to records of cells, with the line each begins on. It knows CSV, not the regulator's columns.

A file from outside may be anything: not text, not UTF-8, lines of ten megabytes, quotation marks that never close.
Each gives a named error or a rejected line; one broken line never takes the next one with it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from ctapp.errors import CapacityTrackerError
from ctapp.services.directory_file.contents import Rejected

MAX_BYTES = 256 * 1024 * 1024
MAX_LINE = 60_000
# A quoted cell may hold line breaks; more than these and the quotation mark was never closed.
MAX_LINES_OF_A_RECORD = 10

_NOT_TEXT = {
    b"PK\x03\x04": "It looks like a spreadsheet. Save it as CSV, UTF-8.",
    b"\xd0\xcf\x11\xe0": "It looks like an old spreadsheet. Save it as CSV, UTF-8.",
    b"\xff\xfe": "It is in UTF-16. Save it as CSV, UTF-8.",
    b"\xfe\xff": "It is in UTF-16. Save it as CSV, UTF-8.",
}


class DirectoryFileError(CapacityTrackerError, ValueError):
    """The file as a whole cannot be taken in; the text says why."""


class UnreadableFile(DirectoryFileError):
    """The file cannot be opened, is too large, empty, or not text in UTF-8."""


@dataclass(frozen=True)
class Record:
    """The cells of one record and the line it begins on."""

    line: int
    cells: tuple[str, ...]


def read_text(source: Path | bytes | str) -> str:
    """Return the text of a file, or of its content, without a byte order mark.

    Errors: UnreadableFile.
    """
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    content = source if isinstance(source, bytes) else _read_bytes(source)
    if len(content) > MAX_BYTES:
        raise UnreadableFile(_too_large(len(content)))
    for start, sentence in _NOT_TEXT.items():
        if content.startswith(start):
            raise UnreadableFile(f"The file is not CSV text. {sentence}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        # Counted like the lines of all other messages.
        line = content.count(b"\n", 0, reason.start) + 1
        raise UnreadableFile(
            f"The file is not in UTF-8: line {line} is the first that cannot be read. Save it as CSV, UTF-8."
        ) from reason


def read_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends, as CSV counts them (other separators do not end a line)."""
    return list(io.StringIO(text, newline=""))


def read_records(lines: list[str], *, start: int = 0, width: int | None = None) -> Iterator[Record | Rejected]:
    """Yield the records of the lines from an index on; blank ones are passed over.

    With a width, a record of another number of cells is rejected, and reading goes on with its second line.
    """
    index = start
    while index < len(lines):
        outcome, used = _read_record(lines, index, width)
        if outcome is not None:
            yield outcome
        index += used


def _read_record(lines: list[str], index: int, width: int | None) -> tuple[Record | Rejected | None, int]:
    if len(lines[index]) > MAX_LINE:
        return Rejected(index + 1, f"The line is longer than {MAX_LINE:,} characters."), 1
    # Only a few lines are offered, so that a mark that never closes costs little and loses one line.
    offered = takewhile(lambda line: len(line) <= MAX_LINE, lines[index : index + MAX_LINES_OF_A_RECORD])
    reader = csv.reader(offered, strict=True)
    try:
        cells = next(reader)
    except (csv.Error, StopIteration) as reason:
        return Rejected(index + 1, f"The line is not proper CSV: {_in_plain_words(str(reason))}"), 1
    if not any(cell.strip() for cell in cells):
        return None, reader.line_num
    if width is not None and len(cells) != width:
        return Rejected(index + 1, f"The line has {len(cells)} cells, the header {width}."), 1
    return Record(index + 1, tuple(cells)), reader.line_num


def _in_plain_words(reason: str) -> str:
    # Which of the two it is cannot be known: the next mark of the file may close the one left open.
    if "unexpected end" in reason or "expected after" in reason:
        return "a quotation mark is not closed, or not doubled within its cell."
    return f"{reason}."


def _read_bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise UnreadableFile("It is not a file.")
        if (size := path.stat().st_size) > MAX_BYTES:
            raise UnreadableFile(_too_large(size))
        return path.read_bytes()
    except OSError as reason:
        raise UnreadableFile(f"The file cannot be opened: {reason.strerror or reason}.") from reason


def _too_large(size: int) -> str:
    return f"The file is too large: {size:,} bytes, at most {MAX_BYTES:,} are read."
