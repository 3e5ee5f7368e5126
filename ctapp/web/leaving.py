"""What a link does beside confirming: leaving a home, saying that it has closed, asking for a new link. No session, no cookie.

The questions are pages to read; each acts by its own button alone.
Source: flows.md, "The one-tap update", 1 and 2; screens.md, 8.
"""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ctapp import clock
from ctapp.access.guard import public
from ctapp.errors import BadAnswers, Gone
from ctapp.extensions import csrf
from ctapp.services.leaving import leave, say_closed
from ctapp.services.requested_mail import ask_for_new_link, host_of
from ctapp.web.confirm import gone
from ctapp.web.http import commits
from ctapp.web.link_views import closed_page, not_mine_page

bp = Blueprint("leaving", __name__, url_prefix="/u")
csrf.exempt(bp)
bp.register_error_handler(Gone, gone)

DONE = {
    "stopped": (
        "Emails stopped",
        ("We will not send you reminders about that home any more.", "You can close this page."),
    ),
    "paused": (
        "Thank you",
        ("We send no more reminders for that home until the support desk has checked.", "You can close this page."),
    ),
    "link": (
        "Check your email",
        ("If that address is on our list, a new link is on its way.", "You can ask again in 10 minutes."),
    ),
}


@bp.get("/<token>/not-mine")
@public("the token is the credential")
def ask_not_mine(token: str) -> str:
    """Ask whether the contact has left, and which home."""
    return not_mine_page(token, at=clock.now())


@bp.post("/not-mine")
@public("the token in the body is the credential")
@commits
def not_mine() -> ResponseReturnValue:
    """Take the contact off a home, or off all of them."""
    leave(request.form.get("token", ""), request.form.get("home", ""), at=clock.now())
    return redirect(url_for("leaving.done", said="stopped"), 303)


@bp.get("/<token>/closed")
@public("the token is the credential")
def ask_closed(token: str) -> str:
    """Ask whether a home has closed or is empty for now."""
    return closed_page(token, at=clock.now())


@bp.post("/closed")
@public("the token in the body is the credential")
@commits
def closed() -> ResponseReturnValue:
    """Pause a home's reminders until support has checked."""
    form = request.form
    try:
        say_closed(form.get("token", ""), form.get("home", ""), form.get("kind", ""), at=clock.now())
    except BadAnswers:
        abort(400)
    return redirect(url_for("leaving.done", said="paused"), 303)


@bp.post("/new-link")
@public("the token in the body is the credential")
@commits
def new_link() -> ResponseReturnValue:
    """Mail a new link to the address on file; the answer is the same in every case."""
    host = host_of(current_app.config["SETTINGS"].base_url)
    ask_for_new_link(request.form.get("token", ""), host=host, at=clock.now())
    return redirect(url_for("leaving.done", said="link"), 303)


@bp.get("/done/<said>")
@public("it says nothing of anybody")
def done(said: str) -> str:
    """What came of it, in words that are the same for everybody."""
    if said not in DONE:
        abort(404)
    heading, lines = DONE[said]
    return render_template("confirm/done.html", heading=heading, lines=lines)
