"""One-tap links and their receipts, by the secret that a person holds; the tables know hashes only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from ctapp.access.tokens import token_hash
from ctapp.errors import Gone
from ctapp.extensions import db
from ctapp.models import Contact, LinkReceipt, OneTapLink, Submission
from ctapp.queries.current import notes_of

RECEIPT_LIVES = timedelta(hours=24)


@dataclass(frozen=True)
class LinkRow:
    """A link that works: whose it is, where the mail went, since when and until when."""

    id: int
    contact_id: int
    email: str
    minted_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Shown:
    """What a one-tap page showed of one location, as its sealed field carries it back.

    `versions` and `answers` map section keys to the version shown and to the submission whose answers were shown.
    `is_asked`: the page was the one that asks once more.
    """

    link_id: int
    location_id: int
    versions: Mapping[str, int]
    answers: Mapping[str, int]
    nonce: str
    shown_at: datetime
    is_asked: bool = False


@dataclass(frozen=True)
class ReceiptRow:
    """What one tap came to; `submission_ids` by section key."""

    contact_id: int
    location_id: int
    submission_ids: Mapping[str, int]
    confirmed_at: datetime
    is_undone: bool


def live_link(token: str, *, at: datetime) -> LinkRow:
    """Return the link of a token.

    Errors: Gone when it is unknown, has run out or was revoked, or when its contact may no longer be mailed: all look alike.
    """
    row = db.session.execute(
        select(OneTapLink.id, OneTapLink.contact_id, Contact.email, OneTapLink.minted_at, OneTapLink.expires_at)
        .join(Contact, Contact.id == OneTapLink.contact_id)
        .where(OneTapLink.token_hash == token_hash(token), OneTapLink.revoked_at.is_(None))
        .where(Contact.confirmed_at.is_not(None), Contact.removed_at.is_(None), Contact.bounced_at.is_(None))
        .add_columns(OneTapLink.address_hash)
    ).one_or_none()
    if row is None or at >= row.expires_at or row.address_hash not in (None, address_hash(token, row.email)):
        raise Gone("no link that works")
    return LinkRow(row.id, row.contact_id, row.email, row.minted_at, row.expires_at)


def address_hash(token: str, email: str) -> str:
    """Return what a link keeps of the address it was sent to: nobody without its token can try an address against it."""
    return token_hash(f"{token}\n{email}")


def receipt(receipt_id: str, *, at: datetime) -> ReceiptRow:
    """Return a receipt by its id.

    Errors: Gone when it is unknown or older than 24 hours. Source: flows.md, "The one-tap update", 3.
    """
    row = db.session.execute(
        select(LinkReceipt.results, LinkReceipt.confirmed_at, LinkReceipt.is_undone, OneTapLink.contact_id)
        .join(OneTapLink, OneTapLink.id == LinkReceipt.link_id)
        .where(LinkReceipt.id_hash == token_hash(receipt_id))
    ).one_or_none()
    if row is None or at >= row.confirmed_at + RECEIPT_LIVES:
        raise Gone("no receipt that works")
    return ReceiptRow(
        contact_id=row.contact_id,
        location_id=row.results[0]["location_id"],
        submission_ids={result["section"]: result["submission_id"] for result in row.results},
        confirmed_at=row.confirmed_at,
        is_undone=row.is_undone,
    )


def answers_shown(location_id: int, submission_id: int) -> dict[str, Any]:
    """Return the answers that a page showed, by the submission that holds them; empty when it is not this location's."""
    answers = db.session.execute(
        select(Submission.answers).where(Submission.location_id == location_id, Submission.id == submission_id)
    ).scalar_one_or_none()
    return {} if answers is None else {**answers, **notes_of([submission_id]).get(submission_id, {})}
