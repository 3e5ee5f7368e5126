"""`ctapp run`, `ctapp web`, `ctapp worker` and `ctapp migrate`: what starts the service, and what makes ready for it.

The parent that forks must stay plain (no connection, no thread), so everything that touches the database happens in a child of
its own before it starts.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import click

from ctapp import clock, server
from ctapp.cli.edge import migrate_database, require_schema, say
from ctapp.config import Settings, read_settings
from ctapp.errors import CapacityTrackerError

HOST, PORT = "127.0.0.1", 8000

_host = click.option("--host", default=HOST, show_default=True, help="Address to listen at.")
_port = click.option("--port", type=click.IntRange(0, 65_535), default=PORT, show_default=True)
_workers = click.option(
    "--workers", type=click.IntRange(1, 32), default=None, help="Web processes. [default: CTAPP_WORKERS]"
)


@click.command()
@_host
@_port
@_workers
def run(host: str, port: int, workers: int | None) -> None:
    """Migrate, then serve: web and worker. An empty development database gets the demo first."""
    settings = _settings_for(host, port)
    _in_child(_migrate)
    _in_child(_prepare)
    _in_child(_load_demo_if_empty)
    _serve(settings, host=host, port=port, workers=workers, run_worker=_run_worker)


@click.command()
@_host
@_port
@_workers
def web(host: str, port: int, workers: int | None) -> None:
    """Serve the web alone; the worker runs elsewhere."""
    settings = _settings_for(host, port)
    _in_child(_require_schema)
    _in_child(_prepare)
    _serve(settings, host=host, port=port, workers=workers, run_worker=None)


@click.command()
def worker() -> None:
    """Run the worker alone: reminders and mail. Of several, one leads and the others wait."""
    clock.now()  # one clock for every process of this service
    _in_child(_require_schema)
    status = server.serve(None, _run_worker, on_ready=lambda port: say("The worker is running. Ctrl-C stops it."))
    if status:
        raise click.exceptions.Exit(status)


@click.command()
def migrate() -> None:
    """Bring the schema up to date and publish the sections that are new."""
    _in_child(_migrate)
    say("The database is up to date.")


def _settings_for(host: str, port: int) -> Settings:
    # Links in mails must lead to where this very service listens, unless somebody said otherwise.
    if not os.environ.get("CTAPP_BASE_URL"):
        named = f"[{host}]" if ":" in host else host
        os.environ["CTAPP_BASE_URL"] = f"http://{HOST if named in ('0.0.0.0', '[::]') else named}:{port}"  # noqa: S104
    settings = read_settings()
    clock.now()  # a shifted clock is anchored here, before the forks, so that all processes agree
    return settings


def _serve(
    settings: Settings, *, host: str, port: int, workers: int | None, run_worker: Callable[[], None] | None
) -> None:
    def tell(bound: int) -> None:
        say(f"Capacity Tracker is running at {settings.base_url} (port {bound}). Ctrl-C stops it.")
        sys.stdout.flush()

    try:
        status = server.serve(
            _make_app, run_worker, host=host, port=port, web_children=workers or settings.workers, on_ready=tell
        )
    except OSError as error:
        raise click.ClickException(f"cannot listen at {host}, port {port}: {error.strerror}") from None
    if status:
        raise click.exceptions.Exit(status)


def _make_app() -> Any:
    from ctapp import create_app

    return create_app()


def _run_worker() -> None:
    from ctapp import create_app
    from ctapp.jobs.runner import run_worker

    run_worker(create_app)


def _migrate() -> None:
    with _make_app().app_context():
        migrate_database()


def _require_schema() -> None:
    with _make_app().app_context():
        require_schema()


def _prepare() -> None:
    """Make what web processes would otherwise make at their first request: the postcode file."""
    from ctapp.reference.postcode_build import open_postcodes

    open_postcodes(read_settings().instance)


def _load_demo_if_empty() -> None:
    from ctapp.cli.demo import lines_to_try, load_demo, to_try
    from ctapp.queries.demo import is_empty

    app = _make_app()
    if app.config["SETTINGS"].is_production:
        return
    with app.app_context():
        if not is_empty():
            return
        say("The database is empty: loading the demo ...")
        load_demo()
        for line in lines_to_try(to_try()):
            say(line)


def _in_child(act: Callable[[], None]) -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code:
            raise click.exceptions.Exit(code if code > 0 else 1)
        return
    code = 1
    try:
        act()
        code = 0
    except CapacityTrackerError as error:
        click.echo(f"Refused: {error}", err=True)
    except KeyboardInterrupt:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


COMMANDS = (run, web, worker, migrate)
