"""The log of submissions (append-only truth) and what is derived from it: `current` and `outbreak`.

Source: storage.md. Triggers of migration 0001 refuse every UPDATE and DELETE of `submission`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ctapp.extensions import Base
from ctapp.models.types import BigId, Json, UtcDateTime


class Submission(Base):
    """One thing said about one section of one location: answers, "unchanged" (`same_as`), or the undoing of an earlier row.

    `day` is the London date the answers are for. On PostgreSQL the table is partitioned by month of `day`.
    No foreign keys on purpose: the log can be partitioned, detached and distributed.
    """

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint("(answers IS NULL) = (same_as IS NOT NULL OR undoes IS NOT NULL)", name="answers_or_reference"),
        CheckConstraint("same_as IS NULL OR undoes IS NULL", name="one_reference"),
        UniqueConstraint("undoes", "day", name="uq_submission_undoes"),
        Index("ix_submission_section_day_location_id", "section", "day", "location_id"),
        Index("ix_submission_location_id_section_day", "location_id", "section", "day"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    location_id: Mapped[int]
    section: Mapped[str] = mapped_column(String(60))
    day: Mapped[date]
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    question_set: Mapped[int]
    same_as: Mapped[int | None] = mapped_column(BigId)
    undoes: Mapped[int | None] = mapped_column(BigId)
    answers: Mapped[dict[str, Any] | None] = mapped_column(Json)


class Current(Base):
    """What stands now, one row per location and section; its row lock puts the writers of one location and section in a queue.

    `submission_id` is the last row that counts, `answers_id` the row whose answers stand (with its day, for the partition).
    """

    __tablename__ = "current"
    __table_args__ = (Index("ix_current_section_confirmed_at", "section", "confirmed_at"),)

    location_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    section: Mapped[str] = mapped_column(String(60), primary_key=True)
    submission_id: Mapped[int | None] = mapped_column(BigId)
    answers_id: Mapped[int | None] = mapped_column(BigId)
    answers_day: Mapped[date | None]
    day: Mapped[date | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=0)


class Note(Base):
    """Free text of a submission: the only answers that may be erased."""

    __tablename__ = "note"

    submission_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    location_id: Mapped[int] = mapped_column(index=True)
    text: Mapped[str | None] = mapped_column(Text)


class GivenReason(Base):
    """A soft rule that held when something was saved; `reason` is null where none was given (imports, confirmations)."""

    __tablename__ = "given_reason"
    __table_args__ = (Index("ix_given_reason_location_id_section", "location_id", "section", "given_at"),)

    submission_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    doubt: Mapped[str] = mapped_column(String(200), primary_key=True)
    location_id: Mapped[int]
    section: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str | None] = mapped_column(String(80))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PostedForm(Base):
    """A form that was saved, by the key it carried, so that a double click or a resend is the same save."""

    __tablename__ = "posted_form"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    location_id: Mapped[int]
    section: Mapped[str] = mapped_column(String(60))
    submission_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(20))
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Outbreak(Base):
    """An outbreak at a location: derived from the log by `questions/outbreaks.py`, recomputed when covid answers change."""

    __tablename__ = "outbreak"

    location_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pathogen: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_on: Mapped[date] = mapped_column(primary_key=True)
    last_case_on: Mapped[date]
    staff_confirmed: Mapped[int]
    residents_confirmed: Mapped[int]
    staff_symptomatic: Mapped[int]
    residents_symptomatic: Mapped[int]
