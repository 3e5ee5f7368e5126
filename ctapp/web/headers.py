"""The security headers of every answer: pages, errors, fragments and static files alike. Nothing here looks at a page.

It wraps the whole application, so that an answer which Flask never saw carries them too.
Source: stack.md, Headers; security.md, 13, 50, 57.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FEATURES = (
    "accelerometer",
    "autoplay",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
    "Cache-Control": "no-store",
}
HSTS = "max-age=31536000; includeSubDomains"
LINK_PATHS = "/u/"


def init_app(app: Flask) -> None:
    """Wrap the application; called last, so that nothing answers outside it."""
    settings = app.config["SETTINGS"]
    app.wsgi_app = HeaderGuard(app.wsgi_app, is_https=settings.base_url.startswith("https://"))  # type: ignore[method-assign]


class HeaderGuard:
    """WSGI middleware that adds each header an answer does not set itself."""

    def __init__(self, application: WSGIApplication, *, is_https: bool) -> None:
        self.application = application
        self.is_https = is_https

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")

        def start(status: str, given: list[tuple[str, str]], *more: Any) -> Any:
            headers = Headers(given)
            self._complete(headers, path=path)
            return start_response(status, headers.to_wsgi_list(), *more)

        return self.application(environ, start)

    def _complete(self, headers: Headers, *, path: str) -> None:
        for name, value in ALWAYS.items():
            headers.setdefault(name, value)
        if self.is_https:
            headers.setdefault("Strict-Transport-Security", HSTS)
        if path.startswith(LINK_PATHS):
            # A token in the address must not travel to another page's log.
            headers.set("Referrer-Policy", "no-referrer")
            headers.set("X-Robots-Tag", "noindex, nofollow")
        if headers.get("Content-Type", "").startswith("text/html"):
            _vary(headers, "HX-Request", "Cookie")


def _vary(headers: Headers, *names: str) -> None:
    present = [part.strip() for value in headers.getlist("Vary") for part in value.split(",") if part.strip()]
    known = {part.lower() for part in present}
    headers.set("Vary", ", ".join([*present, *(name for name in names if name.lower() not in known)]))
