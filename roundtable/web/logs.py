"""Structured logs: one JSON object a line, without secrets, links or addresses."""

import json
import logging
import re
import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request

log = logging.getLogger("roundtable.request")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"/(c/o|g|c|u|p|door)/[^\s/?\"']+")
_PASSWORD = re.compile(r"://[^\s/@]+@")
_CELERY = ("celery.worker.strategy", "celery.app.trace")


def masked(text: str) -> str:
    """Return the text without mail addresses, personal links and passwords in addresses."""
    text = _PASSWORD.sub("://***@", text)
    return _ADDRESS.sub("***@***", _LINK.sub(r"/\1/***", text))


class JsonLines(logging.Formatter):
    """Formats a record as one JSON line; line feeds and escape sequences cannot break out of it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in _STANDARD:
                line[name] = masked(value) if isinstance(value, str) else value
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=True, default=lambda value: masked(str(value)))


def configure(level: str) -> None:
    """Send all logs to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Libraries that repeat themselves at INFO.
    for chatty in ("alembic", "waitress.queue", "fontTools", "weasyprint", *_CELERY):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _start() -> None:
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(6)


View = TypeVar("View", bound=Callable[..., Any])


def quiet(view: View) -> View:
    """Mark a view that is asked every second or so: only what goes wrong there is logged."""
    view.is_quiet = True  # type: ignore[attr-defined]  # functions carry attributes
    return view


def _is_quiet(response: Response) -> bool:
    if request.endpoint in {"static", "health.live", "health.ready", "metrics.show"}:
        return True
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "is_quiet", False)) and response.status_code < 400


def _finish(response: Response) -> Response:
    if "started" in g and not _is_quiet(response):
        log.info(
            "request",
            extra={
                "id": g.request_id,
                "method": request.method,
                # The rule, never the path: a path may be a personal link.
                "page": str(request.url_rule) if request.url_rule else None,
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.started) * 1000, 1),
            },
        )
        response.headers.setdefault("X-Request-Id", g.request_id)
    return response


def init_app(app: Flask) -> None:
    """Log every request once, when it is answered."""
    app.before_request(_start)
    app.after_request(_finish)
