"""How each engine is opened and checked: SQLite's settings and write mode, PostgreSQL's; wrong settings stop the program.

Source: storage.md, Engines; security.md, 81 and 82.
"""

from __future__ import annotations

import random
import sqlite3
import time
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url

from ctapp.errors import UnsafeDatabase

try:
    import pysqlite3.dbapi2 as sqlite_module
except ImportError:  # no wheel for this machine: the standard library's SQLite, which the start logs
    sqlite_module = sqlite3

# A GET reads and must not wait for writers; everything else takes SQLite's write lock before its first read.
begin_mode: ContextVar[str] = ContextVar("begin_mode", default="IMMEDIATE")

_SQLITE = {
    "journal_mode": "wal",
    "synchronous": "2",
    "foreign_keys": "1",
    "recursive_triggers": "1",
    "busy_timeout": "5000",
}
WRITERS_WAIT = 5.0  # seconds until a writer that gets no turn is told to try again later
_POSTGRES = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def engine_options(url: str) -> dict[str, Any]:
    """Return the options of create_engine for a database URL."""
    if make_url(url).get_backend_name() == "sqlite":
        return {
            "hide_parameters": True,
            "module": sqlite_module,
            "connect_args": {"timeout": 5, "check_same_thread": False},
        }
    return {
        # What people typed must not reach a log by way of an error message.
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_size": 5,
        "max_overflow": 5,
        "connect_args": {"connect_timeout": 5},
    }


def engine_url(url: str) -> str:
    """Return the URL with the driver that this program uses (psycopg 3)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql" and parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    return url


def prepare(engine: Engine) -> None:
    """Make every connection of an engine safe to write the log through; does nothing a second time."""
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _open_sqlite):
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def verify(engine: Engine) -> None:
    """Raise UnsafeDatabase when a connection does not have the settings that the log needs.

    Source: security.md, 81.
    """
    # As a reader: a start waits for no writer, and beginning to write sets one of the settings again.
    token = begin_mode.set("DEFERRED")
    try:
        with engine.connect() as connection:
            word, wanted = ("PRAGMA", _SQLITE) if engine.dialect.name == "sqlite" else ("SHOW", _POSTGRES)
            found = {key: str(connection.execute(text(f"{word} {key}")).scalar()) for key in wanted}
    finally:
        begin_mode.reset(token)
    wrong = [f"{key} is {found[key]}, must be {value}" for key, value in wanted.items() if found[key] != value]
    if wrong:
        raise UnsafeDatabase("; ".join(wrong))


def _open_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    for key, value in _SQLITE.items():
        connection.execute(f"PRAGMA {key}={value}")


def _begin_sqlite(connection: Connection) -> None:
    if begin_mode.get() == "DEFERRED":
        connection.exec_driver_sql("BEGIN")
        return
    # SQLite's own waiting asks less and less often the longer it waits, so that of many writers some wait for ever: with
    # eight of them, 5 s and "database is locked". Asking every few milliseconds, the longest waited 1.3 s.
    raw = connection.connection.dbapi_connection
    if raw is None:
        raise UnsafeDatabase("the connection is gone")
    give_up_at = time.monotonic() + WRITERS_WAIT
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < give_up_at:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite_module.OperationalError as error:
                if "locked" not in str(error):
                    break
                time.sleep(random.uniform(0.001, 0.004))  # noqa: S311  (not a secret: so that writers do not march in step)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        raw.execute(f"PRAGMA busy_timeout={_SQLITE['busy_timeout']}")
