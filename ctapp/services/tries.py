"""Counting failed sign-ins, by account and by network address, in the database so that a restart forgets nothing.

A try is counted before the password is looked at, so that fifty tries at once are not fifty guesses. Accounts that do not
exist are counted and locked like those that do: otherwise the lock would tell them apart.
Source: security.md, 21 and 24.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgres
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from ctapp.extensions import db
from ctapp.models import SignInLock, SignInThrottle

TRIES_PER_ACCOUNT = 10
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=7)

# Many wards share one address: far above what people mistype, far below what a guesser needs.
FAILURES_PER_ADDRESS = 100
WINDOW = timedelta(minutes=15)


def count_try(connection: Connection, email_hash: str, *, at: datetime) -> tuple[bool, datetime | None]:
    """Count a try and return whether the password may be looked at, and until when the account is locked if it is wrong.

    The tenth try since the last success is still looked at, behind a lock that a right password takes away again.
    """
    is_forgotten = SignInLock.tried_at <= at - FORGOTTEN_AFTER
    row = connection.execute(
        _insert(connection)(SignInLock)
        .values(email_hash=email_hash, failures=1, lockouts=0, tried_at=at)
        .on_conflict_do_update(
            index_elements=[SignInLock.email_hash],
            set_={
                "failures": case((is_forgotten, 1), else_=SignInLock.failures + 1),
                "lockouts": case((is_forgotten, 0), else_=SignInLock.lockouts),
                "tried_at": at,
            },
            where=or_(SignInLock.locked_until_at.is_(None), SignInLock.locked_until_at <= at),
        )
        .returning(SignInLock.failures, SignInLock.lockouts)
    ).one_or_none()
    if row is None:
        return False, connection.scalar(select(SignInLock.locked_until_at).where(SignInLock.email_hash == email_hash))
    if row.failures < TRIES_PER_ACCOUNT:
        return True, None
    until = at + min(FIRST_LOCK * 2**row.lockouts, LONGEST_LOCK)
    connection.execute(
        update(SignInLock)
        .where(SignInLock.email_hash == email_hash)
        .values(failures=0, lockouts=row.lockouts + 1, locked_until_at=until)
    )
    return True, until


def forget_tries(email_hash: str) -> None:
    """Begin counting afresh for an account: the password was right."""
    db.session.execute(delete(SignInLock).where(SignInLock.email_hash == email_hash))


def throttled_until(connection: Connection, address_hash: str, *, at: datetime) -> datetime | None:
    """Return until when a network address has to wait, or None when it need not."""
    failures = connection.scalar(
        select(SignInThrottle.failures).where(
            SignInThrottle.address_hash == address_hash, SignInThrottle.window_at == _window(at)
        )
    )
    return _window(at) + WINDOW if (failures or 0) >= FAILURES_PER_ADDRESS else None


def count_failure(address_hash: str, *, at: datetime) -> None:
    """Count a failed sign-in for a network address and drop what is too old to matter."""
    db.session.execute(
        _insert(db.session.connection())(SignInThrottle)
        .values(address_hash=address_hash, window_at=_window(at), failures=1)
        .on_conflict_do_update(
            index_elements=[SignInThrottle.address_hash, SignInThrottle.window_at],
            set_={"failures": SignInThrottle.failures + 1},
        )
    )
    db.session.execute(delete(SignInThrottle).where(SignInThrottle.window_at < _window(at) - WINDOW))
    db.session.execute(delete(SignInLock).where(SignInLock.tried_at < at - FORGOTTEN_AFTER))


def _window(at: datetime) -> datetime:
    return datetime.fromtimestamp(at.timestamp() // WINDOW.total_seconds() * WINDOW.total_seconds(), UTC)


def _insert(connection: Connection):  # type: ignore[no-untyped-def]
    return insert_on_postgres if connection.dialect.name == "postgresql" else insert_on_sqlite
