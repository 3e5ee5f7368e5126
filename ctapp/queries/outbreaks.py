"""The outbreak of a location that is still ongoing, and whether one began on a day: read from the derived table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import Outbreak
from ctapp.queries.facts import outbreak_ongoing
from ctapp.questions.outbreaks import earliest_recovery
from ctapp.questions.spec import OutbreakRule


@dataclass(frozen=True)
class Ongoing:
    """An outbreak that has not recovered: its first day, its last case, and the first day on which it could be over."""

    started_on: date
    last_case_on: date
    recovers_on: date


def ongoing_outbreak(location_id: int, rule: OutbreakRule, *, day: date) -> Ongoing | None:
    """Return the latest outbreak of a location if it is ongoing on a day."""
    if not outbreak_ongoing(location_id, day=day, pathogen=rule.pathogen):
        return None
    row = db.session.execute(
        select(Outbreak.started_on, Outbreak.last_case_on)
        .where(Outbreak.location_id == location_id, Outbreak.pathogen == rule.pathogen)
        .order_by(Outbreak.started_on.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    recovers_on = earliest_recovery(row.last_case_on, clear_days=rule.clear_days)
    return Ongoing(row.started_on, row.last_case_on, recovers_on)


def outbreak_starts(location_id: int, rule: OutbreakRule) -> frozenset[date]:
    """Return the first days of a location's outbreaks."""
    return frozenset(
        db.session.scalars(
            select(Outbreak.started_on).where(Outbreak.location_id == location_id, Outbreak.pathogen == rule.pathogen)
        )
    )
