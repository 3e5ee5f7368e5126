"""The two jobs of mail, as plain functions that may run late, twice or beside each other: queue reminders, hand the outbox over.

They commit in small steps, in the order that `services/outbox.py` explains, and hold no lock while a mail is drawn or written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask_mail import Message

from ctapp.clock import LONDON
from ctapp.config import Settings
from ctapp.jobs import compose, requested
from ctapp.jobs.backends import Backend
from ctapp.jobs.outcomes import RefusedForGood, ServerAway, Unanswered
from ctapp.queries.contacts import ContactRow, contact_by_id, contact_ids, contacts_at_hour
from ctapp.services import contacts, links, mail_plan, outbox, reminders, transactions
from ctapp.services.outbox import ClaimedMail
from ctapp.services.reminders import Reminder

CONTACTS_AT_ONCE = 200
MAILS_AT_ONCE = 50


@dataclass
class Handed:
    """How many mails came to what."""

    sent: int = 0
    void: int = 0
    put_off: int = 0
    unknown: int = 0
    failed: int = 0


def queue_scheduled_mail(settings: Settings, *, at: datetime) -> int:
    """Queue every reminder, last call and notice whose time has come, spread over 20 minutes; return how many; commits."""
    queued = last = 0
    there = at.astimezone(LONDON)
    while True:
        transactions.begin_reading()
        batch = contacts_at_hour(
            there.hour,
            there.isoweekday(),
            last_call_hour=mail_plan.LAST_CALL_HOUR,
            after_id=last,
            limit=CONTACTS_AT_ONCE,
        )
        planned = mail_plan.plan(batch, at=at)
        transactions.drop_session()
        transactions.begin_writing()
        if not batch:
            return queued
        for kind, wanted in planned.items():
            queued += outbox.queue_scheduled(wanted, kind, host=compose.mail_host(settings), at=at, is_spread=True)
        transactions.commit_session()
        last = batch[-1].id


def queue_reminders(settings: Settings, *, at: datetime) -> int:
    """Queue now a reminder for every contact that has something due and none today, whatever it chose; commits."""
    queued = last = 0
    while True:
        transactions.begin_reading()
        batch = contact_ids(after_id=last, limit=CONTACTS_AT_ONCE)
        due = reminders.contacts_with_due(batch, at=at) if batch else []
        transactions.drop_session()
        transactions.begin_writing()
        if not batch:
            return queued
        queued += outbox.queue_scheduled(due, reminders.KIND, host=compose.mail_host(settings), at=at)
        transactions.commit_session()
        last = batch[-1]


def hand_over(settings: Settings, backend: Backend, now: Callable[[], datetime], *, is_due_only: bool = True) -> Handed:
    """Hand over everything that waits and return what came of it; commits after each step.

    `now` is the edge's clock. `is_due_only` False: what waits for a later try is tried now, once.
    """
    counts = Handed()
    started_at = None if is_due_only else now()
    counts.void += outbox.void_past_days(at=now())
    transactions.commit_session()
    try:
        while True:
            claimed = outbox.claim(at=now(), limit=MAILS_AT_ONCE, untried_since=started_at)
            transactions.commit_session()
            if not claimed or not _hand_over_these(claimed, settings, backend, counts, now):
                return counts
    finally:
        backend.close()


def _hand_over_these(
    claimed: list[ClaimedMail], settings: Settings, backend: Backend, counts: Handed, now: Callable[[], datetime]
) -> bool:
    # False once the other side is away: the rest would wait as long for nothing, and goes back untried.
    for place, mail in enumerate(claimed):
        if not _hand_over_one(mail, settings, backend, counts, at=now()):
            counts.put_off += outbox.put_back(claimed[place + 1 :], at=now())
            transactions.commit_session()
            return False
    return True


def _hand_over_one(mail: ClaimedMail, settings: Settings, backend: Backend, counts: Handed, *, at: datetime) -> bool:
    was_accepted = backend.has(mail.message_id)
    if was_accepted:
        # Whoever held this mail before was killed between handing it over and saying so.
        counts.sent += outbox.mark_sent(mail, at=at)
        transactions.commit_session()
        return True
    if was_accepted is None and outbox.has_no_try_left(mail):
        counts.unknown += outbox.mark_unknown(mail, "tried twice, and nobody knows how it ended", at=at)
        transactions.commit_session()
        return True
    wanted = _still_wanted(mail, at=at)
    if isinstance(wanted, str):
        counts.void += outbox.mark_void(mail, wanted)
        transactions.commit_session()
        return True
    contact, reminder = wanted
    try:
        message = _message_for(mail, contact, reminder, settings, at=at)
        if not outbox.begin_try(mail):
            transactions.drop_session()
            return True
        transactions.commit_session()
        backend.hand_over(message)
    except (compose.UnsafeHeader, OSError) as error:
        transactions.drop_session()
        _settle_failure(mail, error, counts, at=at)
        transactions.commit_session()
        return not isinstance(error, ServerAway)
    counts.sent += outbox.mark_sent(mail, at=at)
    transactions.commit_session()
    return True


def _settle_failure(mail: ClaimedMail, error: Exception, counts: Handed, *, at: datetime) -> None:
    reason = f"{type(error).__name__}: {error}"
    if isinstance(error, Unanswered):
        counts.unknown += outbox.mark_unknown(mail, reason, at=at)
        return
    is_final = isinstance(error, compose.UnsafeHeader | RefusedForGood)
    outbox.mark_failed(mail, reason, at=at, is_final=is_final)
    counts.failed += is_final
    counts.put_off += not is_final
    if isinstance(error, RefusedForGood) and error.is_address:
        contacts.mark_bounced(mail.contact_id, at=at)


def _message_for(
    mail: ClaimedMail, contact: ContactRow, reminder: Reminder | None, settings: Settings, *, at: datetime
) -> Message:
    if reminder is None:
        return requested.message_for(mail, contact, settings, at=at)
    token = links.mint(contact.id, outbox_id=mail.id, at=at)
    envelope = compose.Envelope(contact.email, mail.message_id, at)
    addresses = compose.Addresses(compose.link_address(settings, token), compose.choices_address(settings, contact.id))
    return compose.reminder_message(reminder, envelope, addresses=addresses, settings=settings)


def _still_wanted(mail: ClaimedMail, *, at: datetime) -> tuple[ContactRow, Reminder | None] | str:
    # What to say, read at the last moment, or why it need not be said any more.
    if outbox.is_void(mail, at=at):
        return "its day is over"
    if why_not := requested.why_not(mail, at=at):
        return why_not
    transactions.begin_reading()
    try:
        contact = contact_by_id(mail.contact_id)
        reminder = (
            reminders.reminder_for(contact, mail.kind, queued_at=mail.queued_at, at=at)
            if contact and not requested.is_requested(mail)
            else None
        )
    finally:
        transactions.drop_session()
        transactions.begin_writing()
    if contact is None:
        return "the contact may no longer be mailed"
    if requested.is_requested(mail):
        return contact, None
    return (contact, reminder) if reminder else "nothing is due any more"
