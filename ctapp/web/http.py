"""How a request meets the database: reading or writing, one commit at the edge, nothing left open.

`@commits` on a route commits once after the view returned well; the answer leaves only after the commit succeeded.
Decorator order: route, access, `@commits`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Flask, Response, current_app, flash, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import SecurityError

from ctapp.services import transactions

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Begin every request reading or writing by its method, and end it with nothing uncommitted."""
    app.before_request(begin)
    app.teardown_request(end)


def begin() -> None:
    """Set how this request's transactions begin, and stop here when its host is not ours.

    Source: security.md, 53 and 82; storage.md, Engines.
    """
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception
    if request.method in SAFE:
        transactions.begin_reading()
    else:
        transactions.begin_writing()


def end(error: BaseException | None) -> None:
    """Drop what was not committed; threads are used again, so the mode goes back too."""
    transactions.begin_writing()


def commits(view: View[P]) -> Callable[P, Response]:
    """Commit once when the view answered with a status under 400, else drop everything."""
    return _committing(view, limit=400)


def commits_refusals(view: View[P]) -> Callable[P, Response]:
    """Commit when the view answered with a status under 500: for routes whose refusals are themselves worth keeping."""
    return _committing(view, limit=500)


def announce(message: str) -> None:
    """Show a message in the green banner of the next page, if and only if this request's commit succeeds.

    Source: house rule "nothing is acknowledged before COMMIT".
    """
    g.setdefault("announcements", []).append(message)


def reads(view: View[P]) -> Callable[P, Response]:
    """Let a route that is posted to read only: it waits for no writer and commits nothing."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
        transactions.begin_reading()
        response = current_app.make_response(view(*args, **kwargs))
        transactions.drop_session()
        return response

    answer.__reads__ = True  # type: ignore[attr-defined]
    return answer


def _committing(view: View[P], *, limit: int) -> Callable[P, Response]:
    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
        if request.method in SAFE:
            raise RuntimeError(f"{request.endpoint}: a {request.method} never commits")
        response = current_app.make_response(view(*args, **kwargs))
        if response.status_code < limit:
            transactions.commit_session()
            for message in g.pop("announcements", ()):
                flash(message)
        else:
            transactions.drop_session()
        return response

    answer.__commits__ = True  # type: ignore[attr-defined]
    return answer
