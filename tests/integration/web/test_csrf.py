"""Forms of other sites: every address that takes anything but a GET refuses a form without its token, before and after sign-in."""

from __future__ import annotations

import pytest

from tests import cast
from tests.page import Page

# The address or the body carries the credential there, and no cookie is looked at.
WITHOUT_COOKIE = ("/u/",)


def unsafe_rules(app):
    """Every rule and method that changes something by cookie."""
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"GET", "HEAD", "OPTIONS"})
        if not rule.rule.startswith(WITHOUT_COOKIE)
    ]


def address(app, rule):
    known = {"cqc_id": cast.ROSEWOOD, "section": "vacancies"}
    values = {name: known.get(name, 1) for name in rule.arguments}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values, method=None)


def test_there_is_something_to_check(app):
    assert {("POST", "/sign-in"), ("POST", "/sign-out")} <= {(m, rule.rule) for m, rule in unsafe_rules(app)}


@pytest.mark.parametrize("person", [None, "rosewood_manager", "support"])
@pytest.mark.parametrize("token", [None, "", "x", "other browser"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["form", "htmx"])
def test_nothing_is_taken_without_the_token(app, client_as, person, token, headers):
    visitor = client_as(person)
    if token == "other browser":
        token = app.test_client().csrf_token()
    for method, rule in unsafe_rules(app):
        fields = {} if token is None else {"csrf_token": token}
        answer = visitor.open(address(app, rule), method=method, data=fields, csrf=False, headers=headers)
        assert answer.status_code == 400, (method, rule.rule)
        assert Page(answer.text, url=rule.rule).h1 == "This page was open for too long"


def test_the_token_of_before_sign_in_is_void_after_it(client):
    before = Page.get(client, "/sign-in").form("Sign in").values["csrf_token"]
    client.post("/sign-in", data={"email": "manager@rosewood.example", "password": cast.PASSWORD})
    assert client.post("/sign-out", data={"csrf_token": before}, csrf=False).status_code == 400
    assert client.post("/sign-out").status_code == 303


def test_the_token_of_before_sign_out_is_void_after_it(client_as):
    visitor = client_as("leeds_officer")
    before = visitor.csrf_token()
    visitor.post("/sign-out")
    answer = visitor.post("/sign-in", data={"csrf_token": before, "email": "a", "password": "b"}, csrf=False)
    assert answer.status_code == 400


def test_under_https_the_form_must_come_from_this_site(make_app):
    client = make_app(base_url="https://tracker.example").test_client()
    here = {"base_url": "https://tracker.example", "data": {"email": "a@b.example", "password": "x"}}
    with client.session_transaction(base_url="https://tracker.example") as there:
        there["csrf_token"] = "0" * 40
    token = {"X-CSRFToken": _token(client)}
    assert client.post("/sign-in", csrf=False, headers=token, **here).status_code == 400
    elsewhere = {**token, "Referer": "https://evil.example/"}
    assert client.post("/sign-in", csrf=False, headers=elsewhere, **here).status_code == 400
    own = {**token, "Referer": "https://tracker.example/sign-in"}
    assert client.post("/sign-in", csrf=False, headers=own, **here).status_code == 422


def _token(client):
    from itsdangerous import URLSafeTimedSerializer

    return URLSafeTimedSerializer(client.application.secret_key, salt="wtf-csrf-token").dumps("0" * 40)


def test_links_set_no_cookie_and_need_none(client):
    answer = client.post("/u/confirm", csrf=False)
    assert "Set-Cookie" not in answer.headers
    assert "open for too long" not in answer.text
