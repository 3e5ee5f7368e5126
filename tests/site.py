"""The application on a database of its own, emptied for each test; and a client that behaves like a browser of a person.

One site serves all tests of a process and engine: SQLite is put back from a file, PostgreSQL is emptied row by row (5 ms; a
copy of a template database takes 80). The append-only triggers stay as they are: emptying switches them off for its own transaction.
"""

from __future__ import annotations

import contextvars
import logging
import secrets
import shutil
import uuid
from pathlib import Path

import psycopg
from flask import has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import text
from sqlalchemy.engine import make_url

from ctapp import create_app
from ctapp.config import Settings
from ctapp.extensions import Base, db
from ctapp.services.question_sets import publish_shipped
from tests import cast, machine
from tests.lint import lint

KEPT = {"alembic_version", "question_set"}


class Site:
    """An application and the means to put its database back; `app` is shared, so tests must not change its settings."""

    def __init__(self, database_url: str, instance: Path) -> None:
        self.database_url, self.instance = database_url, instance
        self.app = self.make_app()
        self.app.test_client_class = Visitor
        with self.app.app_context():
            logging.getLogger("alembic").setLevel(logging.WARNING)
            upgrade()
            publish_shipped(at=cast.AT)
            db.session.commit()

    def make_app(self, **settings):
        """Another application on the same database, as after a restart."""
        usual = {
            "env": "development",
            "instance": self.instance,
            "database_url": self.database_url,
            "secret_key": "for tests only " * 4,
            "base_url": "http://localhost",
        }
        app = create_app(Settings(**{**usual, **settings}))
        app.test_client_class = Visitor
        return app

    def reset(self, *, with_cast: bool) -> None:
        """Empty the database, and put the cast in."""
        raise NotImplementedError

    def close(self) -> None:
        """Leave nothing behind."""
        with self.app.app_context():
            db.engine.dispose()


class SqliteSite(Site):
    """A file, copied back from one of two."""

    def __init__(self, instance: Path) -> None:
        self.path = instance / "site.sqlite"
        super().__init__(f"sqlite:///{self.path}", instance)
        self._keep("empty")
        with self.app.app_context():
            cast.seed()
            db.session.commit()
        self._keep("cast")

    def _keep(self, name: str) -> None:
        with self.app.app_context():
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
            db.engine.dispose()
        shutil.copy(self.path, self.path.with_suffix(f".{name}"))

    def reset(self, *, with_cast: bool) -> None:
        with self.app.app_context():
            db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        shutil.copy(self.path.with_suffix(".cast" if with_cast else ".empty"), self.path)


class PostgresSite(Site):
    """A database of its own name on the server, dropped at the end."""

    def __init__(self, instance: Path) -> None:
        server = make_url(machine.postgres_url())
        self.name = f"ctapp_test_{uuid.uuid4().hex[:12]}"
        self.server = server.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{self.name}"')
        super().__init__(server.set(database=self.name).render_as_string(hide_password=False), instance)
        tables = [table.name for table in reversed(Base.metadata.sorted_tables) if table.name not in KEPT]
        self._empty = "; ".join(f'DELETE FROM "{name}"' for name in tables)

    def reset(self, *, with_cast: bool) -> None:
        with self.app.app_context():
            db.session.execute(text("SET LOCAL session_replication_role = replica"))
            db.session.execute(text(self._empty))
            # Ids begin at 1 again, as on SQLite.
            db.session.execute(
                text(
                    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
                    " FROM pg_sequences WHERE sequencename <> 'question_set_id_seq'"
                )
            )
            db.session.execute(text("SET LOCAL session_replication_role = origin"))
            if with_cast:
                cast.seed()
            db.session.commit()

    def close(self) -> None:
        super().close()
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')


class Visitor(FlaskClient):
    """A browser: each request stands alone, forms carry their token, every page is linted.

    What a test has written so far is committed before a request, as nobody else could see it otherwise.
    `csrf=False` leaves the token out; `lint=False` lets a page be as it is.
    """

    def open(self, *args, csrf=True, lint=True, **kwargs):
        if has_app_context():
            db.session.commit()
        headers = dict(kwargs.pop("headers", None) or {})
        if csrf and kwargs.get("method", "GET") not in ("GET", "HEAD", "OPTIONS"):
            headers.setdefault("X-CSRFToken", self.csrf_token())
        # A fresh context: a pushed application context, and `g` with it, must not leak from one request into the next.
        response = contextvars.Context().run(super().open, *args, headers=headers, buffered=True, **kwargs)
        if lint:
            self._lint(response)
        return response

    def sign_in(self, token: str) -> None:
        """Carry the token of a session from now on."""
        with self.session_transaction() as session:
            session.clear()
            session["id"] = token

    def csrf_token(self) -> str:
        """Return a token such as a form of this browser's session holds."""
        with self.session_transaction() as session:
            secret = session.setdefault("csrf_token", secrets.token_hex(20))
        return URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token").dumps(secret)

    def _lint(self, response) -> None:
        body = response.get_data(as_text=True) if response.mimetype == "text/html" else ""
        # Fragments are linted with their pages; the text of a redirect nobody sees.
        if body.lstrip()[:9].lower() == "<!doctype" and not 300 <= response.status_code < 400:
            problems = lint(body, url=response.request.full_path)
            assert not problems, "\n".join(problems)
