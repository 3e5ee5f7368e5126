"""What an invented home would type into each section, made from its state. One function a section; the table stands at the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from ctapp.services.demo.cast import LEEDS, OWNER
from ctapp.services.demo.homes import GROUP
from ctapp.services.demo.people import manager_name, phone_of
from ctapp.services.demo.state import PPE, STAFF, HomeState

Typed = dict[str, list[str]]
MEASURES = (
    "isolate_residents", "restrict_movement", "full_pay_isolating", "test_residents", "test_staff", "ppe_sufficient",
    "ppe_training", "equipment", "extra_staff_capacity", "clinical_lead", "mutual_aid",
)  # fmt: skip


def _one(**answers: object) -> Typed:
    return {key: [str(value)] for key, value in answers.items()}


def _vacancies(state: HomeState, day: date) -> Typed:
    return state.beds.typed()


def _home_care(state: HomeState, day: date) -> Typed:
    rounds = state.rounds
    typed = _one(
        users_nhs_la=rounds.funded,
        users_self_funded=rounds.own,
        can_take_more="yes" if rounds.takes_more else "no",
        packages_returned=rounds.returned,
    )
    if rounds.takes_more:
        typed |= _one(extra_hours=rounds.hours, response_days=3, two_carers="yes") | {"times_free": rounds.times}
    if state.home.key == "swift":
        return typed | _one(whole_council="no", areas_served="LS6, LS10, LS11, LS12, LS27")
    return typed | _one(whole_council="yes")


def _business_continuity(state: HomeState, day: date) -> Typed:
    typed = _one(overall_status=state.overall, workforce_status=state.workforce)
    if "amber" in (state.overall, state.workforce) or "red" in (state.overall, state.workforce):
        typed |= _one(status_note=state.note)
    typed |= {f"ppe_{item}": [state.ppe[item]] for item in PPE}
    typed["support_needed"] = list(state.support)
    if state.support_note and state.support != ("none",):
        typed |= _one(support_note=state.support_note)
    return typed


def covid(state: HomeState, cases: tuple[int, int, int, int]) -> Typed:
    """Return the answers of `covid` for a day: new cases as (residents, staff confirmed, residents, staff symptomatic)."""
    typed = _one(new_cases="yes" if any(cases) else "no", residents_total=state.residents_with_covid)
    if any(cases):
        residents, staff, residents_unwell, staff_unwell = cases
        typed |= _one(
            residents_confirmed_today=residents,
            staff_confirmed_today=staff,
            residents_symptomatic_today=residents_unwell,
            staff_symptomatic_today=staff_unwell,
        )
    return typed


def _workforce(state: HomeState, day: date) -> Typed:
    typed: Typed = {}
    for group in STAFF:
        staff = state.staff[group]
        typed |= {
            f"{group}_employed": [str(staff.employed)],
            f"{group}_absent_general": [str(staff.absent_general)],
            f"{group}_absent_covid": [str(staff.absent_covid)],
            f"agency_{group}": [str(staff.agency)],
        }
    return typed


def _workforce_month(state: HomeState, day: date) -> Typed:
    employed = sum(staff.employed for staff in state.staff.values())
    paid = employed * 118
    absent_days = employed * 0.7 + state.chance.randint(0, 6)
    return _one(
        days_absence=f"{absent_days:.1f}",
        hours_paid=f"{paid}.5",
        hours_overtime=round(paid * 0.04),
        hours_agency=round(paid * 0.03),
        hours_absence=f"{absent_days * 7.5:.1f}",
    )


def _staff_movement(state: HomeState, day: date) -> Typed:
    if state.home.provider != GROUP or state.chance.random() < 0.6:
        return _one(confirmed="yes")
    return _one(confirmed="no_exhausted", staff_shared=state.chance.randint(1, 3)) | {
        "mitigation": ["testing", "single_shift_block"]
    }


def _discharge_testing(state: HomeState, day: date) -> Typed:
    chance = state.chance
    negative, waiting, untested = chance.randint(0, 3), chance.choice((0, 0, 1)), chance.choice((0, 0, 1))
    positive = chance.choice((0, 0, 0, 1)) if state.home.story == "designated" else 0
    return _one(
        admitted_total=negative + waiting + untested + positive,
        positive=positive,
        positive_under_15_days=positive,
        positive_inside_policy=positive,
        negative=negative,
        awaiting_result=waiting,
        not_tested=untested,
        not_tested_within_guidance=untested,
        not_tested_outside_guidance=0,
        status_unknown=0,
    )


def _infection_control(state: HomeState, day: date) -> Typed:
    state.fund_spent = min(state.fund_received, state.fund_spent + state.fund_received // 12)
    typed = {measure: ["yes"] for measure in MEASURES}
    if state.home.rating in ("requires_improvement", "inadequate"):
        typed |= _one(equipment="partly", extra_staff_capacity="no")
    return typed | _one(amount_received=state.fund_received, amount_spent=f"{state.fund_spent}.00")


def _visiting(state: HomeState, day: date) -> Typed:
    if state.beds.admissions == "closed":
        return _one(received="exceptional") | {"barriers": ["local_advice"]}
    options = ["outside", "indoor_distanced"] if state.home.capacity < 30 else ["indoor_secure", "indoor_tested"]
    barriers = ["staff", "relatives"] if state.home.rating == "requires_improvement" else ["none"]
    return _one(received="yes") | {"options": options, "barriers": barriers}


def _flu(state: HomeState, day: date) -> Typed:
    state.flu_share = min(0.95, state.flu_share + 0.02)
    employed = sum(staff.employed for staff in state.staff.values())
    agency = sum(staff.agency for staff in state.staff.values())
    typed = _one(residents_delays="no", staff_delays="yes" if state.home.story == "ppe_red" else "no")
    for group, total, share in (
        ("residents", state.people, state.flu_share + 0.03),
        ("staff", employed, state.flu_share - 0.2),
        ("agency", agency, 0.5),
    ):
        immunised = round(total * share)
        unknown = min(total - immunised, 1)
        typed |= {
            f"{group}_immunised": [str(immunised)],
            f"{group}_unknown": [str(unknown)],
            f"{group}_not_immunised": [str(total - immunised - unknown)],
        }
    return typed


def _covid_vaccination(state: HomeState, day: date) -> Typed:
    totals = {group: staff.employed for group, staff in state.staff.items()}
    totals["agency"] = sum(staff.agency for staff in state.staff.values())
    typed: Typed = {}
    if state.home.provider_type == "care_home":
        totals["residents"] = state.people
        typed = _one(visit_done="yes", visit_booked="yes", visit_further_required="no")
    for group, total in totals.items():
        typed |= _doses(group, total, 0.96 if group == "residents" else 0.9)
    return typed


def _doses(group: str, total: int, share: float) -> Typed:
    first = round(total * share)
    second = round(first * 0.97)
    exempt = min(total - first, 1)
    not_known = min(total - first - exempt, 1)
    counts = {
        "total": total,
        "dose_1": first,
        "dose_2": second,
        "booster": round(second * 0.8),
        "not_received": total - first - exempt - not_known,
        "not_known": not_known,
        "exempt": exempt,
        "abroad": min(first, 1),
    }
    return {f"{group}_{key}": [str(value)] for key, value in counts.items()}


def _designated(state: HomeState, day: date) -> Typed:
    return _one(
        designated_capacity=10,
        designated_occupied=state.designated_occupied,
        designated_vacant=10 - state.designated_occupied,
    )


def _prices(state: HomeState, day: date) -> Typed:
    chance = Random(f"{state.home.key}/prices")  # noqa: S311  (an invented price, no secret)
    typed: Typed = {"funding": ["council", "self"], "contracts": [state.home.council]} | _one(top_up="yes")
    if state.home.council != LEEDS:
        typed["contracts"] = [state.home.council, LEEDS]
    for row_id, _ in state.home.beds:
        lowest = (1050 if "nursing" in row_id else 780) + chance.randrange(0, 160, 10)
        typed |= {f"price_from__{row_id}": [str(lowest)], f"price_to__{row_id}": [f"{lowest + 145}.50"]}
        if "nursing" in row_id:
            typed["funding"] = ["council", "chc", "self"]
    return typed


def _contacts(state: HomeState, day: date) -> Typed:
    home = state.home
    return _one(
        registered_manager=manager_name(home),
        admissions_phone=phone_of(home),
        out_of_hours_phone=phone_of(home, line=1),
        reminder_emails="\n".join(reminder_addresses(state)),
        takes_from="own_council" if home.provider_type == "home_care" else "any_council",
        weekend_admissions="yes" if home.capacity >= 20 else "no",
    ) | {"assessment": ["phone", "trusted_assessor"] if home.capacity >= 20 else ["phone", "visit"]}


def reminder_addresses(state: HomeState) -> list[str]:
    """Return the addresses that a home's reminders go to."""
    home = state.home
    addresses = [home.manager_email]
    if home.key == "rosewood":
        addresses.append("deputy@rosewood.example")
    return [*addresses, OWNER] if home.provider == GROUP else addresses


ANSWERS: dict[str, Callable[[HomeState, date], Typed]] = {
    "vacancies": _vacancies,
    "home_care": _home_care,
    "business_continuity": _business_continuity,
    "covid": lambda state, day: covid(state, state.cases_today),
    "workforce": _workforce,
    "workforce_month": _workforce_month,
    "staff_movement": _staff_movement,
    "discharge_testing": _discharge_testing,
    "infection_control": _infection_control,
    "visiting": _visiting,
    "flu": _flu,
    "covid_vaccination": _covid_vaccination,
    "designated": _designated,
    "prices": _prices,
    "contacts": _contacts,
}
