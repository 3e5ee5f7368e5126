"""A program for test_server.py: `serve()` with the smallest application, so that only the server is on trial.

usage: tiny_site.py FOLDER WEB_CHILDREN [impatient]   (a file FOLDER/broken: the application cannot start)
"""

import fcntl
import os
import sys
import time
from pathlib import Path

from ctapp import server

folder, web_children, way = Path(sys.argv[1]), int(sys.argv[2]), (sys.argv[3:] or [""])[0]


def make_app():
    if (folder / "broken").exists():
        time.sleep(0.2)  # long enough for a parent that would not wait
        raise ValueError("this application cannot start")

    def app(environ, start_response):
        if environ["PATH_INFO"].startswith("/slow/"):
            time.sleep(float(environ["PATH_INFO"].removeprefix("/slow/")))
        body = str(os.getpid()).encode()
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    return app


def run_worker():
    # Two workers at once would fail here, and be seen in the file.
    with (folder / "lock").open("w") as lock, (folder / "workers").open("a") as workers:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("two", file=workers, flush=True)
            raise
        print(os.getpid(), file=workers, flush=True)
        time.sleep(3600)


if __name__ == "__main__":
    if way == "impatient":
        server.DRAIN, server.KILL = 1.0, 1.5
    sys.exit(
        server.serve(
            make_app,
            run_worker,
            port=0,
            web_children=web_children,
            on_ready=lambda port: print(port, flush=True),
        )
    )
