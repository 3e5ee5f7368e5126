"""Create the log, partitioned by month on PostgreSQL, and the triggers that hold the log and the audit trail append-only.

The partitions reach from 2020 to the end of 2030; a DEFAULT partition takes anything else, so that no insert ever waits for one.
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

from ctapp.models.types import BigId, Json, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FIRST_YEAR, LAST_YEAR = 2020, 2030
HELD = ("submission", "audit_event")


def upgrade() -> None:
    """Create the table and the triggers, each engine in its own way."""
    is_postgres = op.get_bind().dialect.name == "postgresql"
    options: dict[str, object] = (
        {"postgresql_partition_by": "RANGE (day)"} if is_postgres else {"sqlite_autoincrement": True}
    )
    key = ("id", "day") if is_postgres else ("id",)
    identity = (sa.Identity(),) if is_postgres else ()
    op.create_table(
        "submission",
        sa.Column("id", BigId, *identity, nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("question_set", sa.Integer(), nullable=False),
        sa.Column("same_as", BigId),
        sa.Column("undoes", BigId),
        sa.Column("answers", Json),
        sa.CheckConstraint(
            "(answers IS NULL) = (same_as IS NOT NULL OR undoes IS NOT NULL)", name="ck_submission_answers_or_reference"
        ),
        sa.CheckConstraint("same_as IS NULL OR undoes IS NULL", name="ck_submission_one_reference"),
        sa.PrimaryKeyConstraint(*key, name="pk_submission"),
        sa.UniqueConstraint("undoes", "day", name="uq_submission_undoes"),
        **options,
    )
    op.create_index("ix_submission_section_day_location_id", "submission", ["section", "day", "location_id"])
    op.create_index("ix_submission_location_id_section_day", "submission", ["location_id", "section", "day"])
    if is_postgres:
        _hold_on_postgres(_create_partitions())
    else:
        _hold_on_sqlite()


def _create_partitions() -> list[str]:
    names = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month in range(1, 13):
            start = date(year, month, 1)
            end = date(year + month // 12, month % 12 + 1, 1)
            name = f"submission_{start:%Y_%m}"
            op.execute(f"CREATE TABLE {name} PARTITION OF submission FOR VALUES FROM ('{start}') TO ('{end}')")
            names.append(name)
    op.execute("CREATE TABLE submission_default PARTITION OF submission DEFAULT")
    return [*names, "submission_default"]


def _hold_on_postgres(partitions: list[str]) -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in HELD:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    for table in (*HELD, *partitions):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _hold_on_sqlite() -> None:
    for table in HELD:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
