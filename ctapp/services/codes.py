"""Mailed codes: asking for one, making it as its mail is handed over, and the half hour that typing it opens.

A code is kept as a keyed hash. A try is counted before the code is looked at, so that fifty tries at once are not fifty guesses.
Source: flows.md, "The one-tap update", 4; security.md, 4 and 26.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import func, select, update

from ctapp.access.tokens import keyed_hash, new_token, token_hash
from ctapp.extensions import db
from ctapp.models import ContactSession, EmailCode
from ctapp.queries.links import live_link
from ctapp.services import audit
from ctapp.services.requested_mail import EMAIL_CODE, lock_contact, queue_requested

CHANNEL = "email_code"
DIGITS = 6
LIVES = timedelta(minutes=15)
TRIES = 5
ONE_PER = timedelta(minutes=2)
A_DAY = 5
DAY = timedelta(hours=24)


class Asked(Enum):
    """What became of asking for a code."""

    QUEUED = "queued"
    TOO_SOON = "too_soon"
    TOO_MANY = "too_many"


class Outcome(Enum):
    """What became of typing a code."""

    RIGHT = "right"
    WRONG = "wrong"
    RUN_OUT = "run_out"


@dataclass(frozen=True)
class Entered:
    """The outcome; `session_token` when the code was right."""

    outcome: Outcome
    session_token: str = ""


def ask(token: str, *, host: str, at: datetime) -> Asked:
    """Queue a code for the contact of a link, to the address on file; flushes, the edge commits.

    Units: one in 2 minutes, five in 24 hours. Errors: Gone.
    """
    contact_id = live_link(token, at=at).contact_id
    lock_contact(contact_id)
    count, last_at = db.session.execute(
        select(func.count(), func.max(EmailCode.requested_at)).where(
            EmailCode.contact_id == contact_id, EmailCode.requested_at > at - DAY
        )
    ).one()
    if last_at is not None and at - last_at < ONE_PER:
        return Asked.TOO_SOON
    if count >= A_DAY:
        return Asked.TOO_MANY
    asked = EmailCode(contact_id=contact_id, requested_at=at)
    db.session.add(asked)
    db.session.flush()
    queue_requested(contact_id, EMAIL_CODE, request=str(asked.id), host=host, at=at)
    return Asked.QUEUED


def make_code(contact_id: int, *, key: str, at: datetime) -> str:
    """Make the code that a contact asked for last and return it: it is kept nowhere. Flushes.

    Units: six digits; it works for 15 minutes from now.
    """
    newest = select(func.max(EmailCode.id)).where(EmailCode.contact_id == contact_id).scalar_subquery()
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    db.session.execute(
        update(EmailCode)
        .where(EmailCode.id == newest)
        .values(code_hash=_hash(contact_id, code, key=key), expires_at=at + LIVES, tries=0)
    )
    return code


def enter(token: str, typed: str, *, key: str, at: datetime) -> Entered:
    """Check a typed code and open a session of 30 minutes for its contact; flushes, the edge commits refusals too.

    Errors: Gone when the link it was asked for from works no more.
    """
    contact_id = live_link(token, at=at).contact_id
    newest = (
        select(func.max(EmailCode.id))
        .where(EmailCode.contact_id == contact_id, EmailCode.code_hash.is_not(None))
        .scalar_subquery()
    )
    tried = db.session.execute(
        update(EmailCode)
        .where(EmailCode.id == newest, EmailCode.tries < TRIES, EmailCode.used_at.is_(None), EmailCode.expires_at > at)
        .values(tries=EmailCode.tries + 1)
        .returning(EmailCode.id, EmailCode.code_hash, EmailCode.tries)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if tried is None:
        return Entered(Outcome.RUN_OUT)
    digits = "".join(typed.split())
    if not hmac.compare_digest(tried.code_hash or "", _hash(contact_id, digits, key=key)):
        audit.record(f"contact:{contact_id}", CHANNEL, "sign_in_failed", at=at, detail={"reason": "code"})
        return Entered(Outcome.RUN_OUT if tried.tries >= TRIES else Outcome.WRONG)
    db.session.execute(update(EmailCode).where(EmailCode.id == tried.id).values(used_at=at))
    session_token = new_token()
    db.session.add(ContactSession(id_hash=token_hash(session_token), contact_id=contact_id, started_at=at))
    audit.record(f"contact:{contact_id}", CHANNEL, "sign_in", at=at)
    db.session.flush()
    return Entered(Outcome.RIGHT, session_token)


def _hash(contact_id: int, code: str, *, key: str) -> str:
    return keyed_hash(key, "mailed code", f"{contact_id}\n{code}")
