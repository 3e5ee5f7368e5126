"""What a link does beside confirming: its contact leaves a home, a home says that it has closed, links are revoked.

Source: flows.md, "The one-tap update", 1 and 2; security.md, 5.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from ctapp.clock import london_day
from ctapp.errors import Gone
from ctapp.extensions import db
from ctapp.models import ContactLocation, ContactSession, OneTapLink
from ctapp.queries.contacts import locations_of_contact
from ctapp.queries.links import live_link
from ctapp.services import audit, pauses
from ctapp.services.links import CHANNEL


def leave(token: str, cqc_id: str, *, at: datetime) -> None:
    """Take a link's contact off one of its locations, or off all of them when ""; without one left its links die. Flushes.

    Errors: Gone when the link does not work or does not cover the location.
    """
    contact_id = live_link(token, at=at).contact_id
    covered = _covered(contact_id, at=at)
    if not covered or (cqc_id and cqc_id not in covered):
        raise Gone("the link no longer covers this location")
    mine = delete(ContactLocation).where(ContactLocation.contact_id == contact_id)
    if cqc_id:
        mine = mine.where(ContactLocation.location_id == covered[cqc_id])
    left = db.session.scalars(mine.returning(ContactLocation.location_id)).all()
    for each in sorted(left):
        audit.record(
            f"contact:{contact_id}", CHANNEL, "contact_left", at=at, location_id=each, detail={"contact_id": contact_id}
        )
    if db.session.scalar(select(ContactLocation.location_id).where(ContactLocation.contact_id == contact_id)) is None:
        revoke_links(contact_id, actor=f"contact:{contact_id}", channel=CHANNEL, at=at)
    db.session.flush()


def say_closed(token: str, cqc_id: str, kind: str, *, at: datetime) -> None:
    """Pause the reminders of a location that a link covers, until support has checked; flushes.

    Errors: Gone; BadAnswers for a kind that does not exist.
    """
    contact_id = live_link(token, at=at).contact_id
    covered = _covered(contact_id, at=at)
    if cqc_id not in covered:
        raise Gone("the link no longer covers this location")
    pauses.pause(covered[cqc_id], kind, actor=f"contact:{contact_id}", channel=CHANNEL, at=at)


def revoke_links(contact_id: int | None, *, actor: str, channel: str, at: datetime) -> int:
    """Revoke every link of a contact, or of everybody when None, end what their codes opened, and return how many; flushes."""
    links = update(OneTapLink).where(OneTapLink.revoked_at.is_(None)).values(revoked_at=at)
    sessions = update(ContactSession).where(ContactSession.ended_at.is_(None)).values(ended_at=at)
    if contact_id is not None:
        links = links.where(OneTapLink.contact_id == contact_id)
        sessions = sessions.where(ContactSession.contact_id == contact_id)
    revoked = db.session.execute(links.execution_options(synchronize_session=False))
    db.session.execute(sessions.execution_options(synchronize_session=False))
    count = int(revoked.rowcount)  # type: ignore[attr-defined]
    audit.record(actor, channel, "links_revoked", at=at, detail={"contact_id": contact_id, "links": count})
    db.session.flush()
    return count


def _covered(contact_id: int, *, at: datetime) -> dict[str, int]:
    return {location.cqc_id: location.id for location in locations_of_contact(contact_id, day=london_day(at))}
