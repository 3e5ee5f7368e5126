"""Confirming what was shown, all of it or nothing, and taking it back within ten minutes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ctapp.errors import NotAsked, StateMoved, UndoRefused
from ctapp.extensions import db
from ctapp.queries.history import effective_rows
from tests import cast
from tests.answers import CONTINUITY, COVID
from tests.integration.services.writing import (
    answers,
    author,
    beds,
    confirm,
    events,
    home,
    kept,
    logged,
    save,
    take_back,
    version,
)

AT = cast.AT
TODAY = date(2021, 4, 20)
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
THREE = ["business_continuity", "covid", "vacancies"]
CASES = {
    "new_cases": "yes",
    "residents_confirmed_today": "1",
    "staff_confirmed_today": "0",
    "residents_symptomatic_today": "0",
    "staff_symptomatic_today": "0",
    "residents_total": "1",
}


@pytest.fixture
def answered(app):
    """Rosewood answered three sections yesterday at 9."""
    save("vacancies", beds(), at=AT - DAY)
    save("business_continuity", CONTINUITY, at=AT - DAY)
    save("covid", COVID, at=AT - DAY)
    db.session.commit()


def refused(error, *sections, at=AT, **more):
    """Confirming fails, and what was flushed goes with the transaction, as at the edge."""
    with pytest.raises(error), db.session.begin_nested():
        confirm(*sections, at=at, **more)


def test_several_sections_are_confirmed_by_one_event(answered):
    rows = confirm(*THREE, at=AT)
    assert sorted(rows) == THREE
    assert {kept(section)["confirmed_at"] for section in THREE} == {AT}
    assert [(row.kind, row.day, row.answers) for row in logged()[3:]] == [("unchanged", TODAY, None)] * 3
    (event,) = events("confirmed")
    assert event.detail == {"submissions": [rows[key] for key in THREE], "sections": THREE}
    assert (event.actor, event.channel, event.at, event.location_id) == (author().actor, "web", AT, home().id)


@pytest.mark.parametrize("moved", THREE)
def test_one_moved_version_confirms_nothing(answered, moved):
    before = [kept(section) for section in THREE]
    refused(StateMoved, *THREE, seen={moved: 2})
    assert [kept(section) for section in THREE] == before
    assert len(logged()) == 3 and not events("confirmed")


def test_one_section_that_must_be_answered_confirms_nothing(answered):
    save("covid", CASES, at=AT - MINUTE)
    refused(NotAsked, *THREE)
    assert [row.kind for row in logged()] == ["report"] * 4


def test_section_without_answers_is_not_confirmed_and_leaves_no_row(app):
    refused(NotAsked, "vacancies")
    assert kept("vacancies") is None and not logged()


def test_section_never_shown_is_not_confirmed(answered):
    refused(StateMoved, "vacancies", seen={"vacancies": None})


@pytest.mark.parametrize("status", ["red", "amber"])
def test_red_is_not_confirmed_unseen_and_amber_is(app, status):
    save("business_continuity", CONTINUITY | {"overall_status": status, "status_note": "x"}, at=AT - DAY)
    if status == "amber":
        assert confirm("business_continuity", at=AT)
    else:
        refused(NotAsked, "business_continuity")


def test_covid_is_not_confirmed_while_an_outbreak_is_ongoing(app):
    save("covid", CASES, at=AT - 29 * DAY)
    save("covid", COVID, at=AT - DAY)
    refused(NotAsked, "covid")
    # Today is the 29th day after the last case; recovered needs a report of none on it, and that is no confirmation.
    save("covid", COVID, at=AT)
    assert confirm("covid", at=AT + MINUTE)


def test_closed_home_and_section_of_another_type_are_not_confirmed(app):
    from ctapp.models import Location

    refused(NotAsked, "vacancies", cqc_id=cast.CLOSED_HOME)
    save("vacancies", beds(), at=AT - DAY)
    db.session.get(Location, home().id).provider_type = "home_care"
    db.session.flush()
    refused(NotAsked, "vacancies")


def test_same_form_sent_twice_confirms_once(answered):
    first = confirm(*THREE, at=AT, form_key="k")
    assert confirm(*THREE, at=AT + MINUTE, form_key="k") == first
    assert kept("covid")["confirmed_at"] == AT
    assert (len(logged()), len(events("confirmed"))) == (6, 1)
    assert confirm("covid", at=AT + 2 * MINUTE, form_key="another") != {"covid": first["covid"]}


def test_same_form_key_at_another_home_or_for_other_sections_confirms_those(answered):
    save("vacancies", beds(), at=AT - DAY, cqc_id=cast.ELM_HOUSE, by="elm_manager")
    rows = [
        confirm("vacancies", at=AT, form_key="k"),
        confirm("covid", at=AT, form_key="k"),
        confirm("vacancies", at=AT, form_key="k", cqc_id=cast.ELM_HOUSE, by="elm_manager"),
    ]
    assert len({row_id for confirmed in rows for row_id in confirmed.values()}) == 3


def test_form_that_was_taken_back_confirms_nothing_when_it_is_sent_again(answered):
    take_back(confirm("vacancies", at=AT, form_key="k")["vacancies"], at=AT + MINUTE)
    refused(StateMoved, "vacancies", at=AT + 2 * MINUTE, form_key="k")
    assert kept("vacancies")["confirmed_at"] == AT - DAY


# Taking it back ---------------------------------------------------------------------------------------------------------


def test_undo_puts_age_and_version_back_and_keeps_both_rows(answered):
    before, shown = [kept(section) for section in THREE], [version(section) for section in THREE]
    rows = confirm(*THREE, at=AT)
    assert take_back(*rows.values(), at=AT + MINUTE) == tuple(THREE)
    assert [kept(section) for section in THREE] == before
    assert [version(section) for section in THREE] == shown
    assert [row.kind for row in logged()] == ["report"] * 3 + ["unchanged"] * 3 + ["undo"] * 3
    assert {row.undoes: (row.day, row.answers, row.same_as) for row in logged() if row.undoes} == dict.fromkeys(
        rows.values(), (TODAY, None, None)
    )
    assert [event.detail["sections"] for event in events("undone")] == [THREE]
    assert [row.kind for row in effective_rows(home().id, "vacancies")] == ["report"]


@pytest.mark.parametrize(
    "waits, is_undone",
    [
        (timedelta(0), True),
        (10 * MINUTE - SECOND, True),
        (10 * MINUTE, True),
        (10 * MINUTE + timedelta(microseconds=1), False),
        (10 * MINUTE + SECOND, False),
    ],
)
def test_undo_holds_ten_minutes_to_the_second(answered, waits, is_undone):
    row = confirm("vacancies", at=AT)["vacancies"]
    if is_undone:
        take_back(row, at=AT + waits)
        assert kept("vacancies")["confirmed_at"] == AT - DAY
        return
    with pytest.raises(UndoRefused):
        take_back(row, at=AT + waits)
    assert kept("vacancies")["confirmed_at"] == AT


def test_undo_holds_ten_real_minutes_when_the_clocks_go_back(app):
    # 1:55 British Summer Time; ten minutes later it is 1:05 in London, and 70 minutes later 2:05 GMT.
    at = datetime(2021, 10, 31, 0, 55, tzinfo=UTC)
    save("vacancies", beds(), at=at - DAY)
    row = confirm("vacancies", at=at)["vacancies"]
    with pytest.raises(UndoRefused):
        take_back(row, at=at + 11 * MINUTE)
    take_back(row, at=at + 10 * MINUTE)


def test_undo_of_a_confirmation_is_done_once(answered):
    row = confirm("vacancies", at=AT)["vacancies"]
    take_back(row, at=AT + MINUTE)
    with pytest.raises(UndoRefused):
        take_back(row, at=AT + 2 * MINUTE)
    assert len([row for row in logged() if row.undoes]) == 1


def test_undo_is_refused_once_a_later_row_stands(answered):
    row = confirm("vacancies", at=AT)["vacancies"]
    save("vacancies", beds(available=1, occupied=10), at=AT + MINUTE)
    with pytest.raises(UndoRefused):
        take_back(row, at=AT + 2 * MINUTE)
    later = confirm("vacancies", at=AT + 3 * MINUTE)["vacancies"]
    confirm("vacancies", at=AT + 4 * MINUTE)
    with pytest.raises(UndoRefused):
        take_back(later, at=AT + 5 * MINUTE)


def test_undo_of_several_is_all_or_none(answered):
    rows = confirm(*THREE, at=AT)
    save("vacancies", beds(available=1, occupied=10), at=AT + MINUTE)
    with pytest.raises(UndoRefused), db.session.begin_nested():
        take_back(*rows.values(), at=AT + 2 * MINUTE)
    assert kept("covid")["confirmed_at"] == AT and not events("undone")


def test_undo_is_for_who_confirmed_and_for_confirmations_only(answered):
    row = confirm("vacancies", at=AT)["vacancies"]
    with pytest.raises(UndoRefused):
        take_back(row, at=AT + MINUTE, by="rosewood_owner")
    report = save("vacancies", beds(available=1, occupied=10), at=AT + MINUTE).submission_id
    with pytest.raises(UndoRefused):
        take_back(report, at=AT + 2 * MINUTE)


def test_undo_of_another_homes_row_is_refused(answered):
    save("vacancies", beds(), at=AT - DAY, cqc_id=cast.ELM_HOUSE, by="elm_manager")
    row = confirm("vacancies", at=AT, cqc_id=cast.ELM_HOUSE)["vacancies"]
    with pytest.raises(UndoRefused):
        take_back(row, at=AT + MINUTE, cqc_id=cast.ROSEWOOD)


@pytest.mark.parametrize("ids", [[], [0], [-1], [999], [10**30], list(range(1, 5000))])
def test_undo_of_what_does_not_exist_is_refused(answered, ids):
    from ctapp.services.confirmations import undo

    with pytest.raises(UndoRefused):
        undo(home(), ids, {}, author=author(), at=AT)


def test_confirming_again_after_an_undo_is_a_new_confirmation(answered):
    first = confirm("vacancies", at=AT)["vacancies"]
    take_back(first, at=AT + MINUTE)
    second = confirm("vacancies", at=AT + 2 * MINUTE)["vacancies"]
    assert kept("vacancies")["submission_id"] == second != first
    take_back(second, at=AT + 3 * MINUTE)
    assert kept("vacancies")["confirmed_at"] == AT - DAY


def test_undo_by_a_machine_whose_clock_is_behind_still_counts(answered):
    from ctapp.services import repair

    row = confirm("vacancies", at=AT)["vacancies"]
    take_back(row, at=AT - SECOND)
    assert kept("vacancies")["confirmed_at"] == AT - DAY
    assert repair.find_mismatches(iter) == []


def test_undo_leaves_the_answers_alone(answered):
    before = answers("vacancies")
    take_back(confirm("vacancies", at=AT)["vacancies"], at=AT + MINUTE)
    assert answers("vacancies") == before


def test_undone_confirmation_of_no_case_no_longer_ends_an_outbreak(app):
    from ctapp.queries.facts import outbreak_ongoing

    save("covid", CASES, at=AT - 40 * DAY)
    save("covid", COVID, at=AT - 5 * DAY)
    row = confirm("covid", at=AT)["covid"]
    assert not outbreak_ongoing(home().id, day=TODAY)
    take_back(row, at=AT + MINUTE)
    assert not outbreak_ongoing(home().id, day=TODAY)
    assert kept("covid")["day"] == TODAY - 5 * DAY
