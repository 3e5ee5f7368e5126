"""The update transaction beside a bare insert-and-commit on the same engine, without HTTP; one JSON object on stdout.

Timed twice: the whole use case as the edge runs it (Python, session and database), and within it the time that statements
and COMMIT take in the database's driver. The use cases are the program's own, on the demo's Rosewood.
usage: python -m benchmarks.transactions, told on stdin what benchmarks.prepare told
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from statistics import mean, median

from sqlalchemy import JSON, BigInteger, Column, Engine, Integer, MetaData, Table, event, insert

from ctapp import clock, create_app
from ctapp.extensions import db
from ctapp.forms.section_form import texts_of
from ctapp.queries.current import Standing, standing_for
from ctapp.queries.directory import locations_in, these_locations
from ctapp.queries.facts import context_for
from ctapp.queries.question_sets import sections_on
from ctapp.questions.answers import Filled, check_answers, load_values
from ctapp.questions.spec import rows_in
from ctapp.services.confirmations import confirm_unchanged
from ctapp.services.log import Author
from ctapp.services.submissions import submit

WARMING, TURNS, GROUP, SECONDS = 20, 600, 25, 10.0
SECTION = "vacancies"
AUTHOR = Author("user:1", "web")

floor = Table(
    "benchmark_floor",
    MetaData(),
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("answers", JSON),
)


@dataclass(frozen=True)
class Took:
    """One transaction, in milliseconds; `whole` includes Python and the session."""

    statements: float
    commit: float
    whole: float

    @property
    def inside(self) -> float:
        """The time in the database's driver."""
        return self.statements + self.commit


@dataclass
class Watch:
    """Adds up the time between a statement's start and its end, and that of COMMIT, on one engine; in seconds."""

    statements: float = 0.0
    commit: float = 0.0
    _began: list[float] = field(default_factory=list)

    def attach(self, engine: Engine) -> None:
        """Watch an engine from now on."""
        event.listen(engine, "before_cursor_execute", lambda *_: self._began.append(time.perf_counter()))
        event.listen(engine, "after_cursor_execute", lambda *_: self._end())
        commit = engine.dialect.do_commit

        def timed_commit(connection) -> None:
            began = time.perf_counter()
            commit(connection)
            self.commit += time.perf_counter() - began

        engine.dialect.do_commit = timed_commit

    def _end(self) -> None:
        self.statements += time.perf_counter() - self._began.pop()

    def take(self) -> tuple[float, float]:
        """Return what has been spent since the last call."""
        spent = self.statements, self.commit
        self.statements = self.commit = 0.0
        return spent


class Updates:
    """The transactions to compare. Each method reads what the transaction needs and returns it, ready to run to its commit."""

    def __init__(self, location_id: int) -> None:
        self.at = clock.now()
        self.location = locations_in(these_locations([location_id]))[0]
        self.published = next(p for p in sections_on(clock.london_day(self.at)) if p.key == SECTION)
        self.answers = dict(self._standing().answers)
        free = next(name for name in self.answers if name.startswith("available__"))
        step = 1 if self.answers[free] else -1
        self.moved = {free: -step, free.replace("available__", "occupied__"): step}
        self.turn = count()

    def bare(self) -> Callable[[], None]:
        """One row with the same answers, and commit."""

        def run() -> None:
            with db.engine.begin() as connection:
                connection.execute(insert(floor), {"answers": self.answers})

        return run

    def save(self) -> Callable[[], None]:
        """The answers with one bed taken or given back, as the section page saves them."""
        at, section, turn = clock.now(), self.published.section, next(self.turn)
        answers = {
            name: value + self.moved.get(name, 0) if turn % 2 == 0 and name in self.moved else value
            for name, value in self.answers.items()
        }
        rows = rows_in(section, answers)
        context = context_for(self.location, section, stored=answers, day=clock.london_day(at), at=at)
        checked = check_answers(section, texts_of(section, load_values(section, answers)), context=context, rows=rows)
        filled = Filled(checked, clock.london_day(at), self._standing().version, form_key=f"benchmark-{time.time_ns()}")
        return self._committed(partial(submit, self.location, self.published, filled, author=AUTHOR, at=at))

    def confirm(self) -> Callable[[], None]:
        """The answers that stand, confirmed."""
        seen = {SECTION: self._standing().version}
        return self._committed(
            partial(confirm_unchanged, self.location, [self.published], seen, author=AUTHOR, at=clock.now())
        )

    def _standing(self) -> Standing:
        return standing_for([self.location.id], [SECTION])[(self.location.id, SECTION)]

    @staticmethod
    def _committed(act: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            act()
            db.session.commit()

        return run


def compare(updates: Updates, watch: Watch) -> dict[str, dict[str, float]]:
    """Return what each kind of transaction took, and its rate as a share of the bare insert's.

    The kinds take turns, one transaction each, because the time of a disk's sync changes from one second to the next. Units:
    milliseconds, medians; shares are medians over groups of neighbouring turns.
    """
    kinds = {"bare": updates.bare, "confirm": updates.confirm, "save": updates.save}
    found: dict[str, list[Took]] = {kind: [] for kind in kinds}
    give_up_at = time.perf_counter() + SECONDS
    for turn in range(WARMING + TURNS):
        for kind, ready in kinds.items():
            took = _timed(ready, watch)
            if turn >= WARMING:
                found[kind].append(took)
        if time.perf_counter() > give_up_at and turn >= WARMING + GROUP:
            break
    return {
        kind: {
            "statements": median(took.statements for took in rows),
            "commit": median(took.commit for took in rows),
            "inside": median(took.inside for took in rows),
            "whole": median(took.whole for took in rows),
            "inside_share": _share([took.inside for took in found["bare"]], [took.inside for took in rows]),
            "whole_share": _share([took.whole for took in found["bare"]], [took.whole for took in rows]),
            "count": len(rows),
        }
        for kind, rows in found.items()
    }


def _timed(ready: Callable[[], Callable[[], None]], watch: Watch) -> Took:
    run = ready()
    db.session.remove()
    watch.take()
    began = time.perf_counter()
    run()
    whole = time.perf_counter() - began
    statements, commit = watch.take()
    db.session.remove()
    return Took(statements * 1000, commit * 1000, whole * 1000)


def _share(bare: list[float], own: list[float]) -> float:
    groups = [slice(start, start + GROUP) for start in range(0, len(bare) - GROUP + 1, GROUP)]
    return median(mean(bare[group]) / mean(own[group]) for group in groups)


def main() -> None:
    """Measure on the database that the environment names."""
    told = json.load(sys.stdin)
    with create_app().app_context():
        floor.create(db.engine)
        watch = Watch()
        watch.attach(db.engine)
        updates = Updates(told["location_ids"][0])
        print(json.dumps({"engine": db.engine.dialect.name, **compare(updates, watch)}))


if __name__ == "__main__":
    main()
