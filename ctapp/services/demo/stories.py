"""The stories that single homes play: an outbreak now, one that is over, no masks, silence, a home that has just joined.

Days are counted from the end: `left` is 0 on the last day of the history (yesterday), 1 the day before.
"""

from __future__ import annotations

from ctapp.services.demo.beds import BedRow, close_to_admissions, open_to_admissions
from ctapp.services.demo.state import PPE, HomeState

Cases = tuple[int, int, int, int]
NO_CASE: Cases = (0, 0, 0, 0)
ILL_FOR_DAYS = 10

# (residents, staff confirmed, residents, staff with symptoms), by days left, or by days since the history began.
_OUTBREAK_NOW: dict[int, Cases] = {
    16: (0, 0, 0, 1), 15: (0, 1, 0, 0), 13: (2, 0, 1, 0), 11: (3, 1, 0, 0), 9: (1, 0, 2, 1), 6: (1, 0, 0, 0), 4: (0, 1, 0, 0),
}  # fmt: skip
_OUTBREAK_OVER: dict[int, Cases] = {
    2: (1, 0, 0, 0),
    3: (2, 1, 0, 0),
    5: (1, 0, 1, 0),
    8: (0, 2, 0, 0),
    10: (1, 0, 0, 0),
}
OVER_NEEDS_DAYS = max(_OUTBREAK_OVER) + 29 + 5
REOPENS_AFTER = 14


def cases_on(story: str, *, left: int, length: int) -> Cases:
    """Return the new cases of a day; a history too short to show a recovery has none of the outbreak that is over."""
    if story == "outbreak":
        return _OUTBREAK_NOW.get(left, NO_CASE)
    if story == "recovered" and length >= OVER_NEEDS_DAYS:
        return _OUTBREAK_OVER.get(length - 1 - left, NO_CASE)
    return NO_CASE


def last_visit(story: str) -> int:
    """Return how many days before the end a home was last updated: 0 for most."""
    if story.startswith("stale_"):
        return int(story.removeprefix("stale_")) - 1
    return 1 if story == "day_before" else 0


def first_visit(story: str, *, length: int) -> int:
    """Return how many days before the end a home's history begins: a new one joined when a third was left."""
    return length // 3 if story == "new" else length - 1


def happen(state: HomeState, *, left: int, length: int) -> set[str]:
    """Let a home's story go on for a day and return the sections that changed by it."""
    act = _ACTS.get(state.home.story)
    return act(state, left, length) if act else set()


def _rosewood(state: HomeState, left: int, length: int) -> set[str]:
    state.ppe = dict.fromkeys(PPE, "blue")
    state.overall = state.workforce = "green"
    state.note = ""
    changed = set()
    general = state.beds.rows["general_nursing__long_term"]
    if left <= 10 and not general.is_frozen:
        state.beds.rows["general_nursing__long_term"] = BedRow(12, 9, closed=3, reason="refurbishment", is_frozen=True)
        changed.add("vacancies")
    if left == 0:
        state.beds.rows["dementia_nursing__long_term"] = BedRow(12, 9, reserved=1, available=2)
        changed.add("vacancies")
    return changed


def _outbreak(state: HomeState, left: int, length: int) -> set[str]:
    if left > 15:
        return set()
    if state.beds.admissions == "open" and left <= 13:
        close_to_admissions(state.beds, reason="infection_control")
        state.staff["care"].absent_covid = 4
        state.support, state.support_note = ("staffing", "testing"), "Two carers for nights until the end of next week."
    state.overall = state.workforce = "red" if 9 <= left <= 12 else "amber"
    state.note = "An outbreak on one floor. Staff work on one floor only, and shifts are covered by the group."
    return {"vacancies", "business_continuity"} if left in (13, 12, 8) else set()


def _recovered(state: HomeState, left: int, length: int) -> set[str]:
    gone = length - 1 - left
    if length < OVER_NEEDS_DAYS:
        return set()
    if gone == min(_OUTBREAK_OVER) + 1:
        close_to_admissions(state.beds, reason="infection_control")
        return {"vacancies"}
    if gone == max(_OUTBREAK_OVER) + REOPENS_AFTER:
        open_to_admissions(state.beds)
        return {"vacancies"}
    return set()


def _ppe_red(state: HomeState, left: int, length: int) -> set[str]:
    if left > 2:
        return set()
    state.ppe |= {"masks": "red", "gloves": "amber"}
    state.support, state.support_note = ("ppe",), "Fluid-resistant masks and gloves for two weeks, medium and large."
    state.overall, state.note = "amber", "Masks will run out tomorrow. The supplier has put off delivery twice."
    return {"business_continuity"}


def _more_than_registered(state: HomeState, left: int, length: int) -> set[str]:
    state.beds.override_reason = "A former staff room has become a bedroom. The change of registration is on its way."
    return set()


def _designated(state: HomeState, left: int, length: int) -> set[str]:
    if state.chance.random() > 0.35:
        return set()
    state.designated_occupied = min(10, max(2, state.designated_occupied + state.chance.choice((-1, 1))))
    return {"designated"}


def _learning_disability(state: HomeState, left: int, length: int) -> set[str]:
    for row_id in state.beds.rows:
        state.beds.also_takes[row_id] = ["mental_health_residential"]
    return set()


_ACTS = {
    "rosewood": _rosewood,
    "outbreak": _outbreak,
    "recovered": _recovered,
    "ppe_red": _ppe_red,
    "more_than_registered": _more_than_registered,
    "designated": _designated,
    "learning_disability": _learning_disability,
}
