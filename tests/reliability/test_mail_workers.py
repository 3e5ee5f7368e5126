"""Three workers at once, killed in the middle of what they do: one mail per contact, kind and day; and each job three times at once.

The leader's lock is left out on purpose: what holds must hold without it.
Source: security.md, 70 and 76, and "Reliability goals", schedulers.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from ctapp.extensions import db
from ctapp.jobs.timetable import TIMETABLE
from ctapp.models import AuditEvent, OutboxMail, StaleFlag
from ctapp.services import people, transactions
from tests import answers, cast, factories

PROGRAM = Path(__file__).with_name("mail_worker.py")
WORKERS, MAILS = 3, 40
RESTARTS, DRILL_RESTARTS = 5, 50


def seed(at, count):
    answers.save_beds(at=at - timedelta(hours=50))
    people.assign_contacts(
        factories.location_id(cast.ROSEWOOD), [f"m{n}@rosewood.example" for n in range(count)], at=at, is_confirmed=True
    )
    db.session.commit()


def outcome(folder):
    """What there is: mails by contact and kind, files by recipient, flags, events."""
    db.session.rollback()
    rows = db.session.execute(select(OutboxMail.contact_id, OutboxMail.kind, OutboxMail.london_on)).all()
    files = Counter(message_from_bytes(path.read_bytes())["To"] for path in folder.glob("*.eml"))
    flags = db.session.query(StaleFlag).count()
    events = db.session.query(AuditEvent).filter(AuditEvent.action == "went_stale").count()
    return Counter(rows), files, flags, events


def test_three_workers_killed_in_mid_batch_send_each_mail_once(site, app, at, tmp_path):
    come_through(site, at, tmp_path, MAILS, RESTARTS)


@pytest.mark.drill
def test_fifty_restarts(site, app, at, tmp_path):
    come_through(site, at, tmp_path, MAILS * 10, DRILL_RESTARTS)


def come_through(site, at, tmp_path, count, restarts):
    seed(at, count)
    started = str(time.time())

    def start():
        command = [sys.executable, str(PROGRAM), site.database_url, str(tmp_path), started]
        env = {**os.environ, "PYTHONPATH": "."}
        env.pop("CTAPP_CLOCK", None)
        return subprocess.Popen(command, cwd=Path(__file__).parents[2], env=env)

    folder, workers = tmp_path / "mail", [start() for _ in range(WORKERS)]
    try:
        for restart in range(restarts):
            wait_for(lambda wanted=restart: len(list(folder.glob("*.eml"))) > wanted * count // (restarts + 1))
            victim = workers.pop(0)
            victim.kill()
            victim.wait()
            workers.append(start())
        wait_for(lambda: states() == {"sent": count})
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    mails, files, flags, events = outcome(folder)
    assert len(mails) == len(files) == count and set(mails.values()) == set(files.values()) == {1}
    assert {kind for _, kind, _ in mails} == {"stale_notice"}
    assert (flags, events) == (1, 1)


def states():
    db.session.rollback()
    return Counter(db.session.scalars(select(OutboxMail.state)))


def wait_for(is_so, seconds=150):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return
        time.sleep(0.1)
    raise AssertionError(f"it did not happen in time: {states()}")


def test_every_job_run_three_times_at_once_is_run_once(app, at, travel, tmp_path):
    settings = app.config["SETTINGS"].model_copy(update={"smtp_url": f"file:{tmp_path}/mail"})
    seed(at, 5)
    for minutes in (0, 21):
        moment = travel(minutes=minutes)
        for job in TIMETABLE:
            gate = Barrier(3)

            def run(_, job=job, gate=gate, moment=moment):
                with app.app_context():
                    gate.wait()
                    try:
                        job.act(settings, lambda: moment)
                    finally:
                        transactions.drop_session()

            db.session.rollback()
            with ThreadPoolExecutor(3) as pool:
                list(pool.map(run, range(3)))
    mails, files, flags, events = outcome(tmp_path / "mail")
    assert len(mails) == len(files) == 5 and set(files.values()) == {1}
    assert (flags, events) == (1, 1)
    assert states() == {"sent": 5}
