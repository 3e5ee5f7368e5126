"""kill −9 of web children under a load of real updates: whatever was answered with 303 is on record, whole, and once.

A visitor whose connection dies sends the same form again, as a browser does; the key of the form makes that one save.
Source: security.md, 80 and the table of goals; the issue, Proof.
"""

import contextlib
import html
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, text

from ctapp.extensions import db
from ctapp.models import Current, Note, PostedForm, Submission
from ctapp.services import repair
from tests import cast, factories
from tests.answers import CONTINUITY
from tests.integration.services.writing import events
from tests.reliability.test_server import children_of, wait_for

PROGRAM = Path(__file__).with_name("whole_site.py")
CHILDREN = 3
CYCLES = {"sqlite": 8, "postgresql": 4}
DRILLED = {"sqlite": 100, "postgresql": 30}
# Two of them work at the same home and get into each other's way.
VISITORS = [
    ("rosewood_manager", cast.ROSEWOOD),
    ("rosewood_owner", cast.ROSEWOOD),
    ("elm_manager", cast.ELM_HOUSE),
    ("elsewhere_manager", cast.ELSEWHERE),
    ("swift_manager", cast.SWIFT),
]


class Visitor(threading.Thread):
    """Somebody who signs in and updates one section without a pause, and remembers what was acknowledged."""

    def __init__(self, port, person, cqc_id, is_done):
        super().__init__(name=person)
        self.port, self.person, self.cqc_id, self.is_done = port, person, cqc_id, is_done
        self.cookies = {}
        self.saved, self.confirmed, self.tried = [], [], []
        self.cut, self.statuses = 0, Counter()
        self.wrong = []

    def run(self):
        try:
            self.sign_in()
            while not self.is_done.is_set():
                self.save()
                if len(self.saved) % 4 == 3:
                    self.confirm()
        except Exception as error:
            self.wrong.append(f"{type(error).__name__}: {error}")

    def sign_in(self):
        fields = self.hidden(self.until_answered("GET", "/sign-in")[2])
        fields |= {"email": cast.PEOPLE[self.person].email, "password": cast.PASSWORD}
        status, _, _ = self.until_answered("POST", "/sign-in", fields)
        assert status == 303, status

    def save(self):
        address = f"/locations/{self.cqc_id}/business_continuity"
        _, _, page = self.until_answered("GET", address)
        mark = f"{self.person} number {len(self.tried)}"
        self.tried.append(mark)
        status, _, page = self.until_answered(
            "POST", address, self.hidden(page, "section-form") | AMBER | {"status_note": mark}
        )
        assert status in (303, 409), (status, re.sub(r"<[^>]+>", " ", page)[-1500:])
        if status == 303:
            self.saved.append(mark)

    def confirm(self):
        _, _, page = self.until_answered("GET", f"/locations/{self.cqc_id}/home")
        if "Confirm nothing has changed" not in page:
            return
        fields = self.hidden(page, 'class="app-confirm"')
        # Once: confirming has no key, and a second tap is a second confirmation.
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, headers, _ = self.ask("POST", f"/locations/{self.cqc_id}/confirm", fields)
            if status == 303:
                self.confirmed.append(int(re.search(r"done=(\d+)", headers["Location"]).group(1)))

    @staticmethod
    def hidden(page, form=""):
        """The hidden fields of a form of a page; the form is named by something that stands in its first tag."""
        forms = re.findall(r"<form[^>]*>.*?</form>", page, re.DOTALL)
        chosen = next(found for found in forms if form in found.partition(">")[0] and "csrf_token" in found)
        tags = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', chosen)
        return {name: html.unescape(value) for name, value in tags}

    def until_answered(self, method, path, fields=None):
        """Ask, and ask the very same again while the connection dies or the server is busy."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                status, headers, body = self.ask(method, path, fields)
            except (OSError, http.client.HTTPException):
                self.cut += 1
                time.sleep(0.02)
                continue
            if status != 503:
                return status, headers, body
        raise TimeoutError(f"no answer to {method} {path} for a minute")

    def ask(self, method, path, fields=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Host": "localhost", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
            if fields is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, urlencode(fields) if fields is not None else None, headers)
            response = connection.getresponse()
            body = response.read().decode()
            for cookie in response.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            self.statuses[response.status] += 1
            return response.status, response.headers, body
        finally:
            connection.close()


AMBER = CONTINUITY | {"overall_status": "amber"}


@pytest.fixture
def served(site, app):
    """The whole site on a port of its own, with the cast in its database: (port, the parent's process id)."""
    db.session.commit()
    if site.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        db.session.remove()
        db.engine.dispose()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CTAPP_")}
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), site.database_url, str(site.instance), str(CHILDREN)],
        cwd=Path(__file__).parents[2],
        env=environment | {"PYTHONPATH": ".", "CTAPP_CLOCK": cast.AT.isoformat()},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def kill_under_load(port, parent, cycles):
    """Kill a random web child so many times while visitors save, and return the visitors."""
    is_done, dice = threading.Event(), random.Random(cycles)
    visitors = [Visitor(port, person, cqc_id, is_done) for person, cqc_id in VISITORS]
    for visitor in visitors:
        visitor.start()

    def saved():
        broken = [wrong for visitor in visitors for wrong in visitor.wrong]
        assert not broken, broken
        return sum(len(visitor.saved) for visitor in visitors)

    killed = set()
    try:
        for _ in range(cycles):
            reached = saved()
            wait_for(lambda reached=reached: saved() >= reached + 4, seconds=60)
            time.sleep(dice.uniform(0, 0.1))
            victim = dice.choice(sorted(children_of(parent)))
            os.kill(victim, signal.SIGKILL)
            killed.add(victim)
            wait_for(lambda victim=victim: victim not in children_of(parent), seconds=30)
        reached = saved()
        wait_for(lambda: saved() >= reached + 4, seconds=60)
    finally:
        is_done.set()
        for visitor in visitors:
            visitor.join()
    assert len(killed) == cycles
    return visitors


def rows_by_mark():
    found = {}
    for row, mark in db.session.execute(select(Submission, Note.text).join(Note, Note.submission_id == Submission.id)):
        found.setdefault(mark, []).append(row)
    return found


def check(visitors):
    """Everything acknowledged is there once and whole, and nothing is there in part."""
    assert [wrong for visitor in visitors for wrong in visitor.wrong] == []
    marked, log = rows_by_mark(), {row.id: row for row in db.session.scalars(select(Submission))}
    for visitor in visitors:
        home = factories.location_id(visitor.cqc_id)
        for mark in visitor.saved:
            (row,) = marked[mark]
            assert (row.location_id, row.kind) == (home, "report")
        for mark in visitor.tried:
            assert len(marked.get(mark, ())) <= 1
        for row_id in visitor.confirmed:
            assert (log[row_id].location_id, log[row_id].kind) == (home, "unchanged")
    reports = {row.id for row in log.values() if row.kind == "report"}
    assert {event.detail["submission"] for event in events("answers_report")} == reports
    assert {form.submission_id for form in db.session.scalars(select(PostedForm))} == set(log)
    assert {note.submission_id for note in db.session.scalars(select(Note))} == reports
    told = [row_id for event in events("confirmed") for row_id in event.detail["submissions"]]
    assert sorted(told) == sorted(log.keys() - reports)
    for current in db.session.scalars(select(Current)):
        count = sum(1 for row_id in reports if log[row_id].location_id == current.location_id)
        assert current.version == count and current.submission_id in log
    assert repair.find_mismatches(iter) == []
    if db.engine.dialect.name == "sqlite":
        assert db.session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    assert sum(visitor.cut for visitor in visitors) > 0, "no request was ever cut off: this proves nothing"


def test_killed_web_children_lose_no_acknowledged_update(served, engine):
    check(kill_under_load(*served, CYCLES[engine]))


@pytest.mark.drill
def test_killed_web_children_lose_no_acknowledged_update_however_often(served, engine):
    check(kill_under_load(*served, DRILLED[engine]))
