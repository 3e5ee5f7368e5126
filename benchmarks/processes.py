"""The processes and databases of one run: started here, and ended here however the run ends. Nothing here measures."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from ctapp.config import ROOT
from ctapp.reference.postcode_build import FILE_NAME, open_postcodes

SECONDS_TO_START, SECONDS_TO_STOP = 60, 20
LOCAL_POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
PR_SET_PDEATHSIG = 1


class Failed(RuntimeError):
    """A process of the run ended with an error; the message is what it said last."""


class Stage:
    """One folder with a settings environment, and the processes that were started on it."""

    def __init__(self, folder: Path, name: str, *, database_url: str = "") -> None:
        self.folder = folder / name
        self.folder.mkdir()
        self.port = free_port()
        self.log = self.folder / "log.txt"
        self.started: list[subprocess.Popen] = []
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("CTAPP_")} | {
            "CTAPP_INSTANCE": str(self.folder),
            "CTAPP_BASE_URL": f"http://127.0.0.1:{self.port}",
            "CTAPP_DATABASE_URL": database_url,
        }
        # Made once in a checkout and kept: it takes seconds.
        open_postcodes(ROOT / "instance").close()
        (self.folder / FILE_NAME).symlink_to(ROOT / "instance" / FILE_NAME)

    def serve(self, *arguments: str, port: int) -> int:
        """Start a server as a module, wait until it answers on the port, and return its process id."""
        process = self._start(*arguments, stdout=self.log.open("ab"))
        give_up_at = time.monotonic() + SECONDS_TO_START
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise Failed(self._last_words())
            time.sleep(0.05)
        return process.pid

    def ask(self, *arguments: str, order: object = None, heard: Callable[[dict], None] | None = None) -> dict:
        """Run a module to its end and return the last JSON object that it printed; `heard` is given each before it."""
        process = self._start(*arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(order))
        process.stdin.close()
        last: dict = {}
        for line in process.stdout:
            if not line.startswith("{"):
                continue
            if last and heard is not None:
                heard(last)
            last = json.loads(line)
        if process.wait() != 0:
            raise Failed(self._last_words())
        self.started.remove(process)
        return last

    def stop(self) -> None:
        """End every process of this stage, gently and then not."""
        for process in self.started:
            process.terminate()
        for process in self.started:
            try:
                process.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.started.clear()

    def _start(self, *arguments: str, **streams) -> subprocess.Popen:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=self.environment,
                stderr=log,
                # Ctrl-C reaches this process alone, which then ends the others in its own order.
                start_new_session=True,
                preexec_fn=_end_with_parent,
                **streams,
            )
        self.started.append(process)
        return process

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


@contextmanager
def staged(folder: Path, name: str, *, database_url: str = "") -> Iterator[Stage]:
    """Yield a stage, and end its processes whatever happens."""
    stage = Stage(folder, name, database_url=database_url)
    try:
        yield stage
    finally:
        stage.stop()


@contextmanager
def postgres_database() -> Iterator[str | None]:
    """Yield the address of a database made for this run and dropped after it, or None where no server answers."""
    server = make_url(os.environ.get("CTAPP_TEST_POSTGRES_URL") or LOCAL_POSTGRES)
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        yield None
        return
    name = f"ctapp_bench_{uuid.uuid4().hex[:12]}"
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _end_with_parent() -> None:
    # Where the kernel can: a run that is killed outright leaves no server behind either.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _listens(port: int) -> bool:
    with closing(socket.socket()) as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0
