"""The layouts in which the regulator's directory comes, each one declaration, recognised by its column names.

A layout says which column holds which of our fields; how a cell is read is the work of `rows.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ctapp.services.directory_file.csv_records import DirectoryFileError

_SHOWN_COLUMNS = 40
_SHOWN_LETTERS = 60


class UnknownLayout(DirectoryFileError):
    """No line near the top is the header of a layout that we know; carries the columns found and what is known."""

    def __init__(self, found: Sequence[str]) -> None:
        nearest = max(LAYOUTS, key=lambda layout: len(layout.keys() & column_keys(found)))
        missing = [name for name in nearest.column_names() if column_key(name) not in column_keys(found)]
        super().__init__(
            f"This is none of the layouts we know. Columns found: {_listed(found)}."
            f" Known layouts: {'; '.join(layout.title for layout in LAYOUTS)}."
            f" Nearest: {nearest.title}, missing here: {_listed(missing)}."
        )
        self.found = tuple(found)
        self.known = tuple(layout.title for layout in LAYOUTS)
        self.missing = tuple(missing)


@dataclass(frozen=True)
class Layout:
    """One layout: the column of each field, the columns of the address, and others by which it is known.

    `date_forms` are those of `strptime`; dates in ISO 8601 are always read.
    """

    key: str
    title: str
    columns: Mapping[str, str]
    address_columns: tuple[str, ...]
    other_columns: tuple[str, ...] = ()
    date_forms: tuple[str, ...] = field(default=())

    def column_names(self) -> tuple[str, ...]:
        """Return every column that the header must have."""
        return (*self.columns.values(), *self.address_columns, *self.other_columns)

    def keys(self) -> frozenset[str]:
        """Return the columns as they are compared."""
        return column_keys(self.column_names())


DIRECTORY_18 = Layout(
    key="directory_18",
    title="directory, 18 columns",
    columns={
        "name": "Name",
        "town": "Town/City",
        "county": "County",
        "postcode": "Postcode",
        "phone": "Phone number",
        "provider_cqc_id": "CQC Provider ID (for office use only)",
        "cqc_id": "CQC Location ID (for office use only)",
        "website": "Website",
        "council_name": "Local authority",
        "region_name": "Region",
        "reported_on": "Report publication date",
        "also_known_as": "Also known as",
        "specialisms": "Specialisms/services",
        "service_types": "Service types",
        "provider_name": "Provider name",
    },
    address_columns=("Address 1", "Address 2"),
    other_columns=("URL",),
)

LAYOUTS: tuple[Layout, ...] = (DIRECTORY_18,)


def recognise(header: Sequence[str]) -> Layout | None:
    """Return the layout whose every column is in this header, in any order and beside any others, or None."""
    found = column_keys(header)
    return next((layout for layout in LAYOUTS if layout.keys() <= found), None)


def column_key(name: str) -> str:
    """Return a column name as it is compared."""
    return " ".join(name.casefold().split())


def column_keys(names: Iterable[str]) -> frozenset[str]:
    """Return the column names as they are compared, without blank ones."""
    return frozenset(filter(None, map(column_key, names)))


def _listed(names: Sequence[str]) -> str:
    shown = [f"“{name[:_SHOWN_LETTERS]}”" for name in names if name.strip()][:_SHOWN_COLUMNS]
    return ", ".join(shown) + (" and more" if len(names) > _SHOWN_COLUMNS else "") if shown else "none"
