"""A contact of a home who has typed the mailed code: the link, the code as its mail would carry it, and the browser after it."""

from __future__ import annotations

from sqlalchemy import select

from ctapp import clock
from ctapp.extensions import db
from ctapp.models import Contact
from ctapp.services import codes, links, people
from tests import factories

ADDRESS = "deputy@rosewood.example"


def contact_of(*cqc_ids, email=ADDRESS):
    """Make an address the one confirmed contact of these locations and return the contact's id."""
    for cqc_id in cqc_ids:
        people.assign_contacts(factories.location_id(cqc_id), [email], at=clock.now(), is_confirmed=True)
    return db.session.execute(select(Contact.id).where(Contact.email == email)).scalar_one()


def link_of(contact_id):
    """Mint a link for a contact, as a mail that is handed over now, and return its token."""
    token = links.mint(contact_id, outbox_id=None, at=clock.now())
    db.session.commit()
    return token


def code_for(app, token, contact_id):
    """Ask for a code with a link and return it, as the mail that is handed over now carries it."""
    codes.ask(token, host="localhost", at=clock.now())
    code = codes.make_code(contact_id, key=app.config["SETTINGS"].secret_key, at=clock.now())
    db.session.commit()
    return code


def visitor(app, *cqc_ids):
    """Return a browser in which a contact of these locations has just typed the mailed code."""
    contact_id = contact_of(*cqc_ids)
    token = link_of(contact_id)
    entered = codes.enter(
        token, code_for(app, token, contact_id), key=app.config["SETTINGS"].secret_key, at=clock.now()
    )
    db.session.commit()
    browser = app.test_client()
    browser.sign_in(entered.session_token)
    return browser
