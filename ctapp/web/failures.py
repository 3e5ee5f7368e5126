"""From error to page: one table (`errors.py`) says status and words, this draws them with a reference to find the log line by.

No trace, no message of a driver, no guess: what is not known is a 500 with its reference. A database that cannot answer is
a 503 that keeps what was typed.
Source: security.md, 51, 52, 58, 60, 83; screens.md, 16.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from html import escape
from urllib.parse import urlencode

from flask import Flask, Response, g, has_request_context, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from ctapp import clock
from ctapp.errors import (
    PAGES,
    CapacityTrackerError,
    ErrorPage,
    Forbidden,
    NotAsked,
    OutsideScope,
    SignInNeeded,
    status_of,
)
from ctapp.forms.account import SignInForm
from ctapp.services import audit, transactions
from ctapp.web import htmx, kept
from ctapp.web.addresses import own_path
from ctapp.web.http import SAFE
from ctapp.web.request_log import describe, log, request_id

RETRY_AFTER = "5"
_NOT_OPENED = "This page could not be opened."
_NOT_SAVED = "Nothing was saved. Go back and send it again."
FORGED = ErrorPage(
    400,
    "This page was open for too long",
    (
        "Nothing was saved. Go back, reload the page and send it again.",
        "This also happens after signing in in another window.",
    ),
)


def init_app(app: Flask) -> None:
    """Answer every error of the application with a page."""
    app.register_error_handler(CSRFError, forged_request)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(SignInNeeded, sign_in_needed)
    app.register_error_handler(CapacityTrackerError, named_error)
    app.register_error_handler(Exception, unexpected_error)


def forged_request(error: CSRFError) -> ResponseReturnValue:
    """Refuse a form without its token, in words for the person whose page was merely old."""
    log.info("refused", why="csrf", detail=error.description)
    return error_answer(FORGED)


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer an error of the protocol; redirects of the router pass."""
    if error.code is None or error.code < 400:
        return error
    response = error_answer(PAGES.get(error.code) or PAGES[400 if error.code < 500 else 500], status=error.code)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def named_error(error: CapacityTrackerError) -> ResponseReturnValue:
    """Answer an error that the program knows by name; refusals of access are kept in the audit trail."""
    transactions.drop_session()
    status = status_of(error)
    if isinstance(error, Forbidden | OutsideScope):
        _keep_denial("outside" if isinstance(error, OutsideScope) else "forbidden")
    if status == 503:
        return _busy()
    if status >= 500:
        log.error("failed", **describe(error))
    if isinstance(error, NotAsked):
        return error_answer(ErrorPage(status, "This is not asked here", (f"{error}.", "Nothing was saved.")))
    return error_answer(PAGES[status])


def sign_in_needed(error: SignInNeeded) -> ResponseReturnValue:
    """Send a page to sign-in and back; keep what was typed; let htmx load the whole page anew."""
    transactions.drop_session()
    if htmx.is_htmx():
        return htmx.send_to(_sign_in_address(htmx.current_path()), status=401)
    if request.method in SAFE:
        return redirect(_sign_in_address(request.full_path.rstrip("?")), 303)
    form = SignInForm(
        formdata=None, next=own_path(htmx.path_of(request.referrer)), kept=kept.seal(kept.of_this_request())
    )
    return make_response(render_template("sign_in/show.html", form=form, errors=[], has_ended=True), 401)


def unexpected_error(error: Exception) -> ResponseReturnValue:
    """Answer what nobody expected: a database that cannot answer is 503, anything else 500; both are logged."""
    with suppress(Exception):  # the connection may be the very thing that broke
        transactions.drop_session()
    if transactions.is_database_trouble(error):
        log.warning("database cannot answer", **describe(error))
        return _busy()
    if transactions.is_unreadable_input(error):
        log.warning("a value that no form stopped", **describe(error))
        return error_answer(PAGES[400])
    log.error("failed", **describe(error))
    return error_answer(PAGES[500])


def error_answer(page: ErrorPage, *, status: int | None = None, again: kept.Kept | None = None) -> Response:
    """Return the page of an error, with the form to send `again` if there is one; plain where no page can be drawn."""
    try:
        body = render_template(
            "errors/try_again.html" if again else "errors/page.html",
            title=page.title,
            lines=page.lines,
            reference=request_id(),
            layout="layouts/link.html" if _is_bare() else "layouts/base.html",
            kept=again,
            has_token=not request.path.startswith("/u/"),
        )
    except Exception as error:  # whatever broke the page must not hide what broke before
        log.error("error page failed", **describe(error))
        title = escape(page.title)
        body = f'<!DOCTYPE html><html lang="en-GB"><title>{title} - Capacity Tracker</title><h1>{title}</h1></html>'
    return make_response(body, status or page.status)


def _busy() -> Response:
    again = kept.of_this_request()
    page = PAGES[503]
    if again is None:
        page = replace(page, lines=(_NOT_OPENED if request.method in SAFE else _NOT_SAVED,))
    response = error_answer(page, again=again)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _is_bare() -> bool:
    # No menu on a link's pages, and none where the address of the request was not even accepted.
    return request.path.startswith("/u/") or (request.routing_exception is not None and "viewer" not in g)


def _sign_in_address(path: str) -> str:
    there = own_path(path)
    return "/sign-in" if there == "/" else f"/sign-in?{urlencode({'next': there})}"


def _keep_denial(reason: str) -> None:
    viewer = g.get("viewer") if has_request_context() else None
    if viewer is None:
        return
    target = str((request.view_args or {}).get("cqc_id", ""))[:40]
    with suppress(Exception):  # the refusal stands even where it cannot be recorded; the log line remains
        audit.record_denial(viewer.actor, reason=reason, endpoint=request.endpoint or "", target=target, at=clock.now())
