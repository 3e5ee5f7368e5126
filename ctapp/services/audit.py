"""The audit trail's one writer: a row beside the change it reports, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from ctapp.extensions import db
from ctapp.models import AuditEvent
from ctapp.services.transactions import apart


def record(
    actor: str,
    channel: str,
    action: str,
    *,
    at: datetime,
    location_id: int | None = None,
    section: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add an event to the audit trail; flushes with the rest, never commits. Ids only, no address or name of a person."""
    db.session.add(
        AuditEvent(
            at=at,
            actor=actor,
            channel=channel,
            action=action,
            location_id=location_id,
            section=section,
            detail=dict(detail or {}),
        )
    )


def record_denial(actor: str, *, reason: str, endpoint: str, target: str, at: datetime) -> None:
    """Add a refused access in a transaction of its own, because the request that was refused commits nothing.

    Units: `reason` is `forbidden` or `outside`; `target` the regulator's id of a location, or empty.
    Source: security.md, 88.
    """
    with apart() as connection:
        connection.execute(
            insert(AuditEvent).values(
                at=at,
                actor=actor,
                channel="web",
                action="access_denied",
                detail={"reason": reason, "endpoint": endpoint, "target": target},
            )
        )
