"""The only reader of htmx headers: a fragment or the whole page, and what to send back. Pages work without it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, render_template, request
from htmx_flask import Htmx
from jinja2_fragments.flask import render_block
from werkzeug.wrappers import Response as WerkzeugResponse


def init_app(app: Flask) -> None:
    """Let requests know their htmx headers."""
    Htmx().init_app(app)


def is_htmx() -> bool:
    """Return whether htmx sent this request, for a fragment or for a whole page."""
    return bool(request.htmx)  # type: ignore[attr-defined]


def wants_block() -> bool:
    """Return whether a fragment is wanted: not on a history restore and not for a boosted link, which want the page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request and not htmx.boosted


def page_or_block(template: str, block: str, **context: Any) -> str:
    """Return one block of a page to htmx, the whole page to everybody else: there is no second template."""
    if wants_block():
        return str(render_block(template, block, **context))
    return render_template(template, **context)


def current_path() -> str:
    """Return path and query of the page that htmx is on; empty when it does not say."""
    return path_of(request.htmx.current_url)  # type: ignore[attr-defined]


def path_of(address: str | None) -> str:
    """Return path and query of a whole address; empty for none or one that cannot be read."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def send_to(address: str, *, status: int) -> Response:
    """Return an answer that makes htmx load another page in place of this one."""
    return Response(status=status, headers={"HX-Redirect": address})


def see_other(address: str) -> WerkzeugResponse:
    """Return the way to another page after a save: 303, or where a script sent the form, 204 that names the page.

    A script that followed a 303 would eat the banner of the page it leads to.
    """
    return send_to(address, status=204) if is_htmx() else redirect(address, 303)
