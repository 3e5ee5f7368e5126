"""The WSGI application for any server that wants one by name; `ctapp run` does not pass through here."""

from ctapp import create_app

app = create_app()
