"""Contacts, the addresses that reminders go to, and the locations each of them has now. Only a confirmed contact is ever mailed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import Contact, ContactLocation
from ctapp.queries.directory import LocationRow, locations_in, these_locations

_IS_MAILED = (Contact.confirmed_at.is_not(None), Contact.removed_at.is_(None), Contact.bounced_at.is_(None))
_MANY = 1_000_000


@dataclass(frozen=True)
class ContactRow:
    """A contact that may be mailed."""

    id: int
    email: str


def contact_by_id(contact_id: int) -> ContactRow | None:
    """Return a contact, or None when it may not be mailed: unknown, not confirmed yet, removed, or bounced."""
    row = db.session.execute(
        select(Contact.id, Contact.email).where(Contact.id == contact_id, *_IS_MAILED)
    ).one_or_none()
    return None if row is None else ContactRow(row.id, row.email)


def contact_by_email(email: str) -> ContactRow | None:
    """Return a contact by its address, or None when it may not be mailed."""
    row = db.session.execute(
        select(Contact.id, Contact.email).where(Contact.email == email.strip().lower(), *_IS_MAILED)
    ).one_or_none()
    return None if row is None else ContactRow(row.id, row.email)


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
