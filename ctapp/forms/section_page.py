"""Drawing a section: the blocks of its page, from the declaration and what stands in the boxes. It checks nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctapp.forms.section_form import REASON, moves_of
from ctapp.forms.views import BlockView, DoubtView, ErrorView, FieldView, MoveView, OptionView, RunningView, drawable
from ctapp.questions.answers import Context, Doubted, Values, environment, field_environment, left_over, sides
from ctapp.questions.conditions import condition_for_script
from ctapp.questions.kinds import kind_of
from ctapp.questions.kinds.base import sentence_case
from ctapp.questions.rules import Env, holds
from ctapp.questions.spec import Check, Field, Grid, Question, Row, Section, field_name, fields_of
from ctapp.questions.words import fill, words_for

LONGEST_HIDDEN_LIST = 50


@dataclass(frozen=True)
class Drawing:
    """All that a page of a section is drawn from."""

    section: Section
    context: Context
    typed: Mapping[str, Sequence[str]]
    rows: Mapping[str, tuple[str, ...]]
    errors: Mapping[str, str]
    doubts: tuple[Doubted, ...] = ()
    reasons: Mapping[str, str] | None = None
    beside: Mapping[str, str] | None = None
    shows_setup: bool = False

    def values(self) -> Values:
        """What stands in the boxes, as far as it can be read."""
        fields = fields_of(self.section, self.context.provider_type, self.rows)
        found = {f.name: kind_of(f.question.kind).parse(self.typed.get(f.name, ()), f.question).value for f in fields}
        return {name: value for name, value in found.items() if value is not None}


def blocks(drawing: Drawing) -> tuple[BlockView, ...]:
    """Return the page's blocks in order: a block for each group of questions, and one for each row of a grid."""
    section, values = drawing.section, drawing.values()
    found: list[BlockView] = []
    pending: list[Field] = []
    for item in section.questions:
        if isinstance(item, Question):
            if drawing.context.provider_type not in item.asked_of:
                continue
            if pending and pending[-1].question.group != item.group:
                found.append(_group(drawing, pending, values))
                pending = []
            pending.append(Field(item.key, item))
            continue
        if pending:
            found.append(_group(drawing, pending, values))
            pending = []
        found.extend(
            _row(drawing, item, row, values) for row in item.rows() if row.id in drawing.rows.get(item.key, ())
        )
    if pending:
        found.append(_group(drawing, pending, values))
    return tuple(block for block in found if block.fields or block.row)


def error_views(section: Section, errors: Sequence[tuple[str, str]]) -> tuple[ErrorView, ...]:
    """Return the errors of the summary; a name that no field has stands without a link."""
    return tuple(ErrorView(field_id(name) if name else "", drawable(text)) for name, text in errors)


def _group(drawing: Drawing, fields: Sequence[Field], values: Values) -> BlockView:
    question = fields[0].question
    words = words_for(drawing.section, drawing.context.provider_type)
    env = environment(drawing.section, values, drawing.context)
    legend = fill(question.group, env, words=words, section=drawing.section) if question.group else ""
    keys = {f.question.key for f in fields}
    checks = [check for check in drawing.section.checks if not check.grid and check.at in keys and check.running]
    return BlockView(
        id=f"block-{question.key}",
        legend=sentence_case(legend),
        fields=_views(drawing, fields, values),
        runnings=tuple(_running(drawing, check, env, words, None) for check in checks),
    )


def _row(drawing: Drawing, grid: Grid, row: Row, values: Values) -> BlockView:
    section = drawing.section
    env = environment(section, values, drawing.context, row_id=row.id, grid=grid.key)
    words = words_for(section, drawing.context.provider_type)
    shown, fixed = [], []
    for column in grid.columns:
        name = field_name(column, row.id)
        text = (drawing.typed.get(name) or ("",))[0]
        # The number of beds is changed rarely: it stands in the legend, and its box is hidden until asked for.
        if column.is_setup and not drawing.shows_setup and name not in drawing.errors and text:
            fixed.append((name, drawable(text)))
        elif drawing.context.provider_type in column.asked_of:
            shown.append(Field(name, column, row))
    checks = [check for check in section.checks if check.grid == grid.key and check.running]
    legend = fill(grid.legend, env, words=words, section=section, row=row) if fixed else row.label
    return BlockView(
        id=f"row-{grid.key}-{row.id}",
        legend=sentence_case(legend),
        fields=_views(drawing, shown, values),
        row=row.id,
        fixed=tuple(fixed),
        runnings=tuple(_running(drawing, check, env, words, row) for check in checks),
        moves=tuple(
            MoveView(f"move:{s.key}:{row.id}:{take}:{give}", _move_label(grid, s.label, take, give, s.take, s.give))
            for s, take, give in moves_of(section, grid)
        ),
    )


def _move_label(grid: Grid, label: str, take: str, give: str, takes: Sequence[str], gives: Sequence[str]) -> str:
    names = {c.key: c.name_in_few_words for c in grid.columns}
    if len(takes) > 1:
        return f"{label}: was {names[take]}"
    return f"{label}: {names[give]}" if len(gives) > 1 else label


def _views(drawing: Drawing, fields: Sequence[Field], values: Values) -> tuple[FieldView, ...]:
    views = []
    for f in fields:
        rule = f.question.ask_if
        script = condition_for_script(rule, drawing.section, row_id=f.row.id if f.row else "") if rule else ""
        env = field_environment(drawing.section, f, values, drawing.context)
        is_asked = rule is None or holds(rule, env) is True
        # A condition that hangs on facts or sums is decided here, one that hangs on boxes by the script as well. A long
        # list (every council) that is not asked now would be most of the page: it comes once the answer calls for it.
        if is_asked or f.name in drawing.errors or (script and len(f.question.options) <= LONGEST_HIDDEN_LIST):
            views.append(_view(drawing, f, env, script))
    return tuple(views)


def _view(drawing: Drawing, f: Field, env: Env, script: str) -> FieldView:
    question, section = f.question, drawing.section
    words = words_for(section, drawing.context.provider_type)

    def said(text: str) -> str:
        return fill(text, env, words=words, section=section, row=f.row)

    typed = tuple(drawable(text) for text in drawing.typed.get(f.name, ()))
    kind = kind_of(question.kind)
    is_counted = question.kind == "count" and bool(f.row)
    short = said(question.name_in_few_words)
    row = f", {f.row.short[:1].lower()}{f.row.short[1:]}" if f.row else ""
    return FieldView(
        name=f.name,
        id=field_id(f.name),
        kind=question.kind,
        label=said(question.label),
        hint=said(question.hint),
        value=typed if kind.takes_many else (typed[0] if typed else ""),
        error=drawing.errors.get(f.name, ""),
        options=tuple(
            OptionView(o.key, said(o.label), said(o.hint), o.mark, o.key in typed, o.exclusive)
            for o in question.options
        ),
        beside=(drawing.beside or {}).get(f.name, ""),
        condition=script,
        asked=True,
        only_if=said(question.only_if) if question.ask_if is not None and script else "",
        optional=question.is_optional and question.required_if is None,
        width=_width(question),
        max_length=question.max_length if question.kind == "text" else 0,
        lines=question.maximum or 1 if question.kind == "email" else 1,
        legend_size="s" if f.row or question.group else "m",
        doubt=_doubt(drawing, f.name),
        steppers=is_counted and not question.is_setup,
        stepper_label=f"{short}{row}",
    )


def _doubt(drawing: Drawing, name: str) -> DoubtView | None:
    found = next((d for d in drawing.doubts if d.name == name and not d.suggest_only), None)
    if found is None:
        return None
    given = (drawing.reasons or {}).get(found.key, "")
    field_name_ = f"{REASON}{found.key}"
    return DoubtView(
        name=field_name_,
        id=field_id(field_name_),
        text=found.sentence,
        options=tuple(OptionView(r.key, r.label, r.hint, checked=r.key == given) for r in found.reasons),
        error=drawing.errors.get(field_name_, ""),
    )


def _running(drawing: Drawing, check: Check, env: Env, words: Mapping[str, str], row: Row | None) -> RunningView:
    running = check.running
    if running is None:
        raise ValueError(f"check {check.key} has no running sum")
    left, right = sides(check)
    over = left_over(check, env)
    sentences = {"exact": running.exact, "under": running.under, "over": running.over}
    text = ""
    if over is not None:
        state = "exact" if over == 0 else ("under" if over > 0 else "over")
        whole = env.values.get(right.text)
        extra = Env({**env.values, "left_over": over, "too_many": -over, "right": whole}, env.previous, env.rows)
        text = fill(sentences[state], extra, words=words, section=drawing.section, row=row)
    row_id = row.id if row else ""
    boxes: dict[str, Any] = {
        "parts": [_box_name(drawing.section, part.strip(), row_id) for part in left.text.split("+")],
        "whole": _box_name(drawing.section, right.text, row_id),
        **{state: _for_script(sentence, words, row) for state, sentence in sentences.items()},
    }
    return RunningView(f"sum-{check.key}-{row_id}".rstrip("-"), text, over == 0, json.dumps(boxes, ensure_ascii=False))


def _for_script(sentence: str, words: Mapping[str, str], row: Row | None) -> str:
    # The script fills {left_over}, {too_many}, {right} and {plural(…)} itself; the rest is filled here.
    for word, text in words.items():
        sentence = sentence.replace("{" + word + "}", text)
    return sentence.replace("{row}", row.short) if row else sentence


def _box_name(section: Section, key: str, row_id: str) -> str:
    question = section.question(key)
    return field_name(question, row_id) if question is not None and question.grid else key


def _width(question: Question) -> int:
    if question.maximum is not None and question.kind == "count":
        return max(3, len(str(question.maximum)))
    return {"count": 4, "number": 7, "money": 9, "percent": 5, "phone": 20}.get(question.kind, 0)


def field_id(name: str) -> str:
    """Return the id of a field on the page, from its name."""
    return "f-" + name.lstrip("_").replace("_", "-")
