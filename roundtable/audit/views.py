"""Writing down what was refused."""

from flask import Flask, Response, g, request
from flask_login import current_user

from roundtable.audit.service import note_at_once


def ask_once_more() -> None:
    """Say that the present answer asks who one is; it refuses nothing yet."""
    g.asks_once_more = True


def _note_refusal(response: Response) -> Response:
    """Note that somebody who is known was refused; strangers knock at every door and fill no log."""
    is_known = "audit_link" in g or bool(current_user and current_user.is_authenticated)
    if response.status_code == 403 and is_known and "asks_once_more" not in g and request.url_rule:
        values = request.view_args or {}
        conference = values.get("conference_id")
        note_at_once(
            "refused",
            f"page/{request.endpoint}",
            conference_id=conference if isinstance(conference, int) else None,
            method=request.method,
            objects={name: value for name, value in values.items() if isinstance(value, int)},
        )
    return response


def init_app(app: Flask) -> None:
    """Watch every answer."""
    app.after_request(_note_refusal)
