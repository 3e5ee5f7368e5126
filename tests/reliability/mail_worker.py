"""A program for test_mail_workers.py: queues, hands over and flags without end, with nothing to keep it from others like it.

usage: mail_worker.py DATABASE_URL INSTANCE STARTED    its clock runs a minute a second from the moment of the tests
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path

from ctapp import create_app
from ctapp.config import Settings
from ctapp.jobs.backends import backend_for
from ctapp.jobs.flagging import flag_what_went_stale
from ctapp.jobs.mailing import hand_over, queue_scheduled_mail
from tests import cast

database_url, instance, started = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])


def now():
    return cast.AT + timedelta(minutes=time.time() - started)


if __name__ == "__main__":
    settings = Settings(
        env="development",
        instance=instance,
        database_url=database_url,
        secret_key="for tests only " * 4,
        base_url="http://localhost",
    )
    app = create_app(settings)
    with app.app_context():
        while True:
            queue_scheduled_mail(settings, at=now())
            hand_over(settings, backend_for(settings), now)
            flag_what_went_stale(at=now())
            time.sleep(0.1)
