"""The worker: one leader, quiet hours for jobs, a heartbeat, and an end that waits for nothing but the running job."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from ctapp.clock import LONDON
from ctapp.extensions import db
from ctapp.jobs.leader import FileLock, leadership
from ctapp.jobs.runner import last_beat, make_scheduler, run_job
from ctapp.jobs.timetable import TIMETABLE, Job, every_minutes, remind
from ctapp.queries import readiness
from ctapp.services import heartbeat

NIGHTS = ["2026-10-24", "2026-10-25", "2027-03-27", "2027-03-28", "2027-06-01"]


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("job", TIMETABLE, ids=lambda job: job.name)
def test_no_job_starts_between_half_past_midnight_and_three(job, night):
    moment = datetime.fromisoformat(f"{night}T23:00:00+00:00")
    end = moment + timedelta(hours=7)
    fired = previous = None
    while moment < end:
        fired = job.trigger.get_next_fire_time(previous, moment)
        there = fired.astimezone(LONDON)
        assert not (there.hour == 0 and there.minute >= 30) and there.hour not in (1, 2), there
        previous, moment = fired, fired.astimezone(UTC) + timedelta(seconds=1)


def test_trigger_keeps_its_step():
    trigger, moment, minutes = every_minutes(5), datetime(2021, 4, 20, 8, 1, tzinfo=UTC), []
    for _ in range(3):
        moment = trigger.get_next_fire_time(None, moment) + timedelta(seconds=1)
        minutes.append(moment.minute)
    assert minutes == [5, 10, 15]


def test_every_job_is_scheduled_to_run_late_once_and_alone(app):
    scheduler = make_scheduler(app)
    assert {job.id for job in scheduler.get_jobs()} == {job.name for job in TIMETABLE}
    assert scheduler._job_defaults == {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}


def test_failing_job_is_logged_and_leaves_no_transaction(app, caplog):
    def fail(settings, now):
        db.session.connection()
        raise ValueError("broken on purpose")

    run_job(app, Job("broken", every_minutes(1), fail))
    assert "job failed: broken" in caplog.text


@pytest.mark.parametrize(("hour", "minute", "asked"), [(6, 59, 0), (7, 0, 1), (20, 59, 1), (21, 0, 0)])
def test_mail_is_queued_from_seven_to_nine(app, at, monkeypatch, hour, minute, asked):
    asked_at = []
    monkeypatch.setattr("ctapp.jobs.timetable.queue_scheduled_mail", lambda settings, *, at: asked_at.append(at))
    remind(app.config["SETTINGS"], lambda: at.replace(hour=hour, minute=minute))
    assert len(asked_at) == asked


def test_only_one_leads_until_it_lets_go(app, tmp_path):
    first, second = (leadership(db.engine, tmp_path) for _ in range(2))
    assert first.take() is True
    assert second.take() is False
    assert first.holds() is True
    first.release()
    assert second.take() is True
    second.release()


def test_lock_goes_with_its_holder(tmp_path):
    path = tmp_path / "lock"
    holding = (
        "import sys, time; from pathlib import Path; from ctapp.jobs.leader import FileLock;"
        " lock = FileLock(Path(sys.argv[1])); assert lock.take(); print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", holding, path], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    lock = FileLock(path)
    assert lock.take() is False
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert lock.take() is True
    lock.release()


def test_worker_leads_beats_and_leaves_on_sigterm(site, app, tmp_path):
    env = {
        **os.environ,
        "CTAPP_DATABASE_URL": site.database_url,
        "CTAPP_INSTANCE": str(tmp_path),
        "CTAPP_CLOCK": "2021-04-20T09:00:00+01:00",
    }
    code = "from ctapp import create_app; from ctapp.jobs.runner import run_worker; run_worker(create_app)"
    db.session.rollback()
    workers = [subprocess.Popen([sys.executable, "-c", code], env=env, stderr=subprocess.DEVNULL)]
    try:
        first = wait_for(lambda: beat(tmp_path))
        assert first["pid"] == workers[0].pid
        assert wait_for(lambda: beat_in_database()).year == 2021
        workers.append(subprocess.Popen([sys.executable, "-c", code], env=env, stderr=subprocess.DEVNULL))
        time.sleep(2)
        assert beat(tmp_path)["pid"] == workers[0].pid
        workers[0].kill()
        workers[0].wait()
        assert wait_for(lambda: beat(tmp_path)["pid"] == workers[1].pid)
        assert last_beat(tmp_path).astimezone(UTC).year == 2021
        workers[1].send_signal(signal.SIGTERM)
        # The parent's child would catch it as SystemExit; a bare process ends by the signal itself.
        assert workers[1].wait(10) in (0, -signal.SIGTERM)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def test_starting_the_web_starts_no_thread(make_app):
    before = threading.active_count()
    make_app()
    assert threading.active_count() == before


def test_no_beat_is_none(tmp_path):
    assert last_beat(tmp_path) is None
    (tmp_path / "worker.heartbeat").write_text("{")
    assert last_beat(tmp_path) is None


def test_ready_page_says_when_the_worker_was_seen(client, at, travel):
    assert client.get("/readyz").text == "ready\nworker: never seen\n"
    for _ in range(2):
        heartbeat.beat(heartbeat.WORKER, at=at)
    travel(seconds=12)
    assert client.get("/readyz").text == "ready\nworker: seen 2021-04-20T08:00:00Z, 12 s ago\n"


def beat_in_database():
    db.session.rollback()
    return readiness.last_beat(heartbeat.WORKER)


def beat(instance):
    path = instance / "worker.heartbeat"
    return json.loads(path.read_text()) if path.exists() else None


def wait_for(found, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = found()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")
