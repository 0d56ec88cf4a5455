"""Writing down what was refused."""

import logging

from flask import Flask, Response, g, request
from flask_login import current_user
from sqlalchemy.exc import OperationalError

from roundtable.audit.service import note_at_once

log = logging.getLogger(__name__)


def ask_once_more() -> None:
    """Say that the present answer asks who one is; it refuses nothing yet."""
    g.asks_once_more = True


def _note_refusal(response: Response) -> Response:
    """Note that somebody who is known was refused; strangers knock at every door and fill no log."""
    # Asked in this order: looking for the user would touch the cookie of every answer.
    if response.status_code != 403 or "asks_once_more" in g or not request.url_rule:
        return response
    if "audit_link" in g or current_user.is_authenticated:
        values = request.view_args or {}
        conference = values.get("conference_id")
        try:
            note_at_once(
                "refused",
                f"page/{request.endpoint}",
                conference_id=conference if isinstance(conference, int) else None,
                method=request.method,
                objects={name: value for name, value in values.items() if isinstance(value, int)},
            )
        except OperationalError:
            # The refusal stands, whatever the database can do now.
            log.exception("a refusal could not be written down")
    return response


def init_app(app: Flask) -> None:
    """Watch every answer."""
    app.after_request(_note_refusal)
