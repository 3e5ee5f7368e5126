"""A program for test_kill.py: `serve()` with the whole application on a given database, made before the fork so that a child
that was killed is back at once; no connection is opened before it. It prints its port when everything is ready.

usage: whole_site.py DATABASE_URL INSTANCE WEB_CHILDREN
"""

import sys
from pathlib import Path

from ctapp import clock, create_app, server
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
    clock.now()  # one clock for every child, as `ctapp run` sees to it
    app = create_app(settings())
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
    sys.exit(
        server.serve(
            lambda: app,
            None,
            port=0,
            web_children=int(sys.argv[3]),
            threads=4,
            on_ready=lambda port: print(port, flush=True),
        )
    )
