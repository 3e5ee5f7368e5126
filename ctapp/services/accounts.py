"""Accounts and sessions: sign in, sign out, resume, end, add, deactivate. Registration and second factors are not here.

Whoever signs in gets a token; the table keeps its hash. Nothing here knows a cookie.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import Row, select, update
from sqlalchemy.exc import OperationalError

from ctapp.access.roles import ROLES
from ctapp.access.tokens import keyed_hash, new_token, token_hash
from ctapp.errors import Refused
from ctapp.extensions import db
from ctapp.models import ContactSession, Organisation, OrganisationArea, User, UserLocation, UserSession
from ctapp.queries.contact_sessions import find_contact_session
from ctapp.queries.people import TOUCH_EVERY, SignedIn, find_session
from ctapp.services import audit, passwords, tries
from ctapp.services.transactions import apart, apart_reading


class Outcome(Enum):
    """What became of a try to sign in."""

    SIGNED_IN = "signed_in"
    WRONG = "wrong"
    LOCKED = "locked"
    PENDING = "pending"
    OFF = "off"


@dataclass(frozen=True)
class Credentials:
    """What was typed, and where from; `key` makes the hashes that stand for both in the database."""

    email: str
    password: str
    address: str
    key: str

    @property
    def email_hash(self) -> str:
        """The account typed, as the count of tries knows it."""
        return keyed_hash(self.key, "sign-in account", normal_email(self.email))

    @property
    def address_hash(self) -> str:
        """The network address, as throttle and audit trail know it."""
        return keyed_hash(self.key, "network address", self.address)


@dataclass(frozen=True)
class SignIn:
    """The outcome; `token` when signed in, `wait` when locked, the rest after a right password only."""

    outcome: Outcome
    token: str = ""
    wait: timedelta = timedelta(0)
    organisation_name: str = ""
    kind: str = ""
    signed_in_at: datetime | None = None


def normal_email(text: str) -> str:
    """Return an e-mail address as it is kept: no outer spaces, small letters."""
    return text.strip().lower()


def sign_in(typed: Credentials, *, replaces: str | None, at: datetime) -> SignIn:
    """Check what was typed and begin a session; `replaces` is the hash of the session the browser had before.

    The try is counted in its own transaction; the rest is flushed, and the edge commits it for refusals too.
    Source: security.md, 21, 22, 24, 27.
    """
    with apart() as connection:
        throttled = tries.throttled_until(connection, typed.address_hash, at=at)
        if throttled is not None:
            # Not in the audit trail: it would let one address fill it. The count that led here is there.
            return SignIn(Outcome.LOCKED, wait=throttled - at)
        may_look, locked_until = tries.count_try(connection, typed.email_hash, at=at)
        row = connection.execute(
            select(User.id, User.state, User.password_hash, User.signed_in_at, Organisation.name, Organisation.kind)
            .join(Organisation, Organisation.id == User.organisation_id)
            .where(User.email == normal_email(typed.email))
        ).one_or_none()
    if not may_look or not passwords.is_right(typed.password, row.password_hash if row else None) or row is None:
        return _refuse(typed, row, locked_until, at=at)
    tries.forget_tries(typed.email_hash)
    if row.state != "active":
        audit.record(f"user:{row.id}", "web", "sign_in_failed", at=at, detail={"reason": row.state})
        outcome = Outcome.PENDING if row.state == "pending" else Outcome.OFF
        return SignIn(outcome, organisation_name=row.name, kind=row.kind, signed_in_at=row.signed_in_at)
    if passwords.needs_rehash(row.password_hash):
        new_hash = passwords.hash_password(typed.password)
        db.session.execute(update(User).where(User.id == row.id).values(password_hash=new_hash))
    if replaces is not None:
        _end(UserSession.id_hash == replaces, at=at)
    return SignIn(Outcome.SIGNED_IN, token=start_session(row.id, at=at, address_hash=typed.address_hash))


def _refuse(typed: Credentials, row: Row | None, locked_until: datetime | None, *, at: datetime) -> SignIn:
    tries.count_failure(typed.address_hash, at=at)
    audit.record(
        f"user:{row.id}" if row else "unknown",
        "web",
        "sign_in_failed",
        at=at,
        detail={
            "reason": "locked" if locked_until else "password",
            "account": typed.email_hash,
            "address": typed.address_hash,
        },
    )
    if locked_until is None:
        return SignIn(Outcome.WRONG)
    return SignIn(Outcome.LOCKED, wait=locked_until - at)


def start_session(user_id: int, *, at: datetime, address_hash: str = "") -> str:
    """Begin a session for a user and return its token: the only time it is known."""
    token = new_token()
    db.session.add(UserSession(id_hash=token_hash(token), user_id=user_id, started_at=at, seen_at=at))
    db.session.execute(update(User).where(User.id == user_id).values(signed_in_at=at))
    audit.record(f"user:{user_id}", "web", "sign_in", at=at, detail={"address": address_hash} if address_hash else None)
    db.session.flush()
    return token


def resume_session(token: str, *, at: datetime) -> SignedIn | None:
    """Return who is behind a token, or None, and note that the session was used.

    Reads and writes beside the session of the request, so that a GET commits nothing of its own.
    """
    with apart_reading() as connection:
        found = find_session(connection, token_hash(token), at=at)
        if found is None:
            found = find_contact_session(connection, token_hash(token), at=at)
    if found is not None and found.is_touch_due:
        touch_session(found.session_hash, at=at)
    return found


def touch_session(session_hash: str, *, at: datetime) -> None:
    """Note in a transaction of its own that a session was used, at most once a minute; a busy database forgoes it.

    Source: house.md: with the access log the only write of a GET, and never on /u/.
    """
    with suppress(OperationalError), apart() as connection:
        connection.execute(
            update(UserSession)
            .where(UserSession.id_hash == session_hash, UserSession.seen_at <= at - TOUCH_EVERY)
            .values(seen_at=at)
        )


def sign_out(session_hash: str, *, actor: str, at: datetime) -> None:
    """End one session, of a user or of a contact with a mailed code."""
    _end(UserSession.id_hash == session_hash, at=at)
    db.session.execute(update(ContactSession).where(ContactSession.id_hash == session_hash).values(ended_at=at))
    audit.record(actor, "web", "sign_out", at=at)
    db.session.flush()


def end_sessions(user_id: int, *, actor: str, channel: str, at: datetime) -> int:
    """End every session of a user ("sign out everywhere") and return how many there were.

    Source: security.md, 29.
    """
    ended = _end(UserSession.user_id == user_id, at=at)
    audit.record(actor, channel, "sessions_ended", at=at, detail={"user": user_id, "sessions": ended})
    db.session.flush()
    return ended


def _end(which: object, *, at: datetime) -> int:
    result = db.session.execute(
        update(UserSession).where(which, UserSession.ended_at.is_(None)).values(ended_at=at)  # type: ignore[arg-type]
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class NewOrganisation:
    """An organisation to add; `areas` are ONS codes, `provider_types` the types it is approved for (empty: see roles.py)."""

    kind: str
    name: str
    areas: tuple[str, ...] = ()
    provider_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewUser:
    """An account to add. `location_ids` limits a provider's user to these locations; empty: all of the organisation."""

    email: str
    name: str
    organisation_id: int
    password: str
    job: str = ""
    is_approver: bool = False
    state: str = "active"
    location_ids: tuple[int, ...] = ()


def add_organisation(new: NewOrganisation, *, actor: str, channel: str, at: datetime) -> int:
    """Add an organisation with its areas and return its id.

    Errors: Refused for a kind that does not exist.
    """
    if new.kind not in ROLES:
        raise Refused(f"no kind of organisation {new.kind!r}; there is {', '.join(ROLES)}")
    organisation = Organisation(kind=new.kind, name=new.name, provider_types=list(new.provider_types))
    db.session.add(organisation)
    db.session.flush()
    db.session.add_all(
        OrganisationArea(organisation_id=organisation.id, area_code=code) for code in sorted(set(new.areas))
    )
    audit.record(
        actor,
        channel,
        "organisation_added",
        at=at,
        detail={"organisation": organisation.id, "kind": new.kind, "areas": sorted(set(new.areas))},
    )
    db.session.flush()
    return organisation.id


def add_user(new: NewUser, *, actor: str, channel: str, at: datetime) -> int:
    """Add an account and return its id.

    Errors: Refused for an address that is none or has an account, a state that does not exist, a password too short or long.
    """
    email = normal_email(new.email)
    if not 3 <= len(email) <= 254 or email.count("@") != 1 or email.strip("@") != email or " " in email:
        raise Refused(f"{new.email!r} is not an e-mail address")
    if new.state not in ("pending", "active", "off"):
        raise Refused(f"no state {new.state!r} of an account")
    if db.session.scalar(select(User.id).where(User.email == email)) is not None:
        raise Refused(f"{email} has an account already")
    user = User(
        email=email,
        name=new.name,
        job=new.job,
        organisation_id=new.organisation_id,
        is_approver=new.is_approver,
        is_limited=bool(new.location_ids),
        state=new.state,
        password_hash=passwords.hash_password(new.password),
        added_at=at,
    )
    db.session.add(user)
    db.session.flush()
    db.session.add_all(UserLocation(user_id=user.id, location_id=each) for each in sorted(set(new.location_ids)))
    audit.record(actor, channel, "user_added", at=at, detail={"user": user.id, "organisation": new.organisation_id})
    db.session.flush()
    return user.id


def deactivate_user(email: str, *, actor: str, channel: str, at: datetime) -> int:
    """Switch an account off, end its sessions, and return its id.

    Errors: Refused when there is no such account.
    """
    user_id = db.session.scalar(select(User.id).where(User.email == normal_email(email)))
    if user_id is None:
        raise Refused(f"no account {email}")
    db.session.execute(update(User).where(User.id == user_id).values(state="off"))
    audit.record(actor, channel, "user_deactivated", at=at, detail={"user": user_id})
    end_sessions(user_id, actor=actor, channel=channel, at=at)
    return user_id
