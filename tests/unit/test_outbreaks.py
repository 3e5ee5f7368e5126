"""Where an outbreak starts, ends and counts: boundaries in threes, and a slow walk through the calendar as the second opinion."""

from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctapp.questions.outbreaks import CaseDay, Outbreak, OutbreakStatus, earliest_recovery, find_outbreaks, status

DAY = timedelta(days=1)
NONE = CaseDay()
ONE = CaseDay(residents_confirmed=1)
KINDS = tuple(field.name for field in fields(CaseDay))
MARCH_1 = date(2021, 3, 1)


def spans(days, **options):
    return [(outbreak.started_on, outbreak.last_case_on) for outbreak in find_outbreaks(days, **options)]


@pytest.mark.parametrize(
    "next_case_on, outbreaks",
    [(date(2021, 3, 28), 1), (date(2021, 3, 29), 1), (date(2021, 3, 30), 2), (date(2021, 3, 31), 2)],
)
def test_28_clear_days_lie_between_two_outbreaks(next_case_on, outbreaks):
    assert len(find_outbreaks({MARCH_1: ONE, next_case_on: ONE})) == outbreaks


def test_first_day_of_a_new_outbreak_is_the_day_the_old_one_can_recover():
    assert earliest_recovery(MARCH_1) == date(2021, 3, 30)
    clear_days = [MARCH_1 + n * DAY for n in range(1, 365) if MARCH_1 + n * DAY < earliest_recovery(MARCH_1)]
    assert len(clear_days) == 28


def test_example_of_the_covid_page_recovers_on_17_may():
    """Screens say 16 May; sections.md, whose 1, 29 and 30 March example wins, says the day after."""
    assert earliest_recovery(date(2021, 4, 18)) == date(2021, 5, 17)


def test_clear_days_run_from_the_last_case_not_the_first():
    days = {MARCH_1 + n * 28 * DAY: ONE for n in range(5)}
    assert spans(days) == [(MARCH_1, MARCH_1 + 112 * DAY)]


@pytest.mark.parametrize("gap, outbreaks", [(14, 1), (15, 1), (16, 2)])
def test_clear_days_belong_to_the_pathogen(gap, outbreaks):
    assert len(find_outbreaks({MARCH_1: ONE, MARCH_1 + gap * DAY: ONE}, clear_days=15)) == outbreaks


@pytest.mark.parametrize("kind", KINDS)
def test_any_of_the_four_counts_starts_an_outbreak_on_its_day(kind):
    days = {MARCH_1: NONE, MARCH_1 + DAY: CaseDay(**{kind: 1}), MARCH_1 + 2 * DAY: NONE}
    assert spans(days) == [(MARCH_1 + DAY, MARCH_1 + DAY)]


def test_residents_total_has_no_place_in_a_case_day():
    assert set(KINDS) == {"staff_confirmed", "residents_confirmed", "staff_symptomatic", "residents_symptomatic"}


def test_no_case_is_no_outbreak():
    assert find_outbreaks({}) == ()
    assert find_outbreaks({MARCH_1: NONE}) == ()


def test_counts_are_summed_from_start_to_last_case():
    days = {
        MARCH_1: CaseDay(staff_symptomatic=2),
        MARCH_1 + 3 * DAY: CaseDay(staff_confirmed=1, residents_confirmed=4),
        MARCH_1 + 5 * DAY: NONE,
        MARCH_1 + 9 * DAY: CaseDay(residents_confirmed=3, residents_symptomatic=5),
        MARCH_1 + 60 * DAY: CaseDay(staff_confirmed=100),
    }
    assert find_outbreaks(days)[0] == Outbreak(
        started_on=MARCH_1,
        last_case_on=MARCH_1 + 9 * DAY,
        staff_confirmed=1,
        residents_confirmed=7,
        staff_symptomatic=2,
        residents_symptomatic=5,
    )


@pytest.mark.parametrize("last_case_after, days", [(0, 1), (1, 2), (28, 29)])
def test_duration_counts_first_and_last_day(last_case_after, days):
    (outbreak,) = find_outbreaks({MARCH_1: ONE, MARCH_1 + last_case_after * DAY: ONE})
    assert outbreak.duration_days == days


def test_duration_is_in_days_across_a_clock_change_and_a_leap_day():
    (outbreak,) = find_outbreaks({date(2024, 2, 20): ONE, date(2024, 3, 15): ONE, date(2024, 4, 2): ONE})
    assert outbreak.duration_days == 43


@pytest.mark.parametrize("kind", KINDS)
def test_negative_count_is_refused(kind):
    with pytest.raises(ValueError, match=kind):
        CaseDay(**{kind: -1})


@pytest.mark.parametrize(
    "on, expected",
    [
        (date(2021, 3, 29), OutbreakStatus(state="ongoing")),
        (date(2021, 3, 30), OutbreakStatus(state="recovered", recovered_on=date(2021, 3, 30))),
        (date(2021, 3, 31), OutbreakStatus(state="recovered", recovered_on=date(2021, 3, 30))),
    ],
)
def test_home_that_reports_daily_recovers_on_the_29th_day(on, expected):
    days = {MARCH_1: ONE} | {MARCH_1 + n * DAY: NONE for n in range(1, 60)}
    assert status(find_outbreaks(days)[0], days, on=on) == expected


@pytest.mark.parametrize(
    "reported_on, recovered", [(date(2021, 3, 29), False), (date(2021, 3, 30), True), (date(2021, 4, 20), True)]
)
def test_only_a_report_on_or_after_the_29th_day_proves_recovery(reported_on, recovered):
    days = {MARCH_1: ONE, reported_on: NONE}
    stands = status(find_outbreaks(days)[0], days, on=date(2021, 5, 1))
    assert stands.recovered_on == (reported_on if recovered else None)
    assert stands.no_report_since == (None if recovered else reported_on)


@pytest.mark.parametrize(
    "on, no_report_since",
    [(date(2021, 3, 29), None), (date(2021, 3, 30), date(2021, 3, 6)), (date(2031, 3, 31), date(2021, 3, 6))],
)
def test_silent_home_stays_ongoing_and_says_since_when(on, no_report_since):
    days = {MARCH_1: ONE, date(2021, 3, 6): NONE}
    assert status(find_outbreaks(days)[0], days, on=on) == OutbreakStatus(
        state="ongoing", no_report_since=no_report_since
    )


def test_new_outbreak_is_no_proof_that_the_old_one_is_over():
    new_on, clear_on = date(2021, 4, 5), date(2021, 4, 6)
    days = {MARCH_1: ONE, new_on: ONE, clear_on: NONE}
    old, new = find_outbreaks(days)
    assert status(old, days, on=new_on) == OutbreakStatus(state="ongoing")
    assert status(old, days, on=clear_on) == OutbreakStatus(state="recovered", recovered_on=clear_on)
    assert status(new, days, on=clear_on) == OutbreakStatus(state="ongoing")


def test_outbreak_has_no_status_before_it_started():
    days = {MARCH_1: ONE}
    (outbreak,) = find_outbreaks(days)
    with pytest.raises(ValueError, match="before it started"):
        status(outbreak, days, on=MARCH_1 - DAY)


def test_corrected_day_splits_joins_and_removes():
    middle = MARCH_1 + 20 * DAY
    days = {MARCH_1: ONE, middle: ONE, MARCH_1 + 40 * DAY: ONE}
    assert len(find_outbreaks(days)) == 1
    assert len(find_outbreaks(days | {middle: NONE})) == 2
    assert find_outbreaks(dict.fromkeys(days, NONE)) == ()


# The second opinion: a state machine that knows one day at a time and counts clear days as they pass.

START = date(2020, 2, 1)
LAST = 200


def answers_of(log, day):
    said = [answers for said_for, answers in log if said_for == day]
    return said[-1] if said else None


def walk(log, clear_days, until):
    """Outbreaks as lists [start, last, sums of four, recovered on, last report] by walking from START to `until`."""
    found, current, clear, last_report = [], None, 0, None
    waiting = []
    day = START
    while day <= until:
        answers = answers_of(log, day)
        last_report = day if answers else last_report
        if answers and any(answers):
            if current is None:
                current = {"start": day, "sums": [0, 0, 0, 0], "recovered": None}
                found.append(current)
            current["last"] = day
            current["sums"] = [a + b for a, b in zip(current["sums"], answers, strict=True)]
            clear = 0
            for old in waiting:
                old["silent"] = False
        else:
            for old in waiting:
                if answers and old["recovered"] is None:
                    old["recovered"] = day
                    old["silent"] = False
            clear += 1
        if current is not None and clear == clear_days:
            current["silent"] = True
            waiting.append(current)
            current["over_at_end_of"] = day
            current = None
        day += DAY
    for outbreak in found:
        is_over = "over_at_end_of" in outbreak and outbreak["over_at_end_of"] < until
        outbreak["no_report_since"] = (
            last_report if is_over and outbreak["silent"] and outbreak["recovered"] is None else None
        )
    return found


counts = st.tuples(*[st.sampled_from([0, 0, 0, 1, 3])] * 4)
quiet = st.just((0, 0, 0, 0))
near = st.integers(0, LAST).map(lambda n: START + n * DAY)
histories = st.lists(st.tuples(near, st.one_of(quiet, counts)), max_size=25)


def last_answers(log):
    return {day: CaseDay(**dict(zip(KINDS, answers, strict=True))) for day, answers in log}


@settings(max_examples=300, deadline=None)
@given(
    log=histories,
    clear_days=st.sampled_from([1, 5, 14, 28]),
    until=st.integers(0, LAST + 60).map(lambda n: START + n * DAY),
)
def test_engine_agrees_with_a_walk_through_the_calendar(log, clear_days, until):
    log = [(day, answers) for day, answers in log if day <= until]
    days = last_answers(log)
    found = find_outbreaks(days, clear_days=clear_days)
    oracle = walk(log, clear_days, until)
    assert [(o.started_on, o.last_case_on, [getattr(o, kind) for kind in KINDS]) for o in found] == [
        (old["start"], old["last"], old["sums"]) for old in oracle
    ]
    for outbreak, old in zip(found, oracle, strict=True):
        assert status(outbreak, days, on=until, clear_days=clear_days) == OutbreakStatus(
            state="recovered" if old["recovered"] else "ongoing",
            recovered_on=old["recovered"],
            no_report_since=old["no_report_since"],
        )


@given(log=histories, order=st.randoms(use_true_random=False))
def test_recomputing_after_each_entry_ends_where_one_reading_does(log, order):
    kept = {}
    for day, answers in log:
        kept |= last_answers([(day, answers)])
        found = find_outbreaks(kept)
    shuffled = list(last_answers(log).items())
    order.shuffle(shuffled)
    assert find_outbreaks(dict(shuffled)) == (found if log else ())


@given(log=histories, on=near)
def test_days_after_the_day_asked_about_do_not_change_its_status(log, on):
    days = last_answers(log)
    known = {day: answers for day, answers in days.items() if day <= on}
    for outbreak in find_outbreaks(days):
        if outbreak.started_on <= on:
            assert status(outbreak, days, on=on) == status(outbreak, known, on=on)
