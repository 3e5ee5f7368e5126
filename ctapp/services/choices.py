"""What a contact chose about scheduled mail: weekdays, the hour, kinds switched off; and the token of the page for it.

The token is derived from the contact and the key of this service: it does nothing but open and save these choices, and it is
not the token of the one-tap link.
Source: flows.md, "Reminders and other mail"; security.md, 20.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update

from ctapp.access.tokens import keyed_hash
from ctapp.errors import BadAnswers, Gone
from ctapp.extensions import db
from ctapp.models import Contact
from ctapp.queries.contacts import ContactRow, contact_by_id
from ctapp.services import audit
from ctapp.services.mail_plan import CONTACT_KINDS, FIRST_HOUR, QUIET_HOUR

HOURS = range(FIRST_HOUR, QUIET_HOUR)
DAYS = range(1, 8)
TOKEN_DIGITS = 32


def choices_token(contact_id: int, *, key: str) -> str:
    """Return the token of a contact's choices.

    Units: the contact's number and 128 bits as hexadecimal digits, short enough for one line of a mail's header.
    """
    return f"{contact_id}-{keyed_hash(key, 'mail choices', str(contact_id))[:TOKEN_DIGITS]}"


def contact_of(token: str, *, key: str) -> ContactRow:
    """Return the contact whose choices a token opens.

    Errors: Gone when the token is not ours or the contact is no longer mailed.
    """
    number = token.partition("-")[0]
    if not number.isascii() or not number.isdecimal() or len(number) > 9:
        raise Gone("not a token of choices")
    if not hmac.compare_digest(token.encode(), choices_token(int(number), key=key).encode()):
        raise Gone("not a token of choices")
    contact = contact_by_id(int(number))
    if contact is None:
        raise Gone("the contact is no longer mailed")
    return contact


def save_choices(
    contact: ContactRow, *, hour: int, days: Collection[int], kinds: Collection[str], at: datetime
) -> None:
    """Keep when a contact is mailed and which kinds it wants; flushes, the edge commits.

    Errors: BadAnswers when the hour is a quiet one or no day is left.
    """
    if hour not in HOURS or not days or set(days) - set(DAYS) or set(kinds) - set(CONTACT_KINDS):
        raise BadAnswers((("days", "Tick at least one day"),))
    _write(contact.id, kinds_off=[kind for kind in CONTACT_KINDS if kind not in kinds], at=at, hour=hour, days=days)


def stop_all(contact: ContactRow, *, at: datetime) -> None:
    """Switch every scheduled kind off for a contact; flushes, the edge commits."""
    _write(contact.id, kinds_off=CONTACT_KINDS, at=at)


def _write(
    contact_id: int,
    *,
    kinds_off: Collection[str],
    at: datetime,
    hour: int | None = None,
    days: Collection[int] = (),
) -> None:
    values: dict[str, object] = {"kinds_off": ",".join(kinds_off)}
    if hour is not None:
        values |= {"remind_hour": hour, "remind_days": "".join(str(day) for day in sorted(days))}
    db.session.execute(update(Contact).where(Contact.id == contact_id).values(**values))
    audit.record(f"contact:{contact_id}", "email_link", "mail_choices", at=at, detail=values)
    db.session.flush()
