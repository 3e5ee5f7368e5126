"""An open Capacity Tracker: where a person can be cared for tonight. `create_app` wires the parts together and does nothing else."""

from __future__ import annotations

from flask import Flask

from ctapp.config import ROOT, Settings, read_settings


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application, bound to its settings; it opens no connection until the first request.

    Errors: UnsafeSettings when a production start would be unsafe.
    """
    from ctapp import web
    from ctapp.extensions import compress, db, mail, migrate
    from ctapp.models import engine

    settings = settings or read_settings()
    app = Flask("ctapp", instance_path=str(settings.instance.resolve()), static_folder=None)
    url = engine.engine_url(settings.resolved_database_url)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS=engine.engine_options(url),
        MAX_CONTENT_LENGTH=1_000_000,
        MAX_FORM_PARTS=1_000,
        MAX_FORM_MEMORY_SIZE=1_000_000,
        WTF_CSRF_TIME_LIMIT=None,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        MAIL_SUPPRESS_SEND=True,
    )
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    compress.init_app(app)
    mail.init_app(app)
    with app.app_context():
        engine.prepare(db.engine)
    web.init_app(app)
    return app
