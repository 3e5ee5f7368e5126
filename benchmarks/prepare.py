"""Filling an empty database with the demo and saying what a measurement needs to know of it; one JSON line on stdout.

A process of its own, because its settings (instance folder, database, address) come from the environment.
usage: python -m benchmarks.prepare DAYS
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from ctapp import clock, create_app
from ctapp.cli.demo import load_demo
from ctapp.cli.edge import migrate_database
from ctapp.extensions import db
from ctapp.models import Contact, Location
from ctapp.queries.question_sets import sections_on
from ctapp.services import links
from ctapp.services.demo.cast import OWNER, PASSWORD
from ctapp.services.demo.homes import HOMES
from ctapp.services.demo.loading import Wish
from ctapp.services.provider_accounts import add_confirmed_contact

HOME_MANAGER, FINDER = "manager@rosewood.example", "discharge@stjames.example"
FIVE = "five-homes@benchmark.example"
# Rosewood and three more of its group: four clients write to four homes.
WRITTEN = ("Rosewood", "Birch Grange", "Cedar Lodge", "Hawthorn Park")
# One account of each provider type, and its home: not every section is asked of every type.
SEEN = ("Rosewood", "Swift Home Care", "Larkfield Hospice", "Beckside Rehabilitation Unit", "Lantern Recovery House")


def prepare(days: int) -> dict[str, object]:
    """Load the demo and return accounts, homes, sections and fresh one-tap links; commits."""
    migrate_database()
    load_demo(Wish(days=days))
    at = clock.now()
    found = {row.name: row for row in db.session.scalars(select(Location))}
    ids = {row.name: row.id for row in found.values()}
    cqc_ids = {row.name: row.cqc_id for row in found.values()}
    group = [ids[home.name] for home in HOMES if home.provider == "rosewood_group"]
    add_confirmed_contact(FIVE, group[:5], actor="operator", channel="cli", at=at)
    sections = {published.key: published.section for published in sections_on(clock.london_day(at))}
    emails = {home.name: home.manager_email for home in HOMES}
    # A link is doubted within two minutes of its mail, and then a tap asks once more: these were mailed an hour ago.
    link = partial(_link, at=at - timedelta(hours=1))
    told = {
        "password": PASSWORD,
        "manager": HOME_MANAGER,
        "owner": OWNER,
        "finder": FINDER,
        "location_ids": [ids[name] for name in WRITTEN],
        "written": [{"cqc_id": cqc_ids[name], "link": link(emails[name])} for name in WRITTEN],
        "five": link(FIVE),
        "seen": [{"email": emails[name], "cqc_id": cqc_ids[name]} for name in SEEN],
        "sections": list(sections),
        "every_bed": [[grid.key, row.id] for grid in sections["vacancies"].grids() for row in grid.rows()],
    }
    db.session.commit()
    return told


def _link(email: str, *, at) -> str:
    contact_id = db.session.scalars(select(Contact.id).where(Contact.email == email)).one()
    return f"/u/{links.mint(contact_id, outbox_id=None, at=at)}"


if __name__ == "__main__":
    with create_app().app_context():
        print(json.dumps(prepare(int(sys.argv[1]))))
