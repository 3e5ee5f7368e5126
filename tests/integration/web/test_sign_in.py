"""Signing in and out as people meet it: words, states, what follows. Locks are in test_sign_in_locks, sessions in test_sessions."""

from __future__ import annotations

import statistics
import time

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from ctapp.access.tokens import token_hash
from ctapp.extensions import db
from ctapp.models import AuditEvent, User, UserSession
from ctapp.services import passwords
from tests import cast, factories
from tests.page import Page

HOME_MANAGER = cast.PEOPLE["rosewood_manager"].email


def enter(client, email=HOME_MANAGER, password=cast.PASSWORD, *, address="127.0.0.1", **fields):
    return client.post(
        "/sign-in",
        data={"email": email, "password": password, **fields},
        environ_overrides={"REMOTE_ADDR": address},
    )


def events(action):
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id))
    return [(row.actor, row.detail) for row in rows]


def test_right_password_opens_the_page_asked_for(client):
    page = Page.get(client, "/sign-in?next=/find%3Fpostcode%3DLS6")
    form = page.form("Sign in").fill("Email address", " Manager@Rosewood.example ").fill("Password", cast.PASSWORD)
    answer = client.post("/sign-in", data=form.values)
    assert (answer.status_code, answer.location) == (303, "/find?postcode=LS6")
    user_id = factories.user_id(HOME_MANAGER)
    assert [actor for actor, _ in events("sign_in")] == [f"user:{user_id}"]
    assert db.session.get(User, user_id).signed_in_at == cast.AT


def test_the_page_stands_as_designed(client):
    page = Page.get(client, "/sign-in")
    assert page.h1 == "Sign in"
    assert "Got a reminder email? You can use its link without signing in." in page.text
    assert not {"I have forgotten my password", "Create an account"} & set(page.links)


@pytest.mark.parametrize("there", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/sign-out"])
def test_no_next_leads_off_the_site(client, there):
    assert enter(client, next=there).location == "/"


def test_who_is_signed_in_already_goes_on(client_as):
    assert client_as("leeds_officer").get("/sign-in?next=/find").location == "/find"


@pytest.mark.parametrize(
    ("email", "password", "errors"),
    [
        ("", "", ["Enter your email address", "Enter your password"]),
        ("", "typed all the same", ["Enter your email address"]),
        (HOME_MANAGER, "", ["Enter your password"]),
        ("\x00", "\x00", ["Enter your email address"]),
        ("   ", "typed all the same", ["Enter your email address"]),
        (HOME_MANAGER, "wrong", ["The email address or password is not right"]),
        ("nobody@rosewood.example", "wrong", ["The email address or password is not right"]),
        (HOME_MANAGER, cast.PASSWORD + " ", ["The email address or password is not right"]),
        (HOME_MANAGER, "x" * 100_000, ["The email address or password is not right"]),
        (f"{HOME_MANAGER}\x00", "pass\x00word", ["The email address or password is not right"]),
        ("😀@😀", "😀😀", ["The email address or password is not right"]),
        ("a" * 10_000, "wrong", ["The email address or password is not right"]),
    ],
)
def test_mistakes_are_named(client, email, password, errors):
    page = Page.get(client, "/sign-in")
    answer = client.post(
        "/sign-in", data=page.form("Sign in").fill("Email address", email).fill("Password", password).values
    )
    assert answer.status_code == 422
    found = Page(answer.text, url="/sign-in")
    assert found.errors == errors
    assert found.title.startswith("Error: ")
    assert password == "" or password not in answer.text


def test_failures_are_kept_without_the_address(client):
    enter(client, password="wrong")
    enter(client, email="nobody@rosewood.example")
    assert [(actor, detail["reason"]) for actor, detail in events("sign_in_failed")] == [
        (f"user:{factories.user_id(HOME_MANAGER)}", "password"),
        ("unknown", "password"),
    ]
    kept = str(events("sign_in_failed"))
    assert "rosewood.example" not in kept
    assert "127.0.0.1" not in kept


def test_known_and_unknown_accounts_get_the_same_answer(client):
    known, unknown = enter(client, password="wrong"), enter(client, "nobody@rosewood.example", "wrong")

    def shape(answer, email):
        body = answer.text.replace(email, "…")
        token = Page(answer.text, url="/").form("Sign in").values["csrf_token"]
        headers = {
            name: value
            for name, value in answer.headers
            if name not in ("X-Request-Id", "Content-Length", "Set-Cookie")
        }
        return answer.status_code, body.replace(token, "…"), headers, "Set-Cookie" in answer.headers

    assert shape(known, HOME_MANAGER) == shape(unknown, "nobody@rosewood.example")


def test_known_and_unknown_accounts_take_the_same_time(client):
    """By the clock on the wall. A busy machine can spoil one round; a real difference shows in all three."""
    rounds = []
    while len(rounds) < 3 and not any(is_alike(*each) for each in rounds):
        rounds.append(time_round(client, len(rounds)))
    assert is_alike(*rounds[-1]), rounds


def is_alike(known, unknown):
    return abs(known - unknown) < max(0.005, 0.05 * known)


def time_round(client, number):
    """The median times of thirty known and thirty unknown accounts, in turn."""
    took = {True: [], False: []}
    for turn in range(30):
        known = cast.PEOPLE[cast.ACTIVE[(turn + number * 6) % len(cast.ACTIVE)]].email
        for is_known, email in ((True, known), (False, f"nobody{number}-{turn}@rosewood.example")):
            started = time.perf_counter()
            assert enter(client, email, "wrong", address=f"10.{number}.{int(is_known)}.{turn}").status_code == 422
            took[is_known].append(time.perf_counter() - started)
    return statistics.median(took[True]), statistics.median(took[False])


@pytest.mark.parametrize(
    ("person", "title", "words"),
    [
        (
            "pending",
            "Your account is waiting for approval",
            "as soon as Rosewood Group or the support desk has approved it",
        ),
        ("switched_off", "Your account is switched off", "Ask an approver of Leeds City Council or the support desk"),
    ],
)
def test_an_account_that_is_not_ready_says_so_after_the_right_password_only(client, person, title, words):
    email = cast.PEOPLE[person].email
    assert enter(client, email, "wrong").status_code == 422
    answer = enter(client, email)
    page = Page(answer.text, url="/sign-in")
    assert (answer.status_code, page.h1) == (403, title)
    assert words in page.text
    assert db.session.scalars(select(UserSession)).all() == []


def test_an_account_switched_off_for_idleness_is_told_so(client):
    assert "You have not signed in for 3 months." in enter(client, cast.PEOPLE["switched_off"].email).text


def test_an_account_switched_off_in_use_is_not_said_to_be_unused(client):
    db.session.execute(update(User).where(User.state == "off").values(signed_in_at=cast.AT))
    assert "3 months" not in enter(client, cast.PEOPLE["switched_off"].email).text


def test_a_password_hashed_with_older_settings_is_hashed_again(client):
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(cast.PASSWORD)
    db.session.execute(update(User).where(User.email == HOME_MANAGER).values(password_hash=old))
    assert enter(client).status_code == 303
    kept = db.session.scalars(select(User.password_hash).where(User.email == HOME_MANAGER)).one()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.needs_rehash(kept)
    assert enter(client).status_code == 303


def test_the_hash_for_nobody_costs_what_a_real_one_costs():
    assert not passwords.needs_rehash(passwords.DUMMY_HASH)


def test_letters_typed_another_way_are_the_same_password(client):
    composed, apart = "Zoë’s tea at half past four", "Zoë’s tea at half past four"
    db.session.execute(
        update(User).where(User.email == HOME_MANAGER).values(password_hash=passwords.hash_password(composed))
    )
    assert enter(client, password=apart).status_code == 303


def test_signing_in_replaces_session_and_secret(client):
    """No session fixation: nothing that the browser carried before is good for anything after."""
    first_token = client.csrf_token()
    enter(client)
    with client.session_transaction() as there:
        first = there["id"]
    enter(client)
    with client.session_transaction() as there:
        second = there["id"]
    assert first != second
    ended = {row.id_hash: row.ended_at for row in db.session.scalars(select(UserSession))}
    assert ended == {token_hash(first): cast.AT, token_hash(second): None}
    assert client.post("/sign-out", data={"csrf_token": first_token}, csrf=False).status_code == 400


def test_a_session_id_from_outside_is_never_adopted(client):
    client.sign_in("chosen by somebody else")
    enter(client)
    with client.session_transaction() as there:
        assert there["id"] != "chosen by somebody else"
    assert token_hash("chosen by somebody else") not in set(db.session.scalars(select(UserSession.id_hash)))


def test_signing_out_ends_the_session_in_the_database(client):
    enter(client)
    with client.session_transaction() as there:
        token = there["id"]
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert db.session.get(UserSession, token_hash(token)).ended_at == cast.AT
    with client.session_transaction() as there:
        assert "id" not in there
    client.sign_in(token)
    assert client.get("/sign-in").status_code == 200
    assert len(events("sign_out")) == 1


def test_signing_out_takes_a_post(client_as):
    assert client_as("leeds_officer").get("/sign-out").status_code == 405


def test_the_table_holds_no_token(client):
    enter(client)
    with client.session_transaction() as there:
        token = there["id"]
    row = db.session.scalars(select(UserSession)).one()
    assert token not in str(vars(row))
    assert len(token) >= 43
