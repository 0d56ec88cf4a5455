"""Pages for everybody may be read from a copy of the database: the press room on the day of a summit.

Only what is asked for without any cookie and without a personal link comes from there: whoever has just published
something sees it at once. A copy that does not answer is left alone for a while; the database itself answers.
"""

import logging
import threading
import time

from flask import Flask, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from roundtable.config import Settings
from roundtable.db import REPLICA, db

log = logging.getLogger(__name__)

LOOKS_EVERY_SECONDS = 5
AWAY_SECONDS = 10
_lock = threading.Lock()


def may_come_from_replica() -> None:
    """Let this page be read from the copy, if there is one and nothing about the reader speaks against it."""
    settings: Settings = current_app.config["ROUNDTABLE"]
    if (
        settings.database_replica_uri
        and request.method in {"GET", "HEAD"}
        and not request.cookies
        and "token" not in (request.view_args or {})
        and _is_there(current_app)
    ):
        g.reads_replica = True


def _is_there(app: Flask) -> bool:
    """Whether the copy has answered within the last seconds."""
    known: dict[str, float] = app.extensions.setdefault(
        "roundtable.replica", {"until": 0.0, "away_until": 0.0}
    )
    now = time.monotonic()
    with _lock:
        if now < known["away_until"]:
            return False
        if now < known["until"]:
            return True
    try:
        with db.engines[REPLICA].connect():
            pass
    except SQLAlchemyError as error:
        log.warning("copy of the database not available", extra={"error": type(error).__name__})
        known["away_until"] = time.monotonic() + AWAY_SECONDS
        return False
    known["until"] = time.monotonic() + LOOKS_EVERY_SECONDS
    return True
