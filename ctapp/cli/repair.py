"""`ctapp verify` and `ctapp rebuild`: whether the derived tables are what the log says, and deriving them again."""

from __future__ import annotations

import json
from functools import partial

import click

from ctapp.cli.edge import application, progress, say
from ctapp.services import repair


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def verify(as_json: bool) -> None:  # noqa: FBT001  (click passes options by name)
    """Compare `current` and outbreaks with the log; exit 1 when something differs."""
    with application():
        found = repair.find_mismatches(partial(progress, label="Comparing"))
        if as_json:
            say(json.dumps([mismatch.__dict__ for mismatch in found]))
        else:
            for mismatch in found:
                say(
                    f"{mismatch.what}, location {mismatch.location_id}, {mismatch.section}: {mismatch.kept} → {mismatch.should_be}"
                )
            say(
                "Everything is as the log says."
                if not found
                else f"{len(found)} differ. `ctapp rebuild` puts them right."
            )
    if found:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("what", type=click.Choice(["current", "outbreaks"]))
def rebuild(what: str) -> None:
    """Derive a table again from the log."""
    acts = {"current": repair.rebuild_all_current, "outbreaks": repair.rebuild_all_outbreaks}
    with application():
        count = acts[what](partial(progress, label="Deriving"))
        say(f"Derived {what} of {count} locations and sections again.")


COMMANDS = (verify, rebuild)
