"""The pre-forking parent with real processes on loopback: what a death, a stop and a restart cost a visitor."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

TINY_SITE = Path(__file__).parent / "tiny_site.py"


class Site:
    """A running tiny_site, and what a visitor sees of it."""

    def __init__(self, folder, way=""):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, str(TINY_SITE), str(folder), "2", *([way] if way else [])],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": "."},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that close() ends the children of a parent that is already gone
        )
        self.port = int(self.process.stdout.readline() or 0)
        if self.port:
            wait_for(self.workers)

    def get(self, path="/", *, connection=None):
        """The pid that answered; the connection is closed unless it was handed in."""
        used = connection or self.connect()
        try:
            used.request("GET", path)
            response = used.getresponse()
            assert response.status == 200
            return int(response.read())
        finally:
            if connection is None:
                used.close()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def children(self):
        return children_of(self.process.pid)

    def workers(self):
        started = self.folder / "workers"
        return started.read_text().split() if started.exists() else []

    def web_pids(self):
        return self.children() - {int(pid) for pid in self.workers()}

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


def children_of(pid):
    text = Path(f"/proc/{pid}/task/{pid}/children")
    return {int(child) for child in text.read_text().split()} if text.exists() else set()


def is_alive(pid):
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition, seconds=8):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)


class Visitors:
    """Threads that ask without pause, some on fresh connections, some on kept ones, and remember what went wrong."""

    def __init__(self, site, count=4, *, keep=False):
        self.site, self.keep = site, keep
        self.answers, self.errors = [], []
        self.is_done = threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=(keep and n % 2 == 0,)) for n in range(count)]

    def ask(self, is_kept):
        connection = self.site.connect() if is_kept else None
        while not self.is_done.is_set():
            try:
                self.answers.append(self.site.get(connection=connection))
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(error)
                if connection:
                    connection.close()
            time.sleep(0.002)
        if connection:
            connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        wait_for(lambda: len(self.answers) > 50)
        return self

    def __exit__(self, *_):
        self.is_done.set()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def start(tmp_path):
    sites = []

    def start_site(way=""):
        sites.append(Site(tmp_path, way))
        return sites[-1]

    yield start_site
    for site in sites:
        site.close()


def test_killed_web_child_is_replaced_and_nobody_is_refused(start):
    site = start()
    before = site.web_pids()
    victim, survivor = sorted(before)
    with Visitors(site) as visitors:
        os.kill(victim, signal.SIGKILL)
        killed_at = len(visitors.answers)
        wait_for(lambda: survivor in visitors.answers[killed_at:])
        wait_for(lambda: set(visitors.answers) - before)
        reached = len(visitors.answers)
        wait_for(lambda: len(visitors.answers) > reached + 200)
    assert not [error for error in visitors.errors if isinstance(error, ConnectionRefusedError)]
    # Only what the victim held in its hands is lost: at most one request of each visitor.
    assert len(visitors.errors) <= len(visitors.threads), visitors.errors
    assert len(site.web_pids()) == 2


@pytest.mark.drill
def test_hundred_deaths_cost_only_what_the_dead_held(start):
    site = start()
    with Visitors(site) as visitors:
        for _ in range(100):
            os.kill(min(site.web_pids()), signal.SIGKILL)
            time.sleep(0.1)
            wait_for(lambda: len(site.web_pids()) == 2, seconds=15)
        reached = len(visitors.answers)
        wait_for(lambda: len(visitors.answers) > reached + 200)
    assert site.process.poll() is None
    assert not [error for error in visitors.errors if isinstance(error, ConnectionRefusedError)]
    assert len(visitors.errors) <= 100 * len(visitors.threads)


def test_stop_finishes_the_running_request_and_refuses_new_ones(start):
    site = start()
    answers = []
    slow = threading.Thread(target=lambda: answers.append(site.get("/slow/1.5")))
    slow.start()
    time.sleep(0.5)
    site.process.send_signal(signal.SIGTERM)
    time.sleep(0.4)
    with pytest.raises(ConnectionRefusedError):
        site.get()
    slow.join()
    assert len(answers) == 1
    assert site.process.wait(5) == 0


def test_stop_does_not_wait_for_silent_connections(start):
    site = start()
    kept = site.connect()
    site.get(connection=kept)
    never_spoke = socket.create_connection(("127.0.0.1", site.port))
    time.sleep(0.2)
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(5) == 0
    kept.close()
    never_spoke.close()


def test_stop_does_not_wait_for_ever(start):
    site = start("impatient")
    stuck = site.connect()
    stuck.request("GET", "/slow/60")
    time.sleep(0.5)
    answering, *_ = site.web_pids()
    os.kill(answering, signal.SIGSTOP)  # this one cannot even hear that it should leave
    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(5) == 0
    stuck.close()


def test_killed_worker_is_replaced_and_the_site_stays(start):
    site = start()
    before = site.web_pids()
    os.kill(int(site.workers()[0]), signal.SIGKILL)
    wait_for(lambda: len(site.workers()) == 2)
    assert "two" not in site.workers()
    assert site.get() in before


def test_killed_parent_leaves_no_orphan(start):
    site = start()
    orphans = site.children()
    assert len(orphans) == 3
    frozen = int(site.workers()[0])
    os.kill(frozen, signal.SIGSTOP)  # nobody's leaving may hang on a sibling's
    os.kill(site.process.pid, signal.SIGKILL)
    wait_for(lambda: not any(is_alive(pid) for pid in orphans - {frozen}), seconds=5)
    os.kill(frozen, signal.SIGCONT)
    wait_for(lambda: not is_alive(frozen), seconds=5)
    # The address is free again for the next parent.
    socket.create_server(("127.0.0.1", site.port)).close()


def test_rolling_restart_costs_no_request(start):
    site = start()
    before = site.children()
    with Visitors(site, keep=True) as visitors:
        for _ in range(2):
            site.process.send_signal(signal.SIGHUP)
            old = site.children()
            wait_for(lambda old=old: len(site.children()) == 3 and not site.children() & old, seconds=15)
        reached = len(visitors.answers)
        wait_for(lambda: len(visitors.answers) > reached + 200)
    assert visitors.errors == []
    assert len(set(visitors.answers) - before) >= 2
    assert "two" not in site.workers()


def test_restart_into_a_broken_application_keeps_the_old_children(start):
    site = start()
    before = site.web_pids()
    (site.folder / "broken").touch()
    site.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "the old child stays" in site.process.stderr.readline())
    assert site.web_pids() == before
    assert site.get() in before


def test_application_that_cannot_start_ends_the_parent_with_its_reason(start, tmp_path):
    (tmp_path / "broken").touch()
    site = start()
    _, errors = site.process.communicate(timeout=15)
    assert site.process.returncode == 1
    assert "this application cannot start" in errors
    assert "giving up" in errors


def test_thread_before_the_fork_is_refused():
    from ctapp import server

    wait = threading.Event()
    thread = threading.Thread(target=wait.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="before the fork"):
            server.serve(None, None)
    finally:
        wait.set()
        thread.join()
