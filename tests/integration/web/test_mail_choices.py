"""The page of a contact's choices, opened from a mail: GET changes nothing, one click stops all, the token does nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from ctapp.extensions import db
from ctapp.models import Contact
from ctapp.services import people
from ctapp.services.choices import choices_token
from tests import cast, factories
from tests.page import Page

SAVED = {"hour": "13", "days": ["Monday", "Friday"], "kinds": ["reminder"]}


@pytest.fixture
def path(app, at):
    """The address of the choices of Rosewood's contact."""
    people.assign_contacts(factories.location_id(cast.ROSEWOOD), ["m@rosewood.example"], at=at, is_confirmed=True)
    db.session.commit()
    number = db.session.scalars(select(Contact.id)).one()
    return f"/u/mail/{choices_token(number, key=app.config['SETTINGS'].secret_key)}"


def chosen():
    db.session.rollback()
    row = db.session.scalars(select(Contact)).one()
    return row.remind_hour, row.remind_days, row.kinds_off


def test_opening_changes_nothing_and_shows_what_stands(client, path):
    for method in ("GET", "HEAD", "OPTIONS"):
        client.open(path, method=method)
    assert chosen() == (9, "1234567", "")
    page = Page.get(client, path)
    assert page.h1 == "When we email you"
    form = page.form("Save").values.to_dict(flat=False)
    assert (form["hour"], len(form["days"]), len(form["kinds"])) == (["9"], 7, 3)


def test_choices_are_kept(client, path):
    answer = client.post(path, data=SAVED, csrf=False)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (303, False)
    assert chosen() == (13, "15", "last_call,stale_notice")
    assert "Saved" in client.get(answer.location).text


@pytest.mark.parametrize("wrong", [{"days": []}, {"hour": "21"}, {"hour": "6"}, {"hour": "x"}, {"hour": ""}])
def test_choices_that_cannot_be_are_refused(client, path, wrong):
    assert client.post(path, data=SAVED | wrong, csrf=False).status_code == 422
    assert chosen() == (9, "1234567", "")


def test_one_click_stops_all_scheduled_mail(client, path):
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}, csrf=False).status_code == 200
    assert chosen() == (9, "1234567", "reminder,last_call,stale_notice")


@pytest.mark.parametrize("end", ["0", "", "é", "x" * 500])
def test_token_that_is_not_ours_opens_nothing(client, path, end):
    for method in ("GET", "POST"):
        assert client.open(path[:-1] + end, method=method, csrf=False).status_code in ((404, 410) if end else (410,))
    assert client.get("/u/mail/2" + path.removeprefix("/u/mail/1")).status_code == 410
    assert chosen() == (9, "1234567", "")


def test_token_of_choices_is_no_link(client, path):
    assert client.get(path.replace("/u/mail/", "/u/")).status_code == 410


@pytest.mark.parametrize("change", [{"removed_at": cast.AT}, {"bounced_at": cast.AT}, {"confirmed_at": None}])
def test_contact_that_is_not_mailed_has_no_choices(client, path, change):
    db.session.execute(update(Contact).values(**change))
    db.session.commit()
    assert client.get(path).status_code == 410
