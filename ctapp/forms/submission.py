"""Trying to fill in a section from a posted form: what to save, or every error and question that stands in the way. No write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from ctapp.forms.section_form import CHOOSE, REASON, Posted, texts_of, unanswered_doubts
from ctapp.queries.opening import DAYS_BACK, Opened
from ctapp.questions.answers import CHANGE_IT, Checked, Filled, check_answers, load_values
from ctapp.questions.describe import Difference, differences
from ctapp.questions.spec import Section


@dataclass(frozen=True)
class Attempt:
    """What became of a posted form: `filled` to be saved, or errors (name, sentence) and the doubts to answer."""

    posted: Posted
    checked: Checked | None = None
    filled: Filled | None = None
    errors: tuple[tuple[str, str], ...] = ()
    conflict: tuple[Difference, ...] = ()
    is_only_checked: bool = False


def attempt(opened: Opened, posted: Posted) -> Attempt:
    """Return what a posted form comes to.

    Order: the form itself (unknown names), the day, a conflict to settle, the answers' rules, the doubts.
    """
    section = opened.section
    if posted.controls.get("_conflict"):
        posted, unsettled = _settle(opened, posted)
        if unsettled:
            return Attempt(posted, errors=unsettled, conflict=conflict_of(opened, posted))
    problems = (
        tuple(("", problem) for problem in posted.problems)
        + _day_problems(opened, posted)
        + _act_problems(posted)
        + _later_problems(opened, posted)
    )
    if posted.version is None:
        problems += (("", "This page is too old to be saved. Reload it: what you typed stays if you go back"),)
    checked = check_answers(section, posted.typed, context=opened.context, rows=posted.rows)
    errors = problems + checked.errors + _empty_grids(section, posted)
    if errors or posted.act == "check":
        return Attempt(posted, checked, errors=errors, is_only_checked=posted.act == "check" and not errors)
    doubtful = _doubt_errors(checked, posted)
    if doubtful:
        return Attempt(posted, checked, errors=doubtful)
    filled = Filled(
        checked=checked,
        day=opened.day,
        seen_version=posted.version,
        form_key=posted.controls.get("_form_key", "")[:80],
        reasons=posted.reasons,
        correct_later=opened.later_days if posted.controls.get("_later") == "1" else (),
    )
    return Attempt(posted, checked, filled)


def conflict_of(opened: Opened, posted: Posted) -> tuple[Difference, ...]:
    """Return the answers in which the last saved ones and those typed differ.

    Source: screens.md, 9.
    """
    theirs = load_values(opened.section, opened.last_answers)
    checked = check_answers(opened.section, posted.typed, context=opened.context, rows=posted.rows)
    return differences(opened.section, theirs, checked.values, opened.context)


def _settle(opened: Opened, posted: Posted) -> tuple[Posted, tuple[tuple[str, str], ...]]:
    # For each answer that differs the person chose theirs or yours; theirs is put in the place of what was typed.
    theirs = texts_of(opened.section, load_values(opened.section, opened.last_answers))
    typed, unsettled = dict(posted.typed), []
    for difference in conflict_of(opened, posted):
        chosen = posted.choices.get(difference.name, "")
        if chosen not in ("theirs", "yours"):
            question = difference.question[:1].lower() + difference.question[1:]
            unsettled.append((f"{CHOOSE}{difference.name}", f"Choose which answer is right for {question}"))
        elif chosen == "theirs":
            typed[difference.name] = theirs.get(difference.name, ())
    return replace(posted, typed=typed if not unsettled else posted.typed), tuple(unsettled)


def _act_problems(posted: Posted) -> tuple[tuple[str, str], ...]:
    if posted.act in ("save", "home", "check"):
        return ()
    return (("", "This page does not know the button that was pressed. Nothing was saved"),)


def _later_problems(opened: Opened, posted: Posted) -> tuple[tuple[str, str], ...]:
    # The days were there when the page was drawn; a correction sent since has cut them off from this day.
    if posted.controls.get("_later") != "1" or opened.later_days:
        return ()
    return (
        ("", "The later days no longer follow this day, so they were not corrected. Correct each of them on its own"),
    )


def is_recent_day(text: str, *, today: date) -> bool:
    """Return whether a text is the ISO form of today or one of the last seven days."""
    return text in {(today - timedelta(days=n)).isoformat() for n in range(DAYS_BACK + 1)}


def _day_problems(opened: Opened, posted: Posted) -> tuple[tuple[str, str], ...]:
    day = posted.controls.get("_day")
    if day == "earlier":
        if not is_recent_day(posted.controls.get("_earlier", ""), today=opened.today):
            return (("_earlier", "Choose the earlier day"),)
    elif day is not None and not is_recent_day(day, today=opened.today):
        return (("_day", "Choose which day this is for"),)
    return ()


def _empty_grids(section: Section, posted: Posted) -> tuple[tuple[str, str], ...]:
    return tuple(
        ("", f"{grid.choose_label} Choose at least one") for grid in section.grids() if not posted.rows.get(grid.key)
    )


def _doubt_errors(checked: Checked, posted: Posted) -> tuple[tuple[str, str], ...]:
    missing = set(unanswered_doubts(checked, posted.reasons))
    errors = []
    for doubt in checked.doubts:
        if doubt.key in missing:
            errors.append((f"{REASON}{doubt.key}", f"Choose an answer: {doubt.sentence}"))
        elif posted.reasons.get(doubt.key) == CHANGE_IT:
            errors.append((doubt.name, "Change this answer, or say that it is right"))
    return tuple(errors)
