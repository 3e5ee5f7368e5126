"""A section's page: shown, checked, saved. One set of routes for every section; what differs stands in the declarations."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from ctapp import clock
from ctapp.access.guard import allow, current_viewer
from ctapp.access.permissions import Permission
from ctapp.errors import StateMoved
from ctapp.forms.section_form import move_one, read_posted
from ctapp.forms.submission import attempt
from ctapp.services.log import Author
from ctapp.services.submissions import submit
from ctapp.web.htmx import see_other
from ctapp.web.http import announce, commits
from ctapp.web.section_views import (
    choose_rows_page,
    conflict_page,
    next_address,
    opened_for,
    posted_day,
    saved_words,
    section_page,
    typed_page,
)

bp = Blueprint("submit", __name__)


@bp.get("/locations/<cqc_id>/<section>")
@allow(Permission.UPDATE, Permission.UPDATE_BY_CODE)
def show(cqc_id: str, section: str) -> str:
    """A section, started from the last answers."""
    opened = opened_for(cqc_id, section, day=request.args.get("day"))
    return section_page(opened)


@bp.get("/locations/<cqc_id>/<section>/rows")
@allow(Permission.UPDATE, Permission.UPDATE_BY_CODE)
def rows(cqc_id: str, section: str) -> str:
    """Which rows of the section's grid the location runs: kinds of bed."""
    return choose_rows_page(opened_for(cqc_id, section))


@bp.post("/locations/<cqc_id>/<section>")
@allow(Permission.UPDATE, Permission.UPDATE_BY_CODE)
@commits
def save(cqc_id: str, section: str) -> Response | str | tuple[str, int]:
    """Save the answers, or say what is wrong with everything that was typed kept."""
    at = clock.now()
    opened = opened_for(cqc_id, section, day=posted_day(request.form), at=at)
    posted = read_posted(opened.published.section, opened.location.provider_type, request.form.items(multi=True))
    if posted.act.startswith("move:"):
        return typed_page(opened, move_one(opened.published.section, posted), status=200)
    tried = attempt(opened, posted)
    if tried.filled is None:
        return typed_page(opened, tried.posted, tried=tried, status=200 if tried.is_only_checked else 422)
    author = Author(current_viewer().actor, current_viewer().channel)
    try:
        saved = submit(opened.location, opened.published, tried.filled, author=author, at=at)
    except StateMoved:
        return conflict_page(opened, tried.posted)
    announce(saved_words(opened, tried, saved, at=at))
    return see_other(next_address(opened, posted.act, at=at))
