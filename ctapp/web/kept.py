"""What was typed, kept through an answer that could not take it: a session that ran out, a database that was away.

The page carries it, sealed where it passes through sign-in, so that the server stores nothing and a form of another site
cannot be smuggled in: only fields of a form that was ours are kept, and only for the browser that sent them.
Source: screens.md, 1 ("What you typed has been kept") and 16; security.md, 52.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g, request, session
from flask_wtf.csrf import CSRFError
from itsdangerous import BadData, URLSafeTimedSerializer

from ctapp.access.tokens import token_hash
from ctapp.extensions import csrf
from ctapp.web.addresses import own_path

Fields = tuple[tuple[str, str], ...]
LONGEST = 200_000  # as much as still fits into one more form
KEPT_FOR_SECONDS = 3600
_NEVER_FROM = ("sign_in.",)


@dataclass(frozen=True)
class Kept:
    """A form that can be sent again: where to, and its fields in their order."""

    action: str
    fields: Fields


def of_this_request() -> Kept | None:
    """Return the form of this request, or None when there is none to keep: never a password, never a forged form."""
    if request.method != "POST" or (request.endpoint or "").startswith(_NEVER_FROM) or not _is_ours():
        return None
    fields = tuple(
        (_drawable(name), _drawable(value)) for name, value in request.form.items(multi=True) if name != "csrf_token"
    )
    return Kept(own_path(request.full_path.rstrip("?")), fields)


def seal(kept: Kept | None) -> str:
    """Return a form as text that only this program can have made, for this browser; empty when there is nothing to keep."""
    if kept is None or sum(len(name) + len(value) for name, value in kept.fields) > LONGEST:
        return ""
    return _serializer().dumps({"to": kept.action, "fields": kept.fields, "browser": _browser()})


def unseal(text: str) -> Kept | None:
    """Return the form that was sealed, or None when it was not made here, for this browser, within the hour."""
    try:
        found = _serializer().loads(text, max_age=KEPT_FOR_SECONDS)
    except BadData:
        return None
    if found["browser"] != _browser():
        return None
    return Kept(found["to"], tuple((name, value) for name, value in found["fields"]))


def _is_ours() -> bool:
    # A request that failed before its token was looked at is looked at here.
    if request.path.startswith("/u/") or g.get("csrf_valid"):
        return True
    try:
        csrf.protect()
    except CSRFError:
        return False
    return True


def _drawable(text: str) -> str:
    # HTML has no way to write a control character; white space it has.
    return "".join(letter for letter in text if letter >= " " or letter in "\t\r\n")


def _browser() -> str:
    return token_hash(str(session.get("csrf_token", "")))


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SETTINGS"].secret_key, salt="kept form")
