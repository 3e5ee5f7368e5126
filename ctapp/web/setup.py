"""Who a home supports: the one question of the first day that belongs to the location, not to a section."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ctapp import clock
from ctapp.access.guard import allow, current_viewer
from ctapp.access.permissions import Permission
from ctapp.access.scope import locations_for
from ctapp.forms.views import ErrorView, OptionView
from ctapp.queries.directory import LocationRow, location_in
from ctapp.reference.specialisms import LEAD_SPECIALISMS
from ctapp.services.locations import set_lead_specialism
from ctapp.web.http import announce, commits

bp = Blueprint("setup", __name__)
UNANSWERED = "Choose who you mainly support"


@bp.get("/locations/<cqc_id>/who-you-support")
@allow(Permission.UPDATE)
def show(cqc_id: str) -> str:
    """Ask who a home mainly supports."""
    return _page(_location(cqc_id), chosen="")


@bp.post("/locations/<cqc_id>/who-you-support")
@allow(Permission.UPDATE)
@commits
def save(cqc_id: str) -> Response | tuple[str, int]:
    """Keep who a home mainly supports."""
    location, chosen = _location(cqc_id), request.form.get("lead_specialism", "")
    if chosen not in LEAD_SPECIALISMS:
        return _page(location, chosen=chosen, error=UNANSWERED), 422
    set_lead_specialism(location, chosen, actor=current_viewer().actor, at=clock.now())
    announce(
        f"Saved: {location.name} mainly supports {LEAD_SPECIALISMS[chosen][:1].lower()}{LEAD_SPECIALISMS[chosen][1:]}."
    )
    return redirect(url_for("home.location", cqc_id=cqc_id), 303)


def _location(cqc_id: str) -> LocationRow:
    return location_in(locations_for(current_viewer(), Permission.UPDATE), cqc_id)


def _page(location: LocationRow, *, chosen: str, error: str = "") -> str:
    lead = chosen or location.lead_specialism or ""
    options = [OptionView(key, label, checked=key == lead) for key, label in LEAD_SPECIALISMS.items()]
    errors = [ErrorView("lead-specialism", error)] if error else []
    return render_template(
        "locations/who_you_support.html", location=location, options=options, error=error, errors=errors
    )
