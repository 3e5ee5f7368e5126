"""Details of persons at a location, and the addresses that its reminders go to, as the contacts section gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from ctapp.extensions import db
from ctapp.models import Contact, ContactLocation, LocationPerson


def keep_people(location_id: int, details: Mapping[str, Any], *, at: datetime) -> None:
    """Replace the details of persons at a location by what was filled in; lists are addresses for reminders.

    An address that is new is kept as not confirmed yet: nothing is mailed to it but, in time, its own link.
    Source: sections.md, `contacts`.
    """
    if not details:
        return
    addresses: list[str] = []
    for key, value in details.items():
        if isinstance(value, list):
            addresses.extend(value)
        db.session.merge(
            LocationPerson(
                location_id=location_id,
                key=key,
                text="\n".join(value) if isinstance(value, list) else str(value),
                changed_at=at,
            )
        )
    db.session.execute(
        delete(LocationPerson).where(
            LocationPerson.location_id == location_id, LocationPerson.key.not_in(list(details))
        )
    )
    if addresses:
        assign_contacts(location_id, addresses, at=at)


def assign_contacts(location_id: int, addresses: Sequence[str], *, at: datetime, is_confirmed: bool = False) -> None:
    """Make these addresses, and no others, the contacts of a location; known ones keep their confirmation."""
    wanted = list(dict.fromkeys(addresses))
    known = {c.email: c for c in db.session.scalars(select(Contact).where(Contact.email.in_(wanted)))}
    for email in wanted:
        contact = known.get(email)
        if contact is None:
            contact = Contact(email=email, name="", added_at=at)
            db.session.add(contact)
            db.session.flush()
            known[email] = contact
        if is_confirmed and contact.confirmed_at is None:
            contact.confirmed_at = at
    ids = {known[email].id for email in wanted}
    have = set(db.session.scalars(select(ContactLocation.contact_id).where(ContactLocation.location_id == location_id)))
    for contact_id in sorted(ids - have):
        db.session.add(ContactLocation(contact_id=contact_id, location_id=location_id, added_at=at))
    db.session.execute(
        delete(ContactLocation).where(
            ContactLocation.location_id == location_id, ContactLocation.contact_id.in_(have - ids)
        )
    )
    db.session.flush()
