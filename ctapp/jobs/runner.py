"""The worker: one process that leads, runs the timetable, and says that it is alive. It decides nothing about what is due.

`run_worker` is what the parent runs in its worker child; SIGTERM ends it after the running job.
"""

from __future__ import annotations

import json
import logging
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask
from sqlalchemy.exc import DBAPIError

from ctapp import clock
from ctapp.extensions import db
from ctapp.jobs.leader import Leadership, leadership, leading
from ctapp.jobs.timetable import TIMETABLE, Job
from ctapp.services import heartbeat, transactions

log = logging.getLogger("ctapp.worker")

BEAT_EVERY = 15.0
HEARTBEAT_FILE = "worker.heartbeat"
# A job that comes late is run once, within the hour, and never beside itself.
JOB_DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}


def run_worker(make_app: Callable[[], Flask]) -> None:
    """Wait to be the one leader, then run the timetable until the process is told to stop."""
    app = make_app()
    instance = app.config["SETTINGS"].instance
    with app.app_context():
        lock = leadership(db.engine, instance)
    with leading(lock):
        log.info("this worker leads")
        stopped = Event()
        Thread(target=_beat, args=(app, lock, stopped), name="heartbeat", daemon=True).start()
        scheduler = make_scheduler(app)
        try:
            scheduler.start()
        finally:
            stopped.set()
            if scheduler.running:
                scheduler.shutdown(wait=True)


def make_scheduler(app: Flask) -> BlockingScheduler:
    """Return a scheduler with every job of the timetable; nothing runs before it is started."""
    scheduler = BlockingScheduler(timezone=UTC, job_defaults=JOB_DEFAULTS)
    for job in TIMETABLE:
        scheduler.add_job(run_job, job.trigger, args=(app, job), id=job.name, name=job.name)
    return scheduler


def run_job(app: Flask, job: Job) -> None:
    """Run one job in a context of its own; a failure is logged and left to the job's next turn."""
    with app.app_context():
        try:
            job.act(app.config["SETTINGS"], clock.now)
        except Exception:
            log.exception("job failed: %s", job.name)
        finally:
            transactions.drop_session()


def last_beat(instance: Path) -> datetime | None:
    """Return when a leading worker last said that it is alive, or None when none ever did."""
    try:
        return datetime.fromisoformat(json.loads((instance / HEARTBEAT_FILE).read_text())["beat_at"])
    except (OSError, ValueError, KeyError):
        return None


def _beat(app: Flask, lock: Leadership, stopped: Event) -> None:
    path = app.config["SETTINGS"].instance / HEARTBEAT_FILE
    while True:
        if not lock.holds():
            # Another process may lead by now: leave at once, the parent starts a new worker.
            log.error("the leader lock is lost")
            os.kill(os.getpid(), signal.SIGTERM)
            return
        part = path.with_suffix(".part")
        at = clock.now()
        part.write_text(json.dumps({"beat_at": at.isoformat(), "pid": os.getpid()}))
        part.replace(path)
        with app.app_context():
            try:
                heartbeat.beat(heartbeat.WORKER, at=at)
            except DBAPIError:
                # Whoever watches sees the row grow old; the next beat may find the database again.
                log.warning("the heartbeat could not be kept")
        if stopped.wait(BEAT_EVERY):
            return
