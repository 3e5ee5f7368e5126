"""What the page of a location says to others, in words: beds, age, numbers to ring. No route.

Source: screens.md, 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ctapp.queries.shop_window import SeenBeds, SeenSection, ShopWindow
from ctapp.questions.age import age_words
from ctapp.reference.areas import councils
from ctapp.web.found_views import CallButton, calls, checked_words, kept_words, miles_words, stale_tag
from ctapp.web.words import PROVIDER_TYPES


@dataclass(frozen=True)
class PartView:
    """What one section shows to others: its lines, its age, and its tag where it is out of date."""

    title: str
    lines: tuple[str, ...]
    age: str
    tag: str


@dataclass(frozen=True)
class WindowPage:
    """The page of a location as others see it."""

    name: str
    cqc_id: str
    where: str
    has_closed: bool
    admissions: str
    admissions_tag: str
    is_limited: bool
    beds: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    age: str
    tag: str
    calls: tuple[CallButton, ...]
    parts: tuple[PartView, ...]
    details: tuple[dict[str, str], ...]
    is_answered: bool


def window_page(window: ShopWindow, *, miles: float | None, is_searched: bool, at: datetime) -> WindowPage:
    """Return the page in words; a distance only where a search led here."""
    location, beds = window.location, window.beds
    kind = PROVIDER_TYPES.get(location.provider_type, location.provider_type)
    where = [kind, location.postcode, miles_words(miles) if is_searched else ""]
    return WindowPage(
        name=location.name,
        cqc_id=location.cqc_id,
        where=" · ".join(part for part in where if part),
        has_closed=window.has_closed,
        admissions=beds.admissions if beds and beds.is_open else "",
        admissions_tag=_admissions_tag(beds),
        is_limited=bool(beds and beds.is_restricted),
        beds=tuple((label, str(count)) for label, count in beds.rows) if beds else (),
        remarks=tuple(f"{row.label}: {row.free} free. {kept_words(row)}." for row in beds.kept) if beds else (),
        age=_age(beds.seen, at=at) if beds else "",
        tag=_tag(beds.seen, at=at) if beds else "",
        calls=calls(window.phones),
        parts=tuple(PartView(s.title, s.lines, _age(s, at=at), _tag(s, at=at)) for s in window.sections),
        details=tuple({"key": key, "value": value} for key, value in _details(window) if value),
        is_answered=window.is_answered,
    )


def _details(window: ShopWindow) -> tuple[tuple[str, str], ...]:
    location = window.location
    council = councils().get(location.council_code or "")
    rating = (location.rating or "").replace("_", " ").capitalize()
    return (
        ("Address", ", ".join(part for part in (location.address, location.postcode) if part)),
        ("Council", council.name if council else ""),
        ("Run by", location.provider_name),
        ("CQC rating", rating),
        ("CQC number", location.cqc_id),
    )


def _admissions_tag(beds: SeenBeds | None) -> str:
    if beds is None or beds.is_open or not beds.admissions:
        return ""
    return "With limits" if beds.is_restricted else beds.admissions


def _age(seen: SeenSection, *, at: datetime) -> str:
    changed = f" Last changed {age_words(seen.changed_at, at)}." if seen.changed_at != seen.confirmed_at else ""
    return f"{checked_words(seen.confirmed_at, seen.channel, at=at)}.{changed}"


def _tag(seen: SeenSection, *, at: datetime) -> str:
    return stale_tag(seen.confirmed_at, at=at) if seen.is_fresh is False else ""
