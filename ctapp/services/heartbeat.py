"""Saying that a process is alive: one row for each name, in a transaction of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert as insert_on_postgres
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from ctapp.models import Heartbeat
from ctapp.services.transactions import apart

WORKER = "worker"


def beat(name: str, *, at: datetime) -> None:
    """Keep the moment at which a process was alive; commits."""
    with apart() as connection:
        insert: Any = insert_on_postgres if connection.dialect.name == "postgresql" else insert_on_sqlite
        connection.execute(
            insert(Heartbeat)
            .values(name=name, beat_at=at)
            .on_conflict_do_update(index_elements=["name"], set_={"beat_at": at})
        )
