"""Which scheduled mail a contact gets at a moment, if any: days and hours, one reminder a day, the last call, the notice.

It decides from what is due and what went out before; it reads, and queues nothing. What a mail says is `reminders.py`.
Source: flows.md, "Reminders and other mail".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from ctapp.clock import LONDON, STALE_AFTER, london_day
from ctapp.queries.contacts import ContactRow, contacts_confirmed_between, locations_by_contact
from ctapp.queries.due import DueSection, due_in
from ctapp.queries.outbox import last_mails_of, scheduled_mails_on
from ctapp.queries.pauses import unchecked_pauses
from ctapp.questions.cadence import RELAXED_STALE_AFTER, Cadence

REMINDER, LAST_CALL, STALE_NOTICE = "reminder", "last_call", "stale_notice"
CONTACT_KINDS = (REMINDER, LAST_CALL, STALE_NOTICE)
FIRST_HOUR, QUIET_HOUR = 7, 21
LAST_CALL_HOUR, GOOD_UNTIL_HOUR = 15, 9
# A reminder from this hour on says what a last call would.
SAYS_IT_ALREADY_HOUR = 14
MONTHLY_DAYS_LEFT = (3, 1, 0)
_MONDAY, _FRIDAY = 1, 5


def is_mailing_hour(at: datetime) -> bool:
    """Return whether scheduled mail goes out at a moment: from 07:00 to 21:00 in London."""
    return FIRST_HOUR <= at.astimezone(LONDON).hour < QUIET_HOUR


def plan(contacts: Sequence[ContactRow], *, at: datetime) -> dict[str, list[int]]:
    """Return, by kind, the contacts that get a scheduled mail now; at most one kind for each."""
    if not contacts or not is_mailing_hour(at):
        return {}
    there, day = at.astimezone(LONDON), london_day(at)
    ids = [contact.id for contact in contacts]
    mailed, notices = scheduled_mails_on(day, ids), last_mails_of(STALE_NOTICE, ids)
    late = _may_need_last_call(ids, at=at) if there.hour >= LAST_CALL_HOUR else set()
    asked = {
        contact.id: contact
        for contact in contacts
        if str(day.isoweekday()) in contact.remind_days
        and (_is_first_open(contact, mailed.get(contact.id, {}), there) or contact.id in late)
    }
    rows = due_rows_of(list(asked), at=at)
    found: dict[str, list[int]] = {}
    for contact in asked.values():
        already = mailed.get(contact.id, {})
        kind = ""
        if _is_first_open(contact, already, there):
            kind = _first_of_the_day(contact, rows[contact.id], notices.get(contact.id), at=at)
        if not kind and contact.id in late:
            kind = _last_call(contact, rows[contact.id], already, at=at)
        if kind:
            found.setdefault(kind, []).append(contact.id)
    return found


def due_rows_of(contact_ids: Sequence[int], *, at: datetime) -> dict[int, tuple[DueSection, ...]]:
    """Return what is asked at the open homes of each contact, but for homes whose reminders rest."""
    homes = locations_by_contact(contact_ids, day=london_day(at))
    every = {home.id: home for group in homes.values() for home in group}
    resting = unchecked_pauses(list(every))
    rows = due_in([home for home in every.values() if home.id not in resting], at=at)
    return {
        contact_id: tuple(row for home in homes[contact_id] for row in rows.get(home.id, ()))
        for contact_id in contact_ids
    }


def asks_today(row: DueSection, day: date, *, days: str = "1234567") -> bool:
    """Return whether a section is a reason for a reminder on a London day, for a contact who chose these weekdays.

    Daily ones each day; weekly ones on Monday, and on Friday if still missing, or on the first chosen day after; monthly ones
    with three days, one day and no day left; checks on Mondays.
    """
    if not row.due.is_due:
        return False
    if row.cadence is Cadence.DAILY or row.due.is_stale:
        return True
    if row.cadence is Cadence.MONTHLY:
        return row.due.period is not None and (row.due.period.ends_on - day).days in MONTHLY_DAYS_LEFT
    chosen = sorted(int(number) for number in days) or [_MONDAY]
    again = next((number for number in chosen if number >= _FRIDAY), chosen[-1])
    wanted = {chosen[0]} if row.cadence is Cadence.ON_CHANGE else {chosen[0], again}
    return day.isoweekday() in wanted


def goes_stale_overnight(row: DueSection, at: datetime) -> bool:
    """Return whether a section that is due goes out of date after a moment and before 09:00 of the next London day."""
    stale_at = row.due.stale_at
    return row.due.is_due and stale_at is not None and at < stale_at < _good_until(at)


def _is_first_open(contact: ContactRow, already: Mapping[str, datetime], there: datetime) -> bool:
    if REMINDER in already or STALE_NOTICE in already or there.hour < contact.remind_hour:
        return False
    # Later than the hour, whoever had nothing due is looked at again once an hour: what is due changes at midnight.
    return there.hour == contact.remind_hour or there.minute < 5


def _first_of_the_day(
    contact: ContactRow, rows: Sequence[DueSection], noticed_at: datetime | None, *, at: datetime
) -> str:
    is_new = any(
        row.due.stale_at is not None and row.due.is_stale and (noticed_at is None or row.due.stale_at > noticed_at)
        for row in rows
    )
    if is_new and contact.wants(STALE_NOTICE):
        return STALE_NOTICE
    day = london_day(at)
    if contact.wants(REMINDER) and any(asks_today(row, day, days=contact.remind_days) for row in rows):
        return REMINDER
    return ""


def _last_call(
    contact: ContactRow, rows: Iterable[DueSection], already: Mapping[str, datetime], *, at: datetime
) -> str:
    if LAST_CALL in already or not contact.wants(LAST_CALL):
        return ""
    firsts = [already[kind] for kind in (REMINDER, STALE_NOTICE) if kind in already]
    if any(queued_at.astimezone(LONDON).hour >= SAYS_IT_ALREADY_HOUR for queued_at in firsts):
        return ""
    return LAST_CALL if any(goes_stale_overnight(row, at) for row in rows) else ""


def _may_need_last_call(ids: Sequence[int], *, at: datetime) -> set[int]:
    # What a section's rules say is costly to ask; when its answers were last checked is not.
    found: set[int] = set()
    for lasts in (STALE_AFTER, RELAXED_STALE_AFTER):
        found |= contacts_confirmed_between(ids, after=at - lasts, before=_good_until(at) - lasts)
    return found


def _good_until(at: datetime) -> datetime:
    day = london_day(at) + timedelta(days=1)
    return datetime(day.year, day.month, day.day, GOOD_UNTIL_HOUR, tzinfo=LONDON).astimezone(UTC)
