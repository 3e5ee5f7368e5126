"""The log: one JSON line a request, UTC, with the request's id and the principal's; never an address, a name, a token, a query."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from ctapp.access.guard import public
from tests import cast, factories

KEYS = {"at", "endpoint", "event", "level", "method", "ms", "path", "principal", "request_id", "status"}


@pytest.fixture
def logged(capfd):
    """Return the lines logged since the last call, parsed."""
    return lambda: [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]


def test_a_request_is_one_line(client_as, logged):
    visitor = client_as("leeds_officer")
    logged()
    answer = visitor.get("/sign-in?next=/find%3Fpostcode%3DLS6")
    (line,) = logged()
    assert set(line) == KEYS
    assert line["principal"] == f"user:{factories.user_id('officer@leeds.example')}"
    assert (line["event"], line["method"], line["path"], line["status"]) == ("request", "GET", "/sign-in", 303)
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert datetime.fromisoformat(line["at"]).utcoffset() == timedelta(0)
    assert line["ms"] >= 0


def test_ids_differ_and_are_not_taken_from_outside(client, logged):
    logged()
    for _ in range(3):
        client.get("/healthz", headers={"X-Request-Id": "chosen outside"})
    ids = [line["request_id"] for line in logged()]
    assert len(set(ids)) == 3
    assert "chosen" not in "".join(ids)


def test_no_token_no_query_and_no_person_is_logged(client, client_as, logged):
    token = "t0ken-" * 6
    logged()
    client.get(f"/u/{token}")
    client.get(f"/u/{token}/x/y")
    client.post(f"/U/{token}")
    client.get(f"//u/{token}")
    client.get(f"/u/receipt/{token}")
    client.get("/find?postcode=LS6+2AB&name=Jo+Example")
    client.get("/someone@rosewood.example/LS62AB")
    client.get(f"/locations/{token}/vacancies")
    client.post("/sign-in", data={"email": "manager@rosewood.example", "password": "my password"})
    client.post("/sign-in", data={"email": "manager@rosewood.example", "password": cast.PASSWORD})
    client_as("rosewood_manager").get(f"/locations/{cast.ROSEWOOD}/vacancies?x=LS62AB")
    text = json.dumps(logged())
    for secret in ("LS6", "LS62AB", "Jo", "rosewood.example", "my password", cast.PASSWORD, "127.0.0.1"):
        assert secret not in text, secret
    assert text.count(token) <= 1  # the place of a location's id holds what was asked for


def test_a_place_is_named_in_the_path(client_as, logged):
    visitor = client_as("rosewood_manager")
    logged()
    visitor.get(f"/locations/{cast.ROSEWOOD}/vacancies")
    (line,) = logged()
    assert line["path"] == f"/locations/{cast.ROSEWOOD}/vacancies"


def test_an_error_says_where_but_no_address_and_no_parameter(make_app, logged):
    from sqlalchemy import text

    from ctapp.extensions import db

    def fail():
        db.session.execute(text("SELECT :who FROM nowhere"), {"who": "jo@private.example"})

    def fail_in_words():
        raise ValueError("cannot reach jo@private.example now\njo@private.example")

    app = make_app()
    app.add_url_rule("/fail", "fail", public("for the test")(fail))
    app.add_url_rule("/fail-in-words", "fail_in_words", public("for the test")(fail_in_words))
    for path in ("/fail", "/fail-in-words"):
        app.test_client().get(path)
        lines = logged()
        assert "jo@private" not in json.dumps(lines)
        assert {"where", "error", "said"} <= set(lines[0])
        assert any("test_request_log.py" in frame for frame in lines[0]["where"])


def test_an_error_of_the_database_does_not_repeat_what_was_typed(app):
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    from ctapp.extensions import db

    with pytest.raises(DBAPIError) as caught:
        db.session.execute(text("SELECT :who FROM nowhere"), {"who": "jo@private.example"})
    db.session.rollback()
    assert "jo@private" not in str(caught.value)


def test_lines_of_the_standard_library_are_json_too(app, logged):
    import logging

    logged()
    logging.getLogger("ctapp.server").warning("child %d died", 7)
    (line,) = logged()
    assert (line["event"], line["level"]) == ("child 7 died", "warning")
    assert "at" in line
