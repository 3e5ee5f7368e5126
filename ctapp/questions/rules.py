"""Rules: short expressions that a board member can read, parsed by Python's own `ast` with a closed list of nodes. Never eval.

`=` means equals. A blank or unknown name makes a comparison unknown (None), never false: a missing answer has its own error.
`sum(…)`, `any(…)`, `all(…)` and `count(…)` look over the rows of a grid.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from ctapp.errors import BadSection

Value = Any
MAX_LENGTH = 500
MAX_DEPTH = 100
ROW_FUNCTIONS = frozenset({"sum", "any", "all", "count"})
PLAIN_FUNCTIONS = frozenset({"abs", "max", "min", "same", "answered", "plural"})
FACTS = frozenset(
    {
        "outbreak_ongoing",
        "unchanged_days",
        "fund_open",
        "in_season",
        "designated_stage",
        "staff_per_bed",
        "lead_specialism",
        "registered_beds",
        "provider_type",
        "campaign_open",
        "open_support_needs",
        "reserved_days",
        "staff_absent_share",
    }
)
_OPERATORS: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: None if b == 0 else Decimal(a) / Decimal(b),
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Eq: lambda a, b: bool(a == b),
    ast.NotEq: lambda a, b: bool(a != b),
    ast.Lt: lambda a, b: bool(a < b),
    ast.LtE: lambda a, b: bool(a <= b),
    ast.Gt: lambda a, b: bool(a > b),
    ast.GtE: lambda a, b: bool(a >= b),
    ast.In: lambda a, b: a in _listed(b),
    ast.NotIn: lambda a, b: a not in _listed(b),
}
_QUOTED_OR_EQUALS = re.compile(r"""'[^']*'|"[^"]*"|(?<![<>!=:])=(?!=)""")
_MANY = range(1, MAX_LENGTH)
_TAKES = dict.fromkeys(ROW_FUNCTIONS | {"abs"}, range(1, 2)) | {"plural": range(3, 4)}


@dataclass(frozen=True)
class Rule:
    """A parsed rule; equal when its text is."""

    text: str

    @property
    def tree(self) -> ast.expr:
        """The checked expression."""
        return _parsed(self.text)

    def names(self) -> frozenset[str]:
        """Return every name the rule reads, `previous.<key>` as written."""
        return _names_in(self.text)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Env:
    """What a rule reads: answers and facts by name, rows of grids, and the last answers as `previous`."""

    values: Mapping[str, Value]
    previous: Mapping[str, Value]
    rows: tuple[Mapping[str, Value], ...] = ()


_cache: dict[str, ast.expr] = {}


def parse(text: str, *, where: str = "rule") -> Rule:
    """Return the rule that a text holds.

    Errors: BadSection with `where` and the column, when the text is not an expression of the closed list.
    """
    try:
        _parsed(text)
    except SyntaxError as error:
        raise BadSection(f"{where}: column {_column(text, error.offset or 1)}: {error.msg}: {text}") from None
    return Rule(text)


def holds(rule: Rule, env: Env) -> bool | None:
    """Return whether a rule is true, false, or (None) cannot be told because an answer is missing."""
    found = evaluate(rule, env)
    return None if found is None else bool(found)


def evaluate(rule: Rule, env: Env) -> Value:
    """Return the value of a rule's expression; None when an answer it needs is missing."""
    return _value(rule.tree, env)


@cache
def _names_in(text: str) -> frozenset[str]:
    return frozenset(_names(_parsed(text)))


def _parsed(text: str) -> ast.expr:
    tree = _cache.get(text)
    if tree is None:
        tree = _cache[text] = _read(text)
    return tree


def _read(text: str) -> ast.expr:
    if len(text) > MAX_LENGTH:
        raise _wrong(f"longer than {MAX_LENGTH} characters", 0)
    # One line, so that a place is a column. A comment or an escape would make a rule read otherwise than it is written.
    line = re.sub(r"\s", " ", text)
    if banned := re.search(r"[#\\]", line):
        raise _wrong(f"{banned[0]} may not stand here", banned.start())
    source = _QUOTED_OR_EQUALS.sub(lambda found: "==" if found[0] == "=" else found[0], line)
    start = len(source) - len(source.lstrip())
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except SyntaxError as error:
        # Python says 0 where the text ends too early.
        raise _wrong(error.msg, start + (error.offset or len(source.strip()) + 1) - 1) from None
    except (ValueError, RecursionError, MemoryError):
        raise _wrong("cannot be read", 0) from None
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        for node in level:
            if reason := _reason_against(node):
                raise _wrong(reason, start + _place(node, source.strip()))
        level = [child for node in level for child in ast.iter_child_nodes(node) if not isinstance(child, _PARTS)]
    if level:
        raise _wrong("too deep: make it shorter", 0)
    return tree


def _wrong(reason: str, offset: int) -> SyntaxError:
    return SyntaxError(reason, (None, 1, offset + 1, None))


def _column(text: str, offset: int) -> int:
    # Each `=` before the place became `==`, one character longer than what the author wrote.
    for match in _QUOTED_OR_EQUALS.finditer(re.sub(r"\s", " ", text)):
        if match[0] == "=" and match.start() + 1 < offset:
            offset -= 1
    return min(max(offset, 1), len(text) + 1)


# Operators and the like have no place of their own: they are judged with the node that holds them.
_PARTS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
_ALLOWED = (ast.BoolOp, ast.UnaryOp, ast.Compare, ast.BinOp, ast.Name, ast.Constant, ast.Call, ast.Tuple, ast.List)


def _reason_against(node: ast.AST) -> str:
    match node:
        case ast.Attribute(value=ast.Name(id="previous"), attr=key):
            return "" if not key.startswith("_") else "a key does not begin with _"
        case ast.Attribute():
            return "only previous.<key> may have a dot"
        case ast.BinOp(op=op) if type(op) not in _OPERATORS:
            return f"{type(op).__name__} is not allowed"
        case ast.UnaryOp(op=op) if not isinstance(op, ast.Not | ast.USub):
            return f"{type(op).__name__} is not allowed"
        case ast.Compare(ops=ops) if wrong := [op for op in ops if type(op) not in _COMPARISONS]:
            return f"{type(wrong[0]).__name__} is not allowed"
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name in ROW_FUNCTIONS | PLAIN_FUNCTIONS:
            return _reason_against_call(name, node.args)
        case ast.Call(func=ast.Name(id=name)):
            return f"{name} is not a known function"
        case ast.Call():
            return "this is not a known function"
        case ast.Constant(value=bool()):
            return "write 'yes' or 'no' in quotes"
        case ast.Constant(value=value) if not isinstance(value, int | float | str):
            return "only numbers and words in quotes may stand here"
    return "" if isinstance(node, _ALLOWED) else f"{type(node).__name__} is not allowed"


def _reason_against_call(name: str, args: list[ast.expr]) -> str:
    takes = _TAKES.get(name, _MANY)
    if len(args) not in takes:
        return f"{name} takes {takes[0]} {'value' if takes[0] == 1 else 'values'}"
    if name not in ROW_FUNCTIONS:
        return ""
    # Inside a row there are no rows to look over; and rows over rows over rows would never end.
    inner = [part.id for arg in args for part in ast.walk(arg) if isinstance(part, ast.Name)]
    nested = [word for word in inner if word in ROW_FUNCTIONS]
    return f"{nested[0]} cannot stand inside {name}" if nested else ""


def _place(node: ast.AST, source: str) -> int:
    # The tree counts bytes, an author counts characters. An operator stands behind what is on its left.
    if isinstance(node, ast.BinOp | ast.Compare):
        before = source.encode()[: node.left.end_col_offset].decode()
        after = source[len(before) :]
        return len(source) - len(after.lstrip(" )"))
    return len(source.encode()[: getattr(node, "col_offset", 0)].decode())


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        yield f"previous.{node.attr}"
        return
    if isinstance(node, ast.Name):
        yield node.id
    for field, child in ast.iter_fields(node):
        if isinstance(node, ast.Call) and field == "func":
            continue
        for item in child if isinstance(child, list) else [child]:
            if isinstance(item, ast.AST):
                yield from _names(item)


def _value(node: ast.expr, env: Env) -> Value:
    match node:
        case ast.Constant(value=value):
            return _exact(value)
        case ast.Name(id=name):
            return _exact(env.values.get(name))
        case ast.Attribute(attr=name):
            return _exact(env.previous.get(name))
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(_value(item, env) for item in items)
        case ast.UnaryOp(op=op, operand=operand):
            value = _value(operand, env)
            if isinstance(op, ast.Not):
                return None if value is None else not value
            return -value if _is_number(value) else None
        case ast.BinOp(left=left, op=binary, right=right):
            return _both(_OPERATORS[type(binary)], _number(_value(left, env)), _number(_value(right, env)))
        case ast.BoolOp(op=ast.And(), values=parts):
            return _kleene([_value(part, env) for part in parts], stops_at=False)
        case ast.BoolOp(values=parts):
            return _kleene([_value(part, env) for part in parts], stops_at=True)
        case ast.Compare(left=left, ops=ops, comparators=rights):
            values = [_value(left, env), *(_value(right, env) for right in rights)]
            pairs = zip(ops, values, values[1:], strict=False)
            return _kleene([_both(_COMPARISONS[type(op)], a, b) for op, a, b in pairs], stops_at=False)
        case ast.Call(func=ast.Name(id=name), args=args):
            return _over_rows(name, args, env) if name in ROW_FUNCTIONS else _plain(name, args, env)
    raise BadSection(f"cannot read {ast.dump(node)}")


def _exact(value: Value) -> Value:
    # 0.66 is 0.66 in a rule: a binary fraction would compare unequal to it.
    return Decimal(str(value)) if isinstance(value, float) else value


def _is_number(value: Value) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _number(value: Value) -> Value:
    # Words are not reckoned with: 'a' * 1000000000 would fill the memory.
    return value if _is_number(value) else None


def _listed(value: Value) -> Value:
    if not isinstance(value, tuple | list | set | frozenset):
        raise TypeError("only a list can hold an answer")
    return value


def _both(act: Callable[[Value, Value], Value], left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    try:
        return act(left, right)
    except (TypeError, ArithmeticError):
        return None


def _kleene(values: list[Value], *, stops_at: bool) -> bool | None:
    if any(value is not None and bool(value) is stops_at for value in values):
        return stops_at
    return None if any(value is None for value in values) else not stops_at


def _over_rows(name: str, args: list[ast.expr], env: Env) -> Value:
    values = [_value(args[0], Env({**env.values, **row}, env.previous)) for row in env.rows] if args else []
    known = [value for value in values if value is not None]
    if name == "sum":
        numbers = [value for value in known if _is_number(value)]
        return sum(numbers) if numbers or not values else None
    if name == "count":
        return sum(1 for value in known if value)
    return _kleene(values, stops_at=name == "any")


def _plain(name: str, args: list[ast.expr], env: Env) -> Value:
    values = [_value(arg, env) for arg in args]
    if name == "answered":
        return all(value not in (None, "", ()) for value in values)
    if name == "same":
        return None if None in values else all(value == values[0] for value in values)
    if None in values:
        return None
    if name == "plural":
        return values[1] if values[0] == 1 else values[2]
    if not all(_is_number(value) for value in values):
        return None
    if name == "abs":
        return abs(values[0])
    return max(values) if name == "max" else min(values)
