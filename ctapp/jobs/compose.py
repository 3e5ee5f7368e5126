"""Drawing a mail of the outbox as a message: text and HTML, one action link, headers that nobody can break out of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_mail import Message

from ctapp.config import Settings
from ctapp.errors import CapacityTrackerError
from ctapp.services.choices import choices_token
from ctapp.services.reminders import Reminder

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


class UnsafeHeader(CapacityTrackerError):
    """A header of a mail holds a line break or control character: the mail is refused, not repaired."""


@dataclass(frozen=True)
class Envelope:
    """Whom a message goes to, under which id that never changes, and when it was made."""

    address: str
    message_id: str
    at: datetime


@dataclass(frozen=True)
class Addresses:
    """Where a scheduled mail leads: the one thing to do, and the page on which its reader changes or stops such mail."""

    link: str
    choices: str


def mail_host(settings: Settings) -> str:
    """Return the host that stands in Message-IDs: that of the service's own address."""
    return urlsplit(settings.base_url).hostname or "localhost"


def link_address(settings: Settings, token: str) -> str:
    """Return the address of a one-tap link, from CTAPP_BASE_URL alone: no request has a say in it."""
    return f"{settings.base_url.rstrip('/')}/u/{token}"


def choices_address(settings: Settings, contact_id: int) -> str:
    """Return the address of a contact's page of choices; its token opens nothing else."""
    token = choices_token(contact_id, key=settings.secret_key)
    return f"{settings.base_url.rstrip('/')}/u/mail/{token}"


def reminder_message(reminder: Reminder, envelope: Envelope, *, addresses: Addresses, settings: Settings) -> Message:
    """Return a reminder, last call or notice as a message.

    Errors: UnsafeHeader. Source: screens.md, 17.
    """
    return _stoppable(
        _message(
            "reminder",
            reminder.subject,
            envelope,
            settings,
            reminder=reminder,
            link=addresses.link,
            choices=addresses.choices,
        ),
        addresses.choices,
    )


def _stoppable(message: Message, address: str) -> Message:
    # RFC 8058: a reader's own button posts to this address; opening it changes nothing. Source: security.md, 20.
    message.extra_headers = (message.extra_headers or {}) | {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return message


def new_link_message(envelope: Envelope, *, link: str, settings: Settings) -> Message:
    """Return a new one-tap link, asked for by whoever holds an old one, as a message.

    Errors: UnsafeHeader.
    """
    return _message("new_link", "Your new link to check and confirm", envelope, settings, link=link)


def code_message(envelope: Envelope, *, code: str, settings: Settings) -> Message:
    """Return a mailed code as a message; the subject leaves it out, because phones show subjects on a locked screen.

    Errors: UnsafeHeader.
    """
    return _message("code", "Your code for Capacity Tracker", envelope, settings, code=code)


def _message(template: str, subject: str, envelope: Envelope, settings: Settings, **words: Any) -> Message:
    _refuse_breaks((subject, envelope.address, envelope.message_id, settings.mail_from))
    # Not render_template: what the web layer adds to pages belongs to a request, and a mail has none.
    draw = current_app.jinja_env
    words |= {"subject": subject, "support_phone": settings.support_phone, "support_hours": settings.support_hours}
    message = Message(
        subject=subject,
        recipients=[envelope.address],
        sender=settings.mail_from,
        body=draw.get_template(f"email/{template}.txt").render(words),
        html=draw.get_template(f"email/{template}.html").render(words),
        date=envelope.at.timestamp(),
        extra_headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    message.msgId = envelope.message_id
    return message


def _refuse_breaks(values: Iterable[str]) -> None:
    # Source: security.md, 74.
    for value in values:
        if _CONTROL.search(value):
            raise UnsafeHeader("a header holds a line break or control character")
