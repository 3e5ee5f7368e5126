"""Plain answers to every section, and short ways to check them; the sections are the shipped ones."""

from __future__ import annotations

from ctapp.questions.answers import Context, check_answers, is_confirmable
from ctapp.questions.describe import summary_lines
from tests.declarations.written import BRAG, COVID_COUNTS, WRITTEN, load

SECTIONS = {key: load(key) for key in WRITTEN}
GROUPS = ("nurses", "care", "noncare")
QUIET = {"open_support_needs": 0, "outbreak_ongoing": False}

HOME_CARE = {
    "users_nhs_la": 40, "users_self_funded": 12, "can_take_more": "yes", "extra_hours": 25, "response_days": 3,
    "times_free": "morning|tea", "two_carers": "no", "packages_returned": 1, "whole_council": "no", "areas_served": "LS6",
}  # fmt: skip
CONTINUITY = {
    "overall_status": "green",
    "workforce_status": "green",
    **dict.fromkeys(BRAG, "blue"),
    "support_needed": "none",
}
COVID = {"new_cases": "yes", **dict.fromkeys(COVID_COUNTS, 0), "residents_total": 0}
WORKFORCE = {
    **{f"{group}_{key}": 0 for group in GROUPS for key in ("employed", "absent_general", "absent_covid")},
    **{f"agency_{group}": 0 for group in GROUPS},
}
DISCHARGED = {key: 0 for key in WRITTEN["discharge_testing"].keys if key != "admitted_total"}
FUND = dict.fromkeys(WRITTEN["infection_control"].keys, "yes") | {"amount_received": "1000", "amount_spent": "1000"}
FLU = dict.fromkeys(WRITTEN["flu"].keys, 3) | {"residents_delays": "no", "staff_delays": "no"}
VACCINATED = {
    f"{group}_{key}": count
    for group in ("residents", *GROUPS, "agency")
    for key, count in {
        "total": 10, "dose_1": 8, "dose_2": 7, "booster": 2, "not_received": 1, "not_known": 1, "exempt": 0, "abroad": 0,
    }.items()
} | {"visit_done": "yes", "visit_further_required": "no"}  # fmt: skip
DESIGNATED = {"designated_capacity": 8, "designated_occupied": 5, "designated_vacant": 3}


def check(key, answers, *, provider_type="care_home", facts=None, previous=None, rows=()):
    """Return what a section makes of plain answers."""
    typed = {name: tuple(str(value).split("|")) for name, value in answers.items()}
    context = Context(provider_type, facts=facts or {}, previous=previous or {})
    return check_answers(SECTIONS[key], typed, context=context, rows={"beds": tuple(rows)})


def errors(key, answers, **more):
    """Return the error sentences by field."""
    return dict(check(key, answers, **more).errors)


def doubts(key, answers, **more):
    """Return the doubts raised, each by its key and field, nothing else being wrong."""
    found = check(key, answers, **more)
    assert not found.errors, found.errors
    return [doubt.key for doubt in found.doubts]


def lines(key, answers, *, provider_type="care_home", tell=summary_lines, **more):
    """Return the lines told of the answers."""
    values = check(key, answers, provider_type=provider_type, **more).values
    return tell(SECTIONS[key], values, Context(provider_type))


def may_confirm(key, answers, *, facts, provider_type="care_home"):
    """Return whether the answers may be confirmed by one tap."""
    found = check(key, answers, provider_type=provider_type, facts=facts)
    return is_confirmable(SECTIONS[key], found.values, Context(provider_type, facts=facts))
