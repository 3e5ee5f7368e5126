"""Pauses: a home says that it has closed or is empty for now, and its reminders rest until support has checked.

Source: flows.md, "Age, fresh, due, stale" (last day) and "The one-tap update", 2.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as insert_on_postgres
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from ctapp.errors import BadAnswers
from ctapp.extensions import db
from ctapp.models import LocationPause
from ctapp.services import audit

KINDS = ("temporarily_empty", "closed")


def pause(location_id: int, kind: str, *, actor: str, channel: str, at: datetime) -> bool:
    """Pause the reminders of a location and return whether this was new: what is unchecked already stands. Flushes.

    Errors: BadAnswers for a kind that does not exist.
    """
    if kind not in KINDS:
        raise BadAnswers((("kind", "Choose whether the home has closed or is empty for now"),))
    insert: Any = insert_on_postgres if db.engine.dialect.name == "postgresql" else insert_on_sqlite
    added = db.session.execute(
        insert(LocationPause)
        .values(location_id=location_id, kind=kind, said_at=at, said_by=actor)
        .on_conflict_do_nothing(index_elements=["location_id"], index_where=text("checked_at IS NULL"))
        .returning(LocationPause.id)
    ).first()
    if added is None:
        return False
    audit.record(actor, channel, "reporting_paused", at=at, location_id=location_id, detail={"kind": kind})
    db.session.flush()
    return True
