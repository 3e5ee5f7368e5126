"""Mails that a person asked for: a new link, a code. Each asks for its own limit first, under a lock on the contact.

They stand outside the two mails a day and the quiet hours; what they say is drawn in `jobs/requested.py`.
Source: flows.md, "Reminders and other mail"; security.md, 18 and 70.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select

from ctapp.access.tokens import token_hash
from ctapp.clock import london_day
from ctapp.extensions import db
from ctapp.models import Contact, OneTapLink, OutboxMail
from ctapp.queries.contacts import locations_of_contact
from ctapp.queries.links import address_hash

NEW_LINK = "new_link"
EMAIL_CODE = "email_code"
ONE_LINK_PER = timedelta(minutes=10)


def ask_for_new_link(token: str, *, host: str, at: datetime) -> bool:
    """Queue a new link for the contact of an old one, to the address on file, and return whether one was queued; flushes.

    The answer is for the caller alone: a page says the same in every case. Nothing is sent for an address that has changed
    since, to a contact without an open location, or twice in 10 minutes.
    """
    link = db.session.execute(
        select(OneTapLink.contact_id, OneTapLink.address_hash).where(OneTapLink.token_hash == token_hash(token))
    ).one_or_none()
    if link is None:
        return False
    email = lock_contact(link.contact_id)
    if email is None or link.address_hash not in (None, address_hash(token, email)):
        return False
    if not locations_of_contact(link.contact_id, day=london_day(at)):
        return False
    asked_at = db.session.scalar(
        select(OutboxMail.queued_at)
        .where(OutboxMail.contact_id == link.contact_id, OutboxMail.kind == NEW_LINK)
        .order_by(OutboxMail.queued_at.desc())
        .limit(1)
    )
    if asked_at is not None and at - asked_at < ONE_LINK_PER:
        return False
    queue_requested(link.contact_id, NEW_LINK, request=secrets.token_hex(8), host=host, at=at)
    return True


def host_of(base_url: str) -> str:
    """Return the host that stands in Message-IDs: that of the service's own address."""
    return urlsplit(base_url).hostname or "localhost"


def lock_contact(contact_id: int) -> str | None:
    """Lock a contact until the end of the transaction and return its address; None when it may not be mailed."""
    return db.session.scalar(
        select(Contact.email)
        .where(Contact.id == contact_id, Contact.confirmed_at.is_not(None))
        .where(Contact.removed_at.is_(None), Contact.bounced_at.is_(None))
        .with_for_update()
    )


def queue_requested(contact_id: int, kind: str, *, request: str, host: str, at: datetime) -> None:
    """Queue a mail that was asked for, unique by its request; flushes."""
    db.session.add(
        OutboxMail(
            contact_id=contact_id,
            kind=kind,
            london_on=london_day(at),
            unique_key=f"{kind}:{request}",
            message_id=f"<{secrets.token_hex(16)}@{host}>",
            queued_at=at,
            next_at=at,
        )
    )
    db.session.flush()
