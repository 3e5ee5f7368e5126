"""What every answer carries, whoever gives it: pages, errors, fragments, files; which hosts and proxies are believed."""

from __future__ import annotations

import contextvars

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ctapp.web.headers import CONTENT_SECURITY_POLICY
from tests import cast
from tests.page import Page

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def static_path(app):
    with app.test_request_context():
        return app.jinja_env.globals["asset"]("css/app.css")


@pytest.fixture
def answers(app, client_as):
    """One answer of every sort: by address and status."""
    visitor, nobody = client_as("rosewood_manager"), app.test_client()
    asked = [
        nobody.get("/sign-in"),
        nobody.get("/"),
        nobody.get("/no/such/page"),
        nobody.get("/sign-out"),
        nobody.options("/sign-in"),
        nobody.head("/sign-in"),
        nobody.post("/sign-in", csrf=False),
        nobody.post("/sign-in", data={"email": "x" * 1_100_000}),
        nobody.post("/sign-in", data={"email": "a", "password": "b"}),
        nobody.get("/healthz"),
        nobody.get("/readyz"),
        nobody.get("/sign-in", base_url="http://evil.example", lint=False),
        nobody.get("/u/no-such-token"),
        nobody.get(static_path(app)),
        nobody.post(static_path(app)),
        nobody.get("/static/no-such-file.css"),
        visitor.get("/"),
        visitor.get(f"/locations/{cast.ROSEWOOD}/vacancies"),
        visitor.get(f"/locations/{cast.ELSEWHERE}/vacancies"),
        visitor.get("/", headers={"HX-Request": "true"}),
    ]
    return {(answer.request.method, answer.request.path, answer.status_code): answer for answer in asked}


def test_every_answer_carries_the_headers(answers):
    for asked, answer in answers.items():
        found = answer.headers
        assert found["X-Content-Type-Options"] == "nosniff", asked
        assert found["Cross-Origin-Resource-Policy"] == "same-origin", asked
        assert found["Cross-Origin-Opener-Policy"] == "same-origin", asked
        assert "camera=()" in found["Permissions-Policy"], asked
        assert found["Referrer-Policy"] == ("no-referrer" if asked[1].startswith("/u/") else "same-origin"), asked
        assert "default-src 'none'" in found["Content-Security-Policy"], asked
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "Cache-Control", "Referrer-Policy"):
            assert len(found.getlist(name)) == 1, (asked, name)
        for forbidden in ("Server", "X-Powered-By"):
            assert forbidden not in found, asked


def test_pages_are_not_stored_and_vary(answers):
    pages = [answer for answer in answers.values() if answer.mimetype == "text/html"]
    assert len(pages) > 8
    for answer in pages:
        assert answer.headers["Cache-Control"] == "no-store"
        vary = {part.strip() for part in answer.headers["Vary"].split(",")}
        assert {"HX-Request", "Cookie"} <= vary
        assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_the_policy_is_the_one_agreed():
    parts = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))
    assert parts == POLICY


def test_files_may_be_kept_for_ever(client, app):
    assert "immutable" in client.get(static_path(app)).headers["Cache-Control"]


def test_strict_transport_only_under_https(client, make_app):
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    secure = make_app(base_url="https://tracker.example").test_client()
    found = secure.get("/healthz", base_url="https://tracker.example").headers["Strict-Transport-Security"]
    assert found == "max-age=31536000; includeSubDomains"


def test_links_are_kept_out_of_search_engines(client):
    assert client.get("/u/no-such-token").headers["X-Robots-Tag"] == "noindex, nofollow"


# --- Hosts and proxies -----------------------------------------------------------------------------------------------

HOSTS = [
    "evil.example",
    "evil.example:80",
    "localhost.evil.example",
    "localhost@evil.example",
    "127.0.0.1.evil.example",
    "",
    "a b",
    "[::1",
    "..",
    "xn--",
    "\x00",
    "\xf0\x9f\xa6\x8a",
    "a" * 300,
]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["/sign-in", "/", "/no/such/page", "/healthz"])
def test_another_host_is_refused_and_never_repeated(app, client_as, host, path):
    cookie = f"ct={client_as('support').get_cookie('ct').value}"
    environ = {**EnvironBuilder(path=path).get_environ(), "HTTP_HOST": host, "HTTP_COOKIE": cookie}
    if not host:
        del environ["HTTP_HOST"]
        environ["SERVER_NAME"] = "evil.example"
    body, status, headers = contextvars.Context().run(run_wsgi_app, app, environ, buffered=True)
    body = [b"".join(body)]
    text = body[0].decode() + str(headers)
    assert status == "400 BAD REQUEST"
    assert Page(body[0].decode(), url=path).h1 == "This request could not be read"
    assert "evil" not in text
    assert headers["X-Request-Id"] in body[0].decode()
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "localhost:8000"])
def test_own_hosts_are_served_in_development(client, host):
    assert client.get("/sign-in", headers={"Host": host}).status_code == 200


def test_production_believes_its_own_name_alone(make_app, site):
    app = make_app(
        env="production",
        base_url="https://tracker.example",
        secret_key="k" * 40,
        smtp_url="smtps://mail.example",
    )
    client = app.test_client()
    for host, status in [("tracker.example", 200), ("localhost", 400), ("127.0.0.1", 400), ("evil.example", 400)]:
        assert client.get("/sign-in", base_url=f"https://{host}").status_code == status


def test_no_proxy_is_believed_unless_it_is_configured(client, make_app):
    spoofed = {"X-Forwarded-For": "10.1.1.1", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    assert client.get("/", headers=spoofed).location == "/sign-in"
    app = make_app()
    seen = []
    app.before_request(lambda: seen.append(_caller()))
    app.test_client().get("/healthz", headers=spoofed)
    assert seen == [("127.0.0.1", "localhost", "http")]


def test_as_many_hops_are_believed_as_are_configured(make_app):
    app = make_app(proxy_hops=1)
    seen = []
    app.before_request(lambda: seen.append(_caller()))
    headers = {"X-Forwarded-For": "6.6.6.6, 10.1.1.1", "X-Forwarded-Proto": "http, https"}
    app.test_client().get("/healthz", headers=headers)
    assert seen == [("10.1.1.1", "localhost", "https")]
    headers["X-Forwarded-Host"] = "evil.example"
    assert app.test_client().get("/sign-in", headers=headers, lint=False).status_code == 400


def _caller():
    from flask import request

    return request.remote_addr, request.host, request.scheme
