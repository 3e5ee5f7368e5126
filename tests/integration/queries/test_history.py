"""Reading the log: what counts, what stood on a day, what a page of history shows, and how far a correction reaches."""

from datetime import date, timedelta

from ctapp.queries.history import days_answered, effective_rows, history_of, later_confirmations, standing_on
from tests import cast
from tests.answers import CONTINUITY, ROW
from tests.integration.services.writing import beds, confirm, home, save, take_back

AT = cast.AT
TODAY = date(2021, 4, 20)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
FREE = f"available__{ROW}"


def free(number):
    return beds(available=number, occupied=11 - number)


def days_back(*numbers):
    return tuple(TODAY - n * DAY for n in numbers)


def reach(day):
    return later_confirmations(home().id, "vacancies", day)


def test_correction_reaches_the_days_that_only_confirmed_up_to_the_next_answer(app):
    save("vacancies", free(2), at=AT - 6 * DAY)
    confirm("vacancies", at=AT - 5 * DAY)
    confirm("vacancies", at=AT - 4 * DAY)
    save("vacancies", free(1), at=AT - 3 * DAY)
    confirm("vacancies", at=AT - 2 * DAY)
    assert reach(TODAY - 6 * DAY) == days_back(5, 4)
    assert reach(TODAY - 5 * DAY) == days_back(4)
    assert reach(TODAY - 4 * DAY) == ()
    assert reach(TODAY - 3 * DAY) == days_back(2)
    assert reach(TODAY - 7 * DAY) == ()


def test_correction_does_not_reach_a_day_that_was_answered_anew_after_its_confirmation(app):
    save("vacancies", free(2), at=AT - 2 * DAY)
    confirm("vacancies", at=AT - DAY)
    save("vacancies", free(1), at=AT - DAY + MINUTE)
    assert reach(TODAY - 2 * DAY) == ()


def test_correction_reaches_a_day_that_was_answered_back_and_confirmed_last(app):
    save("vacancies", free(2), at=AT - 2 * DAY)
    confirm("vacancies", at=AT - DAY)
    confirm("vacancies", at=AT - DAY + MINUTE)
    take_back(confirm("vacancies", at=AT)["vacancies"], at=AT + MINUTE)
    assert reach(TODAY - 2 * DAY) == days_back(1)


def test_correction_of_a_day_without_an_answer_reaches_what_confirmed_the_answers_that_stood(app):
    save("vacancies", free(2), at=AT - 3 * DAY)
    confirm("vacancies", at=AT)
    assert reach(TODAY - 2 * DAY) == (TODAY,)


def test_what_stood_on_a_day_is_the_last_that_was_said_for_it_or_before(app):
    for back, number in ((5, 2), (2, 1)):
        save("vacancies", free(number), at=AT - back * DAY)
    save("vacancies", free(0), at=AT, day=TODAY - 4 * DAY)
    stood = {back: standing_on(home().id, "vacancies", TODAY - back * DAY) for back in range(7)}
    assert {back: row and row.answers[FREE] for back, row in stood.items()} == {
        0: 1,
        1: 1,
        2: 1,
        3: 0,
        4: 0,
        5: 2,
        6: None,
    }
    assert stood[3].kind == "report"


def test_what_stood_leaves_out_what_was_undone_however_much_was(app):
    save("vacancies", free(2), at=AT - DAY)
    for minute in range(0, 60, 2):
        row = confirm("vacancies", at=AT + minute * MINUTE)["vacancies"]
        take_back(row, at=AT + (minute + 1) * MINUTE)
    assert standing_on(home().id, "vacancies", TODAY).day == TODAY - DAY
    assert days_answered(home().id, "vacancies", since=TODAY - 9 * DAY) == {TODAY - DAY}
    assert len(effective_rows(home().id, "vacancies")) == 1


def test_rows_that_count_come_by_day_and_moment_each_with_its_answers(app):
    save("vacancies", free(2), at=AT - 2 * DAY)
    save("vacancies", free(1), at=AT)
    save("vacancies", free(0), at=AT + MINUTE, day=TODAY - DAY)
    confirm("vacancies", at=AT + 2 * MINUTE)
    rows = effective_rows(home().id, "vacancies")
    assert [(row.day, row.answers[FREE]) for row in rows] == [
        (TODAY - 2 * DAY, 2),
        (TODAY - DAY, 0),
        (TODAY, 1),
        (TODAY, 1),
    ]
    assert [row.id for row in effective_rows(home().id, "vacancies", since=TODAY)] == [row.id for row in rows[2:]]


def test_confirmation_tells_its_answers_and_notes_though_they_are_of_another_month(app):
    note = {"overall_status": "amber", "status_note": "Two vacancies on nights"}
    save("business_continuity", CONTINUITY | note, at=AT - 40 * DAY)
    confirm("business_continuity", at=AT)
    (row,) = effective_rows(home().id, "business_continuity", since=TODAY)
    assert row.answers["status_note"] == "Two vacancies on nights"
    assert standing_on(home().id, "business_continuity", TODAY).answers == row.answers


def test_history_shows_every_row_newest_first_and_marks_what_was_undone(app):
    save("vacancies", free(2), at=AT - DAY)
    take_back(confirm("vacancies", at=AT)["vacancies"], at=AT + MINUTE)
    save("business_continuity", CONTINUITY, at=AT)
    save("vacancies", free(2), at=AT, cqc_id=cast.ELM_HOUSE, by="elm_manager")
    rows = history_of(home().id)
    assert [(row.kind, row.is_undone) for row in rows] == [
        ("report", False),
        ("undo", False),
        ("unchanged", True),
        ("report", False),
    ]
    assert [row.answers is None for row in rows] == [False, True, False, False]
    assert [row.section for row in history_of(home().id, section="vacancies")] == ["vacancies"] * 3


def test_history_is_read_page_by_page(app):
    for n in range(7):
        save("vacancies", free(n % 3), at=AT + n * MINUTE)
    whole = [row.id for row in history_of(home().id)]
    pages, before = [], None
    while rows := history_of(home().id, limit=3, before_id=before):
        pages.append([row.id for row in rows])
        before = rows[-1].id
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [row_id for page in pages for row_id in page] == whole


def test_page_of_history_knows_answers_and_undoings_that_stand_on_another_page(app):
    save("vacancies", free(2), at=AT - DAY)
    row = confirm("vacancies", at=AT)["vacancies"]
    take_back(row, at=AT + MINUTE)
    (undone,) = history_of(home().id, limit=1, before_id=row + 1)
    assert undone.id == row and undone.is_undone and undone.answers[FREE] == 2
