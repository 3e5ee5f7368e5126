"""One worker at a time: a lock that its holder's death releases, by the database on PostgreSQL, by a file on SQLite.

Source: stack.md, jobs; security.md, 75.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

LOCK_NUMBER = 0x63746170  # "ctap": any number will do, it must only stay the same
LOCK_FILE = "worker.lock"
ASK_EVERY = 2.0


class Leadership(Protocol):
    """A lock that may be held by one process at a time."""

    def take(self) -> bool:
        """Return whether the lock is held now, having tried to take it."""

    def holds(self) -> bool:
        """Return whether the lock is certainly still held."""

    def release(self) -> None:
        """Give the lock back."""


class FileLock:
    """A lock on a file: for SQLite, whose database lives on one machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = -1

    def take(self) -> bool:
        """Return whether the file is locked by this process now."""
        if self._file < 0:
            self._file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def holds(self) -> bool:
        """Return True: the system lets go of the lock only with the process."""
        return True

    def release(self) -> None:
        """Close the file, and with it the lock."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class DatabaseLock:
    """PostgreSQL's advisory lock, held by one connection that does nothing else; the server frees it when that ends."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Return whether the server gave this process the lock; False while it does not answer."""
        try:
            if self._connection is None:
                # Autocommit: an open transaction for days would keep the server from tidying up.
                self._connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            taken = self._connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": LOCK_NUMBER})
            return bool(taken.scalar())
        except DBAPIError:
            self.release()
            return False

    def holds(self) -> bool:
        """Return whether the connection that holds the lock still answers."""
        try:
            return self._connection is not None and self._connection.execute(text("SELECT 1")).scalar() == 1
        except DBAPIError:
            return False

    def release(self) -> None:
        """End the connection for good: one that went back to the pool would keep the lock."""
        if self._connection is not None:
            with suppress(DBAPIError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None


def leadership(engine: Engine, instance: Path) -> Leadership:
    """Return the lock that fits the engine."""
    return DatabaseLock(engine) if engine.dialect.name == "postgresql" else FileLock(instance / LOCK_FILE)


@contextmanager
def leading(lock: Leadership) -> Iterator[None]:
    """Wait until this process is the leader, and stay it inside the block."""
    pause = Event()
    try:
        while not lock.take():
            pause.wait(ASK_EVERY)
        yield
    finally:
        lock.release()
