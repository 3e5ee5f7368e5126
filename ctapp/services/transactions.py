"""Where transactions begin and end: edges call `commit_session` once; a few writes that must outlive a refusal stand apart.

The only place outside `models/engine.py` that knows how an engine begins, and which errors mean "not now".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ctapp.extensions import db
from ctapp.models.engine import begin_mode

# What the engines say when they cannot answer now, whatever class their driver gives it.
_NOT_NOW = (
    "database is locked",
    "database table is locked",
    "disk is full",
    "disk i/o error",
    "no space left",
    "could not extend file",
    "unable to open database file",
    "readonly database",
    "read-only transaction",
    "deadlock detected",
    "could not serialize access",
    "canceling statement",
    "terminating connection",
)


def begin_reading() -> None:
    """Let the next transactions of this request or job read without waiting for writers."""
    begin_mode.set("DEFERRED")


def begin_writing() -> None:
    """Let the next transactions take SQLite's write lock before their first read, as everything but a GET does."""
    begin_mode.set("IMMEDIATE")


def commit_session() -> None:
    """Make everything that was flushed durable; an edge calls this once."""
    db.session.commit()


def drop_session() -> None:
    """Forget everything that was not committed and give the connection back."""
    db.session.rollback()
    db.session.remove()


@contextmanager
def apart() -> Iterator[Connection]:
    """Yield a connection with a transaction of its own, committed at the end whatever becomes of the session's.

    Only for what must outlive a refusal or a GET: the last-seen time, the count of tries, the record of a denial.
    """
    token = begin_mode.set("IMMEDIATE")
    try:
        with db.engine.begin() as connection:
            yield connection
    finally:
        begin_mode.reset(token)


@contextmanager
def apart_reading() -> Iterator[Connection]:
    """Yield a connection with a reading transaction of its own, which holds up nobody."""
    token = begin_mode.set("DEFERRED")
    try:
        with db.engine.connect() as connection:
            yield connection
    finally:
        begin_mode.reset(token)


def is_database_trouble(error: BaseException) -> bool:
    """Return whether an error means that the database cannot answer now, so that trying again later is right.

    Source: security.md, 83.
    """
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    words = str(error.orig).lower()
    return error.connection_invalidated or any(phrase in words for phrase in _NOT_NOW)


def is_unreadable_input(error: BaseException) -> bool:
    """Return whether the database refused a value that no form stopped: a null character, a number beyond its type."""
    return isinstance(error, DataError)
