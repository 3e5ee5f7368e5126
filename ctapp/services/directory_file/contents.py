"""What stands in a directory file once it is read: values only, no reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True)
class DirectoryRow:
    """One social care location as the file gives it; what the file leaves blank or unreadable is None or empty."""

    line: int
    cqc_id: str
    name: str
    address: tuple[str, ...]
    town: str | None
    county: str | None
    postcode: str | None
    phone: str | None
    provider_cqc_id: str
    provider_name: str
    website: str | None
    council_name: str | None
    region_name: str | None
    specialisms: tuple[str, ...]
    service_types: tuple[str, ...]
    also_known_as: str | None
    reported_on: date | None
    provider_types: tuple[str, ...]

    @property
    def provider_type(self) -> str:
        """The leading provider type."""
        return self.provider_types[0]

    @property
    def is_nhs_site(self) -> bool:
        """Whether this is a site of an NHS trust: the regulator's own numbers begin with `1-`."""
        return not self.cqc_id.startswith("1-")


class SkipReason(StrEnum):
    """Why a row that can be read is left aside."""

    PROVIDER = "provider"
    OUT_OF_SCOPE = "out_of_scope"
    REPEATED = "repeated"


@dataclass(frozen=True)
class Skipped:
    """A row left aside, with the id it carries (a provider's for a row without a location id) and a sentence."""

    line: int
    cqc_id: str | None
    reason: str
    kind: SkipReason


@dataclass(frozen=True)
class Rejected:
    """A line that cannot be taken as a row, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Remark:
    """Something in an accepted row that was left out or not recognised."""

    line: int
    cqc_id: str
    reason: str


@dataclass(frozen=True)
class DirectoryFile:
    """A whole file: every line with content is in exactly one of `rows`, `skipped` and `rejected`.

    `rows` holds every social care location once, NHS trust sites included: in the 500-row sample of the regulator that
    is 154 (155 rows have a service type of ours, one location stands there twice). `reporting` is what an import takes
    in: those without NHS trust sites, which only the support team adds (152 and 2 in the sample).
    Source: sections.md, "Provider type, from the regulator's service types".
    """

    layout: str
    rows: tuple[DirectoryRow, ...]
    skipped: tuple[Skipped, ...]
    rejected: tuple[Rejected, ...]
    remarks: tuple[Remark, ...]

    @property
    def reporting(self) -> tuple[DirectoryRow, ...]:
        """The locations that report: all but the sites of NHS trusts."""
        return tuple(row for row in self.rows if not row.is_nhs_site)

    @property
    def nhs_sites(self) -> tuple[DirectoryRow, ...]:
        """The sites of NHS trusts, left out unless the support team adds them."""
        return tuple(row for row in self.rows if row.is_nhs_site)

    def count_skipped(self, kind: SkipReason) -> int:
        """Return how many rows were left aside for one reason."""
        return sum(row.kind is kind for row in self.skipped)
