"""The page on which a contact says when it is mailed, and what not: opened from the foot of a mail. No session, no cookie.

GET changes nothing. The same address takes the one-click POST of a mail program (RFC 8058).
Source: security.md, 20; screens.md, 17.
"""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ctapp import clock
from ctapp.access.guard import public
from ctapp.errors import BadAnswers, Gone
from ctapp.extensions import csrf
from ctapp.queries.contacts import ContactRow
from ctapp.services import choices, transactions
from ctapp.services.mail_plan import LAST_CALL, REMINDER, STALE_NOTICE
from ctapp.web.http import commits

bp = Blueprint("mail_choices", __name__, url_prefix="/u/mail")
csrf.exempt(bp)

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KIND_NAMES = {
    REMINDER: "A reminder when something is due",
    LAST_CALL: "A last call in the afternoon, before something goes out of date",
    STALE_NOTICE: "A notice when something has gone out of date",
}


@bp.get("/<token>")
@public("the token is the credential")
def show(token: str) -> str:
    """When the contact is mailed, with the form to change it."""
    return _page(_contact(token), is_saved=bool(request.args.get("saved")))


@bp.post("/<token>")
@public("the token is the credential")
@commits
def save(token: str) -> ResponseReturnValue:
    """Save the choices; or, posted by a mail program, switch every kind off."""
    contact, at = _contact(token), clock.now()
    if request.form.get("List-Unsubscribe") == "One-Click":
        choices.stop_all(contact, at=at)
        return "", 200
    hour = request.form.get("hour", "")
    try:
        days = [DAY_NAMES.index(day) + 1 for day in request.form.getlist("days") if day in DAY_NAMES]
        kinds = [kind for kind in request.form.getlist("kinds") if kind in KIND_NAMES]
        number = int(hour) if hour.isascii() and hour.isdecimal() else -1
        choices.save_choices(contact, hour=number, days=days, kinds=kinds, at=at)
    except BadAnswers as bad:
        transactions.drop_session()
        return _page(contact, error=bad.errors[0][1]), 422
    return redirect(url_for("mail_choices.show", token=token, saved=1), 303)


@bp.errorhandler(Gone)
def gone(error: Gone) -> ResponseReturnValue:
    """Say that the address works no more."""
    transactions.drop_session()
    return render_template("confirm/no_choices.html"), 410


def _contact(token: str) -> ContactRow:
    return choices.contact_of(token, key=current_app.config["SETTINGS"].secret_key)


def _page(contact: ContactRow, *, is_saved: bool = False, error: str = "") -> str:
    return render_template(
        "confirm/choices.html",
        is_saved=is_saved,
        error=error,
        errors=[{"id": "days", "text": error}] if error else None,
        hours=[_option(str(hour), _hour(hour), checked=hour == contact.remind_hour) for hour in choices.HOURS],
        days=[
            _option(name, name, checked=str(number) in contact.remind_days)
            for number, name in enumerate(DAY_NAMES, start=1)
        ],
        kinds=[_option(kind, words, checked=contact.wants(kind)) for kind, words in KIND_NAMES.items()],
    )


def _option(value: str, label: str, *, checked: bool) -> dict[str, object]:
    return {"value": value, "label": label, "checked": checked}


def _hour(hour: int) -> str:
    return "midday" if hour == 12 else f"{(hour - 1) % 12 + 1}{'am' if hour < 12 else 'pm'}"
