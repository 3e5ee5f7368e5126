"""The pre-forking parent behind `ctapp run`, `ctapp web` and `ctapp worker`: binds one socket, forks web children and
at most one worker, replaces the dead, and empties the living before they stop.

It is not an HTTP server (waitress is, in each web child) and knows neither Flask, settings nor the database: it is
handed what to run and runs it in the child, so that no thread and no connection crosses a fork.
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

log = logging.getLogger(__name__)

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# Seconds, on the monotonic clock. A child empties itself for DRAIN; the parent ends it at KILL; both within the 30 that
# an operator is promised.
DRAIN = 25.0
KILL = 28.0
IDLE_GRACE = 1.0  # how long a kept-alive connection may stay silent before a leaving child closes it
SETTLED = 1.0  # a child that lives this long did not die at once
LONGEST_BACKOFF = 5.0
TICK = 0.05
CRASHES_BEFORE_FIRST_START = 3
CRASHES_ALLOWED = 10

SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
CONNECTION_LIMIT = 2000
OPEN_FILES = 4096


def serve(
    make_app: Callable[[], WSGIApp] | None,
    run_worker: Callable[[], None] | None,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    web_children: int = 2,
    threads: int = 8,
    on_ready: Callable[[int], None] | None = None,
) -> int:
    """Serve until a signal ends it and return the exit status: 0 after SIGTERM or SIGINT, 1 when a child kept dying.

    `make_app` is called in each web child, `run_worker` in the one worker child (None: no such child); the worker gets
    SIGTERM as SystemExit in its main thread. SIGHUP replaces one child after the other; what the parent itself has
    imported stays as it is, so import late in both callables. `on_ready` is called once with the port, in the parent.
    Errors: OSError when the address cannot be bound; RuntimeError when a thread is already running.
    """
    if threading.active_count() > 1:
        raise RuntimeError("a thread was started before the fork: start it in make_app or run_worker")
    listener = _listen(host, port) if make_app is not None and web_children else None
    slots = []
    if make_app is not None and listener is not None:
        web = _web_child(make_app, listener, threads)
        slots = [_Slot(f"web {number}", web) for number in range(1, web_children + 1)]
    if run_worker is not None:
        slots.append(_Slot("worker", _worker_child(run_worker, listener), is_worker=True))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        return _Parent(slots, listener, on_ready).run()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=1024)  # sets SO_REUSEADDR
    listener.setblocking(False)
    return listener


# --- The parent -------------------------------------------------------------------------------------------------------


@dataclass
class _Child:
    """One living process. `link` ends when either side dies; the child says on it that it is ready."""

    pid: int
    link: socket.socket
    started: float
    is_ready: bool = False
    leave_by: float | None = None


@dataclass
class _Slot:
    """A place that one child fills, and its successor for a moment during a rolling restart."""

    name: str
    run: Callable[[socket.socket], None]
    is_worker: bool = False
    child: _Child | None = None
    successor: _Child | None = None
    leaving: list[_Child] = field(default_factory=list)
    start_at: float = 0.0
    quick_deaths: int = 0
    crashes: int = 0
    was_ready: bool = False

    @property
    def living(self) -> list[_Child]:
        return [child for child in (self.child, self.successor, *self.leaving) if child is not None]


class _Parent:
    """Waits for signals and for its children, and for nothing else."""

    def __init__(
        self, slots: list[_Slot], listener: socket.socket | None, on_ready: Callable[[int], None] | None
    ) -> None:
        self.slots = slots
        self.listener = listener
        self.port = listener.getsockname()[1] if listener else 0
        self.on_ready = on_ready
        self.to_restart: list[_Slot] = []
        self.is_stopping = False
        self.status = 0

    def run(self) -> int:
        while True:
            self._reap()
            self._hear_ready()
            if self.is_stopping and not self._living():
                return self.status
            self._kill_overdue()
            if not self.is_stopping:
                self._start_due()
                self._restart_next()
            caught = signal.sigtimedwait(SIGNALS, TICK if self._is_busy() else 3600)
            if caught is not None:
                self._obey(caught.si_signo)

    def _living(self) -> list[_Child]:
        return [child for slot in self.slots for child in slot.living]

    def _is_busy(self) -> bool:
        return (
            self.is_stopping
            or bool(self.to_restart)
            or any(slot.child is None or not slot.child.is_ready or slot.leaving for slot in self.slots)
        )

    def _obey(self, number: int) -> None:
        if number == signal.SIGHUP and not self.is_stopping:
            log.info("replacing every child, one after the other")
            self.to_restart = self.to_restart[:1] + [slot for slot in self.slots if slot not in self.to_restart[:1]]
        elif number in (signal.SIGTERM, signal.SIGINT):
            # The second Ctrl-C of somebody who does not want to wait.
            if self.is_stopping and number == signal.SIGINT:
                for child in self._living():
                    os.kill(child.pid, signal.SIGKILL)
            self._stop()

    def _stop(self) -> None:
        if self.is_stopping:
            return
        log.info("stopping: running requests are finished first")
        self.is_stopping = True
        self.to_restart = []
        if self.listener is not None:
            self.listener.close()
        for slot in self.slots:
            _dismiss(slot, slot.child, slot.successor)
            slot.child = slot.successor = None

    def _start_due(self) -> None:
        for slot in self.slots:
            is_taken = slot.child or slot.successor or (slot.is_worker and slot.leaving)
            if not is_taken and time.monotonic() >= slot.start_at:
                slot.child = self._fork(slot)

    def _restart_next(self) -> None:
        if not self.to_restart:
            return
        slot = self.to_restart[0]
        if slot.is_worker:
            # Never two workers: the old one leaves first.
            _dismiss(slot, slot.child)
            slot.child = None
            self.to_restart.pop(0)
        elif slot.successor is None:
            slot.successor = self._fork(slot)
        elif slot.successor.is_ready:
            _dismiss(slot, slot.child)
            slot.child, slot.successor = slot.successor, None
            self.to_restart.pop(0)

    def _hear_ready(self) -> None:
        for slot in self.slots:
            for child in slot.living:
                _hear(slot, child)
        if self.on_ready is not None and all(slot.was_ready for slot in self.slots):
            self.on_ready(self.port)
            self.on_ready = None

    def _kill_overdue(self) -> None:
        for child in self._living():
            if child.leave_by is not None and time.monotonic() > child.leave_by:
                log.error("child %d did not leave in time: killed", child.pid)
                os.kill(child.pid, signal.SIGKILL)
                child.leave_by = None

    def _reap(self) -> None:
        for slot in self.slots:
            for child in slot.living:
                pid, status = os.waitpid(child.pid, os.WNOHANG)
                if pid:
                    _hear(slot, child)  # what it said last may still be unread
                    child.link.close()
                    self._bury(slot, child, os.waitstatus_to_exitcode(status))

    def _bury(self, slot: _Slot, child: _Child, code: int) -> None:
        if child in slot.leaving:
            slot.leaving.remove(child)
            return
        if child is slot.successor:
            log.error("%s: replacement %d died (%d), the old child stays", slot.name, child.pid, code)
            slot.successor = None
            self.to_restart = []
            return
        slot.child = None
        was_killed = code in (-signal.SIGKILL, -signal.SIGTERM)  # from outside: no sign that it cannot run
        is_quick = not child.is_ready or (not was_killed and time.monotonic() - child.started < SETTLED)
        slot.quick_deaths = slot.quick_deaths + 1 if is_quick else 0
        slot.crashes = slot.crashes + (not was_killed) if is_quick else 0
        pause = min(0.1 * 2.0 ** (slot.quick_deaths - 1), LONGEST_BACKOFF) if is_quick else 0.0
        slot.start_at = time.monotonic() + pause
        log.warning("%s: child %d died (%d), the next starts in %.1f s", slot.name, child.pid, code, pause)
        if slot.crashes >= (CRASHES_ALLOWED if slot.was_ready else CRASHES_BEFORE_FIRST_START):
            log.critical("%s: died at once %d times, giving up; the reason stands above", slot.name, slot.crashes)
            self.status = 1
            self._stop()

    def _fork(self, slot: _Slot) -> _Child:
        ours, theirs = socket.socketpair()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        pid = os.fork()
        if pid:
            theirs.close()
            ours.setblocking(False)
            return _Child(pid, ours, time.monotonic())
        code = 1
        try:
            # A sibling that held our ends of the links would keep everyone from noticing the parent's death.
            for link in (ours, *(child.link for child in self._living())):
                link.close()
            _live(slot, theirs)
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            # Not sys.exit: the parent's exit handlers and stack are not the child's.
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(code)


def _dismiss(slot: _Slot, *children: _Child | None) -> None:
    for child in children:
        if child is not None:
            child.leave_by = time.monotonic() + KILL
            slot.leaving.append(child)
            os.kill(child.pid, signal.SIGTERM)


def _hear(slot: _Slot, child: _Child) -> None:
    # An error: nothing said yet, or the child is gone.
    with contextlib.suppress(OSError):
        if child.link.recv(1):
            child.is_ready = slot.was_ready = True


# --- The children -----------------------------------------------------------------------------------------------------


def _live(slot: _Slot, link: socket.socket) -> None:
    """Run a slot's work in the process that was just forked for it."""
    for number in (signal.SIGINT, signal.SIGHUP):  # Ctrl-C reaches the whole group; the parent decides
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    threading.Thread(target=_watch_parent, args=(link,), name="parent-watch", daemon=True).start()
    slot.run(link)


def _leave(number: int, frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)


def _watch_parent(link: socket.socket) -> None:
    """Leave when the parent is gone, however it went: the link then ends."""
    with contextlib.suppress(OSError):
        link.recv(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(DRAIN)
    os._exit(1)


def _worker_child(run_worker: Callable[[], None], listener: socket.socket | None) -> Callable[[socket.socket], None]:
    def run(link: socket.socket) -> None:
        if listener is not None:
            listener.close()  # connections must not wait at a process that never accepts
        link.send(b"r")
        run_worker()

    return run


def _web_child(
    make_app: Callable[[], WSGIApp], listener: socket.socket, threads: int
) -> Callable[[socket.socket], None]:
    def run(link: socket.socket) -> None:
        _raise_open_files()
        server = create_server(
            make_app(),
            sockets=[listener],
            threads=threads,
            connection_limit=CONNECTION_LIMIT,
            asyncore_use_poll=True,
            ident=None,
        )
        server.channel_class = _Channel
        server.is_leaving = False

        def start_leaving(number: int, frame: object) -> None:
            server.is_leaving = True
            server.pull_trigger()

        signal.signal(signal.SIGTERM, start_leaving)
        link.send(b"r")
        while not server.is_leaving:
            wasyncore.loop(timeout=1.0, use_poll=True, map=server._map, count=1)
        _drain(server)

    return run


class _Channel(HTTPChannel):
    """A connection that, once its process is leaving, ends after the response and says so in its header."""

    def service(self) -> None:
        if self.server.is_leaving:
            self.requests[0].headers["CONNECTION"] = "close"
        super().service()


def _drain(server: Any) -> None:
    """Accept nothing more, finish every request, close silent connections, and give up on the rest after DRAIN."""
    wasyncore.dispatcher.close(server)  # the socket only: the server's own close would stop its trigger too
    give_up_at = time.monotonic() + DRAIN
    silent_since: dict[Any, float] = {}
    while server.active_channels and time.monotonic() < give_up_at:
        now = time.monotonic()
        for channel in list(server.active_channels.values()):
            if channel.requests or channel.request is not None or channel.total_outbufs_len:
                silent_since.pop(channel, None)
            elif now - silent_since.setdefault(channel, now) >= IDLE_GRACE:
                channel.will_close = True
        wasyncore.loop(timeout=TICK, use_poll=True, map=server._map, count=1)
    if server.active_channels:
        log.warning("%d connections were still open after %d s", len(server.active_channels), DRAIN)


def _raise_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
