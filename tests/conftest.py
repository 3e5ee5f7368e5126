"""Fixtures for everyone. A test that takes `app` or `client_as` runs on both engines, on a database with the cast in it.

Time stands at `at`, Tuesday 20 April 2021, 9am in London, until `travel` moves it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ctapp.extensions import db
from ctapp.queries.people import viewer_by_email
from ctapp.services import accounts
from tests import cast, factories
from tests.site import PostgresSite, SqliteSite

ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session", params=ENGINES)
def site(request, tmp_path_factory):
    """The application of this process on one of the engines; tests take `app`."""
    made = (SqliteSite if request.param == "sqlite" else PostgresSite)(tmp_path_factory.mktemp(request.param))
    yield made
    made.close()


@pytest.fixture
def engine(site):
    """The name of the engine: `sqlite` or `postgresql`."""
    with site.app.app_context():
        return db.engine.dialect.name


@pytest.fixture
def at():
    """The moment at which every test begins."""
    return cast.AT


@pytest.fixture
def travel(monkeypatch, at):
    """Move the clock: `travel(hours=48)` counts from `at`, `travel(moment)` goes there; it stands still and is returned."""

    def go(moment: datetime | None = None, **ahead: float) -> datetime:
        there = (moment or at) + timedelta(**ahead)
        monkeypatch.setenv("CTAPP_CLOCK", f"{there.isoformat()}!")
        return there

    go(at)
    return go


@pytest.fixture
def app(site, travel):
    """The application with the cast in its database, its context pushed."""
    yield from _served(site, with_cast=True)


@pytest.fixture
def empty_app(site, travel):
    """The application with nothing in its database but the published sections, its context pushed."""
    yield from _served(site, with_cast=False)


@pytest.fixture
def make_app(site, app):
    """Make another application on the same database, as after a restart or with other settings; beside `app`."""
    made = []

    def make(**settings):
        made.append(site.make_app(**settings))
        return made[-1]

    yield make
    for other in made:
        with other.app_context():
            db.engine.dispose()


@pytest.fixture
def client(app):
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def client_as(app):
    """Return a browser in which somebody of the cast has just signed in: `client_as("leeds_officer")`; None: nobody."""
    from ctapp import clock

    def arrive(person: str | None):
        visitor = app.test_client()
        if person is not None:
            token = accounts.start_session(factories.user_id(cast.PEOPLE[person].email), at=clock.now())
            db.session.commit()
            visitor.sign_in(token)
        return visitor

    return arrive


@pytest.fixture
def viewer_of(app):
    """Return the viewer that somebody of the cast is: `viewer_of("leeds_officer")`."""
    return lambda person: viewer_by_email(cast.PEOPLE[person].email)


def _served(site, *, with_cast):
    site.reset(with_cast=with_cast)
    with site.app.app_context():
        yield site.app
        db.session.rollback()
