"""What is counted, for Prometheus: behind a token, because names of pages and numbers are nobody else's."""

import os
import secrets
from collections.abc import Iterator

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from roundtable.config import Settings
from roundtable.watch import queries
from roundtable.watch.alarms import AlarmKind, alarms
from roundtable.web.access import open_page

bp = Blueprint("metrics", __name__)


class _State:
    """What is asked of the database at each scrape, so that it is the same whoever is asked."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        facts = queries.gathered()
        letters = GaugeMetricFamily(
            "roundtable_letters", "Letters that wait, or that came to nobody", labels=["state"]
        )
        for state, count in queries.letters_to_look_after().items():
            letters.add_metric([state.value], count)
        yield letters
        late = (facts.now - facts.waiting_since).total_seconds() if facts.waiting_since else 0.0
        yield GaugeMetricFamily(
            "roundtable_letters_late_seconds", "How late the oldest late letter is", value=late
        )
        standing = {alarm.kind for alarm in alarms(facts)}
        found = GaugeMetricFamily("roundtable_alarm", "Whether an alarm stands", labels=["kind"])
        for kind in AlarmKind:
            found.add_metric([kind.value], float(kind in standing))
        yield found
        if facts.free_bytes is not None:
            yield GaugeMetricFamily(
                "roundtable_free_bytes", "Free where the data are kept", value=facts.free_bytes
            )
        versions = queries.versions()
        labels = [name.lower() for name in versions]
        info = GaugeMetricFamily("roundtable_info", "Versions", labels=labels)
        info.add_metric(list(versions.values()), 1)
        yield info


@bp.get("/metrics")
@open_page
def show() -> Response:
    """Give everything that is counted, to whoever has the token of the settings."""
    settings: Settings = current_app.config["ROUNDTABLE"]
    given = request.headers.get("Authorization", "")
    if not settings.metrics_token or not secrets.compare_digest(
        given.encode(), f"Bearer {settings.metrics_token}".encode()
    ):
        abort(404)
    counted = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        # Several processes behind one address write their counters into this folder.
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    state = CollectorRegistry()
    state.register(_State())
    response = Response(generate_latest(counted) + generate_latest(state))
    response.headers["Content-Type"] = CONTENT_TYPE_LATEST
    return response
