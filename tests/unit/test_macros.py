"""Our macros draw what govuk-frontend expects: compared with a kept port of its templates, and each page part linted."""

from __future__ import annotations

import re
from types import SimpleNamespace as Item

import pytest
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    select_autoescape,
)
from justhtml import Element, JustHTML
from markupsafe import Markup

from ctapp.web.assets import STATIC
from tests.lint import lint

TEMPLATES = STATIC.parent / "templates"


@pytest.fixture(scope="module")
def ours():
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(), undefined=StrictUndefined
    )
    environment.globals.update(
        asset=lambda name: f"/static/x/{name}", csrf_token=lambda: "t", get_flashed_messages=list
    )
    return environment


@pytest.fixture(scope="module")
def theirs():
    loader = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    return Environment(loader=ChoiceLoader([loader]), autoescape=select_autoescape())


def option(value, label, *, hint="", mark="", checked=False, exclusive=False):
    return Item(value=value, label=label, hint=hint, mark=mark, checked=checked, exclusive=exclusive)


def shape(html: str) -> list:
    """HTML as nested lists that ignore white space, attribute order and class order."""
    return [made for child in JustHTML(html, sanitize=False, fragment=True).root.children if (made := _shape(child))]


def _shape(node):
    if node.name == "#text":
        return re.sub(r"\s+", " ", node.data).strip()
    if not isinstance(node, Element):
        return None
    attributes = {name: " ".join(sorted((value or "").split())) for name, value in node.attrs.items()}
    return [node.name, attributes, *(made for child in node.children if (made := _shape(child)))]


YES_NO = (option("yes", "Yes", checked=True), option("no", "No", hint="Or not yet"))
THEIR_YES_NO = [
    {"value": "yes", "text": "Yes", "checked": True},
    {"value": "no", "text": "No", "hint": {"text": "Or not yet"}},
]
LEGEND = {"legend": {"text": "Free?", "classes": "govuk-fieldset__legend--m"}}
BOX = {
    "id": "free",
    "name": "free",
    "label": {"text": "Free now"},
    "hint": {"text": "Ready"},
    "errorMessage": {"text": "Enter it"},
}
OUR_BOX = {"name": "free", "id": "free", "label": "Free now", "hint": "Ready", "error": "Enter it"}

SAME = {
    "radios": (
        {"name": "free", "id": "free", "legend": "Free?", "options": YES_NO, "hint": "Today", "error": "Choose"},
        "radios.govukRadios",
        {
            "name": "free",
            "fieldset": LEGEND,
            "items": THEIR_YES_NO,
            "hint": {"text": "Today"},
            "errorMessage": {"text": "Choose"},
        },
    ),
    "checkboxes": (
        {
            "name": "need",
            "id": "need",
            "legend": "Free?",
            "options": (option("a", "PPE"), option("none", "None", exclusive=True)),
        },
        "checkboxes.govukCheckboxes",
        {
            "name": "need",
            "fieldset": LEGEND,
            "items": [
                {"value": "a", "text": "PPE"},
                {"divider": "or"},
                {"value": "none", "text": "None", "behaviour": "exclusive", "id": "need-2"},
            ],
        },
    ),
    "text_input": (
        {
            **OUR_BOX,
            "value": "a",
            "width": 20,
            "prefix": "£",
            "suffix": "a week",
            "type": "email",
            "spellcheck": False,
            "autocomplete": "email",
        },
        "input.govukInput",
        {
            **BOX,
            "value": "a",
            "classes": "govuk-input--width-20",
            "prefix": {"text": "£"},
            "suffix": {"text": "a week"},
            "type": "email",
            "spellcheck": False,
            "autocomplete": "email",
        },
    ),
    "number_input": (
        {**OUR_BOX, "value": "2", "width": 3},
        "input.govukInput",
        {
            **BOX,
            "value": "2",
            "classes": "govuk-input--width-3",
            "inputmode": "numeric",
            "spellcheck": False,
            "autocomplete": "off",
        },
    ),
    "textarea": ({**OUR_BOX, "value": "a\n<b>", "rows": 5}, "textarea.govukTextarea", {**BOX, "value": "a\n<b>"}),
    "textarea, counted": (
        {**OUR_BOX, "rows": 5, "max_length": 500},
        "character-count.govukCharacterCount",
        {**BOX, "maxlength": 500, "value": ""},
    ),
    "select": (
        {**OUR_BOX, "options": YES_NO},
        "select.govukSelect",
        {**BOX, "items": [{"value": "yes", "text": "Yes", "selected": True}, {"value": "no", "text": "No"}]},
    ),
    "button": ({"text": "Save", "once": True}, "button.govukButton", {"text": "Save", "preventDoubleClick": True}),
    "button, link": (
        {"text": "Go", "href": "/x", "style": "secondary"},
        "button.govukButton",
        {"text": "Go", "href": "/x", "classes": "govuk-button--secondary"},
    ),
    "back_link": ({"href": "/x"}, "back-link.govukBackLink", {"href": "/x"}),
    "skip_link": ({}, "skip-link.govukSkipLink", {"href": "#main-content", "text": "Skip to main content"}),
    "tag": (
        {"text": "Due today", "colour": "yellow"},
        "tag.govukTag",
        {"text": "Due today", "classes": "govuk-tag--yellow"},
    ),
    "inset": ({"text": "Words", "id": "i"}, "inset-text.govukInsetText", {"text": "Words", "id": "i"}),
    "banner": (
        {"text": "Soon", "id": "b"},
        "notification-banner.govukNotificationBanner",
        {"text": "Soon", "titleId": "b"},
    ),
    "banner, success": (
        {"text": "Saved", "success": True, "id": "b"},
        "notification-banner.govukNotificationBanner",
        {"text": "Saved", "type": "success", "titleId": "b", "attributes": {"tabindex": "-1"}},
    ),
    "error_summary": (
        {"errors": (Item(id="free", text="Enter it"), Item(id="", text="Try again"))},
        "error-summary.govukErrorSummary",
        {
            "titleText": "There is a problem",
            "errorList": [{"href": "#free", "text": "Enter it"}, {"text": "Try again"}],
        },
    ),
    "details": (
        {"summary": "What counts?", "text": "All"},
        "details.govukDetails",
        {"summaryText": "What counts?", "text": "All"},
    ),
    "warning_text": ({"text": "Careful"}, "warning-text.govukWarningText", {"text": "Careful"}),
    "panel": ({"title": "Confirmed", "text": "Today"}, "panel.govukPanel", {"titleText": "Confirmed", "text": "Today"}),
    "summary_list": (
        {
            "rows": (
                Item(key="Name", value="Rosewood", href=""),
                Item(key="PPE", value="Blue", href="/x", action="Change", action_hidden="PPE"),
            )
        },
        "summary-list.govukSummaryList",
        {
            "rows": [
                {"key": {"text": "Name"}, "value": {"text": "Rosewood"}},
                {
                    "key": {"text": "PPE"},
                    "value": {"text": "Blue"},
                    "actions": {"items": [{"href": "/x", "text": "Change", "visuallyHiddenText": "PPE"}]},
                },
            ]
        },
    ),
    "task_list": (
        {
            "tasks": (
                Item(text="Beds", href="/x", hint="Each kind", word="Done"),
                Item(text="Update", href="", hint="", word="Not started"),
            )
        },
        "task-list.govukTaskList",
        {
            "items": [
                {
                    "title": {"text": "Beds"},
                    "href": "/x",
                    "hint": {"text": "Each kind"},
                    "status": {"tag": {"text": "Done", "classes": "govuk-tag--green"}},
                },
                {"title": {"text": "Update"}, "status": {"tag": {"text": "Not started", "classes": "govuk-tag--grey"}}},
            ]
        },
    ),
    "password": (
        {"name": "p", "id": "p"},
        "password-input.govukPasswordInput",
        {"name": "p", "id": "p", "label": {"text": "Password"}},
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_macro_draws_what_govuk_frontend_draws(case, ours, theirs):
    arguments, their_path, their_arguments = SAME[case]
    name = case.split(",")[0]
    folder, macro = their_path.split(".")
    drawn = getattr(ours.get_template(f"components/{name}.html").module, name)(**arguments)
    expected = getattr(theirs.get_template(f"govuk_frontend_jinja/components/{folder}/macro.html").module, macro)(
        their_arguments
    )
    without_script = [part for part in shape(drawn) if part[0] != "script"]
    assert without_script == shape(expected)


def test_table_draws_the_same_table_in_a_region_that_takes_the_focus(ours, theirs):
    drawn = ours.get_template("components/table.html").module.table(
        "t", "Beds", ("Kind", "Free"), (("Dementia", "2"),), numeric=(1,)
    )
    expected = theirs.get_template("govuk_frontend_jinja/components/table/macro.html").module.govukTable(
        {
            "caption": "Beds",
            "captionClasses": "govuk-table__caption--m",
            "firstCellIsHeader": True,
            "head": [{"text": "Kind"}, {"text": "Free", "format": "numeric"}],
            "rows": [[{"text": "Dementia"}, {"text": "2", "format": "numeric"}]],
            "attributes": {"id": "t"},
        }
    )
    region = shape(drawn)[0]
    assert region[1] == {"class": "app-scroll", "role": "region", "aria-label": "Beds, table", "tabindex": "0"}
    assert region[2:] == shape(expected)


def view(kind, **changes):
    """What a form hands a field template: every attribute, nothing said."""
    plain = dict.fromkeys(
        ("hint", "help", "error", "prefix", "suffix", "beside", "condition", "only_if", "stepper_label"), ""
    )
    options = (
        (option("green", "Green", mark="G"), option("red", "Red", mark="R", checked=True)) if kind in CHOSEN else ()
    )
    plain |= {"value": (), "options": options} if kind in CHOSEN else {"value": "", "options": ()}
    plain |= {
        "name": f"q_{kind}",
        "id": f"q-{kind}",
        "kind": kind,
        "label": f"A {kind}",
        "asked": True,
        "optional": False,
    }
    plain |= {"width": 0, "max_length": 0, "legend_size": "s", "doubt": None, "steppers": False}
    return Item(**(plain | changes))


CHOSEN = {"yes_no", "choice", "rag", "multi", "gate"}
KINDS = sorted(path.stem for path in (TEMPLATES / "fields").glob("[!_]*.html"))
DOUBT = Item(name="why", id="why", text="Is that right?", options=(option("yes", "Yes"), option("no", "No")), error="")
LOADED = {
    "hint": "A hint", "help": "At length", "error": "Enter it", "beside": "Yesterday: 2", "condition": '{"a": "b"}', "only_if": "Only if you answered No",
    "asked": False, "optional": True, "max_length": 500, "doubt": DOUBT, "steppers": True, "stepper_label": "free, Dementia nursing",
}  # fmt: skip


def test_every_answer_kind_has_its_template():
    expected = "choice count date email gate money multi number outward_codes percent phone rag text yes_no"
    assert " ".join(KINDS) == expected


@pytest.mark.parametrize("changes", [{}, LOADED], ids=["plain", "loaded"])
@pytest.mark.parametrize("kind", KINDS)
def test_field_is_a_good_part_of_a_page(kind, changes, ours):
    page = '{% extends "layouts/base.html" %}{% from "fields/_field.html" import field %}{% block title %}One{% endblock %}{% block main %}{{ field(f) }}{% endblock %}'
    html = ours.from_string(page).render(f=view(kind, **changes))
    assert lint(html, url=kind) == []
    if changes:
        assert all(
            words in html
            for words in ("A hint", "At length", "Enter it", "Only if you answered No", "(optional)", "Is that right?")
        )


def test_words_of_people_are_escaped(ours):
    field = ours.get_template("fields/_field.html").module.field
    html = str(field(view("text", value="</textarea><script>", label="<b>", error="<i>", max_length=500)))
    assert "<script>" not in html and "<b>" not in html and "<i>" not in html


def test_steppers_are_named_buttons_that_send_nothing(ours):
    html = str(ours.get_template("fields/_field.html").module.field(view("count", **LOADED)))
    buttons = JustHTML(html, sanitize=False, fragment=True).query("button")
    assert [button.attrs["aria-label"] for button in buttons] == [
        "One fewer free, Dementia nursing",
        "One more free, Dementia nursing",
    ]
    assert {button.attrs["type"] for button in buttons} == {"button"}


def test_zero_is_shown_as_zero(ours):
    assert 'value="0"' in str(ours.get_template("fields/_field.html").module.field(view("count", value="0")))


def test_rating_shows_letter_and_word(ours):
    html = str(ours.get_template("fields/_field.html").module.field(view("rag")))
    assert Markup('<span class="app-mark app-mark--g" aria-hidden="true">G</span>Green') in re.sub(
        r"\s*\n\s*", "", html
    )


@pytest.mark.parametrize("kind, described", [("count", "q-count"), ("gate", "q-gate")])
def test_yesterdays_answer_is_read_out_with_the_field(kind, described, ours):
    html = str(ours.get_template("fields/_field.html").module.field(view(kind, hint="A hint", beside="Yesterday: 2")))
    assert f'aria-describedby="{described}-hint {described}-beside"' in html
