"""Hello world on the server that the service runs on, with the same processes and threads: the floor of every ratio.

usage: python -m benchmarks.hello PORT WEB_CHILDREN
"""

from __future__ import annotations

import sys

from ctapp import server

PAGE = b"<!DOCTYPE html><title>Hello</title><p>Hello, world</p>"


def make_app() -> server.WSGIApp:
    """Return the smallest application that answers with a page."""

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(PAGE)))])
        return [PAGE]

    return app


if __name__ == "__main__":
    sys.exit(server.serve(make_app, None, port=int(sys.argv[1]), web_children=int(sys.argv[2])))
