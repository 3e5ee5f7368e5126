"""`ctapp remind` and `ctapp outbox …`: queueing today's reminders, and handing over or looking at the outbox."""

from __future__ import annotations

import json
from datetime import datetime

import click

from ctapp import clock
from ctapp.cli.edge import application, say
from ctapp.errors import Refused
from ctapp.jobs.backends import backend_for
from ctapp.jobs.mailing import hand_over, queue_reminders, queue_scheduled_mail
from ctapp.queries.outbox import count_by_state, mails
from ctapp.services.mail_plan import is_mailing_hour


@click.command()
@click.option("--at", "moment", help="Queue what the worker would queue then: ISO 8601 with an offset.")
def remind(moment: str | None) -> None:
    """Queue today's reminder for every contact with something due, whatever the hour; once a contact and day."""
    at = _moment(moment) if moment else clock.now()
    with application() as app:
        if moment and not is_mailing_hour(at):
            say("Queued 0 reminders: at that hour nobody is reminded.")
            return
        queue = queue_scheduled_mail if moment else queue_reminders
        count = queue(app.config["SETTINGS"], at=at)
        say(f"Queued {count} reminder{'s' * (count != 1)}.")


@click.group()
def outbox() -> None:
    """Mails that wait, went out or failed."""


@outbox.command("list")
@click.option(
    "--state", type=click.Choice(["queued", "claimed", "sent", "unknown", "void", "failed", "bounced"]), default=None
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def list_mails(state: str | None, limit: int, as_json: bool) -> None:  # noqa: FBT001  (click passes options by name)
    """The last mails, newest first; contacts by their number, never by address."""
    with application():
        rows = mails(state=state or "", limit=limit)
        if as_json:
            say(json.dumps([row.__dict__ for row in rows], default=str))
            return
        for row in rows:
            why = f"  {row.error}" if row.error else ""
            say(f"{row.id:>7}  {row.london_on}  {row.kind:<12} contact {row.contact_id:<6} {row.state}{why}")
        counts = count_by_state()
        say(", ".join(f"{count} {name}" for name, count in counts.items()) if counts else "The outbox is empty.")


@outbox.command()
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def send(as_json: bool) -> None:  # noqa: FBT001
    """Hand over everything that waits, now and without the spread; exit 1 when something could not be handed over."""
    with application() as app:
        settings = app.config["SETTINGS"]
        counts = hand_over(settings, backend_for(settings), clock.now, is_due_only=False)
        if as_json:
            say(json.dumps(counts.__dict__))
        else:
            say(
                f"Handed over {counts.sent}, no longer wanted {counts.void}, put off {counts.put_off},"
                f" without an answer {counts.unknown}, given up {counts.failed}."
            )
    if counts.put_off or counts.unknown or counts.failed:
        raise click.exceptions.Exit(1)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text} is not a time like 2021-04-20T09:00+01:00") from None
    if at.tzinfo is None:
        raise Refused("--at needs an offset, like 2021-04-20T09:00+01:00")
    return at


COMMANDS = (remind, outbox)
