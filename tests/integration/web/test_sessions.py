"""The session behind the cookie: how long it lasts, what ends it, what the cookie looks like, who writes that it was used."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from ctapp.extensions import db
from ctapp.models import AuditEvent, User, UserSession
from ctapp.services import accounts
from tests import cast, factories
from tests.page import Page

# The first line of access.md on sessions, in minutes: idle, absolute.
LIMITS = {
    "rosewood_manager": (720, 1200),
    "leeds_officer": (60, 720),
    "ccg_analyst": (60, 720),
    "discharge_nurse": (60, 720),
    "health_protection": (60, 720),
    "lrf_analyst": (60, 720),
    "region_analyst": (60, 720),
    "national_analyst": (30, 480),
    "support": (30, 480),
}


def is_signed_in(visitor):
    """Whether sign-in sends the visitor on: it writes nothing but the last-seen time."""
    return visitor.get("/sign-in").status_code == 303


def seen_at():
    return db.session.scalars(select(UserSession.seen_at)).one()


@pytest.mark.parametrize(("person", "minutes"), [(person, idle) for person, (idle, _) in LIMITS.items()])
@pytest.mark.parametrize(("seconds", "holds"), [(-1, True), (0, False), (1, False)])
def test_a_session_ends_when_it_was_idle(client_as, travel, person, minutes, seconds, holds):
    visitor = client_as(person)
    travel(minutes=minutes, seconds=seconds)
    assert is_signed_in(visitor) is holds


@pytest.mark.parametrize(("person", "minutes"), [(person, absolute) for person, (_, absolute) in LIMITS.items()])
@pytest.mark.parametrize(("seconds", "holds"), [(-1, True), (0, False), (1, False)])
def test_a_session_in_use_ends_at_its_absolute_limit(client_as, travel, person, minutes, seconds, holds):
    visitor = client_as(person)
    idle = LIMITS[person][0]
    for passed in range(idle - 1, minutes, idle - 1):
        travel(minutes=passed)
        assert is_signed_in(visitor)
    travel(minutes=minutes, seconds=seconds)
    assert is_signed_in(visitor) is holds


def test_a_session_that_ended_does_not_come_back(client_as, travel, at):
    visitor = client_as("leeds_officer")
    travel(minutes=60)
    assert not is_signed_in(visitor)
    travel(minutes=61)
    assert not is_signed_in(visitor)
    assert seen_at() == at


def test_who_was_signed_out_is_told_so(client_as, travel):
    visitor = client_as("leeds_officer")
    travel(minutes=60)
    assert "You were signed out. Sign in to go on." in Page.get(visitor, "/sign-in").text


def test_last_seen_is_written_once_a_minute(client_as, travel, at):
    visitor = client_as("leeds_officer")
    travel(seconds=59)
    is_signed_in(visitor)
    assert seen_at() == at
    there = travel(seconds=60)
    is_signed_in(visitor)
    assert seen_at() == there


@pytest.mark.parametrize("path", ["/u/abc", "/healthz", "/readyz"])
def test_a_link_and_a_watcher_touch_no_session(client_as, travel, at, path):
    visitor = client_as("leeds_officer")
    travel(minutes=10)
    answer = visitor.get(path)
    assert seen_at() == at
    assert "Set-Cookie" not in answer.headers
    assert "Capacity Tracker</a>" not in answer.text


def test_a_get_writes_nothing_but_last_seen(client_as, travel):
    visitor = client_as("leeds_officer")
    travel(minutes=2)
    written = []

    def watch(connection, cursor, statement, *rest):
        if not statement.lstrip().upper().startswith(("SELECT", "BEGIN", "PRAGMA")):
            written.append(statement.split()[:2])

    event.listen(db.engine, "before_cursor_execute", watch)
    try:
        is_signed_in(visitor)
    finally:
        event.remove(db.engine, "before_cursor_execute", watch)
    assert written == [["UPDATE", "user_session"]]


@pytest.mark.parametrize("state", ["off", "pending"])
def test_a_user_who_is_switched_off_is_out_at_the_next_request(client_as, state):
    visitor = client_as("leeds_officer")
    db.session.execute(update(User).where(User.email == "officer@leeds.example").values(state=state))
    assert not is_signed_in(visitor)


def test_sign_out_everywhere_ends_every_session_of_one_user_alone(client_as, at):
    mine, mine_too, other = client_as("leeds_officer"), client_as("leeds_officer"), client_as("leeds_approver")
    user_id = factories.user_id("officer@leeds.example")
    assert accounts.end_sessions(user_id, actor="user:1", channel="web", at=at) == 2
    assert [is_signed_in(each) for each in (mine, mine_too, other)] == [False, False, True]
    last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (last.action, last.detail) == ("sessions_ended", {"user": user_id, "sessions": 2})


def test_deactivating_ends_the_sessions(client_as, at):
    visitor = client_as("leeds_officer")
    accounts.deactivate_user("officer@leeds.example", actor="operator", channel="cli", at=at)
    assert not is_signed_in(visitor)


def test_a_cookie_signed_with_another_key_is_nobody(client_as, make_app):
    known = client_as("leeds_officer")
    cookie = known.get_cookie("ct")
    other = make_app(secret_key="another key, long enough to be one, truly").test_client()
    other.set_cookie("ct", cookie.value)
    assert not is_signed_in(other)


@pytest.mark.parametrize("token", ["", "x", "\x00", "😀", "a" * 5000, 7, None, ["a"], {"a": 1}])
def test_a_strange_token_is_nobody(client, token):
    with client.session_transaction() as there:
        there["id"] = token
    assert not is_signed_in(client)


def test_the_cookie_in_development(client):
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("ct=")
    assert "; HttpOnly" in cookie
    assert "; SameSite=Lax" in cookie
    assert "; Path=/" in cookie
    assert "Secure" not in cookie
    assert "Max-Age" not in cookie


def test_the_cookie_under_https(make_app):
    client = make_app(base_url="https://tracker.example").test_client()
    cookie = client.get("/sign-in", base_url="https://tracker.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-ct=")
    for part in ("; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_there_is_one_cookie(client):
    client.get("/sign-in")
    client.post("/sign-in", data={"email": "manager@rosewood.example", "password": cast.PASSWORD})
    assert list(client._cookies) == [("localhost", "/", "ct")]


def test_an_account_is_added_whole(app, at):
    organisation_id = accounts.add_organisation(
        accounts.NewOrganisation("local_authority", "York Council", areas=("E06000014",)),
        actor="operator",
        channel="cli",
        at=at,
    )
    new = accounts.NewUser(" New@York.example ", "Jo Example", organisation_id, "twelve chars", job="officer")
    user_id = accounts.add_user(new, actor="operator", channel="cli", at=at)
    user = db.session.get(User, user_id)
    assert (user.email, user.state, user.is_limited) == ("new@york.example", "active", False)
    assert user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("email", "password", "state"),
    [
        ("manager@rosewood.example", "twelve chars", "active"),
        ("MANAGER@rosewood.example", "twelve chars", "active"),
        ("no address", "twelve chars", "active"),
        ("@x", "twelve chars", "active"),
        ("a@b@c", "twelve chars", "active"),
        ("a@b.example", "eleven char", "active"),
        ("a@b.example", "x" * 129, "active"),
        ("a@b.example", "twelve chars", "asleep"),
    ],
)
def test_an_account_that_cannot_be_is_refused(app, at, email, password, state):
    from ctapp.errors import Refused

    new = accounts.NewUser(email, "Jo Example", 1, password, state=state)
    with pytest.raises(Refused):
        accounts.add_user(new, actor="operator", channel="cli", at=at)


def test_limits_count_real_time_across_a_clock_change(client_as, travel):
    # At 1am on 28 March 2021 London went to 2am: sixty minutes of idling are sixty minutes all the same.
    from datetime import datetime

    before = travel(datetime.fromisoformat("2021-03-28T00:30:00+00:00"))
    visitor = client_as("leeds_officer")
    travel(before + timedelta(minutes=59, seconds=59))
    assert is_signed_in(visitor)
