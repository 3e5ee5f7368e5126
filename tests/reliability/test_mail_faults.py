"""Mail servers that fail: no mail is lost, none goes out twice where the server said 250, and nothing waits for ever.

Source: security.md, 71 to 74, and "Reliability goals", mail; the issue, Proof.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from flask_mail import Message
from sqlalchemy import select, update

from ctapp import clock
from ctapp.config import Settings, refuse_unsafe
from ctapp.errors import UnsafeSettings
from ctapp.extensions import db
from ctapp.jobs import smtp
from ctapp.jobs.backends import backend_for
from ctapp.jobs.mailing import hand_over, queue_reminders
from ctapp.jobs.outcomes import RefusedForGood, ServerAway
from ctapp.models import AuditEvent, Contact, OneTapLink, OutboxMail
from ctapp.services import people
from tests import answers, cast, factories
from tests.reliability.fault_server import FaultServer, make_certificate

MAILS = 250  # on each engine: 500 in all
DRILL_MAILS = 27_500
# One letter a fault, as often as it is drawn.
FAULTS = {
    "ok": 60,
    "busy": 6,
    "busy_after_data": 4,
    "closing": 4,
    "refuse": 4,
    "drop_before_250": 5,
    "drop_before_answer": 5,
    "drop_after_250": 6,
    "hang_after_data": 1,
    "no_such_user": 3,
    "policy": 1,
    "not_wanted": 1,
}


@pytest.fixture(autouse=True)
def little_patience(monkeypatch):
    monkeypatch.setattr(smtp, "ANSWER_WITHIN", 1.0)


@pytest.fixture
def serve():
    servers = []

    def start(fault="ok", **more):
        servers.append(FaultServer(fault if callable(fault) else lambda number: fault, **more))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


def settings_for(address, **more):
    usual = {"env": "development", "base_url": "http://localhost", "secret_key": "x" * 40, "smtp_url": address}
    return Settings(**{**usual, **more})


def backend(server, scheme="smtp", host="127.0.0.1", query="", **more):
    return backend_for(settings_for(f"{scheme}://{host}:{server.port}{query}", **more))


def message():
    made = Message(subject="Hello", recipients=["manager@rosewood.example"], body=".\n..\nlast", sender="a@b.example")
    made.msgId = "<one@localhost>"
    return made


def queue(app, at, count):
    """Queue a reminder for so many contacts of Rosewood, whose beds were checked yesterday."""
    answers.save_beds(at=at - timedelta(hours=17, minutes=20))
    people.assign_contacts(
        factories.location_id(cast.ROSEWOOD), [f"m{n}@rosewood.example" for n in range(count)], at=at, is_confirmed=True
    )
    db.session.commit()
    assert queue_reminders(app.config["SETTINGS"], at=at) == count


def rows():
    db.session.rollback()
    return db.session.execute(select(OutboxMail.message_id, OutboxMail.state, OutboxMail.open_tries)).all()


def states():
    return Counter(row.state for row in rows())


def test_whatever_the_server_does_no_mail_is_lost_and_none_is_sent_twice(app, serve, at, travel):
    come_through_everything(app, serve, at, travel, MAILS)


@pytest.mark.drill
def test_no_mail_of_a_whole_morning_is_lost(app, serve, at, travel):
    come_through_everything(app, serve, at, travel, DRILL_MAILS)


def come_through_everything(app, serve, at, travel, count):
    drawn = Random(7).choices(list(FAULTS), list(FAULTS.values()), k=count * 4)
    server = serve(lambda number: drawn[number] if number < len(drawn) else "ok")
    queue(app, at, count)
    there = at
    for _ in range(11 * 60):
        hand_over(app.config["SETTINGS"], backend(server), clock.now)
        waiting = [row for row in rows() if row.state == "queued" or (row.state == "unknown" and row.open_tries < 2)]
        if not waiting:
            break
        there = travel(there + timedelta(minutes=1))
    found = rows()
    assert not waiting and {row.state for row in found} <= {"sent", "failed", "unknown"}
    said, kept = Counter(server.said_250), Counter(server.accepted)
    assert set(said.values()) == {1}
    assert {row.message_id for row in found if row.state == "sent"} == set(said)
    # Where the answer never came, a second copy may stand beside the first; a third never.
    assert max(kept.values()) <= 2
    assert {row.state for row in found if row.open_tries == 2} <= {"unknown", "sent"}
    bounced = db.session.scalar(select(db.func.count()).select_from(Contact).where(Contact.bounced_at.is_not(None)))
    assert 0 < bounced < Counter(row.state for row in found)["failed"]
    assert set(FAULTS) <= set(drawn[: server.count])


@pytest.mark.parametrize("fault", ["drop_before_answer", "drop_before_250", "hang_after_data"])
def test_mail_without_an_answer_is_unknown_and_tried_once_more(app, serve, at, travel, fault):
    server = serve(lambda number: fault)
    queue(app, at, 1)
    ends = []
    for minutes in (0, 0.5, 1, 2, 60):
        travel(minutes=minutes)
        hand_over(app.config["SETTINGS"], backend(server), clock.now)
        ends.append((server.count, *states()))
    assert ends == [(1, "unknown"), (1, "unknown"), (2, "unknown"), (2, "unknown"), (2, "unknown")]
    assert len(set(server.accepted)) <= 1


def test_second_try_that_is_answered_is_sent(app, serve, at, travel):
    server = serve(lambda number: "ok" if number else "drop_before_answer")
    queue(app, at, 1)
    hand_over(app.config["SETTINGS"], backend(server), clock.now)
    travel(minutes=1)
    assert hand_over(app.config["SETTINGS"], backend(server), clock.now).sent == 1
    assert len(server.accepted) == 2 and len(set(server.accepted)) == 1


@pytest.mark.parametrize(("fault", "is_bounced"), [("no_such_user", True), ("policy", False), ("not_wanted", False)])
def test_refusal_for_good_is_final_and_marks_a_contact_that_is_not_there(app, serve, at, fault, is_bounced):
    server = serve(fault)
    queue(app, at, 1)
    assert hand_over(app.config["SETTINGS"], backend(server), clock.now).failed == 1
    assert states() == {"failed": 1}
    contact = db.session.scalars(select(Contact)).one()
    link = db.session.scalars(select(OneTapLink)).one()
    assert (contact.bounced_at == at, link.revoked_at == at) == (is_bounced, is_bounced)
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "contact_bounced")).all()
    assert len(events) == is_bounced
    assert queue_reminders(app.config["SETTINGS"], at=at + timedelta(days=1)) == (not is_bounced)


@pytest.mark.parametrize("fault", ["busy", "busy_after_data", "closing", "refuse"])
def test_refusal_for_now_follows_the_ladder(app, serve, at, travel, fault):
    server = serve(fault)
    queue(app, at, 1)
    there, waits = at, []
    for _ in range(6):
        hand_over(app.config["SETTINGS"], backend(server), clock.now)
        db.session.rollback()
        due = db.session.scalars(select(OutboxMail.next_at)).one()
        waits.append((due - there).total_seconds() / 60)
        there = travel(due)
    assert waits == [1, 5, 15, 60, 120, 120]
    assert states() == {"queued": 1} and rows()[0].open_tries == 0


def test_server_that_is_away_is_asked_once_a_run_and_the_rest_waits_untried(app, serve, at, travel):
    server = serve(lambda number: "refuse" if number < 2 else "ok")
    queue(app, at, 5)
    first = hand_over(app.config["SETTINGS"], backend(server), clock.now)
    assert (server.count, first.put_off) == (1, 5)
    db.session.rollback()
    assert sorted(db.session.scalars(select(OutboxMail.attempts))) == [0, 0, 0, 0, 1]
    travel(minutes=1)
    hand_over(app.config["SETTINGS"], backend(server), clock.now)
    travel(minutes=10)
    assert hand_over(app.config["SETTINGS"], backend(server), clock.now).sent == 5
    assert len(set(server.said_250)) == 5


def test_reminder_of_yesterday_is_void_though_the_server_is_away(app, serve, at, travel):
    queue(app, at, 3)
    travel(days=1)
    hand_over(app.config["SETTINGS"], backend(serve("refuse")), clock.now)
    assert states() == {"void": 3}


@pytest.mark.parametrize("fault", ["hang", "dribble"])
def test_server_that_keeps_us_waiting_is_left(app, serve, monkeypatch, fault):
    monkeypatch.setattr(smtp, "CONVERSATION_WITHIN", 1.0)
    began = time.monotonic()
    with pytest.raises(ServerAway):
        backend(serve(fault)).hand_over(message())
    assert time.monotonic() - began < 5


def test_limits_are_fifteen_seconds_an_answer(monkeypatch):
    monkeypatch.undo()
    assert (smtp.ANSWER_WITHIN, smtp.CONVERSATION_WITHIN) == (15.0, 60.0)


def test_one_connection_carries_many_and_survives_a_hang_up(app, serve):
    server = serve(lambda number: "drop_after_250" if number == 1 else "ok")
    way = backend(server)
    for _ in range(3):
        way.hand_over(message())
    way.close()
    assert len(server.said_250) == 3
    assert len(server.threads) == 1 + 2  # one listens, two conversed


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
def test_certificate_that_is_trusted_is_taken(app, serve, certificate, scheme):
    server = serve(certificate=certificate, is_tls_first=scheme == "smtps")
    way = backend(server, scheme, "localhost", f"?ca={certificate[0]}", env="production")
    way.hand_over(message())
    way.close()
    assert (len(server.said_250), server.plain) == (1, 0)


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
@pytest.mark.parametrize("fault", ["not trusted", "another name"])
def test_bad_certificate_is_refused_even_on_this_machine(app, serve, certificate, tmp_path, scheme, fault):
    other = make_certificate(tmp_path, name="other.example")
    server = serve(certificate=other, is_tls_first=scheme == "smtps")
    trusted = other[0] if fault == "another name" else certificate[0]
    way = backend(server, scheme, "localhost", f"?ca={trusted}")
    with pytest.raises(ServerAway, match=r"(?i)certificate"):
        way.hand_over(message())
    assert server.accepted == []


@pytest.mark.parametrize(
    ("address", "env", "is_bare"),
    [
        ("smtp://127.0.0.1", "development", True),
        ("smtp://localhost", "development", True),
        ("smtp://[::1]", "development", True),
        ("smtp://127.0.0.1", "production", False),
        ("smtp://localhost.example", "development", False),
        ("smtp://mail.example", "development", False),
    ],
)
def test_tls_is_left_out_only_towards_this_machine_in_development(address, env, is_bare):
    assert smtp.read_address(settings_for(address, env=env)).is_bare is is_bare


def test_server_without_tls_gets_no_mail_in_production_and_no_password_ever(app, serve):
    server = serve()
    with pytest.raises(ServerAway, match="STARTTLS"):
        backend(server, env="production").hand_over(message())
    with pytest.raises(ServerAway, match="STARTTLS"):
        backend(server, host="user:secret@127.0.0.1").hand_over(message())
    assert (server.count, server.accepted) == (0, [])


def test_password_is_in_no_text_of_the_address():
    assert "secret" not in repr(smtp.read_address(settings_for("smtps://user:secret@mail.example")))


@pytest.mark.parametrize("address", ["a@b.example>\r\nRCPT TO:<c@d.example", "a b@c.example", "ä@b.example", ""])
def test_address_that_could_carry_a_command_is_refused(app, serve, address):
    made = message()
    made.recipients = [address]
    with pytest.raises(RefusedForGood):
        backend(serve()).hand_over(made)


def test_dots_are_doubled_and_lines_end_as_the_protocol_says():
    assert smtp._stuffed(b"a\n.b\r\n.\r..c") == b"a\r\n..b\r\n..\r\n...c\r\n.\r\n"


def test_production_refuses_the_example_sender():
    with pytest.raises(UnsafeSettings, match="CTAPP_MAIL_FROM"):
        refuse_unsafe(settings_for("smtps://mail.example", env="production", base_url="https://ct.example"))
    refuse_unsafe(
        settings_for("smtps://m.example", env="production", base_url="https://ct.example", mail_from="a@ct.example")
    )


def test_mail_that_waited_two_days_is_given_up_where_people_see_it(app, serve, at, travel):
    queue(app, at, 2)
    db.session.execute(update(OutboxMail).values(kind="new_link"))
    db.session.commit()
    travel(hours=48)
    hand_over(app.config["SETTINGS"], backend(serve("refuse")), clock.now)
    assert states() == {"failed": 2}
