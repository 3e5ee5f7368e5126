"""Signing in and out. Accounts, counting of tries and sessions are `services/accounts.py`; nothing here knows a hash.

Source: screens.md, 3; security.md, 21 to 30.
"""

from __future__ import annotations

import math
from datetime import timedelta

from flask import Blueprint, current_app, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ctapp import clock
from ctapp.access.guard import public
from ctapp.forms.account import SignInForm
from ctapp.services import accounts
from ctapp.services.accounts import Credentials, Outcome, SignIn
from ctapp.web import kept, session
from ctapp.web.addresses import own_path
from ctapp.web.http import commits, commits_refusals

bp = Blueprint("sign_in", __name__)

WRONG = "The email address or password is not right"
UNUSED_FOR = timedelta(days=90)


@bp.get("/sign-in")
@public("nobody is signed in yet")
def show() -> ResponseReturnValue:
    """Show the form, or go on where somebody is signed in already."""
    there = own_path(request.args.get("next"))
    if g.viewer is not None:
        return redirect(there, 303)
    form = SignInForm(formdata=None, next=there)
    return render_template("sign_in/show.html", form=form, errors=[], has_ended=g.session_ended)


@bp.post("/sign-in")
@public("nobody is signed in yet")
@commits_refusals
def enter() -> ResponseReturnValue:
    """Begin a session, or say in the same words for every account why not."""
    form = SignInForm()
    if not form.validate():
        return render_template("sign_in/show.html", form=form, errors=form.error_items(), has_ended=False), 422
    typed = Credentials(
        email=form.email.data or "",
        password=form.password.data or "",
        address=request.remote_addr or "",
        key=current_app.config["SETTINGS"].secret_key,
    )
    result = accounts.sign_in(typed, replaces=session.cookie_session_hash(), at=clock.now())
    if result.outcome is Outcome.SIGNED_IN:
        again = kept.unseal(form.kept.data or "")
        session.begin(result.token)
        if again is not None:
            return render_template("sign_in/send_again.html", kept=again)
        return redirect(own_path(form.next.data), 303)
    return _refused(form, result)


@bp.post("/sign-out")
@public("a session that has run out may still be put away")
@commits
def leave() -> ResponseReturnValue:
    """End the session and empty the cookie."""
    if g.viewer is not None:
        accounts.sign_out(g.session_hash, actor=g.viewer.actor, at=clock.now())
    session.forget()
    return redirect("/sign-in", 303)


def _refused(form: SignInForm, result: SignIn) -> ResponseReturnValue:
    if result.outcome is Outcome.PENDING:
        return render_template("sign_in/pending.html", organisation=result.organisation_name), 403
    if result.outcome is Outcome.OFF:
        used_at = result.signed_in_at
        return render_template(
            "sign_in/off.html",
            organisation=result.organisation_name,
            is_provider=result.kind == "provider",
            is_unused=used_at is None or clock.now() - used_at >= UNUSED_FOR,
        ), 403
    is_locked = result.outcome is Outcome.LOCKED
    words = _wait_words(result.wait) if is_locked else WRONG
    errors = [{"id": "email", "text": words}]
    status = 429 if is_locked else 422
    response = make_response(render_template("sign_in/show.html", form=form, errors=errors, has_ended=False), status)
    if is_locked:
        response.headers["Retry-After"] = str(max(1, math.ceil(result.wait.total_seconds())))
    return response


def _wait_words(wait: timedelta) -> str:
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    if minutes == 1:
        return "Too many tries. Wait 1 minute"
    if minutes <= 120:
        return f"Too many tries. Wait {minutes} minutes"
    return f"Too many tries. Wait {math.ceil(minutes / 60)} hours"
