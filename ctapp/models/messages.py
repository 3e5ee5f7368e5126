"""The outbox, one-tap links with their receipts, mailed codes and the sessions they open. Addresses are read from `contact` when a mail is handed over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ctapp.extensions import Base
from ctapp.models.types import Json, UtcDateTime


class OutboxMail(Base):
    """A mail to be handed over, written in the transaction of its cause; `unique_key` makes a second one impossible.

    `user_id` is set where the mail goes to somebody as the holder of an account. `open_tries` counts the tries of which
    nobody knows how they ended.
    """

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
    open_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    user_id: Mapped[int | None] = mapped_column(index=True)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(300), default="")


class StaleFlag(Base):
    """A section of a location that went out of date, once for each answer that did: `stale_at` is the very moment."""

    __tablename__ = "stale_flag"

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), primary_key=True)
    section: Mapped[str] = mapped_column(String(60), primary_key=True)
    stale_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    flagged_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Heartbeat(Base):
    """When a process last said that it is alive; one row for each name."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OneTapLink(Base):
    """A link in a mail: only the SHA-256 of its token is kept; minted as the mail is handed over.

    `address_hash` is that of token and address together: whoever lacks the token can try no address against it.
    """

    __tablename__ = "one_tap_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    minted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address_hash: Mapped[str | None] = mapped_column(String(64))


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


class EmailCode(Base):
    """A 6-digit code that was asked for: made as its mail is handed over, kept as a keyed hash, used once."""

    __tablename__ = "email_code"
    __table_args__ = (Index("ix_email_code_contact_id_requested_at", "contact_id", "requested_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContactSession(Base):
    """Thirty minutes of a contact who typed a mailed code; only the SHA-256 of its id is kept."""

    __tablename__ = "contact_session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
