"""Reminders, last calls and notices: what they say. Who gets which is `mail_plan.py`, their form `templates/email/`.

One mail per contact and London day covers every location and section of that contact.
Source: flows.md, "Reminders and other mail"; screens.md, 17.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ctapp.clock import london_day
from ctapp.queries.contacts import ContactRow, locations_by_contact
from ctapp.queries.directory import LocationRow
from ctapp.queries.due import DueSection, due_in
from ctapp.queries.pauses import unchecked_pauses
from ctapp.questions.status_words import status_of
from ctapp.reference.areas import councils
from ctapp.services import mail_plan

KIND = mail_plan.REMINDER
# More homes than this are named and counted: their answers are looked at after signing in.
HOMES_IN_FULL = 5


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
    """What a contact is told: the homes with something due, out of all it has, in a mail of this kind."""

    homes: tuple[HomeToCheck, ...]
    home_count: int
    kind: str = KIND

    @property
    def is_notice(self) -> bool:
        """Whether it says that something has gone out of date."""
        return self.kind == mail_plan.STALE_NOTICE

    @property
    def is_digest(self) -> bool:
        """Whether homes are named and counted only."""
        return self.home_count > HOMES_IN_FULL

    @property
    def subject(self) -> str:
        """The mail's subject."""
        words = _SEVERAL if self.home_count > 1 else _ONE
        count = len(self.homes[0].sections)
        return words[self.kind].format(
            name=self.homes[0].name,
            told=len(self.homes),
            of=self.home_count,
            things=f"{count} thing{'s' * (count != 1)}",
            have="has" if len(self.homes) == 1 else "have",
            are="is" if len(self.homes) == 1 else "are",
        )

    @property
    def has_by_link(self) -> bool:
        """Whether the link covers anything: a home without answers has nothing to confirm."""
        return any(home.by_link for home in self.homes)

    @property
    def link_words(self) -> str:
        """What the one link says."""
        return "Check and confirm" if self.has_by_link and not self.is_digest else "See what is due"


_ONE = {
    mail_plan.REMINDER: "{name}: {things} to check today",
    mail_plan.LAST_CALL: "{name}: check before it goes out of date",
    mail_plan.STALE_NOTICE: "{name} is out of date: discharge teams may not ring you",
}
_SEVERAL = {
    mail_plan.REMINDER: "{told} of your {of} homes {have} things to check today",
    mail_plan.LAST_CALL: "{told} of your {of} homes: check before they go out of date",
    mail_plan.STALE_NOTICE: "{told} of your {of} homes {are} out of date: discharge teams may not ring you",
}


def contacts_with_due(contact_ids: Sequence[int], *, at: datetime) -> list[int]:
    """Return those of the contacts that have something due at one of their open locations, in their order."""
    rows = mail_plan.due_rows_of(contact_ids, at=at)
    return [contact_id for contact_id in contact_ids if any(row.due.is_due for row in rows[contact_id])]


def reminder_for(contact: ContactRow, kind: str, *, queued_at: datetime, at: datetime) -> Reminder | None:
    """Return what a contact is told now in a mail queued then, or None when there is no reason for it any more.

    A reminder tells everything that is due; its reason is what asks today, or, when it was queued by hand, anything due that
    has not been updated since.
    Source: security.md, 79.
    """
    every = locations_by_contact([contact.id], day=london_day(at))[contact.id]
    resting = unchecked_pauses([home.id for home in every])
    homes = [home for home in every if home.id not in resting]
    rows = due_in(homes, at=at)
    if not contact.wants(kind) or not _has_reason(contact, kind, rows, queued_at=queued_at, at=at):
        return None
    told = [(home, [row for row in rows[home.id] if _is_told(row, kind, at=at)]) for home in homes]
    return Reminder(
        homes=tuple(_home(home, found, at=at) for home, found in told if found),
        home_count=len(every),
        kind=kind,
    )


def _is_told(row: DueSection, kind: str, *, at: datetime) -> bool:
    if kind == mail_plan.LAST_CALL:
        return mail_plan.goes_stale_overnight(row, at)
    return row.due.is_stale if kind == mail_plan.STALE_NOTICE else row.due.is_due


def _has_reason(
    contact: ContactRow,
    kind: str,
    rows: Mapping[int, Sequence[DueSection]],
    *,
    queued_at: datetime,
    at: datetime,
) -> bool:
    every = [row for found in rows.values() for row in found]
    told = [row for row in every if _is_told(row, kind, at=at)]
    if kind != KIND or not told:
        return bool(told)
    if any(mail_plan.asks_today(row, london_day(at), days=contact.remind_days) for row in told):
        return True
    return not any(row.standing and row.standing.confirmed_at > queued_at for row in every)


def _home(home: LocationRow, rows: Sequence[DueSection], *, at: datetime) -> HomeToCheck:
    council = councils().get(home.council_code or "")
    return HomeToCheck(
        name=home.name,
        place=council.name if council else "",
        cqc_id=home.cqc_id,
        sections=tuple(_section(row, at=at) for row in rows),
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
