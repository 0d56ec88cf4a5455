"""Error pages: plain, in the reader's language, without a trace."""

import errno
import logging

from flask import Flask, current_app, g, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.languages import refusal_text
from roundtable.measures import FAULTS
from roundtable.web.access import has_secret_address, is_by_link

log = logging.getLogger(__name__)


def _refused(refusal: Refusal) -> ResponseReturnValue:
    """A rule said no: nothing is kept, and the reader learns why."""
    db.session.rollback()
    return render_template("errors/refused.html", sentence=refusal_text(refusal)), 409


def _stale(_error: StaleDataError) -> ResponseReturnValue:
    """Two people changed the same thing; the second has not seen the first one's change."""
    db.session.rollback()
    return render_template("errors/stale.html"), 409


def _expired_form(_error: CSRFError) -> ResponseReturnValue:
    return render_template("errors/expired.html"), 400


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400 or isinstance(error, SecurityError):
        # A foreign Host gets a bare 400: no address can be written on a page for it.
        return error
    if code == 404 and is_by_link():
        # Wrong, cut off, old or revoked: the reader of a letter learns what to do instead.
        return render_template("errors/unknown_link.html"), 404
    if code == 404 and has_secret_address():
        return render_template("errors/closed_door.html"), 404
    known = code if code in {403, 404, 405, 413, 429} else 400 if code < 500 else 500
    response = error.get_response()
    response.set_data(render_template("errors/http.html", code=known))
    response.content_type = "text/html; charset=utf-8"
    return response


_FULL_TO_THE_SYSTEM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_UNWRITABLE_TO_THE_SYSTEM = frozenset({errno.EROFS, errno.EACCES, errno.EIO})
_FULL_TO_POSTGRESQL = "53100"
"""disk_full, of PostgreSQL's table of error codes."""


def _is_full(error: OperationalError) -> bool:
    # SQLite has one number for it, and the driver gives only its text.
    return getattr(error.orig, "sqlstate", "") == _FULL_TO_POSTGRESQL or "disk is full" in str(error.orig)


def _unavailable(kind: str, error: Exception, code: int) -> ResponseReturnValue:
    """What the program stands on has failed: nothing is kept, and it is no fault of the reader's or of ours."""
    db.session.rollback()
    FAULTS.labels(kind).inc()
    log.error("not available", exc_info=error, extra={"kind": kind, "answer": code})
    return render_template("errors/http.html", code=code), code


def _no_connection(error: NoConnection) -> ResponseReturnValue:
    """Every connection of this process was in use for too long."""
    return _unavailable("no-connection", error, 503)


def _no_database(error: OperationalError) -> ResponseReturnValue:
    return _unavailable("database", error, 507 if _is_full(error) else 503)


def _no_disk(error: OSError) -> ResponseReturnValue:
    """A file could not be written: no room, or nothing may be written any more."""
    if error.errno in _FULL_TO_THE_SYSTEM:
        return _unavailable("files", error, 507)
    if error.errno in _UNWRITABLE_TO_THE_SYSTEM:
        return _unavailable("files", error, 503)
    if current_app.testing:
        raise error
    return _bug(error)


def _bug(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    FAULTS.labels("bug").inc()
    log.error("unexpected error", exc_info=error, extra={"id": g.get("request_id")})
    return render_template("errors/http.html", code=500), 500


def init_app(app: Flask) -> None:
    """Answer every failure with a page of our own."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _no_database)
    app.register_error_handler(NoConnection, _no_connection)
    app.register_error_handler(OSError, _no_disk)
    if not app.testing:
        app.register_error_handler(Exception, _bug)
