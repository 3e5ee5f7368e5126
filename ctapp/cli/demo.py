"""`ctapp demo`: an invented England in an empty database, with accounts to try and one link to tap. Development only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import click
from flask import current_app
from sqlalchemy import select

from ctapp import clock
from ctapp.cli.edge import application, migrate_database, progress, say
from ctapp.config import Settings
from ctapp.errors import Refused
from ctapp.extensions import db
from ctapp.models import Contact
from ctapp.models.schema import drop_everything
from ctapp.queries.demo import is_empty
from ctapp.reference.postcode_build import open_postcodes
from ctapp.services import links
from ctapp.services.demo.cast import BODIES, PASSWORD, PEOPLE
from ctapp.services.demo.homes import DEFAULT_LOCATIONS
from ctapp.services.demo.loading import DEFAULT_DAYS, DEFAULT_SEED, Loaded, Wish, load

TOUR_CONTACT = "manager@rosewood.example"


@dataclass(frozen=True)
class ToTry:
    """What a person needs to try the demo: where it is, who to be, and a link that confirms Rosewood with one tap."""

    address: str
    password: str
    accounts: tuple[tuple[str, str], ...]
    link: str


def load_demo(wish: Wish | None = None) -> Loaded:
    """Load the demo into the empty database of the pushed application, commit, and return what it came to.

    Errors: Refused in production, and where the database holds anything.
    """
    settings: Settings = current_app.config["SETTINGS"]
    _refuse_in_production(settings)
    bar = partial(progress, label="Living through the days")
    loaded = load(wish or Wish(), open_postcodes(settings.instance), at=clock.now(), progress=bar)
    db.session.commit()
    return loaded


def to_try() -> ToTry:
    """Return the addresses and accounts of a loaded demo, with a fresh one-tap link for Rosewood's manager; commits."""
    settings: Settings = current_app.config["SETTINGS"]
    bodies = {body.key: body.name for body in BODIES}
    accounts = tuple(
        (
            person.email,
            f"{bodies[person.body]}, {person.job.lower()}" + (" (waiting for approval)" * (person.state != "active")),
        )
        for person in PEOPLE
    )
    contact_id = db.session.scalar(select(Contact.id).where(Contact.email == TOUR_CONTACT))
    token = links.mint(contact_id, outbox_id=None, at=clock.now()) if contact_id else ""
    db.session.commit()
    return ToTry(settings.base_url, PASSWORD, accounts, f"{settings.base_url}/u/{token}" if token else "")


def lines_to_try(found: ToTry) -> Iterator[str]:
    """Yield what `to_try` found as lines for a person."""
    yield f"Open {found.address} and sign in as one of these, password {found.password}"
    width = max(len(email) for email, _ in found.accounts)
    for email, who in found.accounts:
        yield f"  {email:<{width}}  {who}"
    if found.link:
        yield f"Or confirm Rosewood with one tap, as from its reminder: {found.link}"


@click.command()
@click.option("--locations", type=int, default=DEFAULT_LOCATIONS, show_default=True, help="How many locations.")
@click.option("--days", type=int, default=DEFAULT_DAYS, show_default=True, help="Days of history, ending yesterday.")
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Another seed, another England.")
@click.option("--replace", is_flag=True, help="Throw away everything that the database holds first.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def demo(*, locations: int, days: int, seed: int, replace: bool, as_json: bool) -> None:
    """An invented England with a cast of accounts and a history that ends yesterday."""
    with application() as app:
        _refuse_in_production(app.config["SETTINGS"])
        if replace and not is_empty():
            db.session.remove()
            drop_everything(db.engine)
            migrate_database()
        loaded = load_demo(Wish(locations, days, seed))
        found = to_try()
        if as_json:
            say(json.dumps(_as_json(loaded, found)))
            return
        length = _days(loaded.first_on, loaded.last_on)
        say(f"{loaded.locations} locations with {length} days of history, up to {loaded.last_on}.")
        for line in lines_to_try(found):
            say(line)


def _refuse_in_production(settings: Settings) -> None:
    if settings.is_production:
        raise Refused("a demo has accounts with a public password: production never gets one")


def _days(first_on: date, last_on: date) -> int:
    return (last_on - first_on) // timedelta(days=1) + 1


def _as_json(loaded: Loaded, found: ToTry) -> dict[str, object]:
    return {
        "locations": loaded.locations,
        "first_on": loaded.first_on.isoformat(),
        "last_on": loaded.last_on.isoformat(),
        "address": found.address,
        "password": found.password,
        "accounts": [{"email": email, "who": who} for email, who in found.accounts],
        "link": found.link,
    }


COMMANDS = (demo,)
