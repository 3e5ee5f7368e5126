"""Sessions that a mailed code opened: who is behind one. Opening one is `services/codes.py`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from ctapp.access.roles import CONTACT
from ctapp.access.viewer import Viewer
from ctapp.models import Contact, ContactSession
from ctapp.queries.people import SignedIn


def find_contact_session(connection: Connection, session_hash: str, *, at: datetime) -> SignedIn | None:
    """Return who is behind a session of a contact, or None when it is unknown, ended or over, or the contact may not be mailed.

    Source: flows.md, "The one-tap update", 4: 30 minutes.
    """
    row = connection.execute(
        select(ContactSession.contact_id, ContactSession.started_at)
        .join(Contact, Contact.id == ContactSession.contact_id)
        .where(ContactSession.id_hash == session_hash, ContactSession.ended_at.is_(None))
        .where(Contact.confirmed_at.is_not(None), Contact.removed_at.is_(None), Contact.bounced_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    ends_at = row.started_at + CONTACT.limits.absolute
    if at >= ends_at:
        return None
    viewer = Viewer(
        user_id=None,
        label=CONTACT.name,
        organisation_id=None,
        organisation_name="",
        kind=CONTACT.kind,
        is_approver=False,
        is_limited=True,
        areas=frozenset(),
        provider_types=None,
        permissions=CONTACT.permissions,
        contact_id=row.contact_id,
    )
    return SignedIn(viewer, session_hash, ends_at, is_touch_due=False)
