"""People: users who sign in, contacts who get reminders, details of persons at a location. The only tables with personal data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ctapp.extensions import Base
from ctapp.models.types import UtcDateTime


class User(Base):
    """Someone with an account; `state` is `pending`, `active` or `off`. E-mail addresses are kept in small letters."""

    __tablename__ = "app_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    job: Mapped[str] = mapped_column(String(80), default="")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    is_approver: Mapped[bool] = mapped_column(default=False)
    is_limited: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(20), default="pending")
    password_hash: Mapped[str] = mapped_column(String(200))
    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UserLocation(Base):
    """A location that a limited user may act for."""

    __tablename__ = "user_location"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), primary_key=True)


class UserSession(Base):
    """A signed-in session; only the SHA-256 of its id is kept. It ends when idle, at its absolute limit, or when ended."""

    __tablename__ = "user_session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInLock(Base):
    """Tries for one address since the last success; locks an account that exists and one that does not alike.

    The address is kept as a keyed hash. `failures` counts up to the limit, `lockouts` doubles the time.
    """

    __tablename__ = "sign_in_lock"

    email_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    lockouts: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    locked_until_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInThrottle(Base):
    """Failed sign-ins from one network address in one window; survives a restart. The address is kept as a keyed hash."""

    __tablename__ = "sign_in_throttle"

    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)


class Contact(Base):
    """An e-mail address that gets reminders; mailed only once `confirmed_at` is set, and no more once `bounced_at` is.

    `remind_days` holds the ISO numbers of the weekdays that the contact chose, `remind_hour` the hour in London;
    `kinds_off` the kinds of mail that it switched off, divided by commas.
    """

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remind_hour: Mapped[int] = mapped_column(default=9, server_default="9")
    remind_days: Mapped[str] = mapped_column(String(7), default="1234567", server_default="1234567")
    kinds_off: Mapped[str] = mapped_column(String(200), default="", server_default="")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ContactLocation(Base):
    """A location that a contact is reminded of."""

    __tablename__ = "contact_location"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), primary_key=True, index=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LocationPerson(Base):
    """A detail of a person at a location (a name, a phone number), by the question's key; erased on request."""

    __tablename__ = "location_person"

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
