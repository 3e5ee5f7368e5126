"""What the weekly and monthly sections, designated beds, prices and contacts do with answers, at their edges.

The daily sections stand in test_section_rules.py.
"""

from __future__ import annotations

import pytest

from ctapp.questions.describe import others_see
from tests.declarations.answering import (
    DESIGNATED,
    DISCHARGED,
    FLU,
    FUND,
    GROUPS,
    VACCINATED,
    check,
    doubts,
    errors,
    lines,
)
from tests.declarations.written import ROW

# --- The weekly sections ----------------------------------------------------------------------------------------------


def test_a_month_of_hours_is_read_and_a_jump_is_doubted():
    month = {
        "days_absence": "14.5",
        "hours_paid": "1,250.5",
        "hours_overtime": 0,
        "hours_agency": 0,
        "hours_absence": 100,
    }
    assert doubts("workforce_month", month) == []
    assert lines("workforce_month", month)[0] == "Hours paid: 1,250.5, overtime: 0, agency: 0"
    previous = {"hours_paid": 800}
    assert doubts("workforce_month", month, previous=previous) == ["big_change__hours_paid"]


def test_staff_who_work_only_here_are_asked_no_more():
    found = check("staff_movement", {"confirmed": "yes", "staff_shared": 3, "mitigation": "testing"})
    assert not found.errors and found.stored == {"confirmed": "yes"}
    for answer in ("no", "no_exhausted"):
        assert not errors("staff_movement", {"confirmed": answer})
        assert check("staff_movement", {"confirmed": answer, "staff_shared": 3}).stored["staff_shared"] == 3


@pytest.mark.parametrize("part", ["positive_under_15_days", "positive_inside_policy"])
def test_a_part_of_the_positive_is_no_more_than_all(part):
    assert not errors("discharge_testing", DISCHARGED | {"positive": 2, part: 2})
    assert list(errors("discharge_testing", DISCHARGED | {"positive": 2, part: 3})) == [part]


def test_those_not_tested_are_within_or_outside_the_guidance():
    answers = DISCHARGED | {"not_tested": 3, "not_tested_within_guidance": 2}
    assert list(errors("discharge_testing", answers)) == ["not_tested"]
    assert not errors("discharge_testing", answers | {"not_tested_outside_guidance": 1})


def test_results_add_up_to_the_admitted_where_that_is_told():
    answers = DISCHARGED | {"positive": 1, "negative": 4, "awaiting_result": 1, "status_unknown": 1}
    assert not errors("discharge_testing", answers)
    assert not errors("discharge_testing", answers | {"admitted_total": 7})
    assert errors("discharge_testing", answers | {"admitted_total": 8}) == {
        "admitted_total": "The test results add up to 7, but 8 were admitted. Change a number"
    }


def test_no_more_is_spent_than_received():
    assert not errors("infection_control", FUND)
    assert errors("infection_control", FUND | {"amount_spent": "£1,000.01"}) == {
        "amount_spent": "You cannot have spent £1,000.01 of £1,000. Change what you received or what you spent"
    }
    assert "amount_spent" in errors("infection_control", FUND | {"amount_spent": "1.005"})


@pytest.mark.parametrize(
    ("received", "asked"), [("yes", {"options", "barriers"}), ("exceptional", {"barriers"}), ("no", set())]
)
def test_visits_lead_to_options_and_barriers(received, asked):
    assert set(errors("visiting", {"received": received})) == asked


def test_a_home_with_no_barrier_can_say_so():
    answers = {"received": "exceptional", "barriers": "none"}
    assert not errors("visiting", answers)
    assert "barriers" in errors("visiting", answers | {"barriers": "none|ppe"})


def test_flu_is_told_of_all_three_groups():
    assert lines("flu", FLU)[0] == "Immunised: 3 of 9 residents, 3 of 9 staff, 3 of 9 agency, bank and volunteers"


@pytest.mark.parametrize("group", ["residents", *GROUPS, "agency"])
@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"dose_2": 8}, None),
        ({"dose_2": 9}, "dose_2"),
        ({"booster": 7}, None),
        ({"booster": 8}, "booster"),
        ({"total": 11}, "total"),
        ({"exempt": 1}, "total"),
        ({"exempt": 1, "total": 11}, None),
        ({"abroad": 8}, None),
    ],
)
def test_doses_stand_in_order_and_everyone_stands_once(group, changes, at):
    answers = VACCINATED | {f"{group}_{key}": count for key, count in changes.items()}
    assert list(errors("covid_vaccination", answers)) == ([f"{group}_{at}"] if at else [])


def test_home_care_tells_of_its_staff_only():
    found = check("covid_vaccination", VACCINATED, provider_type="home_care")
    assert not found.errors
    assert not [name for name in found.stored if name.startswith(("residents_", "visit_"))]
    assert lines("covid_vaccination", VACCINATED, provider_type="home_care") == (
        "Staff and agency: 32 of 40 with at least one dose, 28 with two",
    )


# --- Designated, prices, contacts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("vacant", "is_wrong"), [(2, True), (3, False), (4, True)])
def test_designated_beds_are_occupied_or_vacant(vacant, is_wrong):
    assert bool(errors("designated", DESIGNATED | {"designated_vacant": vacant})) is is_wrong


def test_others_see_the_designated_beds_that_are_free():
    assert lines("designated", DESIGNATED, tell=others_see) == ("3 designated beds free",)
    one = {"designated_capacity": 1, "designated_occupied": 0, "designated_vacant": 1}
    assert lines("designated", one, tell=others_see) == ("1 designated bed free",)


@pytest.mark.parametrize(("price_to", "is_wrong"), [("979.99", True), ("980", False), ("1,150", False), ("", False)])
def test_the_highest_price_is_not_below_the_lowest(price_to, is_wrong):
    answers = {f"price_from__{ROW}": "980", f"price_to__{ROW}": price_to, "funding": "self", "top_up": "no"}
    found = errors("prices", answers, rows=[ROW])
    assert list(found) == ([f"price_to__{ROW}"] if is_wrong else [])


def test_prices_are_told_by_row():
    answers = {f"price_from__{ROW}": "980", f"price_to__{ROW}": "1150", "funding": "council|self", "top_up": "no"}
    assert lines("prices", answers, rows=[ROW]) == (
        "Dementia nursing: £980 to £1,150 a week",
        "Paid by: Council, Person or family. Top-up: No",
    )


def test_personal_details_are_kept_out_of_the_answers():
    found = check(
        "contacts",
        {
            "registered_manager": "A Name", "admissions_phone": "0113 496 0001", "out_of_hours_phone": "0113 496 0002",
            "reminder_emails": "a@b.example", "takes_from": "any_council", "weekend_admissions": "yes", "assessment": "visit",
        },
    )  # fmt: skip
    assert not found.errors
    assert set(found.stored) == {"takes_from", "weekend_admissions", "assessment"}
    assert set(found.people) == {"registered_manager", "admissions_phone", "out_of_hours_phone", "reminder_emails"}
    assert not found.notes


def test_five_addresses_are_the_most():
    addresses = " ".join(f"a{number}@b.example" for number in range(6))
    assert errors("contacts", {"reminder_emails": addresses})["reminder_emails"] == "Enter at most 5 email addresses"
