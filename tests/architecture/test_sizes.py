"""Budgets of design/style.md, 2: file 400 lines, function 60, route 25, template 200. Tables of data do not count."""

import ast

import pytest

from tests.architecture.source import PYTHON_PLACES, ROOT, files, functions, is_route, parse, place

FILE, FUNCTION, ROUTE, TEMPLATE = 400, 60, 25, 200
TABLE = ast.List | ast.Tuple | ast.Set | ast.Dict


def table_lines(tree):
    """Lines of a module that belong to tables: an assignment at the top whose value is one literal container."""
    count = 0
    for node in tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Call) and len(value.args) == 1:  # frozenset({…}), MappingProxyType({…})
            value = value.args[0]
        if isinstance(value, TABLE):
            count += node.end_lineno - node.lineno + 1
    return count


def too_long_files(root):
    found = []
    for path in files(root, *PYTHON_PLACES):
        count = len(path.read_text(encoding="utf-8").splitlines()) - table_lines(parse(path))
        if count > FILE:
            found.append(f"{place(root, path, 1)}: {count} lines, {FILE} are allowed")
    return found


def too_long_functions(root):
    found = []
    for path in files(root, *PYTHON_PLACES):
        for function in functions(parse(path)):
            count, allowed = function.end_lineno - function.lineno + 1, ROUTE if is_route(function) else FUNCTION
            if count > allowed:
                found.append(f"{place(root, path, function.lineno)}: {function.name}: {count} lines of {allowed}")
    return found


def too_long_templates(root):
    return [
        f"{place(root, path, 1)}: {count} lines, {TEMPLATE} are allowed"
        for path in files(root, "ctapp/templates", suffixes=(".html", ".txt", ".xml", ".svg"))
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > TEMPLATE
    ]


RULES = [too_long_files, too_long_functions, too_long_templates]


@pytest.mark.parametrize("rule", RULES)
def test_budgets_are_kept(rule):
    assert rule(ROOT) == []


def body(lines, indent="    "):
    return f"{indent}pass\n" * lines


@pytest.mark.parametrize(
    ("rule", "path", "allowed", "planted"),
    [
        (too_long_files, "ctapp/a.py", "x = 1\n" * 400, "x = 1\n" * 401),
        (
            too_long_files,
            "ctapp/a.py",
            "X = [\n" + "  1,\n" * 500 + "]\n",
            "def f():\n  x = [\n" + "  1,\n" * 500 + "  ]\n",
        ),
        (too_long_functions, "tests/a.py", "def f():\n" + body(59), "def f():\n" + body(60)),
        (
            too_long_functions,
            "ctapp/web/a.py",
            '@bp.get("/")\ndef f():\n' + body(24),
            '@bp.get("/")\ndef f():\n' + body(25),
        ),
        (too_long_functions, "ctapp/a.py", "def f():\n" + body(59), "class A:\n  async def f():\n" + body(60)),
        (too_long_templates, "ctapp/templates/a/b.html", "<p>\n" * 200, "<p>\n" * 201),
    ],
)
def test_budgets_bite(plant, tmp_path, rule, path, allowed, planted):
    assert rule(plant(path, allowed)) == []
    assert len(rule(plant(path, planted))) == 1
