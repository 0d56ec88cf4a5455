"""Roundtable: invite-only video conferences of mayors, from the first date to the press summary."""

import gc
import os
import zoneinfo

# Nothing that a start imports is garbage: looking through it for some, again and again, is a tenth of the start.
gc.disable()

# Zone data come from the pinned package, so that every machine tells the same time; a system's own
# files may be years older, and a meeting would move without anybody having touched it.
zoneinfo.reset_tzpath(())

from flask import Flask  # noqa: E402 - zone data first
from werkzeug.middleware.proxy_fix import ProxyFix  # noqa: E402

from roundtable import config, db, languages, models  # noqa: E402
from roundtable.accounts.sign_in_service import LONGEST_SIGN_IN  # noqa: E402
from roundtable.audit import recording_service as traces  # noqa: E402
from roundtable.parts import register_parts  # noqa: E402
from roundtable.web import init_app as init_web  # noqa: E402

# What is there now stays: later searches leave it out, and processes that are forked share it.
gc.freeze()
gc.enable()

__all__ = ["create_app", "models"]


def create_app(settings: config.Settings | None = None, *, testing: bool = False) -> Flask:
    """Return the program, set up from the settings or from the environment.

    Raises:
        ConfigError: if a setting is missing or wrong.
    """
    settings = settings or config.read(os.environ)
    app = Flask(__name__, template_folder=str(db.folder("templates")))
    app.testing = testing
    app.config.update(
        ROUNDTABLE=settings,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.old_secret_keys),
        SQLALCHEMY_DATABASE_URI=settings.database_uri,
        SQLALCHEMY_ENGINE_OPTIONS=db.engine_options(settings),
        SQLALCHEMY_BINDS=db.replica_options(settings),
        TRUSTED_HOSTS=[settings.public_host.partition(":")[0], "localhost", "127.0.0.1"],
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=5000,
        SESSION_COOKIE_NAME="__Host-roundtable" if settings.is_secure else "roundtable",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # How long a sign-in lasts, used or not, its row says; the cookie is not signed anew for every page.
        PERMANENT_SESSION_LIFETIME=LONGEST_SIGN_IN,
        SESSION_REFRESH_EACH_REQUEST=False,
        SEND_FILE_MAX_AGE_DEFAULT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        RATELIMIT_HEADERS_ENABLED=True,  # a refused one learns when to come back
        WTF_CSRF_TIME_LIMIT=12 * 3600,
    )
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask's documentation does
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    db.db.init_app(app)
    traces.start()
    languages.init_app(app)
    init_web(app, settings)
    register_parts(app)
    return app
