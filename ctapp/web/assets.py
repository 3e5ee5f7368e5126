"""Static files under paths that name their content, compressed once and kept in memory.

Not a Flask route: a stylesheet needs no session, no access rule and no log line. Not whitenoise either, which reads
compressed twins from beside each file: they would have to be committed, or the folder be writable at start.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
from flask import Flask
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

STATIC = Path(__file__).parent.parent / "static"
PREFIX = "/static/"
HASH_LENGTH = 12
SERVED = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
COMPRESSED = {".css", ".js", ".svg"}


class UnknownAsset(LookupError):
    """A template names a static file that does not exist."""


@dataclass(frozen=True)
class Asset:
    """One static file as it stands on disk, and its forms on the wire."""

    name: str
    body: bytes

    @cached_property
    def url(self) -> str:
        """The path that names this content, so that it may be kept for ever."""
        return f"{PREFIX}{hashlib.sha256(self.body).hexdigest()[:HASH_LENGTH]}/{self.name}"

    @cached_property
    def media_type(self) -> str:
        """The type the browser is told; it must not guess another."""
        kind = SERVED.get(Path(self.name).suffix) or mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

    @cached_property
    def encodings(self) -> Mapping[str, bytes]:
        """The compressed forms that are smaller than the file, best first."""
        if Path(self.name).suffix not in COMPRESSED:
            return {}
        forms = {"br": brotli.compress(self.body), "gzip": gzip.compress(self.body, mtime=0)}
        return {name: form for name, form in forms.items() if len(form) < len(self.body)}


def init_app(app: Flask) -> None:
    """Serve the static files before Flask sees the request, and give templates `asset(name)`."""
    catalogue = load(STATIC)
    by_name = {asset.name: asset.url for asset in catalogue}

    def asset_url(name: str) -> str:
        if name not in by_name:
            raise UnknownAsset(name)
        return by_name[name]

    app.jinja_env.globals["asset"] = asset_url
    app.wsgi_app = AssetServer(app.wsgi_app, catalogue)  # type: ignore[method-assign]


@lru_cache(maxsize=4)
def load(root: Path) -> tuple[Asset, ...]:
    """Return every servable file under `root`, by name; read once in a process."""
    files = sorted(path for path in root.rglob("*") if path.suffix in SERVED)
    return tuple(Asset(path.relative_to(root).as_posix(), path.read_bytes()) for path in files)


def warm() -> None:
    """Compress everything now: called before the server forks, so that its children share the result."""
    for asset in load(STATIC):
        _ = asset.encodings


class AssetServer:
    """WSGI middleware that answers for known static paths and passes on everything else."""

    def __init__(self, application: WSGIApplication, catalogue: Iterable[Asset]) -> None:
        self.application = application
        self.by_url = {asset.url: asset for asset in catalogue}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asset = self.by_url.get(environ.get("PATH_INFO", ""))
        if asset is None:
            return self.application(environ, start_response)
        return _answer(asset, Request(environ))(environ, start_response)


def _answer(asset: Asset, request: Request) -> Response:
    if request.method not in {"GET", "HEAD"}:
        return Response(status=405, headers={"Allow": "GET, HEAD"})
    encoding = next((name for name in asset.encodings if request.accept_encodings[name] > 0), None)
    response = Response(asset.encodings[encoding] if encoding else asset.body, content_type=asset.media_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # An icon opened by itself is a document: it may load nothing either.
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    if asset.encodings:
        response.headers["Vary"] = "Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response
