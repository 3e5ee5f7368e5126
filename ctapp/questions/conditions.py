"""A rule as the page's script can follow it: JSON of the few shapes that `assets/js/conditions.js` reads, or nothing."""

from __future__ import annotations

import ast
import json
from typing import Any

from ctapp.questions.rules import Rule
from ctapp.questions.spec import Section, field_name

_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class _Unreadable(Exception):
    pass


def condition_for_script(rule: Rule, section: Section, *, row_id: str = "") -> str:
    """Return a rule as JSON for the script, names of boxes filled in; empty when it reads more than boxes (facts, sums)."""
    try:
        return json.dumps(_shape(rule.tree, section, row_id), separators=(",", ":"))
    except _Unreadable:
        return ""


def _shape(node: ast.expr, section: Section, row_id: str) -> Any:
    match node:
        case ast.BoolOp(op=op, values=parts):
            word = "and" if isinstance(op, ast.And) else "or"
            return [word, *(_shape(part, section, row_id) for part in parts)]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ["not", _shape(operand, section, row_id)]
        case ast.Compare(left=left, ops=[ast.In()], comparators=[right]):
            return _within(left, right, section, row_id)
        case ast.Compare(left=left, ops=[ast.NotIn()], comparators=[right]):
            return ["not", _within(left, right, section, row_id)]
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=value)]):
            return [_SIGNS[type(op)], _box(name, section, row_id), value]
        case ast.Compare(left=ast.Constant(value=value), ops=[op], comparators=[ast.Name(id=name)]):
            return [_TURNED[_SIGNS[type(op)]], _box(name, section, row_id), value]
    raise _Unreadable


def _within(left: ast.expr, right: ast.expr, section: Section, row_id: str) -> Any:
    match left, right:
        case ast.Name(id=name), ast.Tuple(elts=items) | ast.List(elts=items):
            return ["in", _box(name, section, row_id), [_constant(item) for item in items]]
        case ast.Constant(value=value), ast.Name(id=name):
            return ["has", _box(name, section, row_id), value]
        case ast.Constant(value=value), ast.Tuple(elts=items) | ast.List(elts=items):
            boxes = [_box(item.id, section, row_id) for item in items if isinstance(item, ast.Name)]
            if len(boxes) == len(items):
                return ["or", *(["=", box, value] for box in boxes)]
    raise _Unreadable


def _constant(node: ast.expr) -> Any:
    if not isinstance(node, ast.Constant):
        raise _Unreadable
    return node.value


def _box(name: str, section: Section, row_id: str) -> str:
    question = section.question(name)
    if question is None:
        raise _Unreadable
    if question.grid and not row_id:
        raise _Unreadable
    return field_name(question, row_id) if question.grid else name
