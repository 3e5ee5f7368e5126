"""The real program on an instance folder of its own: its commands, and `ctapp run` as a process. It knows no browser.

service = Service(tmp_path, clock="2021-04-20T09:00:00+01:00!")
service.command("demo", "--locations", "20", "--days", "8")
service.start()
service.restart(clock="2021-04-22T09:00:00+01:00!")
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from ctapp.config import ROOT
from ctapp.models.engine import sqlite_module
from ctapp.reference.postcode_build import FILE_NAME, open_postcodes

SECONDS_TO_START = 60
SECONDS_TO_STOP = 20
# When a session was last used is noted at any page; it is the one thing that reading may write.
NOT_BUSINESS = {"user_session", "sqlite_sequence"}


class Service:
    """One service: what a person who runs it has, an instance folder, a clock, commands, and the address it answers at."""

    def __init__(self, instance: Path, *, clock: str, **settings: str):
        self.instance, self.clock = instance, clock
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = settings
        self.process: subprocess.Popen | None = None
        instance.mkdir(parents=True, exist_ok=True)
        # Made once on this machine and kept: it takes seconds.
        open_postcodes(ROOT / "instance").close()
        (instance / FILE_NAME).symlink_to(ROOT / "instance" / FILE_NAME)

    def command(self, *arguments: str, typed: str = "") -> str:
        """Run one `ctapp` command, which must succeed, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "ctapp", *map(str, arguments)],
            input=typed,
            env=self._environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_START,
        )
        assert done.returncode == 0, f"ctapp {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self) -> Service:
        """Start `ctapp run` and wait until it answers."""
        with (self.instance / "run.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ctapp", "run", "--port", str(self.port), "--workers", "1"],
                env=self._environment(),
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        give_up_at = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < give_up_at, self.log()
            time.sleep(0.1)
        return self

    def restart(self, *, clock: str) -> None:
        """Stop it and start it again at another time of day."""
        self.stop()
        self.clock = clock
        self.start()

    def stop(self) -> None:
        """Ask it to finish, as a service manager does, and wait."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(SECONDS_TO_STOP)
        self.process = None

    def log(self) -> str:
        """What the program has said since the first start."""
        return (self.instance / "run.log").read_text()

    def mails(self) -> list[EmailMessage]:
        """Every mail handed over so far, oldest first."""
        files = sorted((self.instance / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [BytesParser(policy=policy.default).parsebytes(path.read_bytes()) for path in files]

    def await_mails(self, count: int) -> list[EmailMessage]:
        """Wait for so many mails: the worker may hand one over before the command does."""
        give_up_at = time.monotonic() + SECONDS_TO_STOP
        while len(self.mails()) < count:
            assert time.monotonic() < give_up_at, f"{len(self.mails())} mails instead of {count}"
            time.sleep(0.1)
        return self.mails()

    def stored(self) -> dict[str, list[str]]:
        """The business of the database as it stands: every row, by table."""
        uri = f"file:{self.instance / 'ctapp.sqlite'}?mode=ro"
        with closing(sqlite_module.connect(uri, uri=True)) as connection:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"')))
                for name in set(names) - NOT_BUSINESS
            }

    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("CTAPP_")}
        return {
            **ours,
            "CTAPP_INSTANCE": str(self.instance),
            "CTAPP_CLOCK": self.clock,
            "CTAPP_BASE_URL": self.url,
            "PYTHONWARNINGS": "default",
            **self.settings,
        }

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/readyz", timeout=SECONDS_TO_START):
                return True
        except URLError:
            return False


def _free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
