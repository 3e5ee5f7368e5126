"""Checking what was typed into a section: kinds, conditions, hard rules, soft rules. One function for forms, imports and the API.

0, blank and not asked stay three things: a hidden question has no value, whatever was typed into it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ctapp.questions import rules
from ctapp.questions.kinds import kind_of
from ctapp.questions.kinds.base import sentence_case
from ctapp.questions.spec import Check, Doubt, Field, Option, Question, Section, field_name, fields_of, rows_in
from ctapp.questions.words import fill, words_for

Value = Any
Values = Mapping[str, Value]
MOST_DOUBTS = 2
CHANGE_IT = "wrong"


@dataclass(frozen=True)
class Context:
    """What the rules may know besides the answers: the provider type, named facts, the last answers, reasons still held."""

    provider_type: str
    facts: Values = field(default_factory=dict)
    row_facts: Mapping[str, Values] = field(default_factory=dict)
    previous: Values = field(default_factory=dict)
    held_reasons: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Doubted:
    """A soft rule that holds: the field it stands at, its sentence and the reasons to choose from."""

    key: str
    name: str
    sentence: str
    reasons: tuple[Option, ...]
    suggest_only: bool = False


@dataclass(frozen=True)
class Checked:
    """What a set of typed answers comes to. `values` holds the asked and answered ones, kinds' values, never a hidden one."""

    fields: tuple[Field, ...]
    values: Values
    asked: frozenset[str]
    errors: tuple[tuple[str, str], ...]
    doubts: tuple[Doubted, ...]

    @property
    def stored(self) -> dict[str, Any]:
        """The answers as the log keeps them: JSON, without notes, people and gates."""
        return store_values(self.fields, self.values, "answers")

    @property
    def notes(self) -> dict[str, Any]:
        """The free text, kept apart because it alone may be erased."""
        return store_values(self.fields, self.values, "note")

    @property
    def people(self) -> dict[str, Any]:
        """Details of persons, kept in the people tables."""
        return store_values(self.fields, self.values, "people")


@dataclass(frozen=True)
class Filled:
    """A section as it was filled in: the checked answers, the day they are for, the version seen, the reasons given.

    `form_key` makes a double click or a resend the same save; `later_days` are confirmations to correct along.
    """

    checked: Checked
    day: date
    seen_version: int | None
    form_key: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    correct_later: tuple[date, ...] = ()


def check_answers(
    section: Section,
    typed: Mapping[str, Sequence[str]],
    *,
    context: Context,
    rows: Mapping[str, tuple[str, ...]],
    is_lenient: bool = False,
) -> Checked:
    """Return the values, errors and doubts of what was typed into a section.

    `typed` maps flat names to the texts sent; `rows` the grids' rows; `is_lenient` is for imports: notes may be missing.
    Source: sections.md; flows.md, "Updating signed in".
    """
    fields = fields_of(section, context.provider_type, rows)
    parsed = {f.name: kind_of(f.question.kind).parse(typed.get(f.name, ()), _named(f, fields)) for f in fields}
    values = {name: found.value for name, found in parsed.items()}
    if is_lenient:
        values |= _gates_of(fields, values)
    asked = _asked(section, fields, values, context)
    values = {name: value if name in asked else None for name, value in values.items()}
    for f in fields:
        if f.name in asked and values[f.name] == "no":
            values.update({zero: 0 for zero in f.question.zero_when_no if zero in values})
    errors: list[tuple[str, str]] = []
    for f in fields:
        if f.name not in asked:
            continue
        if parsed[f.name].error:
            errors.append((f.name, _filled(section, parsed[f.name].error, f, values, context)))
        elif values[f.name] is None and _is_required(section, f, values, context, is_lenient=is_lenient):
            errors.append(
                (f.name, _filled(section, kind_of(f.question.kind).unanswered(f.question), f, values, context))
            )
    errors.extend(_broken_rules(section, fields, values, context, already={name for name, _ in errors}))
    kept = {name: value for name, value in values.items() if value is not None}
    doubts = () if errors else tuple(_doubted(section, fields, kept, context))
    order = {f.name: place for place, f in enumerate(fields)}
    errors.sort(key=lambda error: order.get(error[0], 0))
    return Checked(fields, kept, asked, tuple(errors), doubts)


def load_values(section: Section, stored: Mapping[str, Any]) -> dict[str, Value]:
    """Return the values of stored answers; names that this version of the section does not know are left out."""
    rows = rows_in(section, stored)
    known = {f.name: f for provider_type in section.asked_of for f in fields_of(section, provider_type, rows)}
    return {name: kind_of(known[name].question.kind).load(value) for name, value in stored.items() if name in known}


def store_values(fields: Sequence[Field], values: Values, store: str) -> dict[str, Any]:
    """Return those values that belong in one store, as JSON, in page order."""
    return {
        f.name: kind_of(f.question.kind).store(values[f.name])
        for f in fields
        if f.question.store == store and values.get(f.name) is not None
    }


def environment(section: Section, values: Values, context: Context, *, row_id: str = "", grid: str = "") -> rules.Env:
    """Return what a rule reads: every value and fact and, inside a row, the row's own values under their plain keys."""
    rows = tuple(
        {c.key: values.get(field_name(c, row)) for c in g.columns} | {"row": row}
        for g in section.grids()
        for row in rows_in(section, values).get(g.key, ())
    )
    known: dict[str, Value] = {**context.facts, "provider_type": context.provider_type, **values}
    previous = dict(context.previous)
    if row_id:
        columns = next(g.columns for g in section.grids() if g.key == grid)
        known |= {c.key: values.get(field_name(c, row_id)) for c in columns} | dict(context.row_facts.get(row_id, {}))
        previous |= {c.key: previous.get(field_name(c, row_id)) for c in columns}
    return rules.Env(known, previous, rows)


def field_environment(section: Section, f: Field, values: Values, context: Context) -> rules.Env:
    """Return what a rule reads that stands at a field."""
    return environment(section, values, context, row_id=f.row.id if f.row else "", grid=f.question.grid)


def is_confirmable(section: Section, values: Values, context: Context) -> bool:
    """Return whether these answers may be confirmed unseen, by one button or link.

    Source: sections.md, the table's last column.
    """
    rule = section.confirm_unseen
    return rule is not None and rules.holds(rule, environment(section, values, context)) is True


def _named(f: Field, fields: Sequence[Field]) -> Question:
    # With several rows on the page an error names its row: "Free now, dementia nursing must be a whole number".
    if f.row is None or len({other.row.id for other in fields if other.row is not None}) < 2:
        return f.question
    return replace(f.question, short=f"{f.question.name_in_few_words}, {f.row.short[:1].lower()}{f.row.short[1:]}")


def _gates_of(fields: Sequence[Field], values: Values) -> dict[str, Value]:
    # A flat file holds the counts that a gate opens, never the gate: counts that were sent mean that it stood open.
    return {
        f.name: "yes"
        for f in fields
        if f.question.zero_when_no and any(values.get(zero) is not None for zero in f.question.zero_when_no)
    }


def _asked(section: Section, fields: Sequence[Field], values: Values, context: Context) -> frozenset[str]:
    # A condition may hang on an answer that is itself hidden: repeat until nothing changes (each round hides one at least).
    shown = {f.name for f in fields}
    for _ in range(len(fields) + 1):
        seen = {name: value for name, value in values.items() if name in shown}
        now = {f.name for f in fields if _condition_holds(section, f, seen, context)}
        if now == shown:
            break
        shown = now
    return frozenset(shown)


def _condition_holds(section: Section, f: Field, values: Values, context: Context) -> bool:
    rule = f.question.ask_if
    return rule is None or rules.holds(rule, field_environment(section, f, values, context)) is True


def _is_required(section: Section, f: Field, values: Values, context: Context, *, is_lenient: bool) -> bool:
    question = f.question
    if question.required_if is not None:
        return rules.holds(question.required_if, field_environment(section, f, values, context)) is True
    if is_lenient and question.store != "answers":
        return False
    return not question.is_optional


def _broken_rules(
    section: Section, fields: Sequence[Field], values: Values, context: Context, *, already: set[str]
) -> list[tuple[str, str]]:
    errors = []
    names = {f.name: f for f in fields}
    for check in section.checks:
        for row_id in _rows_of(check, section, fields):
            at = names.get(field_name(_question(section, check.at), row_id))
            if at is None or at.name in already:
                continue
            env = environment(section, values, context, row_id=row_id, grid=check.grid)
            if rules.holds(check.rule, env) is False:
                errors.append((at.name, _filled(section, check.sentence, at, values, context)))
                already.add(at.name)
    return errors


def _rows_of(item: Check | Doubt, section: Section, fields: Sequence[Field]) -> tuple[str, ...]:
    if not item.grid:
        return ("",)
    return tuple(dict.fromkeys(f.row.id for f in fields if f.row is not None and f.question.grid == item.grid))


def _question(section: Section, key: str) -> Question:
    return next(question for question in section.all_questions() if question.key == key)


def _doubted(section: Section, fields: Sequence[Field], values: Values, context: Context) -> list[Doubted]:
    found: list[Doubted] = []
    for doubt in section.doubts:
        places = _places(doubt, section, fields)
        for f in places:
            key = f"{doubt.key}__{f.name}"
            if key in context.held_reasons or len(found) >= MOST_DOUBTS or f.name not in values:
                continue
            env = field_environment(section, f, values, context)
            own = {"value": values[f.name], "last_value": context.previous.get(f.name)}
            env = rules.Env({**env.values, **own}, env.previous, env.rows)
            if rules.holds(doubt.rule, env) is not True:
                continue
            words = words_for(section, context.provider_type)
            label = sentence_case(fill(f.question.name_in_few_words, env, words=words, row=f.row)) + (
                f", {f.row.short[:1].lower()}{f.row.short[1:]}" if f.row else ""
            )
            sentence = fill(doubt.sentence, env, words={**words, "label": label}, section=section, row=f.row)
            found.append(Doubted(key, f.name, sentence, doubt.reasons, doubt.suggest_only))
    return found


def _places(doubt: Doubt, section: Section, fields: Sequence[Field]) -> list[Field]:
    if doubt.each_kind:
        return [f for f in fields if f.question.kind == doubt.each_kind]
    return [f for f in fields if f.question.key == doubt.at]


def _filled(section: Section, text: str, f: Field, values: Values, context: Context) -> str:
    env = field_environment(section, f, values, context)
    return fill(text, env, words=words_for(section, context.provider_type), section=section, row=f.row)


def left_over(check: Check, env: rules.Env) -> Decimal | int | None:
    """Return right side minus left side of a check that is an equation, for the running sum; None when not all is typed."""
    left, right = sides(check)
    total, whole = rules.evaluate(left, env), rules.evaluate(right, env)
    return None if total is None or whole is None else whole - total


def sides(check: Check) -> tuple[rules.Rule, rules.Rule]:
    """Return the two sides of a check that is an equation (`parts = whole`)."""
    left, _, right = check.rule.text.rpartition("=")
    return rules.parse(left.strip()), rules.parse(right.strip())
