"""Two addresses for the machinery around the program: is it alive, may it get requests."""

import logging

from flask import Blueprint, Flask, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from roundtable import db as database
from roundtable.web.access import open_page

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__, url_prefix="/health")


@bp.get("/live")
@open_page
def live() -> Response:
    """Say that the process answers; asks nothing else."""
    return jsonify(status="live")


@bp.get("/ready")
@open_page
def ready() -> tuple[Response, int]:
    """Say whether the database answers with the right schema and the data folder can be written."""
    problem = _problem()
    if problem:
        log.warning("not ready", extra={"problem": problem})
        return jsonify(status="not ready"), 503
    return jsonify(status="ready"), 200


def _problem() -> str | None:
    try:
        if not database.is_current(current_app.extensions["migrate"].directory):
            return "schema"
    except SQLAlchemyError:
        database.db.session.rollback()
        return "database"
    folder = current_app.config["ROUNDTABLE"].data_dir
    try:
        probe = folder / ".ready"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        return "data folder"
    return None


def init_app(app: Flask) -> None:
    """Serve the two addresses."""
    app.register_blueprint(bp)
