"""What a mail says that a person asked for: a new link, a code. Both are made as the mail is handed over and kept as hashes.

The caller commits; asking for one is `services/requested_mail.py` and `services/codes.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from flask_mail import Message

from ctapp.config import Settings
from ctapp.jobs import compose
from ctapp.queries.contacts import ContactRow
from ctapp.services import codes, links
from ctapp.services.outbox import ClaimedMail
from ctapp.services.requested_mail import EMAIL_CODE, NEW_LINK

# Nobody waits for a code that long; a mail that came so late would only puzzle.
CODE_WANTED_FOR = timedelta(hours=1)


def is_requested(mail: ClaimedMail) -> bool:
    """Return whether a mail is drawn here."""
    return mail.kind in DRAWN


def why_not(mail: ClaimedMail, *, at: datetime) -> str:
    """Return why a mail need not be sent any more, or ""."""
    is_late = mail.kind == EMAIL_CODE and at - mail.queued_at > CODE_WANTED_FOR
    return "nobody waits for this code any more" if is_late else ""


def message_for(mail: ClaimedMail, contact: ContactRow, settings: Settings, *, at: datetime) -> Message:
    """Return a requested mail as a message, with what it carries just made.

    Errors: UnsafeHeader.
    """
    return DRAWN[mail.kind](mail, contact, settings, at)


def _new_link(mail: ClaimedMail, contact: ContactRow, settings: Settings, at: datetime) -> Message:
    token = links.mint(contact.id, outbox_id=mail.id, at=at)
    envelope = compose.Envelope(contact.email, mail.message_id, at)
    return compose.new_link_message(envelope, link=compose.link_address(settings, token), settings=settings)


def _code(mail: ClaimedMail, contact: ContactRow, settings: Settings, at: datetime) -> Message:
    code = codes.make_code(contact.id, key=settings.secret_key, at=at)
    return compose.code_message(compose.Envelope(contact.email, mail.message_id, at), code=code, settings=settings)


DRAWN: Mapping[str, Callable[[ClaimedMail, ContactRow, Settings, datetime], Message]] = MappingProxyType(
    {NEW_LINK: _new_link, EMAIL_CODE: _code}
)
