"""One JSON line a request: when (UTC), what, how long, by whom, under which id. No query string, no address, no token, no name.

Source: security.md, 15 and 93.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
import traceback
from typing import Any, cast

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, WrappedLogger

LOGGER = "ctapp"
# The only parts of an address that a log may show: they name a place or a thing, never a person, never a secret.
SHOWN = frozenset({"cqc_id", "section", "slug", "topic", "number", "day"})
_ADDRESS = re.compile(r"\S+@\S+")

log = structlog.stdlib.get_logger("ctapp.web")


def init_app(app: Flask) -> None:
    """Log every request of the application."""
    configure()
    app.before_request(_start)
    app.after_request(_finish)


def request_id() -> str:
    """Return the id of this request: in the log, in the answer's header, on an error page."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    return cast(str, g.request_id)


def shown_path() -> str:
    """Return the address of this request as a log may hold it: the rule, filled in with harmless parts only."""
    if request.url_rule is None:
        return "(no such page)"
    path = request.url_rule.rule
    for name, value in (request.view_args or {}).items():
        if name in SHOWN:
            path = re.sub(rf"<(?:[^<>:]+:)?{re.escape(name)}>", str(value)[:80], path)
    return path


def describe(error: BaseException) -> dict[str, Any]:
    """Return an error as the log may hold it: where it arose and the first line of what it says, without addresses."""
    original = getattr(error, "orig", None) or error
    said = (str(original).splitlines() or [""])[0][:300]
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames[:-2] if "site-packages" not in frame.filename]
    return {
        "error": type(error).__name__,
        "said": _ADDRESS.sub("(address)", said),
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in [*ours[-10:], *frames[-2:]]],
    }


def configure() -> None:
    """Let everything under the `ctapp` logger, structlog or not, write JSON lines to the error stream; once a process."""
    logger = logging.getLogger(LOGGER)
    if any(isinstance(handler, _JsonHandler) for handler in logger.handlers):
        return
    shared = (
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.stdlib.ExtraAdder(),
    )
    handler = _JsonHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
        )
    )
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared[:2],
            _with_request,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class _JsonHandler(logging.StreamHandler):
    """Writes to whatever the error stream is at the moment of writing."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr


def _with_request(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    if g and "request_id" in g:
        event.setdefault("request_id", g.request_id)
        viewer = g.get("viewer")
        event.setdefault("principal", viewer.actor if viewer is not None else None)
    return event


def _start() -> None:
    request_id()
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_id()
    log.info(
        "request",
        method=request.method,
        path=shown_path(),
        endpoint=request.endpoint,
        status=response.status_code,
        ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
    )
    return response
