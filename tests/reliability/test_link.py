"""The one-tap link against scanners, impatient thumbs and unlucky moments: nothing is confirmed but what a person saw, and once.

CI runs 20 links or 100 races; `./dev drill` a thousand.
Source: security.md, 1, 2, 4, 6, 7, 9 and its reliability table.
"""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import sync_playwright
from sqlalchemy import func, select, text
from werkzeug.serving import make_server

from ctapp import clock
from ctapp.errors import StateMoved
from ctapp.extensions import db
from ctapp.forms.confirm import read_confirm_form
from ctapp.models import LinkReceipt, Submission
from tests import answers, cast, codes, machine
from tests.page import Page

LINKS = [20, pytest.param(1000, marks=pytest.mark.drill)]
RACES = [100, pytest.param(1000, marks=pytest.mark.drill)]
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
UNTOUCHED = {"User-Agent": CHROME, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
BUTTON = "Confirm nothing has changed at Rosewood"
# What a request may write without touching business: its session's last use, failed sign-ins, and the trail of denials.
NOT_BUSINESS = {"user_session", "sign_in_lock", "sign_in_throttle", "audit_event", "alembic_version"}


@pytest.fixture
def contact_id(app, at):
    answers.save_beds(at=at - timedelta(hours=17))
    return codes.contact_of(cast.ROSEWOOD)


@pytest.fixture
def old_links(contact_id, travel, at):
    """Make links that were handed over an hour ago."""

    def make(number):
        travel(hours=-1)
        made = [codes.link_of(contact_id) for _ in range(number)]
        travel(at)
        return made

    return make


def count(table, *where):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table).where(*where))


def taps():
    return count(Submission, Submission.kind == "unchanged")


def business():
    """A hash of every row that a scanner must not touch."""
    db.session.rollback()
    found = hashlib.sha256()
    for table in sorted(set(db.metadata.tables) - NOT_BUSINESS):
        found.update(repr((table, sorted(map(repr, db.session.execute(text(f'SELECT * FROM "{table}"')))))).encode())
    db.session.rollback()
    return found.hexdigest()


def fields_of(client, token, button=BUTTON):
    return dict(Page.get(client, f"/u/{token}").form(button).values.items())


def send(client, fields, **headers):
    return client.post("/u/confirm", data=fields, csrf=False, lint=False, headers=headers)


def _head(client, token, wait):
    return [client.head(f"/u/{token}")]


def _many_gets(client, token, wait):
    return [client.get(f"/u/{token}", lint=False) for _ in range(20)]


def _options(client, token, wait):
    return [client.options(path) for path in (f"/u/{token}", "/u/confirm", "/u/not-mine", "/u/code")]


def _prefetch(client, token, wait):
    return [client.get(f"/u/{token}", headers={"Sec-Purpose": "prefetch;prerender"}, lint=False)]


def _crawl(client, token, wait):
    # Follows every link of the page and of the pages behind it.
    seen, waiting = set(), [f"/u/{token}"]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.startswith("/u/"):
            continue
        seen.add(path)
        waiting.extend(Page.get(client, path).links.values())
    assert len(seen) >= 4
    return []


def _post_nothing(client, token, wait):
    return [client.post(path, data={}, csrf=False, lint=False) for path in (f"/u/{token}", "/u/confirm", "/u/undo")]


def _instant_click(client, token, wait):
    answer = send(client, fields_of(client, token), **UNTOUCHED)
    assert "Please confirm once more" in answer.get_data(as_text=True)
    return [answer]


def _late_click(client, token, wait):
    # Waits long after page and hand-over, as a sandbox does, and presses without a hand.
    fields = fields_of(client, token)
    wait()
    return [send(client, fields, **{**UNTOUCHED, "Sec-Fetch-Mode": "cors"})]


@pytest.mark.parametrize("number", LINKS)
@pytest.mark.parametrize(
    "behaviour",
    [_head, _many_gets, _options, _prefetch, _crawl, _post_nothing, _instant_click, _late_click],
    ids=lambda way: way.__name__.strip("_"),
)
def test_scanners_confirm_nothing(app, old_links, travel, at, behaviour, number):
    tokens = old_links(number)
    before = business()
    for token in tokens:
        travel(at)
        for answer in behaviour(app.test_client(), token, lambda: travel(seconds=30)):
            assert answer.status_code < 500
    assert taps() == 0
    assert business() == before


@pytest.mark.parametrize("number", LINKS)
@pytest.mark.parametrize("way", ["double tap", "reload", "retry after a lost answer"])
def test_tap_sent_twice_is_one_event(app, old_links, travel, at, way, number):
    for done, token in enumerate(old_links(number), start=1):
        client = app.test_client()
        travel(at + timedelta(minutes=done))
        fields = fields_of(client, token, BUTTON if done == 1 else "Confirm again at Rosewood")
        travel(at + timedelta(minutes=done, seconds=5))
        first = send(client, fields)
        if way == "reload":
            client.get(first.headers["Location"])
        if way == "retry after a lost answer":
            travel(at + timedelta(minutes=done, seconds=45))
        second = send(client, fields)
        assert (first.status_code, second.status_code) == (303, 303)
        assert first.headers["Location"] == second.headers["Location"]
        assert (taps(), count(LinkReceipt)) == (done, done)


@pytest.mark.parametrize("number", LINKS)
def test_fifty_in_parallel_are_one_event(app, old_links, travel, at, number):
    with ThreadPoolExecutor(50) as pool:
        for done, token in enumerate(old_links(number), start=1):
            travel(at + timedelta(minutes=done))
            fields = fields_of(app.test_client(), token, BUTTON if done == 1 else "Confirm again at Rosewood")
            travel(at + timedelta(minutes=done, seconds=5))
            found = list(pool.map(lambda _, sent=fields: send(app.test_client(), sent), range(50)))
            assert {answer.status_code for answer in found} == {303}
            assert len({answer.headers["Location"] for answer in found}) == 1
            assert (taps(), count(LinkReceipt)) == (done, done)


@pytest.mark.parametrize("number", RACES)
def test_an_edit_between_page_and_tap_is_never_confirmed_unseen(app, old_links, travel, at, number):
    [token] = old_links(1)
    outcomes = set()
    for race in range(number):
        travel(at + timedelta(minutes=2 * race))
        client = app.test_client()
        page = Page.get(client, f"/u/{token}")
        button = "Confirm again at Rosewood" if "Confirm again" in page.html else BUTTON
        fields = dict(page.form(button).values.items())
        shown = read_confirm_form(fields, app.config["SETTINGS"].secret_key).shown
        last = db.session.scalar(select(func.max(Submission.id)))
        db.session.rollback()
        travel(at + timedelta(minutes=2 * race, seconds=5))
        status = _race(app, client, fields, free=race % 3, edits_first=race % 2 == 0)
        outcomes.add(status)
        confirmed = db.session.scalars(
            select(Submission.same_as).where(Submission.id > last, Submission.channel == "email_link")
        ).all()
        assert confirmed == ([shown.answers["vacancies"]] if status == 303 else []), f"race {race}: {status}"
        db.session.rollback()
    assert outcomes == {303, 409}, "both must happen, or nothing was raced"


def _race(app, client, fields, *, free, edits_first):
    """Edit and tap at once; every other time the edit is through before the tap. The tap's status."""
    ready = threading.Barrier(2)
    status = []

    def edit():
        with app.app_context():
            if not edits_first:
                ready.wait()
            try:
                answers.save_beds(at=clock.now(), available=free, reserved=3 - free)
                db.session.commit()
            except StateMoved:
                db.session.rollback()
            if edits_first:
                ready.wait()

    def tap():
        ready.wait()
        status.append(send(client, fields).status_code)

    threads = [threading.Thread(target=edit), threading.Thread(target=tap)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return status[0]


def test_token_presented_to_every_other_address_does_nothing(app, old_links):
    [token] = old_links(1)
    before = business()
    shown = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/u/"):
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            for values in (dict.fromkeys(rule.arguments, token), _places(rule)):
                path = app.url_map.bind("localhost").build(rule.endpoint, values)
                shown.append(_present(app, path, method, token))
    assert business() == before
    assert not any("Rosewood" in body for body in shown)


def _places(rule):
    usual = {"cqc_id": cast.ROSEWOOD, "section": "vacancies"}
    return {name: usual.get(name, "no-such-thing") for name in rule.arguments}


def _present(app, path, method, token):
    """Send a token in every place where a credential may stand, and return what came back."""
    client = app.test_client()
    client.sign_in(token)
    answer = client.open(
        path,
        method=method,
        query_string={"token": token, "next": "/"},
        data={"token": token, "code": token, "password": token, "email": codes.ADDRESS} if method != "GET" else None,
        headers={"Authorization": f"Bearer {token}"},
        lint=False,
    )
    assert answer.status_code < 500
    return answer.get_data(as_text=True)


@contextmanager
def served(app):
    """The application on a port of its own, as a browser needs it."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(30)


@contextmanager
def chromium():
    with sync_playwright() as tool:
        browser = tool.chromium.launch(
            executable_path=machine.chromium_path(), args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        with closing(browser):
            yield browser


@pytest.mark.browser
@pytest.mark.parametrize("site", ["sqlite"], indirect=True)  # as all browser journeys: security.md
@pytest.mark.parametrize("number", LINKS)
def test_real_chromium_confirms_nothing_in_thirty_seconds_or_by_a_scripted_click(app, old_links, travel, number):
    tokens = old_links(number)
    before = business()
    with served(app) as address, chromium() as browser:
        tabs = [browser.new_page() for _ in tokens[:20]]
        sent = []
        for tab in tabs:
            tab.on("request", lambda request: sent.append(request.method))
        for start in range(0, number, 20):
            for tab, token in zip(tabs, tokens[start : start + 20], strict=True):
                tab.goto(f"{address}/u/{token}")
            if start == 0:
                tabs[0].wait_for_timeout(30_000)
        assert "POST" not in sent
        _click_by_script(browser, address, tokens[: max(5, number // 4)], travel)
    assert business() == before


def _click_by_script(browser, address, tokens, travel):
    """Let a script of the page press the button, long after page and mail: Chromium says that no hand did."""
    tab = browser.new_page()
    # Not tab.evaluate: what a tool runs counts as a person's gesture.
    tab.add_init_script(
        "addEventListener('load', () => location.pathname === '/u/confirm' ||"
        " setTimeout(() => document.querySelector('form button').click(), 1500))"
    )
    for token in tokens:
        travel()
        tab.goto(f"{address}/u/{token}")
        travel(minutes=5)
        tab.wait_for_url(f"{address}/u/confirm")
        assert tab.locator("h1").inner_text() == "Please confirm once more"


@pytest.mark.browser
@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_a_real_press_in_chromium_is_one_tap(app, old_links, travel, at):
    [token] = old_links(1)
    with served(app) as address, chromium() as browser:
        page = browser.new_page(java_script_enabled=False)
        page.goto(f"{address}/u/{token}")
        travel(at + timedelta(seconds=10))
        page.get_by_role("button", name="Confirm nothing has changed").click()
        assert page.locator("h1").inner_text() == "Confirmed"
    assert taps() == 1
