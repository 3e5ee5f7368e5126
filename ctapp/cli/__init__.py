"""`ctapp …`: the commands of contract.md. Exit 0 done, 1 refused with the reason, 2 usage. One module a group of commands.

A module of this package that has `COMMANDS` adds them; nothing else names the list.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import click

from ctapp.errors import CapacityTrackerError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def ctapp() -> None:
    """The Capacity Tracker's commands."""


for _module in pkgutil.iter_modules(__path__):
    for _command in getattr(importlib.import_module(f"{__name__}.{_module.name}"), "COMMANDS", ()):
        ctapp.add_command(_command)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        # Without its standalone mode click hands an exit code back instead of raising it.
        code = ctapp.main(args=arguments, prog_name="ctapp", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return 1
    except click.Abort:
        click.echo("Stopped. What was not committed was not kept.", err=True)
        return 1
    except CapacityTrackerError as error:
        click.echo(f"Refused: {error}", err=True)
        return 1
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    sys.exit(main())
