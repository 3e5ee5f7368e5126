"""Reminders: who gets one today, and what it says. Queueing is `outbox.py`, the mail's form `templates/email/`.

One mail per contact and London day covers every location and section of that contact.
Source: flows.md, "Reminders and other mail"; screens.md, 17.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ctapp.clock import LONDON, london_day
from ctapp.queries.contacts import locations_by_contact
from ctapp.queries.directory import LocationRow
from ctapp.queries.due import DueSection, due_in
from ctapp.questions.status_words import status_of
from ctapp.reference.areas import councils

KIND = "reminder"
HOUR = 9
LAST_HOUR = 21


@dataclass(frozen=True)
class SectionToCheck:
    """One section of a reminder: its answers in lines and its age; `is_by_link` when the mail's link covers it."""

    title: str
    lines: tuple[str, ...]
    age: str
    is_by_link: bool


@dataclass(frozen=True)
class HomeToCheck:
    """One location of a reminder; `place` is the council's name, "" where none is known."""

    name: str
    place: str
    cqc_id: str
    sections: tuple[SectionToCheck, ...]

    @property
    def by_link(self) -> tuple[SectionToCheck, ...]:
        """What the mail's link covers."""
        return tuple(section for section in self.sections if section.is_by_link)

    @property
    def elsewhere(self) -> tuple[SectionToCheck, ...]:
        """What is due and has to be answered on its own page."""
        return tuple(section for section in self.sections if not section.is_by_link)


@dataclass(frozen=True)
class Reminder:
    """What a contact is told: the homes with something due, out of all it has."""

    homes: tuple[HomeToCheck, ...]
    home_count: int

    @property
    def subject(self) -> str:
        """The mail's subject."""
        if self.home_count > 1:
            verb = "has" if len(self.homes) == 1 else "have"
            return f"{len(self.homes)} of your {self.home_count} homes {verb} things to check today"
        count = len(self.homes[0].sections)
        return f"{self.homes[0].name}: {count} thing{'s' * (count != 1)} to check today"

    @property
    def has_by_link(self) -> bool:
        """Whether the link covers anything: a home without answers has nothing to confirm."""
        return any(home.by_link for home in self.homes)

    @property
    def link_words(self) -> str:
        """What the one link says."""
        return "Check and confirm" if self.has_by_link else "See what is due"


def is_their_hour(at: datetime) -> bool:
    """Return whether reminders go out at a moment: from 09:00 to 21:00 in London.

    The hour and the days that a contact chose come with its preferences; until then everybody has the default.
    """
    return HOUR <= at.astimezone(LONDON).hour < LAST_HOUR


def contacts_with_due(contact_ids: Sequence[int], *, at: datetime) -> list[int]:
    """Return those of the contacts that have something due at one of their open locations, in their order."""
    homes = locations_by_contact(contact_ids, day=london_day(at))
    rows = due_in(_each_once(homes.values()), at=at)
    return [
        contact_id
        for contact_id in contact_ids
        if any(row.due.is_due for home in homes[contact_id] for row in rows[home.id])
    ]


def reminder_for(contact_id: int, *, at: datetime) -> Reminder | None:
    """Return what a contact is told now, or None when nothing is due any more."""
    homes = locations_by_contact([contact_id], day=london_day(at))[contact_id]
    rows = due_in(homes, at=at)
    told = tuple(_home(home, rows[home.id], at=at) for home in homes if any(row.due.is_due for row in rows[home.id]))
    return Reminder(told, len(homes)) if told else None


def _each_once(groups: Iterable[Sequence[LocationRow]]) -> list[LocationRow]:
    found: dict[int, LocationRow] = {}
    for group in groups:
        found.update({home.id: home for home in group})
    return list(found.values())


def _home(home: LocationRow, rows: Sequence[DueSection], *, at: datetime) -> HomeToCheck:
    council = councils().get(home.council_code or "")
    return HomeToCheck(
        name=home.name,
        place=council.name if council else "",
        cqc_id=home.cqc_id,
        sections=tuple(_section(row, at=at) for row in rows if row.due.is_due),
    )


def _section(row: DueSection, *, at: datetime) -> SectionToCheck:
    standing = row.standing
    status = status_of(
        row.due,
        confirmed_at=standing.confirmed_at if standing else None,
        changed_at=standing.changed_at if standing else None,
        at=at,
    )
    return SectionToCheck(
        title=row.section.title,
        lines=row.lines if row.is_covered else (),
        age=status.line if standing else status.tag,
        is_by_link=row.is_covered,
    )
