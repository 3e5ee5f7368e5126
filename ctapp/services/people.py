"""Details of persons at a location, and the addresses that its reminders go to, as the contacts section gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgres
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from ctapp.extensions import db
from ctapp.models import Contact, ContactLocation, LocationPerson


def changed_details(location_id: int, details: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of those details that are not what is kept of a location now; none when nothing was filled in."""
    if not details:
        return ()
    rows = db.session.execute(
        select(LocationPerson.key, LocationPerson.text)
        .where(LocationPerson.location_id == location_id)
        .order_by(LocationPerson.key)
    )
    kept = {row.key: row.text for row in rows}
    now = {key: _text(value) for key, value in details.items()}
    return tuple(key for key in dict.fromkeys([*now, *kept]) if now.get(key) != kept.get(key))


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
                text=_text(value),
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
    # In one order, and without minding who was faster: two homes may give the same new addresses in the same moment.
    insert = insert_on_postgres if db.engine.dialect.name == "postgresql" else insert_on_sqlite
    for email in sorted(set(wanted) - set(known)):
        db.session.execute(insert(Contact).values(email=email, name="", added_at=at).on_conflict_do_nothing())
        known[email] = db.session.execute(select(Contact).where(Contact.email == email)).scalar_one()
    for email in wanted:
        contact = known[email]
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


def _text(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)
