"""The outbox, and one-tap links with their receipts. Addresses are read from `contact` when a mail is handed over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ctapp.extensions import Base
from ctapp.models.types import Json, UtcDateTime


class OutboxMail(Base):
    """A mail to be handed over, written in the transaction of its cause; `unique_key` makes a second one impossible."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state_next_at", "state", "next_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    london_on: Mapped[date]
    unique_key: Mapped[str] = mapped_column(String(200), unique=True)
    message_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(300), default="")


class OneTapLink(Base):
    """A link in a mail: only the SHA-256 of its token is kept; minted as the mail is handed over."""

    __tablename__ = "one_tap_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    minted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UsedNonce(Base):
    """A nonce of a one-tap page that confirmed something: the same nonce again shows the same receipt."""

    __tablename__ = "used_nonce"

    nonce_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("one_tap_link.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    receipt_sealed: Mapped[str] = mapped_column(String(200))
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LinkReceipt(Base):
    """What one tap came to, by location and section; its id is kept as a hash and works for 24 hours."""

    __tablename__ = "link_receipt"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("one_tap_link.id"))
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    results: Mapped[list[Any]] = mapped_column(Json)
    is_undone: Mapped[bool] = mapped_column(Boolean, default=False)
