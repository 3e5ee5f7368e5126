"""Home, by role: a provider's homes with what is due; for everybody else, until their pages come, who they are and what is in reach."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from ctapp import clock
from ctapp.access.guard import allow, current_viewer
from ctapp.access.permissions import Permission
from ctapp.access.scope import locations_for
from ctapp.errors import StateMoved
from ctapp.queries.directory import location_in
from ctapp.services.confirmations import undo
from ctapp.services.log import Author
from ctapp.web.home_views import confirm_shown, confirmed_words, home_page, location_page, moved_page, published_of
from ctapp.web.http import announce, commits

bp = Blueprint("home", __name__)


@bp.get("/")
@allow(Permission.OPEN_HOME)
def show() -> str:
    """Home of whoever is signed in."""
    return home_page(current_viewer(), at=clock.now())


@bp.get("/locations/<cqc_id>/home")
@allow(Permission.UPDATE)
def location(cqc_id: str) -> str:
    """Home of one location, for those who have several."""
    viewer = current_viewer()
    found = location_in(locations_for(viewer, Permission.UPDATE), cqc_id)
    return location_page(viewer, found, at=clock.now())


@bp.post("/locations/<cqc_id>/confirm")
@allow(Permission.CONFIRM)
@commits
def confirm(cqc_id: str) -> Response | tuple[str, int]:
    """Confirm that nothing has changed in the sections that were shown, all or none."""
    viewer, at = current_viewer(), clock.now()
    found = location_in(locations_for(viewer, Permission.CONFIRM), cqc_id)
    try:
        confirmed = confirm_shown(viewer, found, request.form, at=at)
    except StateMoved:
        return moved_page(viewer, found, request.form, at=at), 409
    announce(confirmed_words(confirmed, at=at))
    return redirect(
        url_for("home.location", cqc_id=cqc_id, done=",".join(str(c.submission_id) for c in confirmed)), 303
    )


@bp.post("/locations/<cqc_id>/undo")
@allow(Permission.CONFIRM)
@commits
def take_back(cqc_id: str) -> Response:
    """Take back a confirmation of the last ten minutes."""
    viewer, at = current_viewer(), clock.now()
    found = location_in(locations_for(viewer, Permission.CONFIRM), cqc_id)
    ids = [int(text) for text in request.form.get("submissions", "").split(",") if text.isascii() and text.isdigit()]
    undo(found, ids, published_of(at=at), author=Author(viewer.actor, "web"), at=at)
    announce("Undone. The answers stand as they were checked before.")
    return redirect(url_for("home.location", cqc_id=cqc_id), 303)
