"""What the daily sections and workforce do with answers: conditions, hard rules, soft rules, summaries, at their edges.

Beds are tested with the engine; the other sections stand in test_weekly_rules.py.
"""

from __future__ import annotations

import pytest

from ctapp.questions.describe import others_see
from tests.declarations.answering import (
    CONTINUITY,
    COVID,
    DISCHARGED,
    FLU,
    GROUPS,
    HOME_CARE,
    QUIET,
    VACCINATED,
    WORKFORCE,
    check,
    doubts,
    errors,
    lines,
    may_confirm,
)
from tests.declarations.written import BRAG, COVID_COUNTS, WRITTEN

# --- Home care --------------------------------------------------------------------------------------------------------


def test_home_care_is_told_in_hours_and_days():
    assert lines("home_care", HOME_CARE, provider_type="home_care", tell=others_see) == (
        "25 hours a week free, can start in 3 days",
    )
    assert lines(
        "home_care", HOME_CARE | {"extra_hours": 1, "response_days": 1}, provider_type="home_care", tell=others_see
    ) == ("1 hour a week free, can start in 1 day",)
    today = HOME_CARE | {"response_days": 0}
    assert lines("home_care", today, provider_type="home_care", tell=others_see) == (
        "25 hours a week free, can start today",
    )
    blank = {key: value for key, value in HOME_CARE.items() if key != "response_days"}
    assert lines("home_care", blank, provider_type="home_care", tell=others_see) == ("25 hours a week free",)


def test_home_care_that_takes_no_one_is_asked_for_no_hours():
    found = check("home_care", HOME_CARE | {"can_take_more": "no"}, provider_type="home_care")
    assert not found.errors
    assert not {"extra_hours", "response_days", "times_free", "two_carers"} & set(found.values)


def test_a_whole_council_needs_no_list_of_areas():
    found = check("home_care", HOME_CARE | {"whole_council": "yes"}, provider_type="home_care")
    assert not found.errors and "areas_served" not in found.values
    assert "areas_served" in errors("home_care", HOME_CARE | {"areas_served": ""}, provider_type="home_care")


# --- Business continuity ----------------------------------------------------------------------------------------------


def test_a_calm_day_is_told_on_one_line():
    assert lines("business_continuity", CONTINUITY) == (
        "Running: Green. Staffing: Green. PPE: all Blue. No help needed",
    )


def test_a_mixed_supply_is_told_kind_by_kind():
    mixed = CONTINUITY | {"ppe_eye": "red", "support_needed": "ppe|staffing"}
    assert lines("business_continuity", mixed) == (
        "PPE: aprons Blue, eye protection Red, gloves Blue, masks Blue, sanitiser Blue",
        "Running: Green. Staffing: Green. Help needed: PPE, Staff",
    )


@pytest.mark.parametrize("status", ["overall_status", "workforce_status"])
@pytest.mark.parametrize("colour", ["amber", "red"])
def test_amber_and_red_ask_what_the_risk_is(status, colour):
    assert errors("business_continuity", CONTINUITY | {status: colour}) == {"status_note": "Tell us what the risk is"}
    assert "status_note" not in check("business_continuity", CONTINUITY | {"status_note": "Calm"}).values


def test_the_place_is_called_what_it_is():
    for provider_type, word in [("care_home", "home"), ("hospice", "hospice"), ("home_care", "service")]:
        found = errors("business_continuity", {}, provider_type=provider_type)
        assert found["overall_status"] == f"Choose how the {word} is running today"


@pytest.mark.parametrize("key", ["overall_status", "workforce_status", *BRAG])
def test_a_red_is_never_confirmed_unseen(key):
    assert may_confirm("business_continuity", CONTINUITY, facts=QUIET)
    assert not may_confirm("business_continuity", CONTINUITY | {key: "red"}, facts=QUIET)
    assert may_confirm("business_continuity", CONTINUITY | {key: "amber"}, facts=QUIET)


def test_an_open_request_for_help_is_never_confirmed_unseen():
    asked = CONTINUITY | {"support_needed": "ppe"}
    assert not may_confirm("business_continuity", asked, facts={"open_support_needs": 1})
    # The council has closed it: the answer is old, and may stand.
    assert may_confirm("business_continuity", asked, facts={"open_support_needs": 0})
    assert not may_confirm("business_continuity", asked, facts={})


def test_help_and_no_help_cannot_both_be_chosen():
    assert "support_needed" in errors("business_continuity", CONTINUITY | {"support_needed": "none|ppe"})


@pytest.mark.parametrize(("share", "is_doubted"), [("0.19", False), ("0.2", True), ("0.21", True)])
def test_green_with_many_absent_is_looked_at_twice(share, is_doubted):
    found = check("business_continuity", CONTINUITY, facts={"staff_absent_share": float(share)})
    assert bool(found.doubts) is is_doubted
    assert all(doubt.suggest_only for doubt in found.doubts)
    amber = CONTINUITY | {"workforce_status": "amber", "status_note": "Two nurses short"}
    assert not check("business_continuity", amber, facts={"staff_absent_share": 0.5}).doubts


# --- COVID-19 ---------------------------------------------------------------------------------------------------------


def test_no_one_new_stores_four_noughts():
    found = check("covid", {"new_cases": "no", "residents_total": "0"})
    assert not found.errors
    assert found.stored == {**dict.fromkeys(COVID_COUNTS, 0), "residents_total": 0}


def test_someone_new_asks_for_all_four_counts():
    found = errors("covid", {"new_cases": "yes", "residents_total": 1}, provider_type="hospice")
    assert found["residents_confirmed_today"] == "Enter how many patients tested positive. Enter 0 if none"
    assert list(found) == list(COVID_COUNTS)
    assert errors("covid", {}) == {
        "new_cases": "Choose yes or no",
        "residents_total": "Enter how many residents have COVID-19 now. Enter 0 if none",
    }


@pytest.mark.parametrize(("total", "is_wrong"), [(3, True), (4, False), (5, False)])
def test_people_ill_now_are_no_fewer_than_those_found_today(total, is_wrong):
    found = errors("covid", COVID | {"residents_confirmed_today": 4, "residents_total": total})
    sentence = "Residents with COVID-19 now cannot be fewer than those who tested positive today"
    assert found == ({"residents_total": sentence} if is_wrong else {})


@pytest.mark.parametrize("key", [*COVID_COUNTS, "residents_total"])
def test_any_case_must_be_reviewed_not_confirmed_unseen(key):
    assert may_confirm("covid", COVID, facts=QUIET)
    more = {"residents_total": 1} if key == "residents_confirmed_today" else {}
    assert not may_confirm("covid", COVID | more | {key: 1}, facts=QUIET)
    assert not may_confirm("covid", COVID, facts={"outbreak_ongoing": True})
    assert not may_confirm("covid", COVID, facts={})


def test_a_doubt_calls_people_what_they_are():
    found = check(
        "covid",
        COVID | {"residents_confirmed_today": 40, "residents_total": 40},
        provider_type="home_care",
        previous={"residents_confirmed_today": 1},
    )
    assert found.doubts[0].sentence == "People you support who tested positive went from 1 to 40. Is that right?"


# --- Workforce --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize(("absent", "is_wrong"), [(3, False), (4, False), (5, True)])
def test_no_more_are_absent_than_employed(group, absent, is_wrong):
    answers = WORKFORCE | {f"{group}_employed": 5, f"{group}_absent_general": absent, f"{group}_absent_covid": 1}
    assert (f"{group}_absent_general" in errors("workforce", answers)) is is_wrong


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"care_employed": 1000}, []),
        ({"care_employed": 1001}, ["large_count_care_employed__care_employed"]),
        ({"agency_care": 2500}, []),
        ({"agency_care": 2501}, ["large_count_agency_care__agency_care"]),
        ({"agency_nurses": 1001}, ["large_count_agency_nurses__agency_nurses"]),
        ({"nurses_employed": 1000, "care_employed": 500, "agency_care": 2500}, []),
        (
            {"nurses_employed": 1000, "care_employed": 501, "agency_care": 2500},
            ["large_count_all_staff__care_employed"],
        ),
    ],
)
def test_large_counts_are_doubted_at_their_own_limits(changes, found):
    assert doubts("workforce", WORKFORCE | changes) == found


@pytest.mark.parametrize(
    ("staff", "is_doubted"),
    [(65, True), (66, False), (67, False), (599, False), (600, False), (601, True)],
)
def test_staff_for_each_bed_are_doubted_outside_the_usual(staff, is_doubted):
    others = WORKFORCE["nurses_employed"] + WORKFORCE["noncare_employed"]
    found = doubts("workforce", WORKFORCE | {"care_employed": staff - others}, facts={"registered_beds": 100})
    assert found == (["staff_per_bed__care_employed"] if is_doubted else [])


def test_the_same_numbers_for_direct_and_agency_are_doubted():
    same = {f"{group}_employed": 3 for group in GROUPS} | {f"agency_{group}": 3 for group in GROUPS}
    assert doubts("workforce", WORKFORCE | same) == ["direct_and_agency_equal__agency_care"]
    assert doubts("workforce", WORKFORCE | same | {"agency_care": 4}) == []
    assert doubts("workforce", WORKFORCE) == []
    assert doubts("workforce", WORKFORCE | {"care_employed": 3, "agency_care": 3}) == [
        "direct_and_agency_equal__agency_care"
    ]


@pytest.mark.parametrize(
    ("staff", "limit"), [(0, 370), (9, 370), (10, 155), (49, 155), (50, 125), (249, 125), (250, 65), (900, 65)]
)
def test_the_more_staff_the_sooner_a_number_should_move(staff, limit):
    answers = WORKFORCE | {"care_employed": staff, "agency_nurses": 1}
    assert doubts("workforce", answers, facts={"unchanged_days": limit}) == []
    assert doubts("workforce", answers, facts={"unchanged_days": limit + 1}) == ["unchanged_long__nurses_employed"]


# --- Counts and silence, the same everywhere --------------------------------------------------------------------------

PLAIN = {
    "home_care": ("home_care", HOME_CARE, "users_nhs_la"),
    "business_continuity": ("care_home", CONTINUITY, None),
    "covid": ("care_home", COVID, "staff_symptomatic_today"),
    "staff_movement": ("care_home", {"confirmed": "no", "staff_shared": 1}, "staff_shared"),
    "discharge_testing": ("care_home", DISCHARGED, "negative"),
    "visiting": ("care_home", {"received": "no"}, None),
    "flu": ("care_home", FLU, "residents_immunised"),
    "covid_vaccination": ("care_home", VACCINATED, "care_abroad"),
}
COUNTED = sorted(key for key, (_, _, count) in PLAIN.items() if count)


@pytest.mark.parametrize("key", COUNTED)
@pytest.mark.parametrize(("number", "is_doubted"), [(999, False), (1000, False), (1001, True)])
def test_a_count_above_a_thousand_is_doubted(key, number, is_doubted):
    provider_type, answers, count = PLAIN[key]
    found = doubts(key, answers | {count: number}, provider_type=provider_type)
    assert found == ([f"large_count__{count}"] if is_doubted else [])


@pytest.mark.parametrize("key", [*COUNTED, "workforce"])
@pytest.mark.parametrize(
    ("last", "now", "is_doubted"),
    [(20, 9, True), (20, 10, False), (20, 31, True), (20, 30, False), (10, 20, False), (10, 21, True), (100, 150, False), (100, 151, True), (0, 11, True), (0, 10, False)],
)  # fmt: skip
def test_a_jump_by_more_than_half_and_ten_is_doubted(key, last, now, is_doubted):
    provider_type, answers, count = PLAIN.get(key, ("care_home", WORKFORCE | {"agency_nurses": 1}, "care_employed"))
    found = doubts(key, answers | {count: now}, provider_type=provider_type, previous={count: last})
    assert found == ([f"big_change__{count}"] if is_doubted else [])


@pytest.mark.parametrize("key", sorted(key for key in PLAIN if WRITTEN[key].is_confirmable))
def test_silence_is_doubted_after_sixty_days(key):
    provider_type, answers, _ = PLAIN[key]
    assert doubts(key, answers, provider_type=provider_type, facts={"unchanged_days": 60}) == []
    (found,) = doubts(key, answers, provider_type=provider_type, facts={"unchanged_days": 61})
    assert found.startswith("unchanged_long__")
