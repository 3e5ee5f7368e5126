"""What Find and a location's page say: headings, cards, ages, links, all in words. No route.

Source: screens.md, 1 ("as others see it"), 11 and 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, url_for

from ctapp.clock import london_day
from ctapp.forms.find import FindForm, address_of
from ctapp.queries import places
from ctapp.queries.beds import BedSection, FreeBeds, bed_section
from ctapp.queries.find import BedSearch, Found, FoundHome, Loosening
from ctapp.queries.phones import Phones
from ctapp.questions.age import age_words, elapsed_words, span_words
from ctapp.web.words import PROVIDER_TYPES, lower_first

BY_CHANNEL = {"email_link": ", confirmed by email link", "phone": ", given by phone"}


@dataclass(frozen=True)
class CallButton:
    """A number to ring: what the button says and the address that dials it."""

    text: str
    href: str


@dataclass(frozen=True)
class FreeLine:
    """One kind of bed with its free beds, and a remark where not everybody may have them."""

    count: str
    label: str
    remark: str


@dataclass(frozen=True)
class HomeCard:
    """A home among the results."""

    name: str
    href: str
    tag: str
    where: str
    free: tuple[FreeLine, ...]
    is_restricted: bool
    age: str
    calls: tuple[CallButton, ...]


@dataclass(frozen=True)
class WiderLink:
    """A wider search that does find something."""

    text: str
    href: str


@dataclass(frozen=True)
class FoundPage:
    """The page of results: with `wider` and no card it is the page that found nothing."""

    title: str
    line: str
    fresh: tuple[HomeCard, ...]
    old: tuple[HomeCard, ...]
    wider: tuple[WiderLink, ...]
    change_href: str
    is_old_shown: bool


def find_form(formdata: Any, *, at: datetime, is_posted: bool = False) -> FindForm:
    """Return the form of Find over what was sent, with today's kinds of bed."""
    section = bed_section(london_day(at))
    codes = places.postcodes(current_app.config["SETTINGS"].instance)
    return FindForm(
        formdata,
        codes,
        bed_types=section.bed_types if section else (),
        stays=section.stays if section else (),
        meta={"csrf": is_posted},
    )


def found_page(search: BedSearch, found: Found, *, wants_old: bool, at: datetime) -> FoundPage:
    """Return the page of results in words."""
    section = bed_section(london_day(at))
    bed = _bed_words(section, search)
    shown = found.fresh or (found.old if wants_old else ())
    if shown:
        title = f"{_count(len(shown))} with {bed} free"
    else:
        title = "No homes found"
    checked = "checked in the last 48 hours"
    if wants_old and not found.fresh and found.old:
        checked = "none of them checked in the last 48 hours"
    address = address_of(search)
    where = f"within {search.miles} miles of {search.place.near}"
    return FoundPage(
        title=title,
        line=_sentence(_wish_words(section, search, with_bed=not shown), where, checked),
        fresh=tuple(_card(home, address, at=at) for home in found.fresh),
        old=tuple(_card(home, address, at=at) for home in found.old) if shown else (),
        wider=() if shown else _wider(section, search, found),
        change_href=url_for("find.show", **address, change="yes"),
        is_old_shown=wants_old,
    )


def checked_words(confirmed_at: datetime, channel: str, *, at: datetime) -> str:
    """Return when figures were last checked as others see it, with its age and how: "Checked 3 hours ago, today at 6:50am"."""
    how = BY_CHANNEL.get(channel, "")
    return f"Checked {elapsed_words(confirmed_at, at)}, {age_words(confirmed_at, at)}{how}"


def stale_tag(confirmed_at: datetime, *, at: datetime) -> str:
    """Return the tag of figures that are out of date: "Not updated for 3 days"."""
    return f"Not updated for {span_words(confirmed_at, at)}"


def calls(phones: Phones) -> tuple[CallButton, ...]:
    """Return the numbers to ring, the one for this time of day first; none where nobody gave any."""
    if not phones.now:
        return ()
    first = f"Call {phones.now}" + (" (out of hours)" if phones.is_out_of_hours else "")
    found = [CallButton(first, _dial(phones.now))]
    if phones.other:
        when = "In office hours" if phones.is_out_of_hours else "Out of hours"
        found.append(CallButton(f"{when} {phones.other}", _dial(phones.other)))
    return tuple(found)


def miles_words(miles: float | None) -> str:
    """Return a distance in words, with one decimal; "distance not known" where nobody knows it."""
    if miles is None:
        return "distance not known"
    return f"{miles:.1f} mile" if f"{miles:.1f}" == "1.0" else f"{miles:.1f} miles"


def kept_words(row: FreeBeds) -> str:
    """Return for whom free beds are kept, and that a long stay bed is lent; empty for most."""
    parts = []
    if row.kept:
        those = "Kept" if row.kept == row.free else f"{row.kept} of these kept"
        parts.append(f"{those} for {row.kept_for}")
    if row.is_for_short_stay:
        parts.append("A long stay bed, given for a short stay too")
    return ". ".join(parts)


def _card(home: FoundHome, address: dict[str, Any], *, at: datetime) -> HomeCard:
    kind = PROVIDER_TYPES.get(home.provider_type, home.provider_type)
    where = " · ".join(part for part in (miles_words(home.miles), kind, home.postcode) if part)
    age = checked_words(home.confirmed_at, home.channel, at=at)
    return HomeCard(
        name=home.name,
        href=url_for("locations.show", cqc_id=home.cqc_id, **address),
        tag="" if home.is_fresh else stale_tag(home.confirmed_at, at=at),
        where=f"{where[:1].upper()}{where[1:]}",
        free=tuple(FreeLine(f"{row.free} free", row.label, kept_words(row)) for row in home.free),
        is_restricted=home.is_restricted,
        age=age,
        calls=calls(home.phones),
    )


def _wider(section: BedSection | None, search: BedSearch, found: Found) -> tuple[WiderLink, ...]:
    links = [WiderLink(_loose_words(loose, search), _href(loose.search)) for loose in found.loosenings]
    if found.old:
        text = f"Include homes not checked in the last 48 hours ({len(found.old)})"
        links.append(WiderLink(text, url_for("find.show", **address_of(search), old="yes")))
    return tuple(links)


def _loose_words(loose: Loosening, search: BedSearch) -> str:
    if loose.search.miles != search.miles:
        return f"Within {loose.search.miles} miles ({loose.count})"
    if loose.search.wish.stay != search.wish.stay:
        return f"Long or short stay ({loose.count})"
    return f"Any kind of bed ({loose.count})"


def _href(search: BedSearch) -> str:
    return url_for("find.show", **address_of(search))


def _count(number: int) -> str:
    return "1 home" if number == 1 else f"{number:,} homes"


def _bed_words(section: BedSection | None, search: BedSearch) -> str:
    label = _label(section.bed_types if section else (), search.wish.bed_type)
    return f"a {lower_first(label)} bed" if label else "a bed"


def _wish_words(section: BedSection | None, search: BedSearch, *, with_bed: bool) -> str:
    bed = _label(section.bed_types if section else (), search.wish.bed_type) or "any kind of bed"
    stay = _label(section.stays if section else (), search.wish.stay)
    return lower_first(", ".join(part for part in (bed if with_bed else "", lower_first(stay)) if part))


def _sentence(*parts: str) -> str:
    text = ", ".join(part for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}."


def _label(options: tuple[Any, ...], key: str) -> str:
    return next((option.label for option in options if option.key == key), "")


def _dial(number: str) -> str:
    # An extension cannot be dialled by a link; the number before it can.
    whole = number.lower().split("x")[0].split("e")[0]
    return "tel:" + "".join(letter for letter in whole if letter.isdigit() or letter == "+")
