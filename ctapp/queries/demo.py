"""Whether this database is a demo, and whether it is empty. A demo's accounts have a public password: production refuses it."""

from __future__ import annotations

from sqlalchemy import exists, func, select

from ctapp.extensions import db
from ctapp.models import AuditEvent, Contact, Location, Organisation, Provider, Submission, User

DEMO_LOADED = "demo_loaded"
# A demo goes into an empty database only, so its mark is among the first events: finding it costs the same for ever.
MARK_WITHIN = 1000


def is_demo() -> bool:
    """Return whether the demo was loaded into this database: the audit trail says so, and nobody can delete that."""
    first = select(AuditEvent.action).order_by(AuditEvent.id).limit(MARK_WITHIN).subquery()
    return bool(db.session.scalar(select(exists().where(first.c.action == DEMO_LOADED))))


def is_empty() -> bool:
    """Return whether nothing was ever put into this database but its question sets, and next to nothing done with it."""
    for table in (Organisation, Provider, Location, User, Contact, Submission):
        if db.session.execute(select(table.id).limit(1)).first() is not None:
            return False
    events = db.session.scalar(select(func.count()).select_from(select(AuditEvent.id).limit(MARK_WITHIN).subquery()))
    return (events or 0) < MARK_WITHIN
