"""Whether this process lives and can serve, for whoever watches it. No page for people, no session."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response

from ctapp import clock
from ctapp.access.guard import public
from ctapp.queries.readiness import is_schema_current, last_beat
from ctapp.services.heartbeat import WORKER

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public("a watcher must learn that the process lives")
def live() -> Response:
    """Answer as long as the process serves, database or not."""
    return _plain("ok\n", 200)


@bp.get("/readyz")
@public("a watcher must learn whether requests can be sent here")
def ready() -> Response:
    """Answer 200 when the schema is this program's, else 503; a database that is away is 503 like everywhere.

    The second line says when the worker was last seen: pages are served without one, so it changes no status.
    """
    if is_schema_current():
        return _plain(f"ready\n{_worker_words(last_beat(WORKER), at=clock.now())}\n", 200)
    return _plain("the schema is not this program's: run ctapp migrate\n", 503)


def _worker_words(beat_at: datetime | None, *, at: datetime) -> str:
    if beat_at is None:
        return "worker: never seen"
    return f"worker: seen {beat_at:%Y-%m-%dT%H:%M:%SZ}, {max(0, round((at - beat_at).total_seconds()))} s ago"


def _plain(text: str, status: int) -> Response:
    return Response(text, status=status, mimetype="text/plain")
