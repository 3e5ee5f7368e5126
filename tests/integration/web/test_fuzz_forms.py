"""Anything at all posted to the form of any section: a clear answer, never a 5xx, and nothing half-saved."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from ctapp.extensions import db
from ctapp.models import AuditEvent, Submission
from ctapp.queries.question_sets import sections_on
from ctapp.questions.spec import fields_of
from tests import cast

HOMES = {"care_home": (cast.ROSEWOOD, "rosewood_manager"), "home_care": (cast.SWIFT, "swift_manager")}
NASTY = st.sampled_from(
    [
        "",
        " ",
        "0",
        "1",
        "2",
        "12",
        "-1",
        "1.5",
        "1,2,3",
        " 1,200 ",
        "٣",
        "9" * 400,
        "yes",
        "no",
        "none",
        "open",
        "green",
        "amber",
        "<script>alert(1)</script>",
        "'; drop table submission;--",
        "{{7*7}}",
        "🙂",
        "\x00",
        "\ud800",
        "=1+1",
        "\r\n",
    ]
)
TEXT = st.one_of(NASTY, st.text(max_size=40))
CONTROL = (
    "_version",
    "_form_key",
    "_day",
    "_earlier",
    "_correct",
    "_later",
    "_do",
    "_setup",
    "_conflict",
    "beds",
    "csrf_token",
)


def names(published, provider_type):
    section = published.section
    rows = {grid.key: tuple(row.id for row in grid.rows()[:2]) for grid in section.grids()}
    fields = fields_of(section, provider_type, rows)
    return [f.name for f in fields], {f.name: [o.key for o in f.question.options] for f in fields}


@pytest.mark.parametrize("provider_type", HOMES)
def test_no_form_answers_5xx(app, client_as, at, provider_type):
    cqc_id, person = HOMES[provider_type]
    visitor = client_as(person)
    asked = [p for p in sections_on(at.date()) if provider_type in p.section.asked_of]
    token = visitor.csrf_token()
    db.session.rollback()

    @settings(
        max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
    )
    @given(drawn=st.data())
    def post(drawn):
        published = drawn.draw(st.sampled_from(asked))
        known, options = names(published, provider_type)
        pairs = [("csrf_token", token), ("_version", drawn.draw(st.sampled_from(["0", "1", "x", ""])))]
        if published.section.grids():
            pairs += [("beds", row) for row in ("general_nursing__long_term", "general_nursing__short_stay")]
        for name in known:
            choice = options[name]
            value = st.one_of(TEXT, st.sampled_from(choice)) if choice else TEXT
            pairs += [(name, drawn.draw(value)) for _ in range(drawn.draw(st.sampled_from([0, 1, 1, 1, 1, 2])))]
        for name in drawn.draw(st.lists(st.one_of(st.sampled_from(CONTROL), st.text(max_size=12)), max_size=3)):
            pairs.append((name, drawn.draw(TEXT)))
        response = visitor.post(f"/locations/{cqc_id}/{published.key}", data=encoded(pairs), lint=False)
        assert response.status_code < 500, (published.key, pairs)

    post()
    rows = db.session.scalar(select(func.count()).select_from(Submission))
    audited = db.session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action.like("answers_%")))
    assert rows == audited


def encoded(pairs):
    from werkzeug.datastructures import MultiDict

    def sendable(text):
        return text.encode("utf-8", "replace").decode()

    return MultiDict([(sendable(name), sendable(text)) for name, text in pairs])
