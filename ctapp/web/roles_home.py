"""Home of those whose own pages come later: who they are, what they reach, and for councils the homes out of date."""

from __future__ import annotations

from datetime import datetime

from flask import render_template, url_for

from ctapp.access.permissions import Permission
from ctapp.access.roles import role_of
from ctapp.access.scope import locations_for
from ctapp.access.viewer import Viewer
from ctapp.queries.directory import locations_in
from ctapp.queries.stale import StaleHome, freshness_of, stale_homes
from ctapp.questions.age import age_words, span_words

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
        find_href=url_for("find.show") if viewer.may(Permission.FIND) else "",
        stale=[_told(home, at=at) for home in stale_homes(scope, at=at)] if sees_beds else [],
        freshness=freshness_of(scope, at=at) if sees_beds else None,
    )


def _told(home: StaleHome, *, at: datetime) -> dict[str, object]:
    # A home out of date in words: how long, since when, what was known last.
    return {
        "name": home.location.name,
        "tag": f"Not updated for {span_words(home.confirmed_at, at)}",
        "since": f"{home.section_title}, since {age_words(home.confirmed_at, at)}",
        "last_known": ". ".join(home.figures),
        "phone": home.phone,
    }
