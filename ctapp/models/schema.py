"""Throwing the whole schema away, log and all, so that it can be made anew. Only `ctapp demo --replace` does so, never production."""

from __future__ import annotations

from sqlalchemy import DDL, Engine
from sqlalchemy.schema import DropTable

from ctapp.extensions import Base


def drop_everything(engine: Engine) -> None:
    """Drop every table of this program with all it holds, and the record of migrations; commits."""
    with engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(DropTable(table, if_exists=True))
        connection.execute(DDL("DROP TABLE IF EXISTS alembic_version"))
        if engine.dialect.name == "postgresql":
            connection.execute(DDL("DROP FUNCTION IF EXISTS refuse_change()"))
