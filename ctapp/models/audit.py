"""The audit trail: append-only, held by triggers. It names actors by id, never by address, so that erasing a person leaves it whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ctapp.extensions import Base
from ctapp.models.types import BigId, Json, UtcDateTime


class AuditEvent(Base):
    """Who did what, when, from where; `actor` is `user:7`, `contact:3`, `operator` or `system`."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_location_id_at", "location_id", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(60))
    location_id: Mapped[int | None]
    section: Mapped[str | None] = mapped_column(String(60))
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
