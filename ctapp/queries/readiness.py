"""Whether this process can serve: the database answers and stands at the schema that the program knows; and who else lives."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select

from ctapp.config import ROOT
from ctapp.extensions import db
from ctapp.models import Heartbeat


def is_schema_current() -> bool:
    """Return whether the database stands at the newest revision; an error of the driver when it does not answer."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _newest_revision()


def last_beat(name: str) -> datetime | None:
    """Return when a process of this name last said that it is alive, or None when none ever did."""
    return db.session.scalar(select(Heartbeat.beat_at).where(Heartbeat.name == name))


@cache
def _newest_revision() -> str | None:
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head()
