"""A section or a question is a declaration: no code and no template asks which one it has in hand.

Whoever needs `if section == "…"` is missing a property in the section's file.
"""

import ast
import tomllib

import pytest
from jinja2 import Environment, nodes

from tests.architecture.source import ROOT, files, parse, place, terminal_name

SECTION_NAMES = {"section", "section_key", "key"}
QUESTION_NAMES = {"question", "question_key", "key"}
JINJA = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n"])


def shipped_keys():
    """The keys of every shipped section, and of every question in them."""
    sections, questions = set(), set()
    for path in files(ROOT, "ctapp/sections", suffixes=(".toml",)):
        section = tomllib.loads(path.read_text(encoding="utf-8"))
        sections.add(section["key"])
        questions.update(question["key"] for question in section.get("question", ()))
    return sections, questions


def asks_which(names, literals, sections, questions):
    """Whether something with one of these names is compared with one of these literals."""
    return bool((names & SECTION_NAMES and literals & sections) or (names & QUESTION_NAMES and literals & questions))


def in_python(root):
    sections, questions = shipped_keys()
    found = []
    for path in files(root, "ctapp"):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                names = {terminal_name(side) for side in sides}
                held = [side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side] for side in sides]
                literals = {leaf.value for leaves in held for leaf in leaves if isinstance(leaf, ast.Constant)}
            elif isinstance(node, ast.Match):
                names = {terminal_name(node.subject)}
                literals = {
                    leaf.value
                    for case in node.cases
                    for leaf in ast.walk(case.pattern)
                    if isinstance(leaf, ast.Constant)
                }
            else:
                continue
            if asks_which(names, literals, sections, questions):
                found.append(f"{place(root, path, node.lineno)}: declare a property instead of asking for a key")
    return found


def jinja_name(node):
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return node.arg.value
    return node.name if isinstance(node, nodes.Name) else ""


def in_templates(root):
    sections, questions = shipped_keys()
    found = []
    for path in files(root, "ctapp/templates", suffixes=(".html", ".txt", ".xml")):
        for compare in JINJA.parse(path.read_text(encoding="utf-8")).find_all(nodes.Compare):
            sides = [compare.expr, *(operand.expr for operand in compare.ops)]
            names = {jinja_name(side) for side in sides}
            literals = {
                leaf.value for side in sides for leaf in [side, *side.find_all(nodes.Const)] if is_literal(leaf)
            }
            if asks_which(names, literals, sections, questions):
                found.append(f"{place(root, path, compare.lineno)}: declare a property instead of asking for a key")
    return found


def is_literal(node):
    return isinstance(node, nodes.Const) and isinstance(node.value, str)


@pytest.mark.parametrize("rule", [in_python, in_templates])
def test_nothing_asks_which_section_it_has(rule):
    assert rule(ROOT) == []


@pytest.mark.parametrize(
    ("rule", "path", "planted"),
    [
        (in_python, "ctapp/services/a.py", 'if section == "vacancies": ...'),
        (in_python, "ctapp/services/a.py", 'if "covid" != answer.section_key: ...'),
        (in_python, "ctapp/forms/a.py", 'if spec.key in ("vacancies", "covid"): ...'),
        (in_python, "ctapp/forms/a.py", 'if question.key == "admissions": ...'),
        (in_python, "ctapp/cli/a.py", 'if row["section"] == "flu": ...'),
        (in_python, "ctapp/queries/a.py", 'select(Current).where(Current.section == "vacancies")'),
        (in_python, "ctapp/forms/a.py", 'match section.key:\n  case "covid" | "flu": ...'),
        (in_templates, "ctapp/templates/a.html", '<p>\n{% if section.key == "vacancies" %}x{% endif %}'),
        (in_templates, "ctapp/templates/a.html", '{{ "x" if key in ["covid"] else "y" }}'),
        (in_templates, "ctapp/templates/a.html", '{{ "x" if q["key"] != "admissions" }}'),
    ],
)
def test_asking_for_a_key_is_found(plant, rule, path, planted):
    assert len(rule(plant(path, planted))) == 1


@pytest.mark.parametrize(
    ("rule", "path", "allowed"),
    [
        (in_python, "ctapp/forms/a.py", 'if question.kind == "grid" or section.cadence == "daily": ...'),
        (in_python, "ctapp/cli/a.py", 'if section == other: ...\nif key == "not a shipped key": ...'),
        (in_templates, "ctapp/templates/a.html", '{% if question.kind == "grid" %}{{ section.key }}{% endif %}'),
    ],
)
def test_other_comparisons_are_left_alone(plant, rule, path, allowed):
    assert rule(plant(path, allowed)) == []
