"""What the specification says of every section, written by hand: keys, cadence, who is asked, options, flows, notes.

It is the measure of tests, never generated from the files: a key that changes here changes in exports, imports and reports.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ctapp.questions.load import read_section
from ctapp.questions.spec import PROVIDER_TYPES, Option

FOLDER = Path(__file__).parents[2] / "ctapp" / "sections"
FILES = sorted(FOLDER.glob("*.toml"))
KEYS = [path.stem for path in FILES]
COMMISSIONERS = (Option("E08000035", "Leeds City Council"), Option("15F", "NHS Leeds CCG"))
WITH_BEDS = ("care_home", "hospice", "community_rehab", "substance_misuse")
ROW = "dementia_nursing__long_term"


def references(name):
    """Return the options of a list that the sections take from reference tables."""
    assert name == "commissioners", name
    return COMMISSIONERS


def load(key):
    """Return the shipped section with this key."""
    return read_section((FOLDER / f"{key}.toml").read_text(encoding="utf-8"), references=references)


@dataclass(frozen=True)
class Written:
    """What the specification says of a section."""

    keys: tuple[str, ...]
    cadence: str
    asked_of: tuple[str, ...]
    is_confirmable: bool
    optional: tuple[str, ...] = ()
    flows: dict[str, str] = field(default_factory=dict)
    keys_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_conditional: bool = False


BRAG = ("ppe_aprons", "ppe_eye", "ppe_gloves", "ppe_masks", "ppe_sanitiser")
VACCINATED_STAFF = (
    "nurses_total", "nurses_dose_1", "nurses_dose_2", "nurses_booster",
    "nurses_not_received", "nurses_not_known", "nurses_exempt", "nurses_abroad",
    "care_total", "care_dose_1", "care_dose_2", "care_booster",
    "care_not_received", "care_not_known", "care_exempt", "care_abroad",
    "noncare_total", "noncare_dose_1", "noncare_dose_2", "noncare_booster",
    "noncare_not_received", "noncare_not_known", "noncare_exempt", "noncare_abroad",
    "agency_total", "agency_dose_1", "agency_dose_2", "agency_booster",
    "agency_not_received", "agency_not_known", "agency_exempt", "agency_abroad",
)  # fmt: skip
COVID_COUNTS = (
    "residents_confirmed_today", "staff_confirmed_today", "residents_symptomatic_today", "staff_symptomatic_today",
)  # fmt: skip
MONTH = ("days_absence", "hours_paid", "hours_overtime", "hours_agency", "hours_absence")
DISCHARGED = (
    "admitted_total", "positive", "positive_under_15_days", "positive_inside_policy", "negative", "awaiting_result",
    "not_tested", "not_tested_within_guidance", "not_tested_outside_guidance", "status_unknown",
)  # fmt: skip

WRITTEN = {
    "vacancies": Written(
        keys=(
            "admissions", "admissions_reason",
            "capacity", "occupied", "available", "reserved", "closed", "closed_reason",
            "also_takes", "block_booked", "block_booked_by",
            "short_stay_in_long_term_beds", "capacity_override_reason",
        ),
        cadence="daily",
        asked_of=WITH_BEDS,
        is_confirmable=True,
        optional=("also_takes", "block_booked"),
    ),
    "home_care": Written(
        keys=(
            "users_nhs_la", "users_self_funded", "can_take_more", "extra_hours", "response_days", "times_free",
            "two_carers", "packages_returned", "whole_council", "areas_served",
        ),
        cadence="daily",
        asked_of=("home_care",),
        is_confirmable=True,
        optional=("response_days",),
        flows={"packages_returned": "7_days"},
    ),
    "business_continuity": Written(
        keys=("overall_status", "workforce_status", "status_note", *BRAG, "support_needed", "support_note"),
        cadence="daily",
        asked_of=PROVIDER_TYPES,
        is_confirmable=True,
        optional=("support_note",),
    ),
    "covid": Written(
        keys=("new_cases", *COVID_COUNTS, "residents_total"),
        cadence="daily",
        asked_of=PROVIDER_TYPES,
        is_confirmable=True,
        flows={"new_cases": "day", **dict.fromkeys(COVID_COUNTS, "day")},
    ),
    "workforce": Written(
        keys=(
            "nurses_employed", "nurses_absent_general", "nurses_absent_covid",
            "care_employed", "care_absent_general", "care_absent_covid",
            "noncare_employed", "noncare_absent_general", "noncare_absent_covid",
            "agency_nurses", "agency_care", "agency_noncare",
        ),
        cadence="weekly",
        asked_of=PROVIDER_TYPES,
        is_confirmable=True,
    ),
    "workforce_month": Written(
        keys=MONTH,
        cadence="monthly",
        asked_of=("care_home", "home_care"),
        is_confirmable=False,
        flows=dict.fromkeys(MONTH, "month"),
    ),
    "staff_movement": Written(
        keys=("confirmed", "staff_shared", "mitigation"),
        cadence="weekly",
        asked_of=("care_home",),
        is_confirmable=True,
        optional=("staff_shared", "mitigation"),
        flows={"confirmed": "7_days", "staff_shared": "7_days", "mitigation": "7_days"},
    ),
    "discharge_testing": Written(
        keys=DISCHARGED,
        cadence="weekly",
        asked_of=("care_home", "hospice", "community_rehab"),
        is_confirmable=False,
        optional=("admitted_total",),
        flows=dict.fromkeys(DISCHARGED, "7_days"),
    ),
    "infection_control": Written(
        keys=(
            "isolate_residents", "restrict_movement", "full_pay_isolating", "test_residents", "test_staff",
            "ppe_sufficient", "ppe_training", "equipment", "extra_staff_capacity", "clinical_lead", "mutual_aid",
            "amount_received", "amount_spent",
        ),
        cadence="weekly",
        asked_of=("care_home", "home_care"),
        is_confirmable=False,
        is_conditional=True,
    ),
    "visiting": Written(
        keys=("received", "options", "barriers"),
        cadence="weekly",
        asked_of=("care_home",),
        is_confirmable=True,
    ),
    "flu": Written(
        keys=(
            "residents_immunised", "residents_not_immunised", "residents_unknown",
            "staff_immunised", "staff_not_immunised", "staff_unknown",
            "agency_immunised", "agency_not_immunised", "agency_unknown",
            "residents_delays", "staff_delays",
        ),
        cadence="weekly",
        asked_of=("care_home",),
        is_confirmable=True,
        is_conditional=True,
    ),
    "covid_vaccination": Written(
        keys=(
            "residents_total", "residents_dose_1", "residents_dose_2", "residents_booster",
            "residents_not_received", "residents_not_known", "residents_exempt", "residents_abroad",
            *VACCINATED_STAFF,
            "visit_done", "visit_booked", "visit_further_required",
        ),
        keys_of={"home_care": VACCINATED_STAFF},
        cadence="weekly",
        asked_of=("care_home", "home_care"),
        is_confirmable=True,
        optional=("visit_booked",),
        is_conditional=True,
    ),
    "designated": Written(
        keys=("designated_capacity", "designated_occupied", "designated_vacant"),
        cadence="daily",
        asked_of=WITH_BEDS,
        is_confirmable=True,
        is_conditional=True,
    ),
    "prices": Written(
        keys=("price_from", "price_to", "contracts", "funding", "top_up"),
        cadence="on_change",
        asked_of=WITH_BEDS,
        is_confirmable=True,
        optional=("price_from", "price_to", "contracts"),
    ),
    "contacts": Written(
        keys=(
            "registered_manager", "admissions_phone", "out_of_hours_phone", "reminder_emails",
            "takes_from", "weekend_admissions", "assessment",
        ),
        cadence="on_change",
        asked_of=PROVIDER_TYPES,
        is_confirmable=False,
    ),
}  # fmt: skip

OPTIONS = {
    ("vacancies", "admissions"): "open restricted closed",
    ("vacancies", "admissions_reason"): "staffing infection_control refurbishment commissioner_or_regulator other",
    ("vacancies", "closed_reason"): (
        "staffing infection_control refurbishment commissioner_or_regulator shared_room_single not_ready other"
    ),
    ("home_care", "times_free"): "morning lunch tea bed night",
    ("business_continuity", "overall_status"): "green amber red",
    ("business_continuity", "workforce_status"): "green amber red",
    **{("business_continuity", key): "blue green amber red" for key in BRAG},
    ("business_continuity", "support_needed"): (
        "ppe staffing testing flu_vaccination covid_vaccination infection_control_training equipment other none"
    ),
    ("staff_movement", "confirmed"): "yes no no_exhausted",
    ("staff_movement", "mitigation"): "cohorting testing single_shift_block full_pay_for_isolation other",
    **{("infection_control", key): "yes partly no not_applicable" for key in WRITTEN["infection_control"].keys[:11]},
    ("visiting", "received"): "yes exceptional no",
    ("visiting", "options"): "outside indoor_distanced indoor_secure indoor_tested",
    ("visiting", "barriers"): "ppe staff test_kits space guidance insurance relatives local_advice other none",
    ("prices", "funding"): "council chc self",
    ("contacts", "takes_from"): "own_council any_council",
    ("contacts", "assessment"): "phone visit trusted_assessor",
}
NOTES = {
    "vacancies": ("capacity_override_reason",),
    "business_continuity": ("status_note", "support_note"),
}
PEOPLE = {"contacts": ("registered_manager", "admissions_phone", "out_of_hours_phone", "reminder_emails")}
NOT_REPORTABLE = {"prices": WRITTEN["prices"].keys}
BED_TYPES = (
    "general_nursing general_residential dementia_nursing dementia_residential ld_nursing ld_residential "
    "mental_health_nursing mental_health_residential community_care transitional ypd"
)
