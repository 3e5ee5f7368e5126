"""What becomes of a contact: its address no longer takes mail. Which addresses a location has is `people.py`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update

from ctapp.extensions import db
from ctapp.models import Contact, OneTapLink, OutboxMail
from ctapp.services import audit


def mark_bounced(contact_id: int, *, at: datetime) -> bool:
    """Mark a contact's address as not working and revoke its links; return whether it was new; flushes.

    Source: flows.md, "The one-tap update", 1, and "Reminders and other mail".
    """
    marked: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        update(Contact).where(Contact.id == contact_id, Contact.bounced_at.is_(None)).values(bounced_at=at)
    )
    if marked.rowcount != 1:
        return False
    db.session.execute(
        update(OneTapLink)
        .where(OneTapLink.contact_id == contact_id, OneTapLink.revoked_at.is_(None))
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )
    audit.record("system", "email", "contact_bounced", at=at, detail={"contact_id": contact_id})
    db.session.flush()
    return True


def mark_mail_bounced(message_id: str, addresses: Collection[str], *, status: str, at: datetime) -> bool:
    """Mark a mail that came back, and its contact if the address is still that; return whether the contact was new; flushes.

    Nothing happens for a mail that is not ours.
    """
    mail = db.session.execute(
        select(OutboxMail.id, OutboxMail.contact_id, Contact.email)
        .join(Contact, Contact.id == OutboxMail.contact_id)
        .where(OutboxMail.message_id == message_id)
    ).one_or_none()
    if mail is None or mail.email not in addresses:
        return False
    db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == mail.id, OutboxMail.state.in_(("sent", "unknown")))
        .values(state="bounced", error=f"came back: {status}"[:300])
        .execution_options(synchronize_session=False)
    )
    return mark_bounced(mail.contact_id, at=at)
