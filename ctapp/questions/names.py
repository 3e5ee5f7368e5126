"""Checking that everything a section names is there: questions, grids, facts. Part of reading a section file."""

from __future__ import annotations

from collections.abc import Sequence

from ctapp.errors import BadSection
from ctapp.questions import rules
from ctapp.questions.spec import Section

COUNTS_OF_OUTBREAK = ("staff_confirmed", "residents_confirmed", "staff_symptomatic", "residents_symptomatic")


def unique_keys(keys: Sequence[str], where: str) -> None:
    """Raise BadSection when a key stands twice."""
    for key in keys:
        if keys.count(key) > 1:
            raise BadSection(f"{where} {key} stands twice")


def check_names(section: Section) -> None:
    """Raise BadSection when a rule, check, doubt or outbreak names a question or fact that there is not."""
    questions = section.all_questions()
    unique_keys([question.key for question in questions], "question")
    known = {question.key for question in questions if question.store != "people"}
    for where, rule in _rules(section):
        for name in sorted(rule.names()):
            plain = name.removeprefix("previous.")
            if (
                plain not in known
                and plain not in rules.FACTS
                and not (where.startswith("doubt each") and name in ("value", "last_value"))
            ):
                raise BadSection(f"{where}: unknown name {name}")
    for check in section.checks:
        if check.at not in known:
            raise BadSection(f"check {check.key}: at names no question: {check.at}")
        if check.grid and section.grid(check.grid) is None:
            raise BadSection(f"check {check.key}: no grid called {check.grid}")
    for doubt in section.doubts:
        if not doubt.each_kind and doubt.at not in known:
            raise BadSection(f"doubt {doubt.key}: at names no question: {doubt.at}")
    if section.outbreak is not None:
        for key in COUNTS_OF_OUTBREAK:
            if getattr(section.outbreak, key) not in known:
                raise BadSection(f"outbreak: {key} names no question: {getattr(section.outbreak, key)}")
    for question in questions:
        for zero in question.zero_when_no:
            if zero not in known:
                raise BadSection(f"question {question.key}: zero_when_no names no question: {zero}")


def _rules(section: Section) -> list[tuple[str, rules.Rule]]:
    found: list[tuple[str, rules.Rule | None]] = [
        ("confirm_unseen", section.confirm_unseen),
        ("asked_if", section.asked_if),
        ("open_if", section.open_if),
        *((f"question {q.key}: ask_if", q.ask_if) for q in section.all_questions()),
        *((f"question {q.key}: required_if", q.required_if) for q in section.all_questions()),
        *((f"check {c.key}", c.rule) for c in section.checks),
        *((f"doubt each {d.key}" if d.each_kind else f"doubt {d.key}", d.rule) for d in section.doubts),
        *((f"summary {n}", s.only_if) for n, s in enumerate((*section.summaries, *section.others_see), 1)),
    ]
    return [(where, rule) for where, rule in found if rule is not None]
