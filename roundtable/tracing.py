"""Traces for OpenTelemetry, where ROUNDTABLE_TRACES_URL names a collector; elsewhere nothing of it is even imported.

A request, a job and every statement to the database is a span. Pages are called by their rule (`/g/<token>`), statements
stand there without their values: no link, address or word of anybody leaves the program this way. The instrumentation
that is published for Flask would send the whole address of each request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

_tracer: Any = None
_provider: Any = None


def begin(url: str) -> None:
    """Send spans to this address from now on, OTLP over HTTP, in batches; once in a process."""
    global _tracer, _provider  # noqa: PLW0603 - one tracer in a process, as the library means it
    if not url or _tracer is not None:
        return
    # Slow to import, and only who asks for traces needs it.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    _provider = TracerProvider(resource=Resource.create({"service.name": "roundtable"}))
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=5)))
    _tracer = _provider.get_tracer("roundtable")
    event.listen(Engine, "before_cursor_execute", _statement_begins)
    event.listen(Engine, "after_cursor_execute", _statement_ends)
    event.listen(Engine, "handle_error", _statement_fails)


def end() -> None:
    """Send what has been collected, and stop."""
    global _tracer, _provider  # noqa: PLW0603
    if _tracer is None:
        return
    for name, listener in (
        ("before_cursor_execute", _statement_begins),
        ("after_cursor_execute", _statement_ends),
        ("handle_error", _statement_fails),
    ):
        event.remove(Engine, name, listener)
    _provider.shutdown()
    _tracer = _provider = None


@contextmanager
def span(name: str, **attributes: str | int) -> Iterator[Any]:
    """Do something as a span; yields what takes further attributes by `set_attribute`, or None."""
    if _tracer is None:
        yield None
        return
    with _tracer.start_as_current_span(name, attributes=attributes) as found:
        yield found


def _statement_begins(
    connection: Any, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool
) -> None:
    from opentelemetry import trace  # noqa: PLC0415

    # Only inside of something: looks of idle jobs would drown the rest.
    if trace.get_current_span().is_recording():
        words = statement.split(None, 1)
        found = _tracer.start_span(
            words[0] if words else "statement",
            attributes={"db.system.name": connection.dialect.name, "db.query.text": statement[:2000]},
        )
        connection.info.setdefault("spans", []).append(found)


def _statement_ends(connection: Any, *_more: Any) -> None:
    spans = connection.info.get("spans")
    if spans:
        spans.pop().end()


def _statement_fails(failure: Any) -> None:
    if failure.connection is not None:
        _statement_ends(failure.connection)
