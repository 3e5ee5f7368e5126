"""Templates escape everything: markup is made by macros, never declared harmless."""

import re

import pytest

from tests.architecture.source import ROOT, files, place

UNESCAPED = re.compile(r"\|\s*safe\b|\{%-?\s*autoescape\s+false|\{%-?\s*filter\s+safe\b")
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def unescaped(root):
    found = []
    for path in files(root, "ctapp/templates", suffixes=(".html", ".txt", ".xml", ".svg")):
        text = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), path.read_text(encoding="utf-8"))
        for number, line in enumerate(text.splitlines(), 1):
            if UNESCAPED.search(line):
                found.append(f"{place(root, path, number)}: nothing is declared safe")
    return found


def test_templates_escape_everything():
    assert unescaped(ROOT) == []


@pytest.mark.parametrize(
    "planted", ["{{ label|safe }}", "{{ label | safe }}", "{% autoescape false %}", "{% filter safe %}"]
)
def test_unescaped_output_is_found(plant, planted):
    assert unescaped(plant("ctapp/templates/a/b.html", f"<p>\n{planted}\n")) == [
        "ctapp/templates/a/b.html:2: nothing is declared safe"
    ]


def test_a_comment_may_name_the_filter(plant):
    assert unescaped(plant("ctapp/templates/a.html", "{# never\n|safe #}{{ safe_name|safely }}")) == []
