"""`ctapp links revoke`: end one-tap links at once, after a leak or when a contact asks."""

from __future__ import annotations

import click

from ctapp import clock
from ctapp.cli.edge import application, say
from ctapp.errors import Refused
from ctapp.queries.contacts import contact_by_email
from ctapp.services.leaving import revoke_links

OPERATOR, CHANNEL = "operator", "cli"


@click.group()
def links() -> None:
    """One-tap links."""


@links.command()
@click.argument("email", required=False)
@click.option("--all", "everybody", is_flag=True, help="Every link of everybody.")
def revoke(email: str | None, everybody: bool) -> None:  # noqa: FBT001  (click passes options by name)
    """End every link of a contact, or with --all of everybody, and the sessions that mailed codes opened."""
    if bool(email) == everybody:
        raise click.UsageError("name one contact's address, or --all")
    with application():
        contact = contact_by_email(email) if email else None
        if email and contact is None:
            raise Refused(f"no contact {email} that is mailed")
        count = revoke_links(contact.id if contact else None, actor=OPERATOR, channel=CHANNEL, at=clock.now())
    say(f"Revoked {count} link{'s' * (count != 1)}.")


COMMANDS = (links,)
