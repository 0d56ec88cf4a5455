"""Two addresses for the machinery around the program: is it alive, may it get requests."""

import logging
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from roundtable import db as database
from roundtable.config import Settings
from roundtable.watch import queries
from roundtable.watch.alarms import MEGABYTE
from roundtable.web.access import open_page

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__, url_prefix="/health")

LEAST_FREE_BYTES = 50 * MEGABYTE
"""With less, a picture or a write-ahead log may not fit any more."""
_PROBE = b"\0" * 8192


@bp.get("/live")
@open_page
def live() -> Response:
    """Say that the process answers; asks nothing else."""
    return jsonify(status="live")


@bp.get("/ready")
@open_page
def ready() -> tuple[Response, int]:
    """Say whether requests can be served: database, schema, disk; and whether an administrator should look.

    Late letters are an alarm and no reason to take the program away from those who answer invitations
    (docs/decisions/0029). What is wrong stands in the log and on the administrators' page only.
    """
    problem = _problem()
    if problem:
        log.warning("not ready", extra={"problem": problem})
        return jsonify(status="not ready"), 503
    return jsonify(status="ready", alarms=bool(queries.standing())), 200


def _problem() -> str | None:
    # Heavy to import, and no page needs it.
    from roundtable import schema  # noqa: PLC0415

    settings: Settings = current_app.config["ROUNDTABLE"]
    try:
        if not schema.is_current():
            return "schema"
    except SQLAlchemyError:
        database.db.session.rollback()
        return "database"
    free = queries.free_bytes(settings)
    if free is not None and free < LEAST_FREE_BYTES:
        return "disk"
    try:
        _probe(settings.data_dir)
    except OSError:
        return "data folder"
    return None


def _probe(folder: Path) -> None:
    probe = folder / ".ready"
    try:
        probe.write_bytes(_PROBE)
    finally:
        probe.unlink(missing_ok=True)
