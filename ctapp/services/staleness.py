"""Flagging what has gone out of date: one event for each answer that did, with the very moment. Who is told is `mail_plan.py`.

Pages never wait for it: an age is computed when it is read.
Source: flows.md, "Age, fresh, due, stale".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert as insert_on_postgres
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from ctapp.extensions import db
from ctapp.models import StaleFlag
from ctapp.queries.unflagged import Unflagged
from ctapp.services import audit


def flag_stale(found: list[Unflagged], *, at: datetime) -> int:
    """Keep a flag and an event for each section that went out of date and has none yet; return how many were new; flushes.

    Whoever else flags at the same moment, there is one flag and one event.
    """
    insert: Any = insert_on_postgres if db.engine.dialect.name == "postgresql" else insert_on_sqlite
    count = 0
    for row in found:
        added = db.session.execute(
            insert(StaleFlag)
            .values(location_id=row.location_id, section=row.section, stale_at=row.stale_at, flagged_at=at)
            .on_conflict_do_nothing()
            .returning(StaleFlag.location_id)
        )
        if added.first() is None:
            continue
        count += 1
        audit.record(
            "system",
            "worker",
            "went_stale",
            at=at,
            location_id=row.location_id,
            section=row.section,
            detail={"stale_at": row.stale_at.isoformat()},
        )
    db.session.flush()
    return count
