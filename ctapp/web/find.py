"""Find a bed: the form, and the results behind an address that can be kept. Home care is not found here yet.

Source: screens.md, 11; flows.md, Find.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ctapp import clock
from ctapp.access.guard import allow, current_viewer
from ctapp.access.permissions import Permission
from ctapp.access.scope import locations_for
from ctapp.forms.find import FindForm, address_of
from ctapp.queries.find import find_beds
from ctapp.web.found_views import find_form, found_page
from ctapp.web.http import reads

bp = Blueprint("find", __name__)


@bp.get("/find")
@allow(Permission.FIND)
def show() -> ResponseReturnValue:
    """Show the form or, for an address with a search in it, what it finds."""
    at = clock.now()
    form = find_form(request.args, at=at)
    if not request.args or "change" in request.args:
        return _form_page(form)
    if not form.validate():
        return _form_page(form), 422
    search = form.search()
    found = find_beds(locations_for(current_viewer(), Permission.FIND), search, at=at)
    page = found_page(search, found, wants_old="old" in request.args, at=at)
    return render_template("find/results.html", page=page)


@bp.post("/find")
@allow(Permission.FIND)
@reads
def look() -> ResponseReturnValue:
    """Answer the posted form with an address that holds the sector and not the postcode."""
    form = find_form(request.form, at=clock.now(), is_posted=True)
    if not form.validate():
        return _form_page(form), 422
    return redirect(url_for("find.show", **address_of(form.search())), 303)


def _form_page(form: FindForm) -> str:
    errors = form.error_items()
    return render_template(
        "find/show.html", form=form, errors=errors, texts={item["id"]: item["text"] for item in errors}
    )
