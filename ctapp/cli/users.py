"""`ctapp user …`: accounts added, listed and switched off by the operator. Registration and approval are pages of their own."""

from __future__ import annotations

import json
import sys

import click

from ctapp import clock
from ctapp.access.roles import ROLES
from ctapp.cli.edge import application, say
from ctapp.errors import Refused
from ctapp.queries.people import UserRow, list_users
from ctapp.services.accounts import NewUser, add_user, deactivate_user
from ctapp.services.provider_accounts import (
    Acting,
    add_confirmed_contact,
    locations_of,
    organisation_called,
    organisation_for_locations,
)

OPERATOR, CHANNEL = "operator", "cli"


@click.group()
def user() -> None:
    """Accounts: added, listed, switched off."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="Name of the person.")
@click.option("--job", default="", help="What others see: “deputy manager”. Never a name.")
@click.option(
    "--location", "locations", multiple=True, help="A location to act for, by the regulator's id; repeatable."
)
@click.option(
    "--organisation", default="", help="The organisation by name; with --kind it is added where there is none."
)
@click.option("--kind", type=click.Choice(list(ROLES)), help="The kind of organisation.")
@click.option(
    "--area", "areas", multiple=True, help="What a new organisation covers: a council, forum or region; repeatable."
)
@click.option("--approver", "is_approver", is_flag=True, help="May approve others of the organisation.")
@click.option("--contact", "is_contact", is_flag=True, help="Also a confirmed reminder contact of the locations.")
@click.option(
    "--password-stdin", "from_stdin", is_flag=True, help="Read the password from the first line of standard input."
)
def add(
    email: str,
    name: str,
    job: str,
    locations: tuple[str, ...],
    organisation: str,
    kind: str | None,
    areas: tuple[str, ...],
    is_approver: bool,  # noqa: FBT001
    is_contact: bool,  # noqa: FBT001
    from_stdin: bool,  # noqa: FBT001
) -> None:
    """Add an account: for locations (--location), or for an organisation (--organisation, with --kind if it is new)."""
    if not locations and not organisation:
        raise click.UsageError("say for whom: --location or --organisation")
    if locations and (areas or kind not in (None, "provider")):
        raise click.UsageError("--location is for providers: leave out --area, and any other --kind")
    password = _password(from_stdin=from_stdin)
    at = clock.now()
    with application():
        if locations:
            acting = organisation_for_locations(locations, name=organisation, actor=OPERATOR, channel=CHANNEL, at=at)
        else:
            acting = organisation_called(organisation, kind, areas=areas, actor=OPERATOR, channel=CHANNEL, at=at)
        new = NewUser(email, name, acting.organisation_id, password, job, is_approver, location_ids=acting.location_ids)
        user_id = add_user(new, actor=OPERATOR, channel=CHANNEL, at=at)
        told = f"Added account {user_id}."
        if is_contact:
            told += f" {_make_contact(email, acting)}"
    say(told)


@user.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_accounts(as_json: bool) -> None:  # noqa: FBT001
    """Every account, by organisation."""
    with application():
        rows = list_users()
    if as_json:
        say(json.dumps([_as_json(row) for row in rows], ensure_ascii=False))
        return
    for row in rows:
        approves = ", approver" if row.is_approver else ""
        say(f"{row.email}  {row.state}{approves}  {row.job or 'no job given'}  {row.organisation_name} ({row.kind})")
    if not rows:
        say("There are no accounts. `ctapp user add` adds one.")


@user.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """Switch an account off and end its sessions."""
    with application():
        user_id = deactivate_user(email, actor=OPERATOR, channel=CHANNEL, at=clock.now())
    say(f"Account {user_id} is switched off.")


def _make_contact(email: str, acting: Acting) -> str:
    location_ids = locations_of(acting)
    if not location_ids:
        raise Refused("--contact: this organisation has no locations to be reminded of")
    add_confirmed_contact(email, location_ids, actor=OPERATOR, channel=CHANNEL, at=clock.now())
    count = len(location_ids)
    return f"Reminders go to this address for {count} location{'' if count == 1 else 's'}."


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def _as_json(row: UserRow) -> dict[str, object]:
    signed_in_at = row.signed_in_at.isoformat() if row.signed_in_at else None
    return {**row.__dict__, "signed_in_at": signed_in_at}


COMMANDS = (user,)
