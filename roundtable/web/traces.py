"""Each request as a span of a trace (see roundtable/tracing.py)."""

from contextlib import ExitStack

from flask import Flask, Response, g, request

from roundtable import tracing
from roundtable.config import Settings


def _begin() -> None:
    rule = request.url_rule.rule if request.url_rule is not None else "nowhere"
    stack = g.trace = ExitStack()
    g.span = stack.enter_context(
        tracing.span(
            f"{request.method} {rule}",
            **{
                "http.request.method": request.method,
                "http.route": rule,
                "roundtable.page": request.endpoint or "",
            },
        )
    )


def _answer(response: Response) -> Response:
    span = g.get("span")
    if span is not None:
        span.set_attribute("http.response.status_code", response.status_code)
    return response


def _end(_error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("trace", None)
    if stack is not None:
        stack.close()


def init_app(app: Flask, settings: Settings) -> None:
    """Trace every request where the settings name a collector."""
    tracing.begin(settings.traces_url)
    if settings.traces_url:
        app.before_request(_begin)
        app.after_request(_answer)
        app.teardown_request(_end)
