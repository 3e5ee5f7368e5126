"""The web edge: it binds blueprints, errors, headers and static files to the application. Routes live in the modules beside it."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bind everything that answers a request."""
