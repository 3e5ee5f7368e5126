"""Locations, the providers that run them, the organisations that have users, and the periods in which some sections are asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ctapp.extensions import Base
from ctapp.models.types import Json, UtcDateTime


class Organisation(Base):
    """Any body with users. `kind` is a key of `access/roles.py`."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    provider_types: Mapped[list[str]] = mapped_column(Json, default=list)


class OrganisationArea(Base):
    """An area (ONS code) that an organisation covers; councils, LRFs, regions and the like have one or more."""

    __tablename__ = "organisation_area"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    area_code: Mapped[str] = mapped_column(String(20), primary_key=True)


class Provider(Base):
    """The legal entity that the regulator knows; `organisation_id` is the body whose users act for it."""

    __tablename__ = "provider"

    id: Mapped[int] = mapped_column(primary_key=True)
    cqc_id: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)


class Location(Base):
    """A registered place or service that reports. Easting and northing are metres on the national grid."""

    __tablename__ = "location"
    __table_args__ = (Index("ix_location_council_code_provider_type", "council_code", "provider_type"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cqc_id: Mapped[str] = mapped_column(String(40), unique=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    provider_type: Mapped[str] = mapped_column(String(30))
    address: Mapped[str] = mapped_column(String(400), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    council_code: Mapped[str | None] = mapped_column(String(20))
    easting: Mapped[int | None]
    northing: Mapped[int | None]
    service_types: Mapped[list[str]] = mapped_column(Json, default=list)
    specialisms: Mapped[list[str]] = mapped_column(Json, default=list)
    lead_specialism: Mapped[str | None] = mapped_column(String(40))
    registered_beds: Mapped[int | None]
    rating: Mapped[str | None] = mapped_column(String(30))
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class DesignatedStage(Base):
    """The stage of a designated setting from a day on; the last one by day stands.

    Source: sections.md, `designated`.
    """

    __tablename__ = "designated_stage"

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), primary_key=True)
    since_on: Mapped[date] = mapped_column(primary_key=True)
    stage: Mapped[int]


class ReportingPeriod(Base):
    """A fund period, season or campaign, both days included: `kind` is the named fact that is true within it."""

    __tablename__ = "reporting_period"
    __table_args__ = (UniqueConstraint("kind", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LocationPause(Base):
    """A home's word that it has closed or is empty for now: its reminders rest until support has checked.

    `kind` is `temporarily_empty` or `closed`; `said_by` an actor of the audit trail. One unchecked pause a location.
    Source: flows.md, "Reminders and other mail".
    """

    __tablename__ = "location_pause"
    __table_args__ = (
        CheckConstraint("kind IN ('temporarily_empty', 'closed')", name="kind"),
        Index(
            "uq_location_pause_unchecked",
            "location_id",
            unique=True,
            sqlite_where=text("checked_at IS NULL"),
            postgresql_where=text("checked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[str] = mapped_column(String(80))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by: Mapped[str | None] = mapped_column(String(80))
    outcome: Mapped[str | None] = mapped_column(String(20))
