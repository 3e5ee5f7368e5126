"""Something has changed: sign-in, or a 6-digit code mailed to the address on file, which opens half an hour of section pages.

The 303 that answers a right code is the one answer under /u that sets the cookie; no page under /u reads it.
Source: flows.md, "The one-tap update", 4; security.md, 13.
"""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ctapp import clock
from ctapp.access.guard import public
from ctapp.errors import Gone
from ctapp.extensions import csrf
from ctapp.services import codes
from ctapp.services.codes import Outcome
from ctapp.services.requested_mail import host_of
from ctapp.web import session
from ctapp.web.confirm import gone
from ctapp.web.http import commits, commits_refusals
from ctapp.web.link_views import changed_page, code_page

bp = Blueprint("mailed_code", __name__, url_prefix="/u")
csrf.exempt(bp)
bp.register_error_handler(Gone, gone)

WRONG = "That code is not right"
RUN_OUT = "The code has run out."
ASKED = {
    codes.Asked.QUEUED: "",
    codes.Asked.TOO_SOON: "We sent a code less than 2 minutes ago. Wait a little before asking for another.",
    codes.Asked.TOO_MANY: "That is five codes in a day. Use the last one, sign in, or ring the support desk.",
}


@bp.get("/<token>/changed")
@public("the token is the credential")
def changed(token: str) -> str:
    """Ask how to update: with a mailed code, or signed in."""
    return changed_page(token, request.args.get("home", ""), at=clock.now())


@bp.post("/code/send")
@public("the token in the body is the credential")
@commits
def send() -> ResponseReturnValue:
    """Mail a code to the address on file, and show where to type it."""
    token, at = request.form.get("token", ""), clock.now()
    asked = codes.ask(token, host=host_of(current_app.config["SETTINGS"].base_url), at=at)
    return code_page(token, said=ASKED[asked], at=at)


@bp.post("/code")
@public("the token in the body and the code are the credential")
@commits_refusals
def enter() -> ResponseReturnValue:
    """Open the half hour for a right code, or say why not."""
    token, at = request.form.get("token", ""), clock.now()
    key = current_app.config["SETTINGS"].secret_key
    entered = codes.enter(token, request.form.get("code", ""), key=key, at=at)
    if entered.outcome is Outcome.RIGHT:
        session.begin(entered.session_token)
        return redirect(url_for("home.show"), 303)
    if entered.outcome is Outcome.RUN_OUT:
        return code_page(token, said=RUN_OUT, is_over=True, at=at), 422
    return code_page(token, error=WRONG, at=at), 422
