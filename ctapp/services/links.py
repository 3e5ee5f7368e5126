"""One-tap links: minting one, confirming a location through one, and taking that back with its receipt.

The page and its fields are `web/confirm.py` and `forms/confirm.py`. A token, a nonce and a receipt's id are secrets of the
person who holds them: the tables keep hashes.
Source: flows.md, "The one-tap update"; security.md, 1 to 20.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgres
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from ctapp.access.tokens import token_hash
from ctapp.clock import london_day
from ctapp.errors import Gone, StateMoved, TapInDoubt, UndoRefused
from ctapp.extensions import db
from ctapp.models import Contact, LinkReceipt, OneTapLink, UsedNonce
from ctapp.queries.contacts import locations_of_contact
from ctapp.queries.directory import LocationRow, locations_in, these_locations
from ctapp.queries.links import LinkRow, ReceiptRow, Shown, address_hash, live_link, receipt
from ctapp.queries.question_sets import Published, sections_on
from ctapp.services import confirmations
from ctapp.services.log import Author

LINK_LIVES = timedelta(days=7)
SECRET_BYTES = 24
CHANNEL = "email_link"
# Faster than these, a machine is likelier than a person.
SOON_AFTER_HAND_OVER = timedelta(seconds=120)
SOON_AFTER_PAGE = timedelta(seconds=1.5)


@dataclass(frozen=True)
class Tapped:
    """What a tap came to: the receipt to show; `is_repeat` when the same page had been sent before."""

    receipt_id: str
    is_repeat: bool


def mint(contact_id: int, *, outbox_id: int | None, at: datetime) -> str:
    """Make a link for a contact and return its token, which is kept nowhere; flushes.

    Units: 24 random bytes as base64url; it works for 7 days.
    """
    token = secrets.token_urlsafe(SECRET_BYTES)
    email = db.session.execute(select(Contact.email).where(Contact.id == contact_id)).scalar_one()
    db.session.add(
        OneTapLink(
            token_hash=token_hash(token),
            address_hash=address_hash(token, email),
            contact_id=contact_id,
            outbox_id=outbox_id,
            minted_at=at,
            expires_at=at + LINK_LIVES,
        )
    )
    db.session.flush()
    return token


def confirm(token: str, shown: Shown, *, lacks_gesture: bool, at: datetime) -> Tapped:
    """Confirm the answers of one location as its page showed them; flushes, the edge commits.

    Token, contact and assignment are checked again here. The nonce of a page confirms once: sent again, it leads to the
    same receipt, also when two copies arrive together, because both insert it and one of them waits.
    `lacks_gesture`: the browser would have said that a person pressed the button, and did not.
    Errors: Gone; TapInDoubt when a machine may have tapped and nobody was asked yet; StateMoved or NotAsked when other answers stand by now: nothing was written, the nonce is unspent.
    """
    link = live_link(token, at=at)
    location = _location_of(link, shown, at=at)
    if (lacks_gesture or _is_hasty(link, shown, at=at)) and not shown.is_asked and not _is_spent(shown):
        raise TapInDoubt("asked once more")
    receipt_id = secrets.token_urlsafe(SECRET_BYTES)
    if not _spend(token, shown, receipt_id, at=at):
        return Tapped(_receipt_of(token, shown), is_repeat=True)
    asked = {published.key: published for published in sections_on(london_day(at))}
    for key in shown.versions:
        if key not in asked:
            raise StateMoved(location.id, key)
    done = confirmations.confirm_unchanged(
        location, [asked[key] for key in shown.versions], shown.versions, author=_author(link.contact_id), at=at
    )
    db.session.add(
        LinkReceipt(
            id_hash=token_hash(receipt_id),
            link_id=link.id,
            confirmed_at=at,
            results=[
                {"location_id": location.id, "section": c.section, "submission_id": c.submission_id} for c in done
            ],
        )
    )
    db.session.flush()
    return Tapped(receipt_id, is_repeat=False)


def undo(receipt_id: str, *, at: datetime) -> ReceiptRow:
    """Take back what a receipt stands for and return it; a second time changes nothing. Flushes, the edge commits.

    Errors: Gone; UndoRefused after ten minutes or when a later answer stands.
    """
    found = receipt(receipt_id, at=at)
    moved = db.session.execute(
        update(LinkReceipt)
        .where(LinkReceipt.id_hash == token_hash(receipt_id), LinkReceipt.is_undone.is_(False))
        .values(is_undone=True)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        return found
    location = locations_in(these_locations([found.location_id]))[0]
    asked = {published.key: published for published in sections_on(london_day(at))}
    confirmations.undo(
        location,
        list(found.submission_ids.values()),
        {key: _still_asked(asked, key) for key in found.submission_ids},
        author=_author(found.contact_id),
        at=at,
    )
    return found


def _author(contact_id: int) -> Author:
    return Author(f"contact:{contact_id}", CHANNEL)


def _still_asked(asked: dict[str, Published], key: str) -> Published:
    if key not in asked:
        raise UndoRefused(f"{key} is no longer asked")
    return asked[key]


def _location_of(link: LinkRow, shown: Shown, *, at: datetime) -> LocationRow:
    if shown.link_id != link.id:
        raise Gone("this page belongs to another link")
    for location in locations_of_contact(link.contact_id, day=london_day(at)):
        if location.id == shown.location_id:
            return location
    raise Gone("the link no longer covers this location")


def _is_hasty(link: LinkRow, shown: Shown, *, at: datetime) -> bool:
    # Source: flows.md, "The one-tap update", 5.
    return at - link.minted_at < SOON_AFTER_HAND_OVER or at - shown.shown_at < SOON_AFTER_PAGE


def _is_spent(shown: Shown) -> bool:
    # A page sent again gets its receipt again, and no question.
    found = select(UsedNonce.nonce_hash).where(UsedNonce.nonce_hash == _nonce_hash(shown))
    return db.session.execute(found).first() is not None


def _spend(token: str, shown: Shown, receipt_id: str, *, at: datetime) -> bool:
    insert: Any = insert_on_postgres if db.engine.dialect.name == "postgresql" else insert_on_sqlite
    inserted = db.session.execute(
        insert(UsedNonce)
        .values(
            nonce_hash=_nonce_hash(shown),
            link_id=shown.link_id,
            location_id=shown.location_id,
            receipt_sealed=_cover(receipt_id, token, shown.nonce),
            used_at=at,
        )
        .on_conflict_do_nothing()
        .returning(UsedNonce.nonce_hash)
    )
    return inserted.first() is not None


def _receipt_of(token: str, shown: Shown) -> str:
    covered = db.session.execute(
        select(UsedNonce.receipt_sealed).where(
            UsedNonce.nonce_hash == _nonce_hash(shown),
            UsedNonce.link_id == shown.link_id,
            UsedNonce.location_id == shown.location_id,
        )
    ).scalar_one_or_none()
    if covered is None:
        raise Gone("this page was used for something else")
    return _cover(covered, token, shown.nonce)


def _nonce_hash(shown: Shown) -> str:
    return hashlib.sha256(f"{shown.link_id}\n{shown.location_id}\n{shown.nonce}".encode()).hexdigest()


def _cover(text: str, token: str, nonce: str) -> str:
    # The receipt's id must be found again for a resent page, yet no reader of the table may learn it: it is covered with
    # a pad that only token and nonce together give. Each nonce covers one id, so the pad is used once. Twice = as it was.
    pad = hmac.new(token.encode(), f"receipt\n{nonce}".encode(), hashlib.sha256).digest()
    plain = base64.urlsafe_b64decode(text)
    return base64.urlsafe_b64encode(bytes(a ^ b for a, b in zip(plain, pad, strict=False))).decode()
