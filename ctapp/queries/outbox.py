"""The outbox as operators see it: what is queued, what was handed over, what failed and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from ctapp.extensions import db
from ctapp.models import OutboxMail


@dataclass(frozen=True)
class MailRow:
    """A mail of the outbox; whom it goes to is a contact's id, never an address."""

    id: int
    contact_id: int
    kind: str
    london_on: date
    state: str
    attempts: int
    queued_at: datetime
    next_at: datetime
    sent_at: datetime | None
    error: str


def mails(*, state: str = "", limit: int = 100) -> list[MailRow]:
    """Return the last mails of the outbox, newest first; those of one state when it is named."""
    query = select(
        OutboxMail.id,
        OutboxMail.contact_id,
        OutboxMail.kind,
        OutboxMail.london_on,
        OutboxMail.state,
        OutboxMail.attempts,
        OutboxMail.queued_at,
        OutboxMail.next_at,
        OutboxMail.sent_at,
        OutboxMail.error,
    )
    if state:
        query = query.where(OutboxMail.state == state)
    rows = db.session.execute(query.order_by(OutboxMail.id.desc()).limit(limit))
    return [MailRow(**row._mapping) for row in rows]


def count_by_state() -> dict[str, int]:
    """Return how many mails stand in each state."""
    rows = db.session.execute(
        select(OutboxMail.state, func.count()).group_by(OutboxMail.state).order_by(OutboxMail.state)
    )
    return {row[0]: row[1] for row in rows}


def contacts_mailed_on(day: date, *, kind: str) -> set[int]:
    """Return the contacts that have a mail of a kind for a London day, in whatever state."""
    return set(
        db.session.scalars(
            select(OutboxMail.contact_id).where(OutboxMail.london_on == day, OutboxMail.kind == kind).distinct()
        )
    )


def scheduled_mails_on(day: date, contact_ids: Sequence[int]) -> dict[int, dict[str, datetime]]:
    """Return, for each contact with a mail for a London day, the kinds and when each was queued, in whatever state."""
    found: dict[int, dict[str, datetime]] = {}
    rows = db.session.execute(
        select(OutboxMail.contact_id, OutboxMail.kind, OutboxMail.queued_at)
        .where(OutboxMail.london_on == day, OutboxMail.contact_id.in_(contact_ids))
        .order_by(OutboxMail.id)
    )
    for row in rows:
        found.setdefault(row.contact_id, {})[row.kind] = row.queued_at
    return found


def last_mails_of(kind: str, contact_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when each contact was last sent a mail of a kind, or one was queued; nothing for those without any."""
    rows = db.session.execute(
        select(OutboxMail.contact_id, func.max(OutboxMail.queued_at))
        .where(OutboxMail.kind == kind, OutboxMail.contact_id.in_(contact_ids), OutboxMail.state != "void")
        .group_by(OutboxMail.contact_id)
    )
    return {row[0]: row[1] for row in rows}
