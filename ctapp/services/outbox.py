"""The outbox: queueing a mail with its cause, claiming it for one sender, and what became of it. It writes and sends no mail.

The order that makes a crash harmless, each step its own commit by the edge (`jobs/mailing.py`):

1. `claim`: the row is the sender's. Killed here: nothing went out; after `CLAIM_LASTS` another sender takes it.
2. the link is minted and committed, so that no mail ever leaves with a link that does not work.
   Killed here: a link that nobody holds; the next sender mints another.
   The same commit counts the try as open (`begin_try`).
3. hand-over. Killed here or before 4: the row is still claimed; the next sender asks the backend by Message-ID whether it
   has the mail, and if so goes to 4. A folder knows. A mail server does not: then the mail is tried once more, with the same
   Message-ID, and after a second try that nobody knows the end of it stays `unknown`, for people to look at.
4. `mark_sent`; or a clear refusal, which closes the open try again.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgres
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from ctapp.clock import LONDON, london_day
from ctapp.extensions import db
from ctapp.models import OutboxMail

CLAIM_LASTS = timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(hours=48)
LADDER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
THEN_EVERY = timedelta(hours=2)
OPEN_TRIES_AT_MOST = 2
SCHEDULED = frozenset({"reminder", "last_call", "stale_notice"})
# The notice takes the place of that day's reminder: one key for both, so that nobody can get both.
SLOTS = {"stale_notice": "reminder"}
SPREAD = timedelta(minutes=20)
QUIET_FROM_HOUR = 21


@dataclass(frozen=True)
class ClaimedMail:
    """A mail that this sender, and no other, may hand over now."""

    id: int
    contact_id: int
    kind: str
    london_on: date
    message_id: str
    attempts: int
    queued_at: datetime
    open_tries: int


def queue_scheduled(
    contact_ids: Iterable[int],
    kind: str,
    *,
    host: str,
    at: datetime,
    is_spread: bool = False,
) -> int:
    """Queue one mail of a scheduled kind for each contact and this London day, and return how many were new; flushes.

    The unique key makes a second one impossible, whoever else queues at the same moment. `host` names this service in the
    Message-ID, which stays the same however often the mail is tried. `is_spread`: not all at once, but within 20 minutes, by a
    hash of the contact.
    Source: flows.md, "Reminders and other mail"; security.md, 69 and 70.
    """
    day = london_day(at)
    rows = [
        {
            "contact_id": contact_id,
            "kind": kind,
            "london_on": day,
            "unique_key": f"{SLOTS.get(kind, kind)}:{contact_id}:{day}",
            "message_id": f"<{secrets.token_hex(16)}@{host}>",
            "state": "queued",
            "attempts": 0,
            "queued_at": at,
            "next_at": at + _share_of_spread(contact_id) if is_spread else at,
            "error": "",
        }
        for contact_id in contact_ids
    ]
    if not rows:
        return 0
    insert: Any = insert_on_postgres if db.engine.dialect.name == "postgresql" else insert_on_sqlite
    added = db.session.execute(insert(OutboxMail).values(rows).on_conflict_do_nothing().returning(OutboxMail.id))
    return len(added.all())


def _share_of_spread(contact_id: int) -> timedelta:
    number = int.from_bytes(hashlib.sha256(str(contact_id).encode()).digest()[:8])
    return timedelta(seconds=number % int(SPREAD.total_seconds()))


def claim(*, at: datetime, limit: int, untried_since: datetime | None = None) -> list[ClaimedMail]:
    """Claim up to `limit` mails, oldest first, for the caller alone; flushes, the edge commits before it goes on.

    A claim whose holder died is taken over after ten minutes. With `untried_since`, mails that wait for a later try are
    taken too, unless they were tried since then.
    """
    is_waiting = (OutboxMail.state == "queued") | (
        (OutboxMail.state == "unknown") & (OutboxMail.open_tries < OPEN_TRIES_AT_MOST)
    )
    if untried_since is None:
        is_waiting &= OutboxMail.next_at <= at
    else:
        is_waiting &= OutboxMail.claimed_at.is_(None) | (OutboxMail.claimed_at < untried_since)
    is_abandoned = (OutboxMail.state == "claimed") & (OutboxMail.claimed_at <= at - CLAIM_LASTS)
    free = is_waiting | is_abandoned
    # A common table expression is run once; a plain subquery with a limit may be run again for each row.
    wanted = (
        select(OutboxMail.id)
        .where(free)
        .order_by(OutboxMail.next_at, OutboxMail.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("wanted")
    )
    claimed = db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.id.in_(select(wanted.c.id)), free)
        .values(state="claimed", claimed_at=at, attempts=OutboxMail.attempts + 1)
        .returning(
            OutboxMail.id,
            OutboxMail.contact_id,
            OutboxMail.kind,
            OutboxMail.london_on,
            OutboxMail.message_id,
            OutboxMail.attempts,
            OutboxMail.queued_at,
            OutboxMail.open_tries,
        )
        .execution_options(synchronize_session=False)
    ).all()
    return [ClaimedMail(**row._mapping) for row in sorted(claimed, key=lambda row: row.id)]


def is_void(mail: ClaimedMail, *, at: datetime) -> bool:
    """Return whether a scheduled mail's time has passed: another London day, or past 21:00 when it was queued before.

    Source: flows.md, "Reminders and other mail".
    """
    if mail.kind not in SCHEDULED:
        return False
    day = mail.london_on
    quiet_at = datetime(day.year, day.month, day.day, QUIET_FROM_HOUR, tzinfo=LONDON)
    return london_day(at) > day or mail.queued_at < quiet_at <= at


def begin_try(mail: ClaimedMail) -> bool:
    """Count a try as open before it begins and return whether the mail is still this sender's; flushes."""
    return _settle(mail, open_tries=OutboxMail.open_tries + 1)


def has_no_try_left(mail: ClaimedMail) -> bool:
    """Return whether a mail was tried as often as may be without anybody knowing how it ended."""
    return mail.open_tries >= OPEN_TRIES_AT_MOST


def mark_unknown(mail: ClaimedMail, reason: str, *, at: datetime) -> bool:
    """Mark a mail as perhaps handed over, to be tried once more a minute later if it was the first time; flushes.

    Source: security.md, 72.
    """
    return _settle(mail, state="unknown", next_at=at + LADDER[0], error=reason[:300])


def put_back(mails: Iterable[ClaimedMail], *, at: datetime) -> int:
    """Give up claims on mails that were not tried, as if they had never been claimed, and return how many; flushes.

    Those that have waited for 48 hours are given up for good, where people can see it.
    """
    count = 0
    for mail in mails:
        if at - mail.queued_at >= GIVE_UP_AFTER:
            _settle(mail, state="failed", error="not handed over within 48 hours")
        else:
            state = "unknown" if mail.open_tries else "queued"
            count += _settle(mail, state=state, attempts=OutboxMail.attempts - 1)
    return count


def mark_sent(mail: ClaimedMail, *, at: datetime) -> bool:
    """Mark a mail as handed over and return whether it was still this sender's; flushes."""
    return _settle(mail, state="sent", sent_at=at, error="")


def mark_void(mail: ClaimedMail, reason: str) -> bool:
    """Mark a mail as no longer wanted, with the reason; flushes."""
    return _settle(mail, state="void", error=reason[:300])


def mark_failed(mail: ClaimedMail, reason: str, *, at: datetime, is_final: bool) -> bool:
    """Put a mail back for a later try, or give it up for good, with the reason; flushes.

    Units: tries after 1, 5, 15 and 60 minutes, then every 2 hours, given up after 48 hours.
    Source: flows.md, "Reminders and other mail".
    """
    # `open_tries` as it was at the claim: this try came to a clear end.
    if is_final or at - mail.queued_at >= GIVE_UP_AFTER:
        return _settle(mail, state="failed", open_tries=mail.open_tries, error=reason[:300])
    wait = LADDER[mail.attempts - 1] if mail.attempts <= len(LADDER) else THEN_EVERY
    return _settle(mail, state="queued", open_tries=mail.open_tries, next_at=at + wait, error=reason[:300])


def void_past_days(*, at: datetime) -> int:
    """Mark the scheduled mails of earlier London days that still wait as void, and return how many; flushes.

    Source: flows.md, "Reminders and other mail".
    """
    result: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        update(OutboxMail)
        .where(OutboxMail.state == "queued", OutboxMail.open_tries == 0)
        .where(OutboxMail.kind.in_(SCHEDULED), OutboxMail.london_on < london_day(at))
        .values(state="void", error="its day is over")
        .execution_options(synchronize_session=False)
    )
    return result.rowcount


def _settle(mail: ClaimedMail, **values: Any) -> bool:
    # `attempts` tells this claim from a later one: whoever was taken over changes nothing.
    result: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        update(OutboxMail)
        .where(OutboxMail.id == mail.id, OutboxMail.state == "claimed", OutboxMail.attempts == mail.attempts)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount == 1
