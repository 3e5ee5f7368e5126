"""Answers put in through the services, as a person would have given them, for tests that are about something else."""

from __future__ import annotations

from ctapp.clock import london_day
from ctapp.queries.current import standing_for, version_of
from ctapp.queries.directory import every_location, location_in
from ctapp.queries.facts import context_for
from ctapp.queries.question_sets import section_on
from ctapp.questions.answers import Filled, check_answers
from ctapp.questions.spec import rows_in
from ctapp.services.log import Author
from ctapp.services.submissions import submit
from tests import cast, factories

ROW = "dementia_nursing__long_term"
BEDS = {
    "admissions": "open",
    f"capacity__{ROW}": "12",
    f"occupied__{ROW}": "9",
    f"available__{ROW}": "2",
    f"reserved__{ROW}": "1",
    f"closed__{ROW}": "0",
    "short_stay_in_long_term_beds": "no",
}
PPE = {f"ppe_{kind}": "blue" for kind in ("aprons", "eye", "gloves", "masks", "sanitiser")}
CONTINUITY = {"overall_status": "green", "workforce_status": "green", "support_needed": "none", **PPE}
COVID = {"new_cases": "no", "residents_total": "0"}


def save(section, typed, *, at, cqc_id=cast.ROSEWOOD, by="rosewood_manager"):
    """Save a section of a location as somebody of the cast, signed in; flushes."""
    location = location_in(every_location(), cqc_id)
    published = section_on(section, london_day(at))
    stands = standing_for([location.id], [section]).get((location.id, section))
    context = context_for(
        location, published.section, stored=stands.answers if stands else {}, day=london_day(at), at=at
    )
    checked = check_answers(
        published.section,
        {name: [text] for name, text in typed.items()},
        context=context,
        rows=rows_in(published.section, typed),
    )
    assert not checked.errors, checked.errors
    author = Author(f"user:{factories.user_id(cast.PEOPLE[by].email)}", "web")
    filled = Filled(checked=checked, day=london_day(at), seen_version=version_of(location.id, section))
    return submit(location, published, filled, author=author, at=at)


def save_beds(*, at, cqc_id=cast.ROSEWOOD, by="rosewood_manager", **numbers):
    """Save beds: 12 for dementia nursing, 9 living here, 2 free, 1 held, unless told otherwise."""
    typed = BEDS | {f"{name}__{ROW}": str(number) for name, number in numbers.items()}
    return save("vacancies", typed, at=at, cqc_id=cqc_id, by=by)
