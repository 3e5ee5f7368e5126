"""Whether this process can serve: the database answers and stands at the schema that the program knows."""

from __future__ import annotations

from functools import cache

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from ctapp.config import ROOT
from ctapp.extensions import db


def is_schema_current() -> bool:
    """Return whether the database stands at the newest revision; an error of the driver when it does not answer."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _newest_revision()


@cache
def _newest_revision() -> str | None:
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head()
