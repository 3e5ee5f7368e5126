"""What stands on every page: menu, footer, support desk, organisation. A link is here only if its page exists.

Source: screens.md, 1 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for

from ctapp import clock
from ctapp.access.permissions import Permission
from ctapp.access.viewer import Viewer
from ctapp.web import session


@dataclass(frozen=True)
class Entry:
    """A page of the menu or the footer: who holds the right sees it, once its endpoint exists."""

    endpoint: str
    text: str
    permission: Permission | None = None


@dataclass(frozen=True)
class Link:
    """A link as the layouts draw it."""

    text: str
    href: str
    current: bool = False


MENU = (
    Entry("home.show", "Home", Permission.OPEN_HOME),
    Entry("find.show", "Find", Permission.FIND),
)
# Help, Privacy, Terms of use and Accessibility come with their pages.
FOOTER: tuple[Entry, ...] = ()


def init_app(app: Flask) -> None:
    """Give every template what the layouts draw."""
    app.context_processor(everywhere)


def everywhere() -> dict[str, Any]:
    """Return the names that every template knows."""
    viewer: Viewer | None = g.get("viewer")
    settings = current_app.config["SETTINGS"]
    return {
        "viewer": viewer,
        "menu": _links(MENU, viewer) if viewer is not None else [],
        "organisation_name": viewer.organisation_name if viewer is not None else "",
        "home_url": "/",
        "sign_out_url": "/sign-out" if viewer is not None else "",
        "footer": _links(FOOTER, viewer),
        "support_desk": f"{settings.support_phone}, {settings.support_hours}",
        "session_ends_at": session.ends_at(),
        "now": clock.now(),
    }


def _links(entries: tuple[Entry, ...], viewer: Viewer | None) -> list[Link]:
    return [
        Link(entry.text, url_for(entry.endpoint), current=request.endpoint == entry.endpoint)
        for entry in entries
        if entry.endpoint in current_app.view_functions
        and (entry.permission is None or (viewer is not None and viewer.may(entry.permission)))
    ]
