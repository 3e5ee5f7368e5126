"""What becomes of a contact: its address no longer takes mail. Which addresses a location has is `people.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, update

from ctapp.extensions import db
from ctapp.models import Contact, OneTapLink
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
