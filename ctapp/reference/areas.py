"""England's responsible upper-tier councils (153, codes of 2025), their districts, regions and resilience forums.

Looked up by code or by the names that files use. Where a postcode lies is the work of `postcodes.py`; who may see an
area is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ctapp.reference.tables import name_key, read_table


@dataclass(frozen=True)
class Region:
    """One of the nine regions of England."""

    code: str
    name: str


@dataclass(frozen=True)
class Council:
    """A council that answers for adult social care, with the region and the local resilience forum it lies in."""

    code: str
    name: str
    region_code: str
    region_name: str
    lrf_code: str
    lrf_name: str


@dataclass(frozen=True)
class District:
    """A lower-tier or single-tier district; a single-tier one is its own council."""

    code: str
    name: str
    council_code: str


@cache
def councils() -> Mapping[str, Council]:
    """Return today's 153 responsible councils by code, in the order of their codes."""
    return MappingProxyType({row["code"]: Council(**row) for row in read_table("councils")})


@cache
def districts() -> Mapping[str, District]:
    """Return the 296 districts of 2025 by code; every one names its council."""
    return MappingProxyType({row["code"]: District(**row) for row in read_table("districts")})


@cache
def regions() -> Mapping[str, Region]:
    """Return the nine regions by code."""
    found = {council.region_code: council.region_name for council in councils().values()}
    return MappingProxyType({code: Region(code, found[code]) for code in sorted(found)})


def council_by_name(name: str) -> Council | None:
    """Return the council with this name or one of its other spellings, or None: a name is never guessed.

    Source: flows.md, "Data flows in": names differ (Bristol, Durham, Herefordshire, …).
    """
    code = _codes_by_name().get(name_key(name), "")
    return councils().get(code)


def district_by_name(name: str) -> District | None:
    """Return the district of 2025 with this name, or None: a name is never guessed."""
    return districts().get(_district_codes_by_name().get(name_key(name), ""))


def region_by_name(name: str) -> Region | None:
    """Return the region with this name or one of its other spellings ("East", "Yorkshire & Humberside"), or None."""
    return regions().get(_region_codes_by_name().get(name_key(name), ""))


@cache
def _codes_by_name() -> Mapping[str, str]:
    return _by_name({council.code: council.name for council in councils().values()})


@cache
def _district_codes_by_name() -> Mapping[str, str]:
    return _by_name({district.code: district.name for district in districts().values()})


@cache
def _region_codes_by_name() -> Mapping[str, str]:
    return _by_name({region.code: region.name for region in regions().values()})


def _by_name(names: Mapping[str, str]) -> Mapping[str, str]:
    found = {name_key(name): code for code, name in names.items()}
    aliases = {name_key(row["alias"]): row["code"] for row in read_table("area_aliases") if row["code"] in names}
    return {**aliases, **found}
