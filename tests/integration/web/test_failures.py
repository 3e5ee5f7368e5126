"""What goes wrong, as people meet it: a page with words, a reference, what was typed; never a trace, never a driver's message."""

from __future__ import annotations

import re

import pytest
from flask import abort, request
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, ProgrammingError

from ctapp import errors
from ctapp.access.guard import allow, public
from ctapp.access.permissions import Permission
from ctapp.errors import PAGES
from ctapp.extensions import csrf, db
from ctapp.models import Organisation
from ctapp.web.http import commits, reads
from tests import cast
from tests.page import Page

SECRET = "a secret of the inside"


class DriverSaid(Exception):
    """What a driver raises beneath SQLAlchemy."""


@pytest.fixture
def failing(make_app):
    """A browser on an application whose routes fail in every way there is: `/fail/<how>`."""
    app = make_app()
    ways = {
        "unexpected": lambda: ValueError(SECRET),
        "system_exit_like": lambda: KeyError(SECRET),
        "operational": lambda: OperationalError(SECRET, {}, DriverSaid(SECRET)),
        "interface": lambda: InterfaceError(SECRET, {}, DriverSaid(SECRET)),
        "locked": lambda: ProgrammingError(SECRET, {}, DriverSaid("database is locked")),
        "disk_full": lambda: ProgrammingError(SECRET, {}, DriverSaid("database or disk is full")),
        "no_space": lambda: ProgrammingError(SECRET, {}, DriverSaid("could not extend file: No space left on device")),
        "wrong_query": lambda: ProgrammingError(SECRET, {}, DriverSaid(SECRET)),
        "null_character": lambda: DataError(SECRET, {}, DriverSaid(SECRET)),
        "not_found": lambda: errors.NotFound(SECRET),
        "forbidden": lambda: errors.Forbidden(SECRET),
        "gone": lambda: errors.Gone(SECRET),
        "moved": lambda: errors.StateMoved(1, "vacancies"),
        "bad_answers": lambda: errors.BadAnswers((("a", SECRET),)),
        "busy": lambda: errors.Busy(SECRET),
        "unsafe": lambda: errors.UnsafeSettings(SECRET),
    }

    def fail(how):
        raise ways[how]()

    @csrf.exempt
    def fail_on_link(how):
        raise ways[how]()

    def refuse(code):
        abort(code)

    def write():
        db.session.add(Organisation(kind="support", name="Written by the test", provider_types=[]))
        return request.form.get("answer", "saved"), int(request.form.get("status", "200"))

    app.add_url_rule("/fail/<how>", "fail", public("for the test")(fail), methods=["GET", "POST"])
    app.add_url_rule("/u/fail/<how>", "fail_on_link", public("for the test")(fail_on_link), methods=["GET", "POST"])
    app.add_url_rule("/refuse/<int:code>", "refuse", public("for the test")(refuse))
    app.add_url_rule("/write", "write", public("for the test")(commits(write)), methods=["GET", "POST"])
    app.add_url_rule("/look", "look", public("for the test")(reads(write)), methods=["POST"])
    app.add_url_rule("/mine", "mine", allow(Permission.OPEN_HOME)(commits(write)), methods=["POST"])
    return app.test_client()


@pytest.mark.parametrize("path", ["/fail/", "/u/fail/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("unexpected", 500),
        ("system_exit_like", 500),
        ("wrong_query", 500),
        ("unsafe", 500),
        ("operational", 503),
        ("interface", 503),
        ("locked", 503),
        ("disk_full", 503),
        ("no_space", 503),
        ("busy", 503),
        ("null_character", 400),
        ("not_found", 404),
        ("forbidden", 403),
        ("gone", 410),
        ("moved", 409),
        ("bad_answers", 422),
    ],
)
def test_every_error_has_its_page_and_keeps_its_inside_to_itself(failing, how, status, path, method):
    answer = failing.open(path + how, method=method)
    assert answer.status_code == status
    assert Page(answer.text, url=path + how).h1 == PAGES[status].title
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert ("Retry-After" in answer.headers) == (status == 503)


@pytest.mark.parametrize(
    ("code", "title"), [(400, 400), (404, 404), (405, 405), (413, 413), (429, 429), (418, 400), (501, 500)]
)
def test_errors_of_the_protocol_have_a_page_too(failing, code, title):
    answer = failing.get(f"/refuse/{code}")
    assert answer.status_code == code
    assert Page(answer.text, url="/").h1 == PAGES[title].title


def test_no_such_page(client):
    answer = client.get("/no/such/page")
    assert (answer.status_code, Page(answer.text, url="/").h1) == (404, "Page not found")


def test_a_wrong_method_says_which_are_right(client):
    answer = client.get("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_the_reference_finds_the_log_line(failing, capfd):
    answer = failing.get("/fail/unexpected")
    reference = re.search(r"helps us find what happened: (\w+)", answer.text)[1]
    logged = capfd.readouterr().err
    assert reference in logged
    assert SECRET in logged


# --- The body --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "status"), [(990_000, 422), (1_000_001, 413), (10_000_000, 413)])
def test_a_body_over_a_megabyte_is_too_much(client, size, status):
    answer = client.post("/sign-in", data={"email": "", "password": "x" * size})
    assert answer.status_code == status
    Page(answer.text, url="/sign-in")


@pytest.mark.parametrize(("parts", "status"), [(990, 422), (1_001, 413)])
def test_more_than_a_thousand_parts_are_too_many(client, parts, status):
    fields = {f"f{number}": "x" for number in range(parts)}
    answer = client.post("/sign-in", data=fields, content_type="multipart/form-data")
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"%", "application/x-www-form-urlencoded"),
        (b"\xff\xfe=\x00", "application/x-www-form-urlencoded"),
        (b"email=a&email=b&password", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
        (b"x", "text/plain"),
        (b"x", "no type"),
    ],
)
def test_a_malformed_body_is_never_an_error_of_ours(client, body, kind):
    assert client.post("/sign-in", data=body, content_type=kind).status_code in (400, 422)


# --- The database ----------------------------------------------------------------------------------------------------


@pytest.fixture
def without_database(make_app, engine, tmp_path):
    """An application whose database is away."""
    away = {
        "sqlite": f"sqlite:///{tmp_path}/no/such/folder/x.sqlite",
        "postgresql": "postgresql://postgres@127.0.0.1:1/x",
    }
    return make_app(database_url=away[engine])


def test_without_a_database_pages_are_503_and_the_process_lives(without_database, client_as):
    visitor = without_database.test_client()
    visitor.sign_in("whatever")
    answer = visitor.get("/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    page = Page(answer.text, url="/")
    assert page.h1 == "Sorry, try again in a minute"
    assert "This page could not be opened." in page.text
    assert visitor.get("/readyz").status_code == 503
    assert visitor.get("/healthz").status_code == 200


def test_without_a_database_a_form_of_ours_is_kept_and_no_other(without_database):
    visitor = without_database.test_client()
    visitor.sign_in("whatever")
    path = f"/locations/{cast.ROSEWOOD}/vacancies"
    ours, forged = (visitor.post(path, data={"beds": "2 free"}, csrf=csrf) for csrf in (True, False))
    assert (ours.status_code, forged.status_code) == (503, 503)
    assert Page(ours.text, url=path).form("Try again").values["beds"] == "2 free"
    assert "2 free" not in forged.text


def test_signing_in_without_a_database_keeps_no_password(without_database):
    answer = without_database.test_client().post("/sign-in", data={"email": "a@b.example", "password": "my password"})
    assert answer.status_code == 503
    assert "my password" not in answer.text
    assert "Nothing was saved." in Page(answer.text, url="/").text


def test_a_form_is_kept_through_a_database_that_was_away(failing):
    values = [("beds", "2"), ("tick", "a"), ("tick", "b"), ("note", 'a "quote" <b>\x00')]
    answer = failing.post("/fail/operational?day=1", data={k: [v for n, v in values if n == k] for k, _ in values})
    page = Page(answer.text, url="/fail/operational")
    form = page.form("Try again")
    assert form.node.attrs["action"] == "/fail/operational?day=1"
    sent = [(name, value) for name, value in form.values.items(multi=True) if name != "csrf_token"]
    assert sorted(sent) == sorted([*values[:3], ("note", 'a "quote" <b>')])
    assert "Your answers are kept on this page." in page.text
    again = failing.post("/write", data={**form.values, "answer": "twice"}, csrf=False)
    assert again.text == "twice"


def test_a_link_without_token_and_cookie_is_kept_too(failing):
    answer = failing.post("/u/fail/operational", data={"nonce": "n"}, csrf=False)
    assert Page(answer.text, url="/u/").form("Try again").values.to_dict(flat=False) == {"nonce": ["n"]}
    assert "Set-Cookie" not in answer.headers


# --- Commit at the edge ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "is_kept"), [(200, True), (303, True), (399, True), (400, False), (409, False), (422, False)]
)
def test_only_a_good_answer_commits(failing, status, is_kept):
    assert failing.post("/write", data={"status": status}).status_code == status
    assert bool(db.session.query(Organisation).filter_by(name="Written by the test").count()) is is_kept


def test_a_get_cannot_commit(failing):
    assert failing.get("/write").status_code == 500
    assert not db.session.query(Organisation).filter_by(name="Written by the test").count()


def test_a_route_that_reads_cannot_commit(failing):
    assert failing.post("/look").status_code == 200
    assert not db.session.query(Organisation).filter_by(name="Written by the test").count()


def test_a_commit_that_fails_is_not_called_saved(failing, monkeypatch):
    def fail():
        raise OperationalError("COMMIT", {}, DriverSaid("disk is full"))

    monkeypatch.setattr("ctapp.services.transactions.commit_session", fail)
    answer = failing.post("/write", data={"answer": "saved"})
    assert answer.status_code == 503
    assert not db.session.query(Organisation).filter_by(name="Written by the test").count()


# --- A session that ran out ------------------------------------------------------------------------------------------


@pytest.fixture
def signed_out(failing, client_as, travel):
    """The failing application's browser, an hour after its session ran out."""
    with client_as("leeds_officer").session_transaction() as there:
        failing.sign_in(there["id"])
    travel(minutes=60)
    return failing


def test_a_page_leads_to_sign_in_and_back(client):
    answer = client.get("/?from=mail&x=%2F")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=%2F%3Ffrom%3Dmail%26x%3D%252F")


def test_htmx_loads_the_whole_page_anew(signed_out):
    answer = signed_out.post(
        "/mine", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/locations/1-1/vacancies?day=2"}
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=%2Flocations%2F1-1%2Fvacancies%3Fday%3D2"


@pytest.mark.parametrize(
    "current", ["", "//evil.example", "https://evil.example//evil.example/", "http://[", "javascript:x"]
)
def test_htmx_is_led_nowhere_else(signed_out, current):
    answer = signed_out.post("/mine", headers={"HX-Request": "true", "HX-Current-URL": current})
    assert answer.headers["HX-Redirect"] == "/sign-in"


def test_what_was_typed_is_kept_through_sign_in(signed_out):
    typed = {"answer": "2 beds", "tick": ["a", "b"]}
    refused = signed_out.post("/mine?x=1", data=typed)
    assert refused.status_code == 401
    page = Page(refused.text, url="/mine", client=signed_out)
    assert "What you typed has been kept." in page.text
    assert "2 beds" not in refused.text
    wrong = page.form("Sign in").fill("Email address", "officer@leeds.example").fill("Password", "wrong")
    second = Page(signed_out.post("/sign-in", data=wrong.values).text, url="/sign-in")
    right = second.form("Sign in").fill("Email address", "officer@leeds.example").fill("Password", cast.PASSWORD)
    third = signed_out.post("/sign-in", data=right.values)
    again = Page(third.text, url="/sign-in").form("Send it now")
    assert "not saved yet" in third.text
    assert again.node.attrs["action"] == "/mine?x=1"
    assert (again.values.get("answer"), again.values.getlist("tick")) == ("2 beds", ["a", "b"])
    assert signed_out.post("/mine?x=1", data=again.values, csrf=False).text == "2 beds"


def test_a_kept_form_of_another_browser_is_not_sent(signed_out, failing):
    refused = signed_out.post("/mine", data={"answer": "planted"})
    sealed = Page(refused.text, url="/mine").form("Sign in").values["kept"]
    victim = failing.application.test_client()
    for kept in (sealed, sealed[:-2], "x", ""):
        answer = victim.post(
            "/sign-in", data={"email": "officer@leeds.example", "password": cast.PASSWORD, "kept": kept}
        )
        assert (answer.status_code, answer.location) == (303, "/")


def test_a_forged_form_is_not_kept(signed_out):
    answer = signed_out.post("/mine", data={"answer": "forged"}, csrf=False)
    assert answer.status_code == 400
    assert "forged" not in answer.text
