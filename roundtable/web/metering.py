"""Every request is measured: how long it took, how often it asked the database, how it ended."""

import time
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from sqlalchemy import Engine, event

from roundtable.measures import REQUEST_QUERIES, REQUEST_SECONDS, REQUESTS


@event.listens_for(Engine, "before_cursor_execute")
def _count_statement(*_words: Any) -> None:
    if has_request_context():
        g.statements = g.get("statements", 0) + 1


def _finish(response: Response) -> Response:
    # What leads to no view is counted as one page, whatever strangers ask for.
    page = request.endpoint or "nowhere"
    method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
    REQUESTS.labels(page, method, str(response.status_code)).inc()
    if "started" in g:  # the log has begun before anything else
        REQUEST_SECONDS.labels(page).observe(time.perf_counter() - g.started)
        REQUEST_QUERIES.labels(page).observe(g.get("statements", 0))
    return response


def init_app(app: Flask) -> None:
    """Measure every request."""
    app.after_request(_finish)
