"""Reads a whole directory file: finds its layout, then takes record by record. Pure: it writes nothing anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path

from ctapp.services.directory_file.contents import (
    DirectoryFile,
    DirectoryRow,
    Rejected,
    Remark,
    Skipped,
    SkipReason,
)
from ctapp.services.directory_file.csv_records import Record, UnreadableFile, read_lines, read_records, read_text
from ctapp.services.directory_file.layouts import Layout, UnknownLayout, column_key, recognise
from ctapp.services.directory_file.rows import read_row

# One layout has four lines before its header.
_LINES_BEFORE_ROWS = 10


@dataclass(frozen=True)
class _Header:
    line: int
    width: int
    layout: Layout
    positions: Mapping[str, int]

    def cells_of(self, record: Record) -> dict[str, str]:
        columns = self.layout.columns.items()
        return {name: record.cells[self.positions[column_key(column)]] for name, column in columns}

    def address_of(self, record: Record) -> tuple[str, ...]:
        return tuple(record.cells[self.positions[column_key(column)]] for column in self.layout.address_columns)


def read_directory(source: Path | bytes | str) -> DirectoryFile:
    """Return the rows of a directory file, given as a path, as its bytes or as its text.

    Every line with content ends as a row, as skipped or as rejected; a location that stands twice is taken from its
    first line.
    Errors: UnreadableFile, UnknownLayout; nothing else, whatever the file holds.
    """
    lines = read_lines(read_text(source))
    header = _find_header(lines)
    rows: dict[str, DirectoryRow] = {}
    skipped: list[Skipped] = []
    rejected: list[Rejected] = []
    remarks: list[Remark] = []
    for record in read_records(lines, start=header.line, width=header.width):
        if isinstance(record, Rejected):
            rejected.append(record)
            continue
        outcome, made = read_row(
            record.line, header.cells_of(record), address=header.address_of(record), layout=header.layout
        )
        if isinstance(outcome, DirectoryRow) and outcome.cqc_id in rows:
            skipped.append(_repeated(outcome, rows[outcome.cqc_id]))
            continue
        remarks.extend(made)
        match outcome:
            case DirectoryRow():
                rows[outcome.cqc_id] = outcome
            case Skipped():
                skipped.append(outcome)
            case Rejected():
                rejected.append(outcome)
    return DirectoryFile(header.layout.key, tuple(rows.values()), tuple(skipped), tuple(rejected), tuple(remarks))


def _find_header(lines: Sequence[str]) -> _Header:
    if not any(line.strip() for line in lines):
        raise UnreadableFile("The file is empty.")
    top = islice(read_records(list(lines[:_LINES_BEFORE_ROWS])), _LINES_BEFORE_ROWS)
    records = [record for record in top if isinstance(record, Record)]
    for record in records:
        layout = recognise(record.cells)
        if layout:
            positions: dict[str, int] = {}
            for position, name in enumerate(record.cells):
                positions.setdefault(column_key(name), position)
            return _Header(record.line, len(record.cells), layout, positions)
    # What stands there instead: the widest line is the likeliest header.
    raise UnknownLayout(max((record.cells for record in records), key=len, default=()))


def _repeated(row: DirectoryRow, first: DirectoryRow) -> Skipped:
    names = [item.name for item in fields(row) if item.name != "line"]
    differing = [name.replace("_", " ") for name in names if getattr(row, name) != getattr(first, name)]
    reason = f"The location stands on line {first.line} already, which was taken"
    reason += f"; they differ in {', '.join(differing)}." if differing else "."
    return Skipped(row.line, row.cqc_id, reason, SkipReason.REPEATED)
