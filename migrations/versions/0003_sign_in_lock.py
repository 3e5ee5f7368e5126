"""Count failed sign-ins by a keyed hash of the address typed, so that unknown accounts lock like known ones.

The counters on `app_user` go: they could not count for an account that does not exist, which told the two apart.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ctapp.models.types import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the new table and drop the three columns."""
    op.create_table(
        "sign_in_lock",
        sa.Column("email_hash", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("lockouts", sa.Integer(), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=False),
        sa.Column("locked_until_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("email_hash", name="pk_sign_in_lock"),
    )
    op.create_index("ix_sign_in_lock_tried_at", "sign_in_lock", ["tried_at"])
    for name in ("failures", "lockouts", "locked_until_at"):
        op.drop_column("app_user", name)
