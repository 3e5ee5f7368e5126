"""What a home says of itself outside the sections."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from ctapp.extensions import db
from ctapp.models import Location
from ctapp.queries.directory import LocationRow
from ctapp.services import audit


def set_lead_specialism(location: LocationRow, key: str, *, actor: str, at: datetime) -> None:
    """Keep whom a location mainly supports; flushes, the edge commits.

    Source: sections.md, set-up.
    """
    db.session.execute(update(Location).where(Location.id == location.id).values(lead_specialism=key))
    audit.record(
        actor,
        "web",
        "lead_specialism_set",
        at=at,
        location_id=location.id,
        detail={"lead_specialism": [location.lead_specialism, key]},
    )
