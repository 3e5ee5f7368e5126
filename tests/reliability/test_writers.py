"""Eight processes that write the same home at once: nothing acknowledged is lost, nothing is saved twice, nobody is turned away.

Source: storage.md, Rules 1; security.md, 80; the issue, Proof.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import Contact, Note, PostedForm, Submission
from ctapp.services import repair
from tests import cast
from tests.answers import CONTINUITY, COVID, ROW
from tests.integration.services.writing import answers, beds, events, logged, save, version
from tests.reliability.writers import many_beds

PROGRAM = Path(__file__).with_name("writers.py")
WRITERS, TIMES = 8, 4
AT = cast.AT


@pytest.fixture(scope="session")
def program(site):
    """The program that forks writers, on the site's database."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), site.database_url, str(site.instance)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.stdin.close()
        assert process.wait(10) == 0


@pytest.fixture
def let_loose(app, program):
    """Let some writers do a task so many times each, and return what each of them did."""

    def run(task, times, *, writers=WRITERS):
        db.session.commit()
        program.stdin.write(f"{task} {writers} {times}\n")
        program.stdin.flush()
        told = [json.loads(program.stdout.readline()) for _ in range(writers)]
        # "database is locked" and "deadlock detected" would stand here.
        assert [wrong for each in told for wrong in each["wrong"] if (task, wrong) != ("die", "died")] == []
        db.session.expire_all()
        assert repair.find_mismatches(iter) == []
        return told

    return run


def saved_by(told):
    return [row_id for each in told for row_id in each["saved"]]


def test_every_acknowledged_save_is_in_the_log_and_none_is_lost(let_loose):
    save("vacancies", many_beds(0), at=AT)
    told = let_loose("add", TIMES)
    assert answers("vacancies")[f"occupied__{ROW}"] == WRITERS * TIMES
    assert version("vacancies") == WRITERS * TIMES + 1
    first, *rows = logged("vacancies")
    assert sorted(saved_by(told)) == [row.id for row in rows] and first.id not in saved_by(told)
    # In the order of the log each save is the one before it and one more.
    assert [row.answers[f"occupied__{ROW}"] for row in rows] == list(range(1, WRITERS * TIMES + 1))
    assert len(events("answers_report")) == WRITERS * TIMES + 1
    assert sum(each["moved"] for each in told) > 0, "nobody ever met anybody: this proves nothing"


def test_same_form_sent_by_all_at_once_is_one_row(let_loose):
    told = let_loose("same_form", 6)
    assert db.session.query(PostedForm).count() == len(logged()) == len(events()) == 6
    assert {row.id for row in logged()} == set(saved_by(told))
    assert [len(each["saved"]) for each in told] == [6] * WRITERS
    for turn in range(6):
        assert len({each["saved"][turn] for each in told}) == 1


def test_of_all_who_are_first_one_is(let_loose):
    told = let_loose("first", 1)
    assert len(saved_by(told)) == 4 * 3
    assert sum(each["moved"] for each in told) == 4 * 3 * (WRITERS - 1)
    rows = db.session.execute(select(Submission.location_id, Submission.section)).all()
    assert len(rows) == len(set(rows)) == 4 * 3


def test_two_sections_of_a_home_are_written_side_by_side(let_loose):
    told = let_loose("apart", 6)
    assert sorted(saved_by(told)) == [row.id for row in logged()]
    assert len(logged("vacancies")) == len(logged("covid")) == WRITERS // 2 * 6


def test_confirming_several_undoing_and_saving_one_never_wait_for_each_other_in_a_ring(let_loose):
    save("vacancies", beds(), at=AT)
    save("covid", COVID, at=AT)
    save("business_continuity", CONTINUITY, at=AT)
    told = let_loose("mixed", 6)
    rows = logged()[3:]
    assert sorted(saved_by(told)) == [row.id for row in rows if row.undoes is None]
    confirmed = [row for row in rows if row.same_as and row.kind == "unchanged"]
    assert confirmed and len(events("confirmed")) * 3 <= len(confirmed)


def test_homes_that_give_the_same_new_addresses_at_once_share_them(let_loose):
    let_loose("addresses", 8)
    assert db.session.query(Contact).count() == 8 * 5


def test_save_that_is_killed_before_any_of_its_statements_leaves_all_of_it_or_nothing(let_loose):
    told = let_loose("die", 1, writers=30)
    died = [number for number, each in enumerate(told) if each["wrong"] == ["died"]]
    # Every statement of a save was somebody's last: from the first, up to the number that the survivors needed.
    assert 5 < len(died) < 30 and died == list(range(len(died)))
    rows = {row.id: row for row in logged()}
    parts = {
        "acknowledged": saved_by(told),
        "notes": list(db.session.scalars(select(Note.submission_id))),
        "keys": list(db.session.scalars(select(PostedForm.submission_id))),
        "trail": [event.detail["submission"] for event in events("answers_report")],
    }
    assert {name: sorted(ids) for name, ids in parts.items()} == dict.fromkeys(parts, sorted(rows))
    assert len(rows) == 30 - len(died) == version("business_continuity")
