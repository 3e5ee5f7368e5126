"""Guessing: ten tries an account, then a lock that doubles; a hundred failures a network address; a restart forgets nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import AuditEvent, SignInLock, SignInThrottle
from ctapp.services import tries
from ctapp.services.transactions import apart
from tests import cast
from tests.integration.web.test_sign_in import HOME_MANAGER, enter
from tests.page import Page

UNKNOWN = "nobody@rosewood.example"


def fail(client, times, email=HOME_MANAGER, **more):
    return [enter(client, email, "wrong", **more).status_code for _ in range(times)]


@pytest.mark.parametrize("email", [HOME_MANAGER, UNKNOWN])
def test_the_tenth_wrong_try_locks_known_and_unknown_alike(client, email):
    assert fail(client, 9, email) == [422] * 9
    answer = enter(client, email, "wrong")
    assert answer.status_code == 429
    assert Page(answer.text, url="/").errors == ["Too many tries. Wait 15 minutes"]
    assert answer.headers["Retry-After"] == "900"


def test_the_tenth_try_may_still_be_right(client):
    fail(client, 9)
    assert enter(client).status_code == 303
    assert db.session.scalars(select(SignInLock)).all() == []


def test_a_right_password_begins_the_count_afresh(client):
    for _ in range(3):
        fail(client, 9)
        assert enter(client).status_code == 303


def test_a_lock_holds_against_the_right_password_until_its_last_second(client, travel):
    fail(client, 10)
    travel(minutes=15, seconds=-1)
    assert enter(client).status_code == 429
    travel(minutes=15)
    assert enter(client).status_code == 303


def test_tries_during_a_lock_do_not_make_it_longer(client, travel):
    fail(client, 10)
    travel(minutes=14)
    fail(client, 5)
    travel(minutes=15)
    assert enter(client).status_code == 303


def test_each_further_lock_lasts_twice_as_long(app, at):
    moment, waits = at, []
    for _ in range(9):
        for _ in range(tries.TRIES_PER_ACCOUNT):
            with apart() as connection:
                may_look, until = tries.count_try(connection, "an account", at=moment)
                assert may_look
        waits.append((until - moment) / timedelta(minutes=1))
        moment = until
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]


def test_a_week_without_a_try_is_forgotten(client, travel):
    fail(client, 10)
    travel(days=7)
    assert fail(client, 9) == [422] * 9
    assert db.session.scalars(select(SignInLock.lockouts)).one() == 0


def test_a_restart_forgets_nothing(client, make_app):
    fail(client, 5)
    assert fail(make_app().test_client(), 5) == [422, 422, 422, 422, 429]
    again = make_app().test_client()
    assert enter(again).status_code == 429
    assert enter(again, cast.PEOPLE["elm_manager"].email).status_code == 303


def test_letters_and_spaces_do_not_open_another_count(client):
    fail(client, 4, HOME_MANAGER.upper())
    fail(client, 5, f" {HOME_MANAGER} ")
    assert fail(client, 1) == [429]


def test_many_tries_at_once_are_not_many_guesses(app, at, monkeypatch):
    """Fifty at the same moment: at most ten look at the password, whatever the order."""
    looked = []
    monkeypatch.setattr("ctapp.services.passwords.is_right", lambda password, kept: bool(looked.append(1)))

    def one(number):
        return app.test_client().post(
            "/sign-in",
            data={"email": HOME_MANAGER, "password": "wrong"},
            environ_overrides={"REMOTE_ADDR": f"10.0.1.{number}"},
        )

    with ThreadPoolExecutor(8) as pool:
        answers = [answer.status_code for answer in pool.map(one, range(50))]
    assert len(looked) == 10
    assert sorted(set(answers)) == [422, 429]
    assert answers.count(422) <= 9


def test_one_network_address_has_a_hundred_failures_in_a_quarter_of_an_hour(client, monkeypatch, travel, at):
    monkeypatch.setattr(tries, "FAILURES_PER_ADDRESS", 5)
    assert [enter(client, f"nobody{n}@x.example", "wrong").status_code for n in range(5)] == [422] * 5
    refused = enter(client)
    assert refused.status_code == 429
    assert enter(client, address="10.9.9.9").status_code == 303
    travel(minutes=15, seconds=-1)
    assert enter(client).status_code == 429
    travel(minutes=15)
    assert enter(client).status_code == 303


def test_the_limit_of_an_address_is_a_hundred():
    limit, window = tries.FAILURES_PER_ADDRESS, tries.WINDOW
    assert (limit, window) == (100, timedelta(minutes=15))


def test_a_throttled_address_learns_nothing_about_accounts(client, monkeypatch):
    monkeypatch.setattr(tries, "FAILURES_PER_ADDRESS", 1)
    fail(client, 1)
    known, unknown = enter(client), enter(client, UNKNOWN)
    assert (known.status_code, unknown.status_code) == (429, 429)
    assert Page(known.text, url="/").errors == Page(unknown.text, url="/").errors


def test_no_address_and_no_account_is_kept_in_the_open(client):
    fail(client, 1)
    rows = [*db.session.scalars(select(SignInLock)), *db.session.scalars(select(SignInThrottle))]
    kept = " ".join(str(vars(row)) for row in rows)
    assert HOME_MANAGER not in kept
    assert "127.0.0.1" not in kept
    assert len(rows) == 2


def test_locks_are_in_the_audit_trail(client):
    fail(client, 11)
    reasons = [
        row.detail["reason"]
        for row in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))
        if row.action == "sign_in_failed"
    ]
    assert reasons == ["password"] * 9 + ["locked"] * 2
