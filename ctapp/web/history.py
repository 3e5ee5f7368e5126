"""The history of a location: who said what, when and how, in the wording of its time; also as CSV."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from ctapp import clock
from ctapp.access.guard import allow, current_viewer
from ctapp.access.permissions import Permission
from ctapp.access.scope import locations_for
from ctapp.errors import NotFound
from ctapp.queries.directory import location_in
from ctapp.web.history_views import csv_lines, entries_of, section_choices

bp = Blueprint("history", __name__)
PAGE = 50


@bp.get("/locations/<cqc_id>/history")
@allow(Permission.SEE_HISTORY)
def show(cqc_id: str) -> str | Response:
    """The log of a location, newest first; `?format=csv` for all of one section or of every section."""
    viewer, at = current_viewer(), clock.now()
    location = location_in(locations_for(viewer, Permission.SEE_HISTORY), cqc_id)
    choices = section_choices(viewer, location, at=at)
    section = request.args.get("section", "")
    if section and section not in {choice.value for choice in choices}:
        raise NotFound(f"{section} is not within the reach of {viewer.actor}")
    if request.args.get("format") == "csv":
        name = f"{location.cqc_id}-{section or 'history'}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response("".join(csv_lines(viewer, location, section)), mimetype="text/csv", headers=headers)
    before = request.args.get("before", "")
    before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    entries, older = entries_of(viewer, location, section, before_id=before_id, limit=PAGE, at=at)
    return render_template(
        "locations/history.html", location=location, entries=entries, older=older, choices=choices, section=section
    )
