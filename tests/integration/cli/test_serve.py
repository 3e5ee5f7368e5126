"""`ctapp run`, `web`, `worker` and `migrate` as processes: they make ready, say where they are, and leave when told to."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
import urllib.request
from functools import partial

import pytest

from ctapp.config import ROOT
from ctapp.extensions import db
from ctapp.reference.postcode_build import FILE_NAME


@pytest.fixture
def start(tmp_path):
    """Start a command as a process in an instance folder of its own; ended when the test is over."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("CTAPP_")}
    started = []

    def begin(*arguments, **more):
        process = subprocess.Popen(
            [sys.executable, "-m", "ctapp", *arguments],
            cwd=ROOT,
            env=env | {"CTAPP_INSTANCE": str(tmp_path), "PYTHONUNBUFFERED": "1"} | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def cast_start(site, app, postcode_file, tmp_path, start):
    """Start a command on the cast's database, on either engine."""
    (tmp_path / FILE_NAME).symlink_to(postcode_file)
    db.session.commit()
    return partial(start, CTAPP_DATABASE_URL=site.database_url)


def read_until(process, pattern, seconds=60):
    told, until = "", time.monotonic() + seconds
    while time.monotonic() < until:
        if select.select([process.stdout], [], [], 0.2)[0]:
            line = process.stdout.readline()
            told += line
            found = re.search(pattern, told)
            if found or not line:
                return found
    raise AssertionError(f"no {pattern} in: {told}")


def stop(process):
    process.send_signal(signal.SIGTERM)
    return process.wait(30)


def test_service_says_where_it_is_answers_and_leaves(cast_start, tmp_path):
    process = cast_start("run", "--port", "0", "--workers", "1")
    port = read_until(process, r"running at \S+ \(port (\d+)\)")[1]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
        assert answer.status == 200
    wait_for((tmp_path / "worker.heartbeat").exists)
    assert stop(process) == 0


def test_web_and_worker_run_apart(start, postcode_file, tmp_path):
    (tmp_path / FILE_NAME).symlink_to(postcode_file)
    web = start("web", "--port", "0", "--workers", "1")
    port = read_until(web, r"\(port (\d+)\)")[1]
    assert not (tmp_path / "worker.heartbeat").exists()
    assert start("web", "--port", port, "--workers", "1").wait(60) == 1, "the port is in use"
    worker = start("worker")
    assert read_until(worker, "The worker is running")
    wait_for((tmp_path / "worker.heartbeat").exists)
    assert (stop(web), stop(worker)) == (0, 0)


def test_migrate_says_so(start):
    process = start("migrate")
    assert read_until(process, "The database is up to date")
    assert process.wait(10) == 0


@pytest.mark.parametrize("command", ["run", "worker"])
def test_unsafe_production_is_refused(start, command):
    assert start(command, CTAPP_ENV="production").wait(60) == 1


def wait_for(happened, seconds=30):
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)
