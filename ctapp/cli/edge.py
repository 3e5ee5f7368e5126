"""What every command needs: the application, its database ready, one commit at the end, progress in the terminal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_migrate import upgrade
from tqdm import tqdm

from ctapp import clock, create_app
from ctapp.config import ROOT
from ctapp.errors import SchemaBehind, UnsafeDatabase
from ctapp.extensions import db
from ctapp.models import engine
from ctapp.queries.demo import is_demo
from ctapp.services.question_sets import publish_shipped

Item = TypeVar("Item")


def head_revision() -> str:
    """Return the newest revision that this program knows."""
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head() or ""


def database_revision() -> str:
    """Return the revision that the database stands at; empty for a new one."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def migrate_database() -> None:
    """Bring the schema up to date, check the engine's settings, and publish shipped sections that are new; commits."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    if database_revision() != head_revision():
        upgrade()
    engine.verify(db.engine)
    _refuse_demo_in_production()
    publish_shipped(at=clock.now())
    db.session.commit()


def require_schema() -> None:
    """Make the database ready: SQLite is migrated at once; on PostgreSQL an old schema is refused.

    Errors: SchemaBehind. Source: contract.md, `ctapp migrate`.
    """
    if db.engine.dialect.name == "sqlite":
        migrate_database()
    elif database_revision() != head_revision():
        raise SchemaBehind("the database is older than this program: run `ctapp migrate` first")
    else:
        engine.verify(db.engine)
        _refuse_demo_in_production()


def _refuse_demo_in_production() -> None:
    # Everybody knows the password of the demo's accounts. Source: contract.md, "The cast of the demo".
    if current_app.config["SETTINGS"].is_production and is_demo():
        raise UnsafeDatabase("this database holds the demo, and everybody knows its password: use another database")


@contextmanager
def application() -> Iterator[Flask]:
    """Yield the application with its database ready and a context pushed; commits once when the command ends well."""
    app = create_app()
    with app.app_context():
        require_schema()
        try:
            yield app
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


def progress(items: list[Item], *, label: str = "") -> Iterator[Item]:
    """Yield the items with a bar in the terminal; quiet where there is none."""
    yield from tqdm(items, desc=label, unit="", disable=None, leave=False)


def say(text: str) -> None:
    """Print a line for a person."""
    click.echo(text)
