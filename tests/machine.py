"""What this machine can run: Chromium and PostgreSQL, found once. Not a fixture file: anything here is plain Python."""

from __future__ import annotations

import os
import shutil
from functools import cache

import psycopg

CHROMIUM_NAMES = ("chromium", "chromium-browser")
LOCAL_POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@cache
def chromium_path() -> str | None:
    """Return the Chromium to drive, or None when this machine has none."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@cache
def postgres_url() -> str | None:
    """Return the SQLAlchemy address of a server to test on: the one named in the environment, else a local one that
    trusts this machine, else None.

    A server that was named is taken at its word: if it does not answer, its tests fail rather than being left out.
    """
    named = os.environ.get("CTAPP_TEST_POSTGRES_URL")
    if named:
        return named
    try:
        psycopg.connect(LOCAL_POSTGRES.replace("+psycopg", ""), connect_timeout=2).close()
    except psycopg.OperationalError:
        return None
    return LOCAL_POSTGRES


def missing() -> dict[str, str]:
    """Return, by marker, why tests that carry it cannot run here; an empty dict when everything can."""
    reasons = {}
    if chromium_path() is None:
        reasons["browser"] = "no Chromium (Debian: apt-get install chromium)"
    if postgres_url() is None:
        reasons["postgres"] = "no PostgreSQL on 127.0.0.1:5432, and CTAPP_TEST_POSTGRES_URL is not set"
    return reasons
