"""Published question sets: every version of every section, kept as uploaded, with the day from which it is asked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ctapp.extensions import Base
from ctapp.models.types import UtcDateTime


class QuestionSet(Base):
    """One version of one section; never changed once published. Old answers name the version that asked them."""

    __tablename__ = "question_set"
    __table_args__ = (UniqueConstraint("section", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    section: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    effective_on: Mapped[date]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fingerprint: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
