"""The named facts that rules read, above all where there is nothing to know."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ctapp.extensions import db
from ctapp.models import Outbreak, ReportingPeriod
from ctapp.models.directory import DesignatedStage
from ctapp.queries.facts import FACTS, Asking, context_for, outbreak_ongoing
from ctapp.queries.question_sets import section_on
from ctapp.questions.answers import check_answers
from tests import cast
from tests.answers import ROW
from tests.integration.services.writing import answers, beds, home, save

AT = cast.AT
TODAY = date(2021, 4, 20)
DAY = timedelta(days=1)


def fact(name, *, section="vacancies", stored=None, day=TODAY, location=None):
    asking = Asking(location or home(), section_on(section, TODAY).section, stored or {}, day, AT)
    return FACTS[name](asking)


def test_facts_of_a_home_that_never_answered(app):
    bare = replace(home(), lead_specialism=None, registered_beds=None)
    assert {name: fact(name, location=bare) for name in FACTS} == {
        "outbreak_ongoing": 0,
        "unchanged_days": 0,
        "fund_open": 0,
        "in_season": 0,
        "campaign_open": 0,
        "designated_stage": None,
        "staff_per_bed": None,
        "staff_absent_share": None,
        "lead_specialism": None,
        "registered_beds": None,
        "provider_type": "care_home",
        "open_support_needs": 0,
    }


@pytest.mark.parametrize("beds_on_record, is_asked", [(None, False), (0, True), (11, True), (12, False)])
def test_question_that_hangs_on_a_fact_is_not_asked_while_the_fact_is_not_known(app, beds_on_record, is_asked):
    location, section = replace(home(), registered_beds=beds_on_record), section_on("vacancies", TODAY).section
    context = context_for(location, section, stored={}, day=TODAY, at=AT)
    typed = {name: [text] for name, text in beds().items()}
    checked = check_answers(section, typed, context=context, rows={"beds": (ROW,)})
    assert [name for name, _ in checked.errors] == ["capacity_override_reason"] * is_asked


# Last case on 1 March: 28 clear days, and a report of none on 30 March or after.
@pytest.mark.parametrize(
    "reported, asked, is_ongoing",
    [
        (None, date(2021, 6, 1), True),
        (date(2021, 3, 29), date(2021, 3, 29), True),
        (date(2021, 3, 29), date(2021, 3, 30), True),
        (date(2021, 3, 29), date(2021, 6, 1), True),
        (date(2021, 3, 30), date(2021, 3, 29), True),
        (date(2021, 3, 30), date(2021, 3, 30), False),
        (date(2021, 4, 15), date(2021, 4, 20), False),
    ],
)
def test_outbreak_is_over_after_28_clear_days_and_a_report(app, reported, asked, is_ongoing):
    save("covid", {"new_cases": "no", "residents_total": "0"}, at=AT, day=reported or date(2021, 2, 1))
    outbreak(last_case_on=date(2021, 3, 1))
    assert outbreak_ongoing(home().id, day=asked) == is_ongoing


def test_outbreak_of_a_pathogen_that_nobody_asks_about_holds_nothing_up(app):
    outbreak(last_case_on=TODAY, pathogen="plague")
    assert not outbreak_ongoing(home().id, day=TODAY)
    outbreak(last_case_on=TODAY)
    assert outbreak_ongoing(home().id, day=TODAY)
    assert outbreak_ongoing(home().id, day=TODAY, pathogen="covid_19")
    assert not outbreak_ongoing(home().id, day=TODAY, pathogen="plague")


def outbreak(*, last_case_on, pathogen="covid_19"):
    db.session.add(
        Outbreak(
            location_id=home().id,
            pathogen=pathogen,
            started_on=last_case_on,
            last_case_on=last_case_on,
            staff_confirmed=1,
            residents_confirmed=0,
            staff_symptomatic=0,
            residents_symptomatic=0,
        )
    )
    db.session.flush()


@pytest.mark.parametrize("kind", ["fund_open", "campaign_open"])
def test_period_holds_from_its_first_day_to_its_last(app, kind):
    first, last = date(2021, 4, 1), date(2021, 6, 30)
    db.session.add(ReportingPeriod(kind=kind, name="The first", starts_on=first, ends_on=last, added_at=AT))
    db.session.flush()
    days = [first - DAY, first, last, last + DAY]
    assert [fact(kind, day=day) for day in days] == [0, 1, 1, 0]
    other = {"fund_open": "campaign_open", "campaign_open": "fund_open"}[kind]
    assert fact(other, day=first) == 0


def test_season_is_from_september_to_march(app):
    days = [date(2021, 8, 31), date(2021, 9, 1), date(2022, 3, 31), date(2022, 4, 1)]
    assert [fact("in_season", day=day) for day in days] == [0, 1, 1, 0]


def test_designated_stage_is_the_last_one_by_day(app):
    for since, stage in ((TODAY - 10 * DAY, 1), (TODAY, 3)):
        db.session.add(DesignatedStage(location_id=home().id, since_on=since, stage=stage))
    db.session.flush()
    found = [fact("designated_stage", day=day) for day in (TODAY - 11 * DAY, TODAY - DAY, TODAY)]
    assert found == [None, 1, 3]


def test_days_without_a_change_count_from_the_last_answers_not_from_a_confirmation(app):
    save("vacancies", beds(), at=AT - 61 * DAY)
    save("vacancies", beds(), at=AT - DAY)
    assert fact("unchanged_days") == 61
    save("vacancies", beds(available=1, occupied=10), at=AT)
    assert fact("unchanged_days") == 0


def test_staff_per_bed_counts_everybody_employed(app):
    stored = {"nurses_employed": 3, "care_employed": 10, "noncare_employed": 2, "nurses_absent_covid": 9}
    assert fact("staff_per_bed", stored=stored) == Decimal(15) / 24
    assert fact("staff_per_bed", stored=stored, location=replace(home(), registered_beds=0)) is None


def test_need_for_support_is_open_while_the_last_answers_name_it(app):
    needs = [["none"], ["ppe", "staffing"], [], None]
    assert [fact("open_support_needs", stored={"support_needed": each}) for each in needs] == [0, 2, 0, 0]


def held_days(day=TODAY):
    section = section_on("vacancies", TODAY).section
    context = context_for(home(), section, stored=answers("vacancies"), day=day, at=AT)
    return context.row_facts.get(ROW, {}).get("reserved_days")


def test_days_on_which_a_bed_was_held_count_from_the_first_of_an_unbroken_run(app):
    save("vacancies", beds(), at=AT - 20 * DAY)
    save("vacancies", beds(reserved=0, available=3), at=AT - 10 * DAY)
    assert held_days() is None
    save("vacancies", beds(reserved=2, available=1), at=AT - 9 * DAY)
    save("vacancies", beds(), at=AT - DAY)
    assert held_days() == 9
