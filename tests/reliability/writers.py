"""A program for test_writers.py: many processes that write one database at once, each with connections of its own.

usage: writers.py DATABASE_URL INSTANCE    reads lines "TASK WRITERS TIMES" and answers each with a line of JSON per writer: what
it did and what went wrong. It stays alive between tasks, because importing the program costs more than a task.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import event

from ctapp import create_app
from ctapp.config import Settings
from ctapp.errors import StateMoved, UndoRefused
from ctapp.extensions import db
from ctapp.queries.question_sets import section_on, sections_on
from ctapp.services import transactions
from ctapp.services.submissions import submit
from tests import cast
from tests.answers import CONTINUITY, COVID, ROW
from tests.integration.services import writing

SECTIONS = ("business_continuity", "covid", "vacancies")
HOMES = (cast.ROSEWOOD, cast.ROSEWOOD_COURT, cast.ELM_HOUSE, cast.ELSEWHERE)
CONTACTS = {
    "registered_manager": "Ann Appleyard",
    "admissions_phone": "0113 496 0001",
    "out_of_hours_phone": "0113 496 0002",
    "takes_from": "any_council",
    "weekend_admissions": "yes",
    "assessment": "phone",
}


def many_beds(living):
    """A home of a thousand beds."""
    return writing.beds(capacity=1000, occupied=living, available=1000 - living, reserved=0) | {
        "capacity_override_reason": "Registered at last"
    }


class Writer:
    """One process: its number, and what it did."""

    def __init__(self, number: int, times: int, started: float) -> None:
        self.number, self.times, self.started = number, times, started
        self.saved: list[int] = []
        self.moved = 0
        self.longest = 0.0
        self.wrong: list[str] = []

    def now(self):
        """The moment of the tests, and the time that really went by since."""
        return cast.AT + timedelta(seconds=time.time() - self.started)

    def act(self, deed) -> bool:
        """Do one thing in one transaction, as a request does; whether it was taken."""
        began = time.monotonic()
        try:
            done = deed(self.now())
            transactions.commit_session()
        except (StateMoved, UndoRefused):
            transactions.drop_session()
            self.moved += 1
            return False
        except Exception as error:
            transactions.drop_session()
            self.wrong.append(f"{type(error).__name__}: {error}"[:300])
            return True
        finally:
            self.longest = max(self.longest, time.monotonic() - began)
        self.saved += done
        return True

    def until_taken(self, deed) -> None:
        """Do one thing, and again from the start each time that somebody was faster."""
        for _ in range(500):
            if self.act(deed):
                return
        self.wrong.append("never taken")

    def task_add(self) -> None:
        """Read the people living here, add one, save it on the version read."""

        def one_more(at):
            seen = writing.version("vacancies")
            living = writing.answers("vacancies")[f"occupied__{ROW}"]
            transactions.drop_session()  # a page was read and is now typed into: nothing is held meanwhile
            return [writing.save("vacancies", many_beds(living + 1), at=self.now(), seen=seen).submission_id]

        for _ in range(self.times):
            self.until_taken(one_more)

    def task_same_form(self) -> None:
        """Send the same form as everybody else, each time with the next key."""
        for turn in range(self.times):
            free = turn % 3
            typed = writing.beds(available=free, occupied=11 - free)
            self.act(lambda at, typed=typed, turn=turn: [self.save_form(typed, at, key=f"form {turn}")])

    def save_form(self, typed, at, *, key):
        saved = writing.save("vacancies", typed, at=at, seen=None, form_key=key)
        return saved.submission_id

    def task_first(self) -> None:
        """Be the first to answer a section at a home."""
        for section, typed in (("covid", COVID), ("business_continuity", CONTINUITY), ("vacancies", writing.beds())):
            for cqc_id in HOMES:
                self.act(
                    lambda at, section=section, typed=typed, cqc_id=cqc_id: [
                        writing.save(section, typed, at=at, seen=0, cqc_id=cqc_id).submission_id
                    ]
                )

    def task_apart(self) -> None:
        """Save one of two sections of a home, as fast as it goes."""
        for turn in range(self.times):
            free = turn % 3
            if self.number % 2:
                typed, section = writing.beds(available=free, occupied=11 - free), "vacancies"
            else:
                typed, section = COVID, "covid"
            self.act(
                lambda at, section=section, typed=typed: [writing.save(section, typed, at=at, seen=None).submission_id]
            )

    def task_mixed(self) -> None:
        """Confirm three sections at once, take it back, or save one of them."""
        for turn in range(self.times):
            if self.number % 2:
                first = len(self.saved)
                self.act(lambda at: list(writing.confirm(*reversed(SECTIONS), at=at).values()))
                if confirmed := self.saved[first:]:
                    self.act(lambda at, ids=confirmed: [writing.take_back(*ids, at=at)][:0])
            else:
                typed = {"vacancies": writing.beds(available=turn % 3, occupied=11 - turn % 3)}
                typed |= {"covid": COVID, "business_continuity": CONTINUITY}
                section = SECTIONS[(self.number + turn) % 3]
                self.act(
                    lambda at, section=section, typed=typed: [
                        writing.save(section, typed[section], at=at, seen=None).submission_id
                    ]
                )

    def task_die(self) -> None:
        """Save a section and be killed before one of the statements of it: the first writer before the first, and so on."""
        left = self.number

        def die_in_time(connection, cursor, statement, parameters, context, executemany):
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        typed = CONTINUITY | {"overall_status": "amber", "status_note": f"writer {self.number}"}
        form = writing.filled("business_continuity", typed, at=self.now(), seen=None, form_key=f"form {self.number}")
        location, published, by = writing.home(), section_on("business_continuity", form.day), writing.author()
        transactions.drop_session()
        event.listen(db.engine, "before_cursor_execute", die_in_time)
        self.act(lambda at: [submit(location, published, form, author=by, at=at).submission_id])

    def task_addresses(self) -> None:
        """Give the same new addresses for several homes in the same moment, in one order or the other."""
        cqc_id = HOMES[self.number % len(HOMES)]
        for turn in range(self.times):
            addresses = [f"{name}{turn}@example.org" for name in ("ann", "bob", "cat", "dot", "eve")]
            typed = CONTACTS | {"reminder_emails": "\n".join(addresses[:: 1 if self.number % 2 else -1])}
            self.act(
                lambda at, typed=typed: [writing.save("contacts", typed, at=at, seen=None, cqc_id=cqc_id).submission_id]
            )


def run(writer: Writer, task: str, app: Flask, start: int, told: int) -> None:
    """Be one writer: wait for the start, do the task, tell what became of it."""
    with app.app_context():
        os.read(start, 1)
        getattr(writer, f"task_{task}")()
    line = json.dumps(
        {"saved": writer.saved, "moved": writer.moved, "wrong": writer.wrong, "longest": round(writer.longest, 2)}
    )
    with os.fdopen(told, "w") as out:
        out.write(line + "\n")


def let_loose(app: Flask, task: str, writers: int, times: int) -> None:
    """Fork the writers, let them go at once, and print what each of them told."""
    start, go = os.pipe()
    ends = []
    started = time.time()
    for number in range(writers):
        end, told = os.pipe()
        if os.fork() == 0:
            with suppress(BaseException):
                run(Writer(number, times, started), task, app, start, told)
                os._exit(0)
            os._exit(1)
        os.close(told)
        ends.append(end)
    os.write(go, b"." * writers)
    for end in ends:
        with os.fdopen(end) as told:
            print(told.readline().strip() or json.dumps({"saved": [], "moved": 0, "wrong": ["died"], "longest": 0}))
    for _ in range(writers):
        os.wait()
    for end in (start, go):
        os.close(end)
    sys.stdout.flush()


def main(database_url: str, instance: str) -> None:
    """Do what each line of the input asks for: a task, how many writers, how often each."""
    settings = Settings(
        env="development", instance=Path(instance), database_url=database_url, secret_key="for tests only " * 4
    )
    app = create_app(settings)
    with app.app_context():
        # Everything is read and parsed once, and no connection crosses a fork.
        sections_on(cast.AT.date())
        transactions.drop_session()
        db.engine.dispose()
    for line in sys.stdin:
        task, writers, times = line.split()
        let_loose(app, task, int(writers), int(times))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
