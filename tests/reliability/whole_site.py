"""A program for test_kill.py: `serve()` with the whole application on a given database, imported before the fork so that a child
that was killed is back at once. It prints its port when everything is ready.

usage: whole_site.py DATABASE_URL INSTANCE WEB_CHILDREN
"""

import sys
from pathlib import Path

from ctapp import create_app, server
from ctapp.config import Settings


def settings():
    return Settings(
        env="development",
        instance=Path(sys.argv[2]),
        database_url=sys.argv[1],
        secret_key="for tests only " * 4,
        base_url="http://localhost",
    )


if __name__ == "__main__":
    create_app(settings())  # for its imports; no connection is opened
    sys.exit(
        server.serve(
            lambda: create_app(settings()),
            None,
            port=0,
            web_children=int(sys.argv[3]),
            threads=4,
            on_ready=lambda port: print(port, flush=True),
        )
    )
