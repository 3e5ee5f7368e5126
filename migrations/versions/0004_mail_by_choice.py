"""Let contacts choose when they are mailed, let mail bounce, flag what went out of date, and keep the worker's heartbeat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ctapp.models.types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns that have a default or may be empty, and two tables; nothing that is there changes."""
    op.add_column("contact", sa.Column("bounced_at", UtcDateTime(), nullable=True))
    op.add_column("contact", sa.Column("remind_hour", sa.Integer(), nullable=False, server_default="9"))
    op.add_column("contact", sa.Column("remind_days", sa.String(7), nullable=False, server_default="1234567"))
    op.add_column("contact", sa.Column("kinds_off", sa.String(200), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("open_tries", sa.Integer(), nullable=False, server_default="0"))
    # No foreign key here: SQLite adds one only by making the table anew, under the feet of the links that point to it.
    op.add_column("outbox", sa.Column("user_id", sa.Integer(), nullable=True))
    op.create_index("ix_outbox_user_id", "outbox", ["user_id"])
    op.create_table(
        "stale_flag",
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(60), nullable=False),
        sa.Column("stale_at", UtcDateTime(), nullable=False),
        sa.Column("flagged_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name="fk_stale_flag_location_id"),
        sa.PrimaryKeyConstraint("location_id", "section", "stale_at", name="pk_stale_flag"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_heartbeat"),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("heartbeat")
    op.drop_table("stale_flag")
    op.drop_index("ix_outbox_user_id", "outbox")
    for column in ("user_id", "open_tries"):
        op.drop_column("outbox", column)
    for column in ("kinds_off", "remind_days", "remind_hour", "bounced_at"):
        op.drop_column("contact", column)
