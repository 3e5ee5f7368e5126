"""The rule language against a slow reading of its own, the columns of its errors, and texts that try to be more than a rule.

Whether a shipped rule says what it should is tested with the sections (tests/declarations).
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctapp.errors import BadSection
from ctapp.questions.rules import MAX_LENGTH, Env, Rule, evaluate, holds, parse

EMPTY = Env({}, {})

# --- A slow reading: rules as nested tuples, printed as text, and told by a walk that knows nothing of `ast`. ---------

NUMBERS = ("beds", "free", "held", "gone")
WORDS = ("status", "reason")
FLAGS = ("is_open", "is_late")
DIVISORS = (0, 1, 2, 4, 5, 8, 10)
COMPARE = {
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def written(node):
    """Return the rule text of a tree; brackets only where the tree needs them or asks for them."""
    match node:
        case ("number", value):
            return str(value)
        case ("word", value):
            return f"'{value}'"
        case ("name", name):
            return name
        case ("previous", name):
            return f"previous.{name}"
        case ("minus", part):
            return f"-({written(part)})"
        case ("reckon", op, left, right):
            return f"({written(left)}) {op} ({written(right)})"
        case ("compare", first, *pairs):
            return " ".join([f"({written(first)})", *(f"{op} ({written(part)})" for op, part in pairs)])
        case ("in", negated, part, items):
            return f"({written(part)}) {'not ' * negated}in ({', '.join(map(written, items))},)"
        case ("not", part):
            return f"not ({written(part)})"
        case ("and" | "or" as op, *parts):
            return f" {op} ".join(f"({written(part)})" for part in parts)
        case ("call", name, *parts):
            return f"{name}({', '.join(map(written, parts))})"
    raise AssertionError(node)


def told(node, values, previous, rows):
    """Return the value of a tree, numbers as fractions, None where a missing answer leaves it open."""

    def of(part, values=values):
        return told(part, values, previous, rows)

    match node:
        case ("number", value):
            return Fraction(value)
        case ("word", value):
            return value
        case ("name", name):
            return exact(values.get(name))
        case ("previous", name):
            return exact(previous.get(name))
        case ("minus", part):
            return None if of(part) is None else -of(part)
        case ("reckon", op, left, right):
            a, b = of(left), of(right)
            if a is None or b is None or (op == "/" and b == 0):
                return None
            return {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else None}[op]
        case ("compare", first, *pairs):
            return kleene_and(
                compared(op, of(left), of(part))
                for left, (op, part) in zip([first, *(p for _, p in pairs)], pairs, strict=False)
            )
        case ("in", negated, part, items):
            value = of(part)
            return None if value is None else (value in [of(item) for item in items]) != negated
        case ("not", part):
            return opposite(of(part))
        case ("and", *parts):
            return kleene_and(map(of, parts))
        case ("or", *parts):
            return opposite(kleene_and(opposite(of(part)) for part in parts))
        case ("call", "sum" | "count" | "any" | "all" as name, part):
            found = [of(part, {**values, **row}) for row in rows]
            if name == "sum":
                known = [value for value in found if value is not None]
                return sum(known) if known or not found else None
            if name == "count":
                return found.count(True)
            return kleene_and(found) if name == "all" else opposite(kleene_and(map(opposite, found)))
        case ("call", "answered", *parts):
            return all(of(part) is not None for part in parts)
        case ("call", name, *parts):
            found = [of(part) for part in parts]
            if None in found:
                return None
            if name == "same":
                return len(set(found)) == 1
            return {"abs": lambda: abs(found[0]), "max": lambda: max(found), "min": lambda: min(found)}[name]()
    raise AssertionError(node)


def exact(value):
    if value is None or isinstance(value, str | bool):
        return value
    return Fraction(str(value))


def opposite(value):
    return None if value is None else not value


def kleene_and(values):
    """False beats unknown, unknown beats true."""
    values = list(values)
    if False in values:
        return False
    return None if None in values else True


def compared(op, left, right):
    if left is None or right is None:
        return None
    if isinstance(left, str) != isinstance(right, str) and op not in ("=", "==", "!="):
        return None
    return COMPARE[op](left, right)


def numbers(depth, rows=True):
    leaf = st.one_of(
        st.tuples(st.just("number"), st.sampled_from([0, 1, 2, 3, 10, 2500, "0.5", "1.25"])),
        st.tuples(st.just("name"), st.sampled_from(NUMBERS)),
        st.tuples(st.just("previous"), st.sampled_from(NUMBERS)),
    )
    if not depth:
        return leaf
    below = numbers(depth - 1, rows)
    # Only divisors whose quotients end: the rules reckon in decimals, the slow reading in fractions.
    divisor = st.tuples(st.just("number"), st.sampled_from(DIVISORS))
    found = [
        leaf,
        st.tuples(st.just("minus"), below),
        st.tuples(st.just("reckon"), st.sampled_from("+-*"), below, below),
        st.tuples(st.just("reckon"), st.just("/"), below, divisor),
        st.tuples(st.just("call"), st.just("abs"), below),
        st.tuples(st.just("call"), st.sampled_from(["max", "min"]), below, below),
    ]
    # Rows are looked over once: a sum within a sum is refused.
    return st.one_of(*found, st.tuples(st.just("call"), st.just("sum"), leaf)) if rows else st.one_of(*found)


def claims(depth, rows=True):
    word = st.one_of(
        st.tuples(st.just("word"), st.sampled_from(["red", "green", "a = b"])),
        st.tuples(st.just("name"), st.sampled_from(WORDS)),
    )
    amount = numbers(1, rows)
    pair = st.tuples(st.sampled_from(list(COMPARE)), amount)
    leaf = st.one_of(
        st.tuples(st.just("name"), st.sampled_from(FLAGS)),
        st.tuples(st.just("compare"), amount, pair),
        st.tuples(st.just("compare"), amount, pair, pair),
        st.tuples(st.just("compare"), word, st.tuples(st.sampled_from(["=", "!=", "<"]), word)),
        st.tuples(st.just("compare"), word, st.tuples(st.sampled_from(["=", "<"]), numbers(0))),
        st.tuples(st.just("in"), st.booleans(), word, st.lists(word, min_size=1, max_size=3)),
        st.tuples(st.just("call"), st.just("answered"), word),
        st.tuples(st.just("call"), st.just("same"), numbers(0), numbers(0), numbers(0)),
    )
    if not depth:
        return leaf
    below = claims(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(st.just("not"), below),
        st.tuples(st.sampled_from(["and", "or"]), below, below),
        st.tuples(st.sampled_from(["and", "or"]), below, below, below),
        st.tuples(st.just("call"), st.sampled_from(["any", "all", "count"]), claims(0, rows=False)),
    )


AMOUNTS = st.one_of(st.none(), st.integers(0, 20), st.sampled_from([Decimal("0.5"), Decimal("2.5"), 1.25]))
TEXTS = st.sampled_from([None, "red", "green", "a = b"])
ANSWERS = st.fixed_dictionaries(
    {
        **dict.fromkeys(NUMBERS, AMOUNTS),
        **dict.fromkeys(WORDS, TEXTS),
        **dict.fromkeys(FLAGS, st.sampled_from([None, True, False])),
    }
)
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(NUMBERS[:2], AMOUNTS)), max_size=3)


@settings(max_examples=400, deadline=None)
@given(tree=claims(2), values=ANSWERS, previous=ANSWERS, rows=ROWS)
def test_a_rule_tells_what_a_slow_reading_tells(tree, values, previous, rows):
    text = written(tree)
    if len(text) > MAX_LENGTH:
        return
    expected = told(tree, values, previous, rows)
    found = evaluate(parse(text), Env(values, previous, tuple(rows)))
    assert found == expected and (found is None) == (expected is None), text


@settings(max_examples=200, deadline=None)
@given(tree=numbers(2), values=ANSWERS, previous=ANSWERS, rows=ROWS)
def test_an_amount_is_what_a_slow_reading_reckons(tree, values, previous, rows):
    expected = told(tree, values, previous, rows)
    found = evaluate(parse(written(tree)), Env(values, previous, tuple(rows)))
    assert (None if found is None else Fraction(found)) == expected, written(tree)


@settings(max_examples=100, deadline=None)
@given(tree=claims(1))
def test_the_names_of_a_rule_are_those_written_in_it(tree):
    def names(node):
        if node[0] == "name":
            return {node[1]}
        if node[0] == "previous":
            return {f"previous.{node[1]}"}
        parts = [part for part in node[1:] if isinstance(part, tuple | list)]
        found = set()
        for part in parts:
            if isinstance(part, list):
                found |= {name for item in part for name in names(item)}
            else:
                found |= names(part) if part[0] not in COMPARE else names(part[1])
        return found

    assert parse(written(tree)).names() == names(tree)


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="ab =<>!+-*/()'\".,#\\_:[]{}é\n01", max_size=40))
def test_any_text_is_a_rule_or_is_refused_with_a_column_of_its_own(text):
    try:
        rule = parse(text, where="check 1")
    except BadSection as error:
        column = int(re.match(r"check 1: column (\d+): ", str(error))[1])
        assert 1 <= column <= len(text) + 1
    else:
        evaluate(rule, Env({"a": 1, "b": "x"}, {}, ({"a": None},)))


# --- Plain cases ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("occupied + reserved = capacity", {"occupied": 9, "reserved": 1, "capacity": 10}, True),
        ("occupied + reserved = capacity", {"occupied": 9, "reserved": 0, "capacity": 10}, False),
        ("occupied + reserved = capacity", {"occupied": 9, "capacity": 10}, None),
        ("a = 0 or b = 0", {"a": 0}, True),
        ("a = 0 and b = 0", {"a": 1}, False),
        ("not a", {}, None),
        ("a / b > 1", {"a": 1, "b": 0}, None),
        ("'none' in needs", {"needs": ("ppe", "none")}, True),
        ("'none' not in needs", {"needs": ("ppe",)}, True),
        ("'none' not in needs", {}, None),
        ("'no' in status", {"status": "none"}, None),
        ("'red' not in (a, b)", {"a": "green"}, True),
        ("share < 0.66", {"share": 0.66}, False),
        ("share >= 0.66", {"share": 0.66}, True),
        ("word = 'a=b'", {"word": "a=b"}, True),
        ("a\n  + b = 3", {"a": 1, "b": 2}, True),
    ],
)
def test_a_missing_answer_leaves_a_rule_open_never_broken(text, values, expected):
    assert holds(parse(text), Env(values, {})) is expected


def test_rules_are_equal_when_their_text_is():
    assert parse("a = 1") == Rule("a = 1")
    assert parse("a = 1") != parse("a == 1")


def test_sums_look_over_the_rows_that_answered():
    env = Env({"beds": 7}, {}, ({"beds": 2}, {"beds": None}, {"beds": 3}))
    assert evaluate(parse("sum(beds)"), env) == 5
    assert evaluate(parse("count(beds > 2)"), env) == 1
    assert evaluate(parse("sum(beds)"), Env({}, {}, ({"beds": None},))) is None
    assert evaluate(parse("sum(beds)"), EMPTY) == 0


# --- Errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("a.b", 1, "dot"),
        ("   a.b", 4, "dot"),
        ("a = b.c", 5, "dot"),
        ("a = b and c = d.e", 15, "dot"),
        ("é = ü.a", 5, "dot"),
        ("'é=é' = ü.a", 9, "dot"),
        ("(a +\n b.c)", 7, "dot"),
        ("a ** 2", 3, "Pow"),
        ("(a) ** 2", 5, "Pow"),
        ("a = b % 2", 7, "Mod"),
        ("a is b", 3, "Is"),
        ("a + f(b)", 5, "f is not a known function"),
        ("a = max(", 8, "never closed"),
        ("a = abs(b, c)", 5, "abs takes 1 value"),
        ("a = plural(b)", 5, "plural takes 3 values"),
        ("a = answered()", 5, "answered takes 1 value"),
        ("a # b", 3, "#"),
        ("a > 1 and sum(b = max(a, sum(c)))", 11, "sum cannot stand inside sum"),
        ("a = 1 True", 7, "syntax"),
        ("a = True", 5, "write 'yes' or 'no' in quotes"),
        ("", 1, "syntax"),
        ("a +", 4, "syntax"),
    ],
)
def test_an_error_names_its_place_column_and_reason(text, column, reason):
    with pytest.raises(BadSection, match=re.escape(f"question 3 (beds): ask_if: column {column}: ")) as caught:
        parse(text, where="question 3 (beds): ask_if")
    assert reason in str(caught.value)


HOSTILE = [
    "().__class__", "''.__class__.__mro__", "a.b.c", "previous.__class__", "previous.a.b", "__import__('os')",
    "open('/etc/passwd')", "eval('1')", "max.__self__", "abs(a).real", "(lambda: 1)()", "lambda: 1",
    "[a for a in b]", "(a for a in b)", "{a for a in b}", "{a: 1 for a in b}", "{'a': 1}", "{1}", "a[0]",
    "a if b else c", "(a := 1)", "f'{a}'", "f'{a!r:>{b}}'", "min(*a)", "max(a, **b)", "9 ** 9 ** 9", "a << 999999",
    "1j", "b'a'", "...", "None", "await a", "yield a", "a; b", "a = 1\nb = 2", "import os", "~a", "+a", "a @ b",
    "'\\x41'", "a\x00b", "(" * 240 + "a" + ")" * 240, "-" * 400 + "a", "not " * 110 + "a", "a" * (MAX_LENGTH + 1),
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:24] for text in HOSTILE])
def test_a_text_that_is_more_than_a_rule_is_refused(text):
    with pytest.raises(BadSection):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "'a' * 999999999999",
        "(1, 2) * 999999999999",
        "'a' + 'b'",
        "-'a'",
        "abs('a')",
        "max(1, 'a')",
        "(1, 2) / 2",
        "1e999 - 1e999",
    ],
)
def test_words_and_lists_are_not_reckoned_with(text):
    assert evaluate(parse(text), EMPTY) is None


def test_the_longest_rule_is_still_read():
    text = "a + " * 99 + "a = 100"
    assert len(text) <= MAX_LENGTH
    assert holds(parse("a = 1 and " * 49 + "a = 1"), Env({"a": 1}, {})) is True
    assert holds(parse("a" + " + a" * 90 + " = 91"), Env({"a": 1}, {})) is True
