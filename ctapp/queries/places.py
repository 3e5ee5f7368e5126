"""Places that a person may search near: a postcode (kept as its sector), a sector, the first half of a postcode, a council or district.

The postcode file is read-only reference, opened once a process. No table is read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from ctapp.reference.areas import council_by_name, district_by_name, districts
from ctapp.reference.postcode_build import open_postcodes
from ctapp.reference.postcodes import Postcodes, normalise_outward, normalise_sector, sector_of


@dataclass(frozen=True)
class SearchPlace:
    """Where a search starts. `near` is all that an address, a log or a page ever holds of it: never a whole postcode.

    Units: metres on the national grid. `council_codes` are the councils it lies in.
    """

    near: str
    easting: int
    northing: int
    council_codes: frozenset[str]


@cache
def postcodes(instance: Path) -> Postcodes:
    """Return the postcodes of England from the instance folder; the first time ever, their file is made (some seconds)."""
    return open_postcodes(instance)


def prepare(instance: Path) -> None:
    """Make the postcode file where there is none yet, so that no request has to: for `ctapp run` and imports."""
    postcodes(instance)


def place_called(text: str, codes: Postcodes) -> SearchPlace | None:
    """Return the place that a text names, or None when England has none: it is never guessed.

    Source: flows.md, Find; screens.md, 11.
    """
    sector = sector_of(text) or normalise_sector(text)
    if sector is not None:
        return _around(sector, codes.sector_centre(sector), codes.districts_of(sector))
    outward = normalise_outward(text)
    if outward is not None:
        return _around(outward, codes.outward_centre(outward), codes.districts_of(f"{outward} "))
    council, district = council_by_name(text), district_by_name(text)
    if council is not None:
        inside = frozenset(d.code for d in districts().values() if d.council_code == council.code)
        return _around(council.name, _middle(codes, inside), inside)
    if district is not None:
        inside = frozenset({district.code})
        return _around(district.name, _middle(codes, inside), inside)
    return None


@lru_cache(maxsize=512)
def _middle(codes: Postcodes, inside: frozenset[str]) -> tuple[int, int] | None:
    # About 0.3 seconds, once for each council or district that anybody asks for.
    return codes.districts_centre(inside)


def _around(near: str, centre: tuple[int, int] | None, inside: frozenset[str]) -> SearchPlace | None:
    if centre is None:
        return None
    return SearchPlace(near, *centre, frozenset(districts()[code].council_code for code in inside))
