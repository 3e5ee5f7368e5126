"""The fields of a one-tap page: the token, and a sealed field that says what the page showed. No session, no cookie.

The seal keeps anyone from confirming what no page has shown; it is not a secret and needs no CSRF token, because the token of
the link is in the same form.
Source: flows.md, "The one-tap update", 2 and 3.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeSerializer

from ctapp.queries.links import Shown

NONCE_BYTES = 16
LONGEST = 4000


@dataclass(frozen=True)
class ConfirmForm:
    """A posted one-tap page."""

    token: str
    shown: Shown


def new_nonce() -> str:
    """Return a fresh nonce: one page, one confirmation."""
    return secrets.token_urlsafe(NONCE_BYTES)


def seal(shown: Shown, key: str) -> str:
    """Return the sealed field for what a page shows."""
    sections = [[name, version, shown.answers[name]] for name, version in shown.versions.items()]
    shown_ms = round(shown.shown_at.timestamp() * 1000)
    content = [shown.link_id, shown.location_id, sections, shown.nonce, shown_ms, int(shown.is_asked)]
    return str(_serializer(key).dumps(content))


def read_confirm_form(form: Mapping[str, str], key: str) -> ConfirmForm | None:
    """Return what was posted, or None when a field is missing or the seal is not ours."""
    token, sealed = form.get("token", ""), form.get("shown", "")
    if not token or not sealed or len(token) > LONGEST or len(sealed) > LONGEST:
        return None
    try:
        link_id, location_id, sections, nonce, shown_ms, is_asked = _serializer(key).loads(sealed)
    except (BadData, ValueError):  # ValueError: sealed by the release before, which put fewer things in
        return None
    shown = Shown(
        link_id=link_id,
        location_id=location_id,
        versions={name: version for name, version, _ in sections},
        answers={name: answers_id for name, _, answers_id in sections},
        nonce=nonce,
        shown_at=datetime.fromtimestamp(shown_ms / 1000, UTC),
        is_asked=bool(is_asked),
    )
    return ConfirmForm(token, shown)


def _serializer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="one-tap page")
