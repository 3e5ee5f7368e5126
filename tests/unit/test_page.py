"""The reader of pages finds what is wrong with a page, and acts as a person would."""

from __future__ import annotations

import pytest
from flask import Flask, redirect, request

from tests.page import Page, lint

GOOD = """<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Rosewood - Capacity Tracker</title>
<link rel="stylesheet" href="/static/app.css"></head><body><main><h1>Rosewood</h1>{main}</main></body></html>"""


def page_with(main: str) -> str:
    return GOOD.replace("{main}", main)


def test_good_page_has_no_problem():
    assert lint(page_with('<p>One</p><label for="a">Free now</label><input id="a" name="a">'), url="/x") == []


@pytest.mark.parametrize(
    "main, problem",
    [
        ("<h1>Again</h1>", "2 h1 elements"),
        ("<h3>Deep</h3>", "skips a level"),
        ("<p>Open<div>shut</div></p>", "not valid HTML"),
        ('<input name="a">', "has no label"),
        ('<label for="a"></label><input id="a">', "has no label"),
        ('<label for="a">Yes</label><input type="radio" id="a" name="a">', "no fieldset with a legend"),
        ('<p id="a">One</p><p id="a">Two</p>', "stands 2 times"),
        ('<p id="a" id="b">One</p>', "says id twice"),
        ('<label for="gone">Words</label>', "names #gone"),
        ('<p aria-describedby="gone">One</p>', "names #gone"),
        ('<a href="#gone">Down</a>', "leads to #gone"),
        ('<a href="">Down</a>', "leads nowhere"),
        ('<p style="color: red">One</p>', "inline style"),
        ('<p onclick="go()">One</p>', "inline onclick"),
        ("<script>go()</script>", "an inline script"),
        ('<a href="javascript:go()">Go</a>', "scheme that the policy forbids"),
        ('<img alt="" src="data:image/png;base64,AA">', "scheme that the policy forbids"),
        ('<img src="/a.png">', "has no alt"),
        ('<script src="https://elsewhere.example/a.js"></script>', "from elsewhere"),
        ("<button>Save</button>", "has no type"),
        ('<button type="submit"></button>', "has no words"),
        ('<a href="/x"><span aria-hidden="true">x</span></a>', "has no words"),
        ("<table><tr><th scope='col'>A</th></tr></table>", "no caption"),
        ("<table><caption>A</caption><tr><th>A</th></tr></table>", "no scope"),
        ("<ul><div>One</div></ul>", "holds <div>"),
        ("<span><div>One</div></span>", "holds <div>"),
        ('<div class="govuk-error-summary">There is a problem</div>', 'does not start with "Error: "'),
    ],
)
def test_problem_is_named(main, problem):
    found = lint(page_with(main), url="/x")
    assert any(problem in sentence for sentence in found), found
    assert all(sentence.startswith("/x: ") for sentence in found)


@pytest.mark.parametrize(
    "old, new, problem",
    [
        (' lang="en-GB"', "", "no English lang"),
        ("<title>Rosewood", "<title>Another", "does not start with the h1"),
        (" - Capacity Tracker", "", "does not end with the service's name"),
        ("<!DOCTYPE html>", "", "not valid HTML"),
    ],
)
def test_problem_of_the_frame_is_named(old, new, problem):
    assert any(problem in sentence for sentence in lint(page_with("").replace(old, new), url="/x"))


def test_error_title_may_lead():
    assert lint(page_with("").replace("<title>", "<title>Error: "), url="/x") == []


FORM = """<form method="post" action="/save"><input type="hidden" name="token" value="t1">
<fieldset aria-describedby="rag-error"><legend>How is it today?</legend><p id="rag-error">Error: Choose one</p>
<input type="radio" id="g" name="rag" value="green"><label for="g"><span aria-hidden="true">G</span> Green</label>
<input type="radio" id="r" name="rag" value="red" checked><label for="r"><span aria-hidden="true">R</span> Red</label></fieldset>
<fieldset><legend>Dementia nursing</legend><label for="a">Free now</label><input id="a" name="a" value="2"></fieldset>
<fieldset><legend>General nursing</legend><label for="b">Free now</label><input id="b" name="b" value="7"></fieldset>
<fieldset><legend>Do you need help?</legend><input type="checkbox" id="p" name="need" value="ppe" checked><label for="p">PPE</label>
<input type="checkbox" id="s" name="need" value="staff"><label for="s">Staff</label></fieldset>
<button type="submit" name="go" value="home">Save and go Home</button><button type="submit">Save</button></form>"""


@pytest.fixture
def client():
    app = Flask(__name__)
    sent = []
    app.add_url_rule("/form", "form", lambda: page_with(FORM + '<a href="/form?again">Again</a>'))

    @app.post("/save")
    def save():
        sent.append(request.form.to_dict(flat=False))
        return redirect("/done", 303)

    app.add_url_rule("/done", "done", lambda: page_with("<p>Saved</p>"))
    with app.test_client() as test_client:
        test_client.sent = sent
        yield test_client


def test_form_sends_what_a_person_put_in(client):
    form = Page.get(client, "/form").form("Save")
    form.fill("Free now", "1", within="Dementia").choose("How is it today?", "Green").tick("Do you need help?", "Staff")
    done = form.press("Save and go Home")
    assert done.url == "/done" and done.text.endswith("Saved")
    assert client.sent == [
        {"token": ["t1"], "rag": ["green"], "a": ["1"], "b": ["7"], "need": ["staff"], "go": ["home"]}
    ]


def test_form_tells_what_stands_in_it(client):
    page = Page.get(client, "/form")
    form = page.form("Save")
    assert form.chosen("How is it today?") == ["Red"] and form.chosen("Do you need help?") == ["PPE"]
    assert form.value("Free now", within="General") == "7"
    assert page.error_at("How is it today?") == "Choose one"
    assert page.follow("Again").url == "/form?again"


def test_two_boxes_of_one_label_need_their_group(client):
    with pytest.raises(AssertionError, match="more than one field"):
        Page.get(client, "/form").form("Save").fill("Free now", "1")


def test_page_with_a_problem_is_refused():
    with pytest.raises(AssertionError, match="/bad: "):
        Page(page_with("<h1>Two</h1>"), url="/bad")
