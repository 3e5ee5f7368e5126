"""What the regulator's service types mean to us: a provider type, or out of scope; and the names its lists hold.

Source: sections.md, "Provider type, from the regulator's service types".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from ctapp.reference.tables import read_table

# Of several types the first of these leads; all are kept.
LEADING_ORDER = ("care_home", "hospice", "substance_misuse", "community_rehab", "home_care")


def provider_types_of(service_types: Iterable[str]) -> tuple[str, ...]:
    """Return every provider type that these service types stand for, the leading one first; empty when out of scope.

    Supported living or extra care alone counts as home care: what has an entry of its own in the regulator's files is
    a registered location of its own. An unknown service type stands for nothing.
    """
    found = {_type_by_key().get(name.casefold(), "") for name in service_types}
    return tuple(key for key in LEADING_ORDER if key in found)


@cache
def service_type_names() -> frozenset[str]:
    """Return every service type name of the regulator's files that we know."""
    return frozenset(row["name"] for row in read_table("service_types"))


@cache
def specialism_names() -> frozenset[str]:
    """Return every name of a specialism or regulated activity that we know."""
    return frozenset(row["name"] for row in read_table("specialisms"))


@cache
def _type_by_key() -> Mapping[str, str]:
    return MappingProxyType({row["name"].casefold(): row["provider_type"] for row in read_table("service_types")})
