"""Pauses of reminding that support has not checked yet. Beginning one is `services/pauses.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import LocationPause


@dataclass(frozen=True)
class PauseRow:
    """What a home said of itself and nobody has checked yet: `kind` is `temporarily_empty` or `closed`."""

    location_id: int
    kind: str
    said_at: datetime


def unchecked_pauses(location_ids: Sequence[int]) -> dict[int, PauseRow]:
    """Return the unchecked pauses of some locations, by location id."""
    rows = db.session.execute(
        select(LocationPause.location_id, LocationPause.kind, LocationPause.said_at)
        .where(LocationPause.location_id.in_(location_ids), LocationPause.checked_at.is_(None))
        .order_by(LocationPause.location_id)
    )
    return {row.location_id: PauseRow(*row) for row in rows}
