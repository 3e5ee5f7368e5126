"""The one-tap pages under /u/: what a link shows, confirming it, the receipt, taking it back. No session, no cookie, no script.

GET and HEAD write nothing: mail scanners open links. The token in the body is the proof of a POST, so these routes stand outside
the check against forged requests.
Source: flows.md, "The one-tap update"; screens.md, 8 and 9.
"""

from __future__ import annotations

import re

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ctapp import clock
from ctapp.access.guard import public
from ctapp.errors import Gone, NotAsked, StateMoved, TapInDoubt, UndoRefused
from ctapp.extensions import csrf
from ctapp.forms.confirm import read_confirm_form
from ctapp.services import links, transactions
from ctapp.web.confirm_views import gone_page, link_page, moved_page, once_more_page, receipt_page
from ctapp.web.gesture import lacks_gesture
from ctapp.web.http import commits

# What a token looks like; anything else is not drawn into a page again.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")

bp = Blueprint("confirm", __name__, url_prefix="/u")
csrf.exempt(bp)


@bp.get("/<token>")
@public("the token is the credential")
def show(token: str) -> str:
    """What the link covers now, with a button for each home."""
    return link_page(token, at=clock.now())


@bp.post("/confirm")
@public("the token in the body is the credential")
@commits
def confirm() -> ResponseReturnValue:
    """Confirm one home as it was shown, and lead to the receipt; or ask once more, or show the new figures, and write nothing."""
    form, at = read_confirm_form(request.form, current_app.config["SETTINGS"].secret_key), clock.now()
    if form is None:
        abort(400)
    try:
        tapped = links.confirm(form.token, form.shown, lacks_gesture=lacks_gesture(request.headers), at=at)
    except TapInDoubt:
        transactions.drop_session()
        return once_more_page(form)
    except (StateMoved, NotAsked):
        transactions.drop_session()
        return moved_page(form, at=at), 409
    return redirect(url_for("confirm.receipt", receipt_id=tapped.receipt_id), 303)


@bp.get("/receipt/<receipt_id>")
@public("the receipt's id is the credential")
def receipt(receipt_id: str) -> str:
    """What one tap confirmed, and for ten minutes the button that takes it back."""
    return receipt_page(receipt_id, at=clock.now())


@bp.post("/undo")
@public("the receipt's id in the body is the credential")
@commits
def undo() -> ResponseReturnValue:
    """Take back what a receipt stands for; nothing is deleted."""
    receipt_id, at = request.form.get("receipt", ""), clock.now()
    try:
        links.undo(receipt_id, at=at)
    except UndoRefused:
        transactions.drop_session()
        return receipt_page(receipt_id, at=at, is_too_late=True), 409
    return redirect(url_for("confirm.receipt", receipt_id=receipt_id), 303)


@bp.errorhandler(Gone)
def gone(error: Gone) -> ResponseReturnValue:
    """Say that a link or receipt works no more; why is told to nobody."""
    transactions.drop_session()
    token = (request.view_args or {}).get("token") or request.form.get("token", "")
    return gone_page(token if _TOKEN.fullmatch(token) else ""), 410
