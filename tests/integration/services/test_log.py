"""Which row stands, and since when it counts as confirmed: storage.md, rule 3."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import Outbreak, Submission
from ctapp.services.log import lock_current
from tests import cast
from tests.answers import COVID
from tests.integration.services.writing import (
    answers,
    beds,
    confirm,
    home,
    kept,
    logged,
    report,
    save,
    take_back,
    version,
)

AT = cast.AT
TODAY = date(2021, 4, 20)
MICROSECOND = timedelta(microseconds=1)
BEDS_5 = {"admissions": "open", "capacity__general_nursing__long_term": 5}
BEDS_6 = {"admissions": "open", "capacity__general_nursing__long_term": 6}


@pytest.mark.parametrize(
    "day, late",
    [
        (TODAY, -MICROSECOND),
        (TODAY, -timedelta(hours=1)),
        (TODAY - timedelta(days=1), timedelta(0)),
        (TODAY - timedelta(days=1), timedelta(hours=3)),
        (TODAY - timedelta(days=40), timedelta(minutes=5)),
    ],
)
def test_row_older_than_the_one_that_stands_changes_neither_current_nor_its_age(app, day, late):
    report("vacancies", BEDS_5, day=TODAY, at=AT)
    before = kept("vacancies")
    older = report("vacancies", BEDS_6, day=day, at=AT + late)
    assert kept("vacancies") == before
    assert kept("vacancies")["confirmed_at"] == AT
    assert answers("vacancies") == BEDS_5
    assert older in [row.id for row in logged("vacancies")]


@pytest.mark.parametrize("late", [timedelta(0), MICROSECOND, timedelta(hours=1)])
def test_row_newer_by_moment_or_else_by_id_stands(app, late):
    report("vacancies", BEDS_5, day=TODAY, at=AT)
    newer = report("vacancies", BEDS_6, day=TODAY, at=AT + late)
    assert kept("vacancies")["submission_id"] == kept("vacancies")["answers_id"] == newer
    assert kept("vacancies")["confirmed_at"] == kept("vacancies")["changed_at"] == AT + late
    assert answers("vacancies") == BEDS_6


def test_row_for_a_later_day_stands_although_it_was_answered_earlier(app):
    report("vacancies", BEDS_5, day=TODAY - timedelta(days=1), at=AT)
    report("vacancies", BEDS_6, day=TODAY, at=AT - timedelta(hours=1))
    assert answers("vacancies") == BEDS_6


def test_correction_sent_weeks_later_does_not_look_fresh(app):
    day = TODAY - timedelta(days=30)
    report("vacancies", BEDS_5, day=day, at=AT)
    assert kept("vacancies")["confirmed_at"] == datetime(2021, 3, 21, 23, 59, 59, 999999, UTC)
    assert kept("vacancies")["changed_at"] == AT


# The last microsecond of a London day: at 23 h UTC in summer, at midnight in winter, on days of 23 and 25 hours too.
@pytest.mark.parametrize(
    "day, ends_at",
    [
        (date(2021, 3, 27), datetime(2021, 3, 27, 23, 59, 59, 999999, UTC)),
        (date(2021, 3, 28), datetime(2021, 3, 28, 22, 59, 59, 999999, UTC)),
        (date(2021, 3, 29), datetime(2021, 3, 29, 22, 59, 59, 999999, UTC)),
        (date(2021, 10, 30), datetime(2021, 10, 30, 22, 59, 59, 999999, UTC)),
        (date(2021, 10, 31), datetime(2021, 10, 31, 23, 59, 59, 999999, UTC)),
        (date(2021, 11, 1), datetime(2021, 11, 1, 23, 59, 59, 999999, UTC)),
    ],
)
def test_age_never_passes_the_end_of_the_day_answered_for(app, day, ends_at):
    report("vacancies", BEDS_5, day=day, at=ends_at - MICROSECOND)
    assert kept("vacancies")["confirmed_at"] == ends_at - MICROSECOND
    report("vacancies", BEDS_6, day=day, at=ends_at)
    assert kept("vacancies")["confirmed_at"] == ends_at
    report("vacancies", BEDS_5, day=day, at=ends_at + MICROSECOND)
    assert kept("vacancies")["confirmed_at"] == ends_at
    report("vacancies", BEDS_6, day=day, at=ends_at + timedelta(days=21))
    assert kept("vacancies")["confirmed_at"] == ends_at


def test_confirmation_moves_the_age_and_nothing_else(app):
    saved = save("vacancies", beds(), at=AT)
    shown = version("vacancies")
    later = AT + timedelta(days=2)
    row = confirm("vacancies", at=later)["vacancies"]
    assert kept("vacancies") == {
        "location_id": home().id,
        "section": "vacancies",
        "submission_id": row,
        "answers_id": saved.submission_id,
        "answers_day": TODAY,
        "day": TODAY + timedelta(days=2),
        "answered_at": later,
        "confirmed_at": later,
        "changed_at": AT,
    }
    assert version("vacancies") == shown
    assert logged("vacancies")[-1].same_as == saved.submission_id
    assert logged("vacancies")[-1].answers is None


def test_undone_row_for_a_day_leaves_a_late_correction_of_that_day_standing(app):
    yesterday = AT - timedelta(days=1)
    save("vacancies", beds(), at=yesterday)
    row = confirm("vacancies", at=AT)["vacancies"]
    save("vacancies", beds(occupied=8, available=3), at=AT, day=TODAY - timedelta(days=1))
    shown = version("vacancies")
    assert answers("vacancies")["available__dementia_nursing__long_term"] == 2
    take_back(row, at=AT + timedelta(minutes=1))
    assert answers("vacancies")["available__dementia_nursing__long_term"] == 3
    # Other answers stand now: a page that shows the old ones is no longer right.
    assert version("vacancies") == shown + 1


def test_current_of_a_section_nobody_answered_is_one_row_of_version_0(app):
    assert lock_current(home().id, "vacancies").version == 0
    assert lock_current(home().id, "vacancies").submission_id is None
    assert version("vacancies") == 0


def test_moment_of_receipt_is_kept_apart_from_the_moment_of_answering(app):
    from ctapp.clock import london_day
    from ctapp.queries.question_sets import section_on
    from ctapp.services.log import Author, append

    append(
        lock_current(home().id, "vacancies"),
        section_on("vacancies", london_day(AT)),
        day=TODAY - timedelta(days=1),
        author=Author("operator", "csv"),
        kind="import",
        at=AT - timedelta(days=1),
        received_at=AT,
        answers=BEDS_5,
    )
    row = db.session.query(Submission).one()
    assert (row.answered_at, row.received_at) == (AT - timedelta(days=1), AT)
    assert kept("vacancies")["confirmed_at"] == AT - timedelta(days=1)


def cases(number):
    """A day's answers with so many residents confirmed."""
    if not number:
        return COVID
    others = dict.fromkeys(["staff_confirmed_today", "residents_symptomatic_today", "staff_symptomatic_today"], "0")
    return {"new_cases": "yes", "residents_confirmed_today": str(number), "residents_total": str(number), **others}


def outbreaks():
    """Start, last case and residents confirmed of each outbreak that is kept."""
    rows = db.session.execute(
        select(Outbreak.started_on, Outbreak.last_case_on, Outbreak.residents_confirmed).order_by(Outbreak.started_on)
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    "next_day, is_another", [(date(2021, 3, 28), False), (date(2021, 3, 29), False), (date(2021, 3, 30), True)]
)
def test_28_clear_days_lie_between_two_outbreaks(app, next_day, is_another):
    first = date(2021, 3, 1)
    save("covid", cases(1), at=AT, day=first)
    save("covid", cases(2), at=AT, day=next_day)
    one = [(first, next_day, 3)]
    assert outbreaks() == ([(first, first, 1), (next_day, next_day, 2)] if is_another else one)


def test_late_entry_joins_two_outbreaks_and_its_correction_parts_them(app):
    first, between, last = date(2021, 2, 1), date(2021, 3, 1), date(2021, 3, 29)
    save("covid", cases(1), at=AT, day=first)
    save("covid", cases(1), at=AT, day=last)
    assert outbreaks() == [(first, first, 1), (last, last, 1)]
    save("covid", cases(4), at=AT, day=between)
    assert outbreaks() == [(first, last, 6)]
    save("covid", cases(0), at=AT, day=between)
    assert outbreaks() == [(first, first, 1), (last, last, 1)]
    save("covid", cases(0), at=AT, day=last)
    save("covid", cases(0), at=AT, day=first)
    assert outbreaks() == []


def test_residents_ill_without_a_new_case_are_no_outbreak(app):
    save("covid", COVID | {"residents_total": "9"}, at=AT)
    assert outbreaks() == []
