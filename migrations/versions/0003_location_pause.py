"""Create pauses of reminding, mailed codes and the sessions they open; let a link know which address it was sent to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ctapp.models.types import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and the column; nothing that is there changes."""
    op.create_table(
        "location_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("said_by", sa.String(80), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("checked_by", sa.String(80), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.CheckConstraint("kind IN ('temporarily_empty', 'closed')", name="ck_location_pause_kind"),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name="fk_location_pause_location_id"),
        sa.PrimaryKeyConstraint("id", name="pk_location_pause"),
    )
    op.create_index("ix_location_pause_location_id", "location_pause", ["location_id"])
    unchecked = sa.text("checked_at IS NULL")
    op.create_index(
        "uq_location_pause_unchecked",
        "location_pause",
        ["location_id"],
        unique=True,
        sqlite_where=unchecked,
        postgresql_where=unchecked,
    )
    op.create_table(
        "email_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_email_code_contact_id"),
        sa.PrimaryKeyConstraint("id", name="pk_email_code"),
    )
    op.create_index("ix_email_code_contact_id_requested_at", "email_code", ["contact_id", "requested_at"])
    op.create_table(
        "contact_session",
        sa.Column("id_hash", sa.String(64), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_contact_session_contact_id"),
        sa.PrimaryKeyConstraint("id_hash", name="pk_contact_session"),
    )
    op.create_index("ix_contact_session_contact_id", "contact_session", ["contact_id"])
    op.add_column("one_tap_link", sa.Column("address_hash", sa.String(64), nullable=True))
