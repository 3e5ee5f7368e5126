"""A location as others see it: hospitals and councils, and its own people as "what others see now". Updating it is `submit`.

Source: screens.md, 12.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from ctapp import clock
from ctapp.access.guard import allow, current_viewer
from ctapp.access.permissions import Permission
from ctapp.access.scope import locations_for
from ctapp.forms.find import address_of
from ctapp.queries.shop_window import miles_from, shop_window
from ctapp.web.found_views import find_form
from ctapp.web.window_views import window_page

bp = Blueprint("locations", __name__)


@bp.get("/locations/<cqc_id>")
@allow(Permission.SEE_LOCATION, Permission.FIND)
def show(cqc_id: str) -> str:
    """Show a location; with a search in the address also how far it is, and the way back to the results."""
    at, viewer = clock.now(), current_viewer()
    may_find = viewer.may(Permission.FIND)
    scope = locations_for(viewer, Permission.FIND if may_find else Permission.SEE_LOCATION)
    window = shop_window(scope, cqc_id, may_see=viewer.may_see_section, at=at)
    back, miles = "", None
    form = find_form(request.args, at=at)
    if may_find and "near" in request.args and form.validate():
        search = form.search()
        back, miles = url_for("find.show", **address_of(search)), miles_from(search.place, window.location.id)
    page = window_page(window, miles=miles, is_searched=bool(back), at=at)
    return render_template("locations/show.html", page=page, back=back, is_own=viewer.may(Permission.UPDATE))
