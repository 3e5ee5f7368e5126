"""Contacts, the addresses that reminders go to, and the locations each of them has now. Only a confirmed contact is ever mailed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import Contact, ContactLocation, Current, LocationPerson
from ctapp.queries.directory import LocationRow, locations_in, these_locations

_IS_MAILED = (Contact.confirmed_at.is_not(None), Contact.removed_at.is_(None), Contact.bounced_at.is_(None))
_MANY = 1_000_000


@dataclass(frozen=True)
class ContactRow:
    """A contact that may be mailed, and what it chose: weekdays by ISO number, the hour in London, kinds switched off."""

    id: int
    email: str
    remind_hour: int = 9
    remind_days: str = "1234567"
    kinds_off: str = ""

    def wants(self, kind: str) -> bool:
        """Return whether the contact has not switched a kind of mail off."""
        return kind not in self.kinds_off.split(",")


_ROW = (Contact.id, Contact.email, Contact.remind_hour, Contact.remind_days, Contact.kinds_off)


def contact_by_id(contact_id: int) -> ContactRow | None:
    """Return a contact, or None when it may not be mailed: unknown, not confirmed yet, removed, or bounced."""
    row = db.session.execute(select(*_ROW).where(Contact.id == contact_id, *_IS_MAILED)).one_or_none()
    return None if row is None else ContactRow(*row)


def contact_by_email(email: str) -> ContactRow | None:
    """Return a contact by its address, or None when it may not be mailed."""
    row = db.session.execute(select(*_ROW).where(Contact.email == email.strip().lower(), *_IS_MAILED)).one_or_none()
    return None if row is None else ContactRow(*row)


def contacts_at_hour(
    hour: int, weekday: int, *, last_call_hour: int, after_id: int = 0, limit: int = 200
) -> list[ContactRow]:
    """Return the next contacts, by id, that have a location and chose this weekday and an hour that has come.

    From `last_call_hour` on, those with a later hour too. Units: `weekday` by ISO number, `hour` in London.
    """
    query = (
        select(*_ROW)
        .where(Contact.id > after_id, *_IS_MAILED, Contact.remind_days.contains(str(weekday)))
        .where(Contact.id.in_(select(ContactLocation.contact_id)))
    )
    if hour < last_call_hour:
        query = query.where(Contact.remind_hour <= hour)
    return [ContactRow(*row) for row in db.session.execute(query.order_by(Contact.id).limit(limit))]


def contacts_confirmed_between(ids: Sequence[int], *, after: datetime, before: datetime) -> set[int]:
    """Return those contacts with a section, at one of their locations, last checked strictly between two moments."""
    return set(
        db.session.scalars(
            select(ContactLocation.contact_id)
            .join(Current, Current.location_id == ContactLocation.location_id)
            .where(ContactLocation.contact_id.in_(ids), Current.confirmed_at > after, Current.confirmed_at < before)
            .distinct()
        )
    )


def contact_ids(*, after_id: int = 0, limit: int = 200) -> list[int]:
    """Return the next contacts that may be mailed and have a location, by id."""
    return list(
        db.session.scalars(
            select(Contact.id)
            .where(Contact.id > after_id, *_IS_MAILED)
            .where(Contact.id.in_(select(ContactLocation.contact_id)))
            .order_by(Contact.id)
            .limit(limit)
        )
    )


def locations_by_contact(ids: Sequence[int], *, day: date) -> dict[int, tuple[LocationRow, ...]]:
    """Return the open locations that each contact has now, by name; an empty tuple for one that has none."""
    pairs = db.session.execute(
        select(ContactLocation.contact_id, ContactLocation.location_id)
        .where(ContactLocation.contact_id.in_(ids))
        .order_by(ContactLocation.contact_id, ContactLocation.location_id)
    ).all()
    wanted = sorted({pair.location_id for pair in pairs})
    rows = locations_in(these_locations(wanted), limit=_MANY) if wanted else []
    assigned = {(pair.contact_id, pair.location_id) for pair in pairs}
    return {
        contact_id: tuple(row for row in rows if (contact_id, row.id) in assigned and row.is_open(day))
        for contact_id in ids
    }


def locations_of_contact(contact_id: int, *, day: date) -> tuple[LocationRow, ...]:
    """Return the open locations that a contact has now, by name."""
    return locations_by_contact([contact_id], day=day)[contact_id]


@dataclass(frozen=True)
class KeptPeople:
    """Details of persons at a location as its own form shows them, by question; and the addresses not confirmed yet."""

    texts: dict[str, str]
    unconfirmed: tuple[str, ...]


def people_at(location_id: int, *, address_keys: Sequence[str]) -> KeptPeople:
    """Return the kept details of persons at a location; the questions of `address_keys` show its contacts as they are now."""
    rows = db.session.execute(
        select(LocationPerson.key, LocationPerson.text)
        .where(LocationPerson.location_id == location_id)
        .order_by(LocationPerson.key)
    )
    contacts = db.session.execute(
        select(Contact.email, Contact.confirmed_at)
        .join(ContactLocation, ContactLocation.contact_id == Contact.id)
        .where(ContactLocation.location_id == location_id, Contact.removed_at.is_(None))
        .order_by(ContactLocation.added_at, Contact.id)
    ).all()
    addresses = "\n".join(row.email for row in contacts)
    texts = {row.key: row.text for row in rows} | (dict.fromkeys(address_keys, addresses) if contacts else {})
    return KeptPeople(texts, tuple(row.email for row in contacts if row.confirmed_at is None))
