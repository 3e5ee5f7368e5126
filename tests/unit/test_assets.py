"""Static files: named by content, compressed, small enough, and what VERSIONS says they are."""

from __future__ import annotations

import gzip
import re

import brotli
import pytest
from flask import Flask

from ctapp.web import assets

KB = 1024


@pytest.fixture(scope="module")
def app():
    app = Flask("statics", static_folder=None)
    assets.init_app(app)
    return app


def test_address_names_the_content_and_may_be_kept_for_ever(app):
    url = app.jinja_env.globals["asset"]("css/app.css")
    answer = app.test_client().get(url)
    assert re.fullmatch(r"/static/[0-9a-f]{12}/css/app\.css", url)
    assert answer.status_code == 200 and answer.get_data() == (assets.STATIC / "css/app.css").read_bytes()
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (
        answer.headers["Content-Type"] == "text/css; charset=utf-8"
        and answer.headers["X-Content-Type-Options"] == "nosniff"
    )


@pytest.mark.parametrize(
    "accepted, encoding, undo",
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("br;q=0", None, bytes),
    ],
)
def test_compressed_form_is_the_best_one_accepted(app, accepted, encoding, undo):
    answer = app.test_client().get(
        app.jinja_env.globals["asset"]("js/design.js"), headers={"Accept-Encoding": accepted}
    )
    assert answer.headers.get("Content-Encoding") == encoding and answer.headers["Vary"] == "Accept-Encoding"
    assert undo(answer.get_data()) == (assets.STATIC / "js/design.js").read_bytes()


def test_only_known_addresses_are_answered_here(app):
    client = app.test_client()
    url = app.jinja_env.globals["asset"]("css/app.css")
    assert client.post(url).status_code == 405
    assert client.head(url).get_data() == b""
    for wrong in (
        "/static/css/app.css",
        "/static/000000000000/css/app.css",
        url.replace("css/app.css", "../config.py"),
        "/static/vendor/VERSIONS",
    ):
        assert client.get(wrong).status_code == 404


def test_unknown_name_in_a_template_is_a_named_error(app):
    with pytest.raises(assets.UnknownAsset, match=r"css/none\.css"):
        app.jinja_env.globals["asset"]("css/none.css")


@pytest.mark.parametrize(
    "name, limit",
    [
        ("css/app.css", 11 * KB),
        ("css/link.css", 5 * KB),
        ("js/design.js", 5 * KB),
        ("js/page.js", 1 * KB),
        ("js/section.js", 4 * KB),
    ],
)
def test_weight_on_the_wire(name, limit):
    assert len(brotli.compress((assets.STATIC / name).read_bytes())) <= limit


def test_nothing_comes_from_elsewhere_or_inline():
    for sheet in (assets.STATIC / "css").glob("*.css"):
        assert not re.search(r"url\(|@import|@font-face|GDS Transport", sheet.read_text())


def test_versions_say_what_the_build_installs():
    root = assets.STATIC.parent.parent
    pinned = dict(re.findall(r"(GOVUK|HTMX)=([\d.]+)", (root / "assets" / "build").read_text()))
    said = {
        line.split()[0]: line.split()[1] for line in (assets.STATIC / "vendor" / "VERSIONS").read_text().splitlines()
    }
    assert said == {"govuk-frontend": pinned["GOVUK"], "htmx": pinned["HTMX"]}
    for name, version in said.items():
        assert (assets.STATIC / "vendor" / f"{name}@{version}" / "LICENSE").exists()
    assert (
        f'version:"{said["htmx"]}"' in (assets.STATIC / "vendor" / f"htmx@{said['htmx']}" / "htmx.min.js").read_text()
    )
