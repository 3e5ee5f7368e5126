"""Alembic's environment: it runs inside the application and uses the application's own engine."""

from __future__ import annotations

from alembic import context
from flask import current_app

import ctapp.models  # noqa: F401  (so that every table is known)
from ctapp.extensions import Base


def _is_ours(name: str | None, kind: str, parent: dict[str, str | None]) -> bool:
    # Partitions of the log exist in PostgreSQL only; the parent table stands for them.
    return not (kind == "table" and name is not None and name.startswith("submission_"))


def run() -> None:
    """Run the migrations on the application's database, each in its own transaction."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=_is_ours,
            compare_type=True,
            render_as_batch=connection.dialect.name == "sqlite",
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
