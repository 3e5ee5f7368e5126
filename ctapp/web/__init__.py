"""The web edge: it binds blueprints, errors, headers and static files to the application. Routes live in the modules beside it.

A module of this package that has a `bp` adds its routes; nothing else names the list.
"""

from __future__ import annotations

import importlib
import pkgutil
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ctapp.extensions import csrf
from ctapp.web import assets, failures, frame, headers, htmx, http, request_log, session, words

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


def init_app(app: Flask) -> None:
    """Bind everything that answers a request; the order is that in which a request meets it."""
    settings = app.config["SETTINGS"]
    host = urlsplit(settings.base_url).hostname or ""
    app.config["TRUSTED_HOSTS"] = [host] if settings.is_production else [host, *LOCAL_NAMES]
    http.init_app(app)
    request_log.init_app(app)
    session.init_app(app)
    csrf.init_app(app)
    failures.init_app(app)
    htmx.init_app(app)
    frame.init_app(app)
    words.init_app(app)
    _register_blueprints(app)
    assets.init_app(app)
    headers.init_app(app)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _register_blueprints(app: Flask) -> None:
    for module in pkgutil.iter_modules(__path__):
        blueprint = getattr(importlib.import_module(f"{__name__}.{module.name}"), "bp", None)
        if blueprint is not None:
            app.register_blueprint(blueprint)
