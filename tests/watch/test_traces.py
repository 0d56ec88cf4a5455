"""Traces reach a collector, as OpenTelemetry's own messages; nobody's link, address or words are in them."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import make
import pytest
from conftest import OwnClient, settings_for
from flask import Flask
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from roundtable import create_app, tracing
from roundtable.config import ConfigError, read
from roundtable.db import db
from roundtable.jobs import perform

pytestmark = pytest.mark.one_database


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """A collector on the loopback, with all that it was sent."""
    sent: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                import gzip

                body = gzip.decompress(body)
            sent.append(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", sent
    tracing.end()
    server.shutdown()
    server.server_close()


def spans(sent: list[bytes]) -> list[Span]:
    """Return all spans, parsed by OpenTelemetry's own messages."""
    return [
        span
        for body in sent
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def test_a_request_is_a_span_with_its_statements_and_no_link_in_it(
    app: Flask, collector: tuple[str, list[bytes]]
) -> None:
    url, sent = collector
    one = make.invitation()
    db.session.commit()
    link = make.link(one)
    own = create_app(
        settings_for(app.config["ROUNDTABLE"].data_dir, database_uri=str(db.engine.url), traces_url=url),
        testing=True,
    )
    own.test_client_class = OwnClient
    client = own.test_client()

    client.get(link)
    client.post(link, data={"answer": "declined", "note": "Canary words"})
    client.get("/nowhere?email=canary@example.org")
    perform(own, "letters", lambda: 1)
    with own.app_context():
        db.engine.dispose()
    tracing.end()

    found = spans(sent)
    by_name = {span.name: span for span in found}
    rule = "/g/<token>/meetings/<int:meeting_id>"
    assert {f"GET {rule}", f"POST {rule}", "GET nowhere", "job letters"} <= set(by_name)
    page = by_name[f"GET {rule}"]
    values = {one.key: one.value.int_value or one.value.string_value for one in page.attributes}
    assert values["http.response.status_code"] == 200
    statements = [span for span in found if span.parent_span_id == page.span_id]
    assert len(statements) >= 5
    assert {span.name for span in statements} <= {"SELECT", "BEGIN", "PRAGMA"}
    everything = b"".join(sent)
    for secret in (link.split("/")[2].encode(), b"Canary", b"canary@example.org", b"@example.org"):
        assert secret not in everything


def test_without_a_collector_nothing_of_it_is_loaded() -> None:
    import subprocess
    import sys

    code = (
        "import sys, roundtable.cli; print([one for one in sys.modules if one.startswith('opentelemetry')])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def test_an_address_that_is_none_is_refused_at_the_start() -> None:
    with pytest.raises(ConfigError, match="TRACES_URL must look like https://"):
        read({"ROUNDTABLE_TRACES_URL": "collector:4317"})
