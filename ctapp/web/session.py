"""The one cookie: signed, it carries the token of a session, the secret against forged requests and a message to show once.

What a session may do and when it ends is known to the database alone. Nothing here is read or set on /u/.
Source: stack.md, Headers; security.md, 27, 28, 30.
"""

from __future__ import annotations

from datetime import datetime

from flask import Flask, g, request, session

from ctapp import clock
from ctapp.access.tokens import token_hash
from ctapp.services import accounts

_TOKEN = "id"  # noqa: S105  (the name of the field, not a secret)
# No viewer where the address itself is the credential, and none where a watcher asks.
WITHOUT_VIEWER = ("/u/", "/healthz", "/readyz")


def init_app(app: Flask) -> None:
    """Set the cookie up and find out before each request who is signed in."""
    is_https = app.config["SETTINGS"].base_url.startswith("https://")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-ct" if is_https else "ct",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.before_request(resume)


def resume() -> None:
    """Set `g.viewer` to who is signed in, or None; `g.session_ended` says that a session has run out."""
    g.viewer = g.session_hash = g.session_ends_at = None
    g.session_ended = False
    if request.path.startswith(WITHOUT_VIEWER):
        return
    token = session.get(_TOKEN)
    if not isinstance(token, str):
        return
    found = accounts.resume_session(token, at=clock.now())
    if found is None:
        g.session_ended = True
        return
    g.viewer, g.session_hash, g.session_ends_at = found.viewer, found.session_hash, found.ends_at


def begin(token: str) -> None:
    """Put a new session into the cookie, with nothing of what the cookie held before."""
    forget()
    session[_TOKEN] = token


def forget() -> None:
    """Empty the cookie: no session, no secret, no message."""
    session.clear()
    g.pop("csrf_token", None)


def cookie_session_hash() -> str | None:
    """Return the hash of the session that the cookie names, whether it still holds or not."""
    token = session.get(_TOKEN)
    return token_hash(token) if isinstance(token, str) else None


def ends_at() -> datetime | None:
    """Return when the session will end unless something is done, or None when nobody is signed in."""
    moment: datetime | None = g.get("session_ends_at")
    return moment
