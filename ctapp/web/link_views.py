"""What the pages beside the one tap say: leaving, closing, updating without an account, and Home of a mailed code. No route."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import g, render_template, url_for

from ctapp.access.permissions import Permission
from ctapp.access.roles import CONTACT
from ctapp.access.scope import locations_for
from ctapp.access.viewer import Viewer
from ctapp.clock import london_day
from ctapp.errors import Gone
from ctapp.queries.contacts import locations_of_contact
from ctapp.queries.directory import LocationRow, locations_in
from ctapp.queries.due import DueSection, due_in
from ctapp.queries.links import LinkRow, live_link
from ctapp.queries.pauses import unchecked_pauses
from ctapp.queries.question_sets import sections_on
from ctapp.questions.age import age_words
from ctapp.questions.status_words import Status, status_of
from ctapp.web.confirm_views import masked


@dataclass(frozen=True)
class AskedHome:
    """One home that a question is about; `paused` when support is checking it already."""

    name: str
    cqc_id: str
    paused: bool


@dataclass(frozen=True)
class SectionLine:
    """One section that a mailed code may change: its words, its answers in lines, where it is changed."""

    title: str
    status: Status
    lines: tuple[str, ...]
    href: str


def not_mine_page(token: str, *, at: datetime) -> str:
    """Return the page that asks which home a contact has left.

    Errors: Gone.
    """
    return render_template("confirm/not_mine.html", token=token, homes=_asked_homes(token, at=at))


def closed_page(token: str, *, at: datetime) -> str:
    """Return the page that asks whether a home has closed or is empty for now.

    Errors: Gone.
    """
    return render_template("confirm/closed.html", token=token, homes=_asked_homes(token, at=at))


def changed_page(token: str, cqc_id: str, *, at: datetime) -> str:
    """Return the page that offers a mailed code or sign-in; `cqc_id` is the home to go to once signed in, if it is the link's.

    Errors: Gone.
    """
    link, locations = _homes_of(token, at=at)
    mine = cqc_id in {location.cqc_id for location in locations}
    there = url_for("home.location", cqc_id=cqc_id) if mine else url_for("home.show")
    return render_template(
        "confirm/changed.html",
        token=token,
        sent_to=masked(link.email),
        covers=_covers(locations, at=at),
        sign_in=url_for("sign_in.show", next=there),
    )


def code_page(token: str, *, at: datetime, said: str = "", error: str = "", is_over: bool = False) -> str:
    """Return the page on which a mailed code is typed.

    Errors: Gone.
    """
    errors = [{"id": "code", "text": error}] if error else []
    sent_to = masked(live_link(token, at=at).email)
    return render_template("confirm/code.html", token=token, sent_to=sent_to, said=said, errors=errors, is_over=is_over)


def code_home(viewer: Viewer, *, at: datetime) -> str:
    """Return Home of a contact with a mailed code: the sections it may change at each of its open homes."""
    found = locations_in(locations_for(viewer, Permission.UPDATE_BY_CODE))
    locations = [location for location in found if location.is_open(london_day(at))]
    rows = due_in(locations, at=at)
    homes = [
        {
            "name": location.name,
            "sections": [_line(location, row, at=at) for row in rows[location.id] if viewer.may_see_section(row.key)],
        }
        for location in locations
    ]
    return render_template("home/code.html", homes=homes, until=age_words(g.session_ends_at, at).rpartition(" at ")[2])


def _line(location: LocationRow, row: DueSection, *, at: datetime) -> SectionLine:
    standing = row.standing
    status = status_of(
        row.due,
        confirmed_at=standing.confirmed_at if standing else None,
        changed_at=standing.changed_at if standing else None,
        at=at,
    )
    href = url_for("submit.show", cqc_id=location.cqc_id, section=row.key)
    return SectionLine(row.section.short, status, row.lines, href)


def _homes_of(token: str, *, at: datetime) -> tuple[LinkRow, tuple[LocationRow, ...]]:
    link = live_link(token, at=at)
    locations = locations_of_contact(link.contact_id, day=london_day(at))
    if not locations:
        raise Gone("no open location is left")
    return link, locations


def _asked_homes(token: str, *, at: datetime) -> list[AskedHome]:
    _, locations = _homes_of(token, at=at)
    paused = unchecked_pauses([location.id for location in locations])
    return [AskedHome(location.name, location.cqc_id, location.id in paused) for location in locations]


def _covers(locations: tuple[LocationRow, ...], *, at: datetime) -> str:
    # "beds, COVID-19 and business continuity": what these homes are asked of what a code may change.
    types = {location.provider_type for location in locations}
    allowed = CONTACT.only_sections or frozenset()
    asked = [p.section for p in sections_on(london_day(at)) if p.key in allowed and types & set(p.section.asked_of)]
    names = [
        section.short if section.short[1:2].isupper() else section.short[:1].lower() + section.short[1:]
        for section in asked
    ]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1] if names else ""]))
