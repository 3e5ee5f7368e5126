"""Names and words of design/style.md, 1 to 3: banned whole names, docstrings, notes with an issue number."""

import ast
import re

import pytest

from tests.architecture.source import PYTHON_PLACES, ROOT, files, is_route, parse, place

BANNED = {"data", "info", "obj", "helper", "manager", "utils", "misc"}
NOTE = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b(?!\(?:?\s*#\d+)")
WRITTEN = (".py", ".html", ".txt", ".toml", ".css", ".scss", ".js", ".sh", ".md")


def named_things(tree):
    """(name, line) of every class, variable and argument that a file makes up."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname, node.lineno
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name, node.lineno


def banned_names(root):
    found = []
    for path in files(root, *PYTHON_PLACES):
        parts = path.relative_to(root).with_suffix("").parts
        found += [f"{place(root, path, 1)}: no file is called {part}" for part in parts if part.lower() in BANNED]
        for name, line in named_things(parse(path)):
            if name.lower().strip("_") in BANNED:
                found.append(f"{place(root, path, line)}: nothing is called {name}: use the domain's word")
    return found


def missing_docstrings(root):
    found = []
    for path in files(root, *PYTHON_PLACES):
        tree = parse(path)
        if tree.body and not ast.get_docstring(tree):
            found.append(f"{place(root, path, 1)}: say what this file is and is not")
    for path in files(root, "ctapp"):
        for node in parse(path).body:
            is_public = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
            # A route says what it does by its address and its policy.
            if is_public and not is_route(node) and not ast.get_docstring(node):
                found.append(f"{place(root, path, node.lineno)}: say what {node.name} returns or changes")
    return found


def notes_without_number(root):
    found = []
    for path in files(root, *PYTHON_PLACES, "assets", "docs", "migrations", suffixes=WRITTEN):
        if "vendor" in path.parts:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if NOTE.search(line):
                found.append(f"{place(root, path, number)}: a note carries its issue number, or goes")
    return found


RULES = [banned_names, missing_docstrings, notes_without_number]


@pytest.mark.parametrize("rule", RULES)
def test_words_follow_the_style(rule):
    assert rule(ROOT) == []


@pytest.mark.parametrize(
    ("rule", "path", "planted"),
    [
        (banned_names, "ctapp/services/utils.py", '"""Words."""'),
        (banned_names, "ctapp/misc/a.py", '"""Words."""'),
        (banned_names, "ctapp/a.py", "class Manager: ..."),
        (banned_names, "ctapp/a.py", "data = 1"),
        (banned_names, "tests/a.py", "def f(*, obj): ..."),
        (banned_names, "ctapp/a.py", "for info in (): ..."),
        (banned_names, "ctapp/a.py", "import json as helper"),
        (missing_docstrings, "ctapp/a.py", "x = 1"),
        (missing_docstrings, "benchmarks/a.py", "# only a comment\nx = 1"),
        (missing_docstrings, "ctapp/a.py", '"""Words."""\ndef count(): ...'),
        (notes_without_number, "ctapp/a.py", "x = 1  # TO" + "DO: later"),
        (notes_without_number, "ctapp/templates/a.html", "{# FIX" + "ME #}"),
    ],
)
def test_words_bite(plant, rule, path, planted):
    assert len(rule(plant(path, planted))) == 1


@pytest.mark.parametrize(
    ("rule", "path", "allowed"),
    [
        (banned_names, "ctapp/a.py", "database = managers = self.data"),
        (missing_docstrings, "ctapp/__init__.py", ""),
        (
            missing_docstrings,
            "ctapp/web/a.py",
            '"""Words."""\n@bp.post("/x")\n@public("y")\ndef show(): ...\ndef _f(): ...',
        ),
        (notes_without_number, "ctapp/a.py", "# TO" + "DO #12: the third layout"),
    ],
)
def test_words_leave_the_rest_alone(plant, rule, path, allowed):
    assert rule(plant(path, allowed)) == []
