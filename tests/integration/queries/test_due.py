"""What is due at a location: which sections, by which cadence, and what one confirmation would cover."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event

from ctapp.extensions import db
from ctapp.models import DesignatedStage, ReportingPeriod
from ctapp.queries.directory import every_location, location_in, locations_in
from ctapp.queries.due import cadence_for, due_in, due_sections
from ctapp.questions.cadence import Cadence, DueState
from ctapp.questions.spec import CadenceFor
from tests import answers, cast

YESTERDAY = timedelta(hours=-17, minutes=-20)


def home(cqc_id=cast.ROSEWOOD):
    return location_in(every_location(), cqc_id)


def states(at, cqc_id=cast.ROSEWOOD):
    return {row.key: row.due.state for row in due_sections(home(cqc_id), at=at)}


def one(key, at, cqc_id=cast.ROSEWOOD):
    return next(row for row in due_sections(home(cqc_id), at=at) if row.key == key)


def test_sections_asked_follow_the_type_in_page_order(app, at):
    assert [row.key for row in due_sections(home(), at=at)][:3] == ["vacancies", "business_continuity", "covid"]
    keys = {row.key for row in due_sections(home(cast.SWIFT), at=at)}
    assert "home_care" in keys
    assert not keys & {"vacancies", "visiting", "designated", "prices"}


def test_closed_location_is_asked_nothing(app, at):
    assert due_sections(home(cast.CLOSED_HOME), at=at) == ()


def test_section_never_answered_is_due_and_cannot_be_confirmed(app, at):
    row = one("vacancies", at)
    assert (row.due.state, row.due.is_due, row.standing) == (DueState.NEVER, True, None)
    assert (row.lines, row.is_confirmable, row.is_covered) == ((), False, False)


def test_answers_of_yesterday_are_due_with_their_lines(app, at):
    answers.save_beds(at=at + YESTERDAY)
    row = one("vacancies", at)
    assert row.due.state is DueState.DUE_TODAY
    assert row.lines[0] == "Dementia nursing: 9 living here, 2 free, 1 held, 0 closed"
    assert row.is_covered
    assert row.standing.version == 1


@pytest.mark.parametrize(
    ("ago", "state"),
    [
        (timedelta(hours=47, minutes=59, seconds=59), DueState.DUE_TODAY),
        (timedelta(hours=48), DueState.OUT_OF_DATE),
        (timedelta(hours=48, seconds=1), DueState.OUT_OF_DATE),
    ],
)
def test_out_of_date_at_48_hours_to_the_second(app, at, ago, state):
    answers.save_beds(at=at - ago)
    assert states(at)["vacancies"] is state


def test_daily_section_is_covered_also_when_it_is_not_due(app, at):
    answers.save_beds(at=at)
    row = one("vacancies", at)
    assert (row.due.is_due, row.is_covered) == (False, True)


def test_weekly_section_is_covered_only_while_it_is_due(app, at):
    workforce = {
        **{f"{group}_{key}": "0" for group in ("nurses", "care", "noncare") for key in ("employed", "absent_general", "absent_covid")},
        **{f"agency_{group}": "0" for group in ("nurses", "care", "noncare")},
    }  # fmt: skip
    answers.save("workforce", workforce, at=at - timedelta(days=7))
    assert one("workforce", at).is_covered
    answers.save("workforce", workforce, at=at)
    assert not one("workforce", at).is_covered


def test_red_answer_is_not_confirmable(app, at):
    answers.save("business_continuity", answers.CONTINUITY | {"ppe_gloves": "red"}, at=at + YESTERDAY)
    assert not one("business_continuity", at).is_confirmable
    answers.save("business_continuity", answers.CONTINUITY, at=at + YESTERDAY + timedelta(hours=1))
    assert one("business_continuity", at).is_confirmable


def test_section_outside_its_period_is_not_open(app, at):
    assert states(at)["infection_control"] is DueState.NOT_OPEN
    db.session.add(
        ReportingPeriod(
            kind="fund_open", name="Fund", starts_on=date(2021, 4, 1), ends_on=date(2021, 4, 30), added_at=at
        )
    )
    assert states(at)["infection_control"] is DueState.NEVER


def test_section_of_a_stage_is_asked_of_that_stage_only(app, at):
    assert "designated" not in states(at)
    db.session.add(DesignatedStage(location_id=home().id, since_on=date(2021, 4, 1), stage=3))
    assert states(at)["designated"] is DueState.NEVER


def test_cadence_is_relaxed_by_type_and_specialism(app, at):
    section = one("vacancies", at).section
    relaxed = replace(
        section, cadences=(CadenceFor("daily_relaxed_weekly", "care_home", "learning_disability_autism"),)
    )
    place = home()
    assert cadence_for(relaxed, place) is Cadence.DAILY
    assert (
        cadence_for(relaxed, replace(place, lead_specialism="learning_disability_autism"))
        is Cadence.DAILY_RELAXED_WEEKLY
    )
    assert (
        cadence_for(relaxed, replace(place, lead_specialism="learning_disability_autism", provider_type="hospice"))
        is Cadence.DAILY
    )


@pytest.mark.parametrize(
    ("saved", "asked", "state"),
    [
        ("2021-04-12", "2021-04-20", DueState.DONE),
        ("2021-04-07", "2021-04-20", DueState.MISSED),
        ("2021-04-12", "2021-05-03", DueState.DONE),
        ("2021-04-12", "2021-05-08", DueState.OPEN_NOW),
    ],
)
def test_monthly_return_is_judged_by_its_window(app, saved, asked, state):
    month(saved)
    assert states(noon(asked))["workforce_month"] is state


def test_later_save_does_not_hide_the_return_made_in_the_window(app):
    month("2021-04-12")
    month("2021-04-28")
    assert states(noon("2021-04-29"))["workforce_month"] is DueState.DONE


def test_january_looks_back_at_decembers_window(app):
    month("2020-12-09")
    assert states(noon("2021-01-04"))["workforce_month"] is DueState.DONE


def test_several_locations_are_read_together(app, at):
    places = [place for place in locations_in(every_location()) if place.is_open(at.date())]
    answers.save_beds(at=at + YESTERDAY)
    assert {key: {row.key for row in rows} for key, rows in due_in(places, at=at).items()} == {
        place.id: {row.key for row in due_sections(place, at=at)} for place in places
    }


def test_log_is_read_in_one_go(app, at):
    for cqc_id in (cast.ROSEWOOD, cast.ELM_HOUSE):
        answers.save_beds(at=at + YESTERDAY, cqc_id=cqc_id)
    db.session.commit()
    places = [home(cast.ROSEWOOD), home(cast.ELM_HOUSE)]
    read = []

    def note(*given):
        read.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    due_in(places, at=at)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len([statement for statement in read if "FROM submission" in statement]) == 1


def noon(day):
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


def month(day):
    section = one("workforce_month", noon(day)).section
    typed = {question.key: "0" for question in section.all_questions() if not question.is_optional}
    return answers.save("workforce_month", typed, at=noon(day))
