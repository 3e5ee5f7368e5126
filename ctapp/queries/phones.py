"""The numbers to ring for a bed: those the home gave, else the regulator's. Only for pages behind a sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select

from ctapp.clock import LONDON
from ctapp.extensions import db
from ctapp.models import Location, LocationPerson

_ADMISSIONS, _OUT_OF_HOURS = "admissions_phone", "out_of_hours_phone"
_OPENS, _CLOSES = time(8), time(18)


@dataclass(frozen=True)
class Phones:
    """The number to ring now, and the one for the other time of day where the home gave a second one."""

    now: str = ""
    is_out_of_hours: bool = False
    other: str = ""


NO_PHONES = Phones()


def phones_of(location_ids: Sequence[int], *, at: datetime) -> dict[int, Phones]:
    """Return the numbers of locations by id; at night and at weekends the number for out of hours comes first.

    Source: screens.md, 11 and 12.
    """
    if not location_ids:
        return {}
    regulators = db.session.execute(
        select(Location.id, Location.phone).where(Location.id.in_(location_ids)).order_by(Location.id)
    )
    found = {row.id: {_ADMISSIONS: row.phone} for row in regulators}
    given = db.session.execute(
        select(LocationPerson.location_id, LocationPerson.key, LocationPerson.text)
        .where(LocationPerson.location_id.in_(location_ids), LocationPerson.key.in_((_ADMISSIONS, _OUT_OF_HOURS)))
        .order_by(LocationPerson.location_id, LocationPerson.key)
    )
    for row in given:
        found[row.location_id][row.key] = row.text
    is_night = _is_out_of_hours(at)
    return {location_id: _ordered(numbers, is_night=is_night) for location_id, numbers in found.items()}


def _ordered(numbers: dict[str, str], *, is_night: bool) -> Phones:
    day, night = spaced(numbers[_ADMISSIONS]), spaced(numbers.get(_OUT_OF_HOURS, ""))
    if not night or night == day:
        return Phones(day)
    return Phones(night, is_out_of_hours=True, other=day) if is_night else Phones(day, other=night)


def _is_out_of_hours(at: datetime) -> bool:
    here = at.astimezone(LONDON)
    return here.weekday() >= 5 or not _OPENS <= here.time() < _CLOSES


def spaced(number: str) -> str:
    """Return an English number that was kept without spaces as it is read out: "0113 496 0001"; any other as it stands."""
    if not (number.isdigit() and number.startswith("0") and len(number) in (10, 11)):
        return number
    if number.startswith("02"):
        return f"{number[:3]} {number[3:7]} {number[7:]}"
    if number[:3] in ("011", "030", "033", "080", "084", "087", "034") or (number[:2] == "01" and number[3] == "1"):
        return f"{number[:4]} {number[4:7]} {number[7:]}"
    return f"{number[:5]} {number[5:]}"
