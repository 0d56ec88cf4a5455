"""Five hundred offices answer within ten seconds: against the built-in server on SQLite, and against gunicorn on PostgreSQL."""

import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import make
from conftest import ask, free_port, settings_for
from flask import Flask
from several.world import ROUNDTABLE, arranged, invite, is_ready, until
from sqlalchemy import func, select
from test_cli import environment

from roundtable import create_app, schema
from roundtable.audit import service as log
from roundtable.db import db
from roundtable.invitations.models import AnswerGiven, Invitation

OFFICES = 500
SECONDS = 10


@dataclass
class Crowd:
    """How five hundred answers went: seconds from the first to the last, and of each."""

    statuses: Counter[int]
    whole: float
    each: list[float]
    stored: int
    log_is_whole: bool

    def at(self, share: float) -> float:
        """Return within how many milliseconds this share was answered."""
        return sorted(self.each)[int(share * (len(self.each) - 1))] * 1000


def answer(port: int, links: list[str]) -> tuple[Counter[int], float, list[float]]:
    """Let each office answer at its moment within the ten seconds; return statuses, whole time, time of each."""
    begin = time.perf_counter()

    def one(number: int, link: str) -> tuple[int, float]:
        time.sleep(max(0.0, begin + SECONDS * number / len(links) - time.perf_counter()))
        sent = time.perf_counter()
        status, _ = ask(port, "POST", link, {"answer": ("accepted", "declined")[number % 2]})
        return status, time.perf_counter() - sent

    with ThreadPoolExecutor(120) as offices:
        found = list(offices.map(one, range(len(links)), links))
    whole = time.perf_counter() - begin
    return Counter(status for status, _ in found), whole, [took for _, took in found]


def crowd(app: Flask, port: int, links: list[str]) -> Crowd:
    """Let the offices answer, and look at what is stored."""
    statuses, whole, each = answer(port, links)
    with app.app_context():
        answered = select(func.count(func.distinct(AnswerGiven.invitation_id)))
        stored = db.session.scalar(answered) or 0
        assert stored == db.session.scalar(
            select(func.count(Invitation.id)).where(Invitation.answer != "needs-action")
        )
        is_whole = log.verify().fault == ""
        db.session.remove()
        db.engine.dispose()
    return Crowd(statuses, whole, each, stored, is_whole)


@contextmanager
def built_in(folder: Path) -> Iterator[tuple[Flask, int]]:
    """The built-in server, in a process of its own, on SQLite."""
    port = free_port()
    (folder / "clock").write_text("0", "ascii")
    settings = settings_for(folder, demonstration=True, smtp_url="", port=port, threads=16)
    app = create_app(settings)
    with app.app_context():
        schema.upgrade()
        db.session.remove()
    env = environment(
        folder,
        ROUNDTABLE_DEMONSTRATION="1",
        ROUNDTABLE_SECRET_KEY=settings.secret_key,
        ROUNDTABLE_PORT=str(port),
        ROUNDTABLE_LOG_LEVEL="WARNING",
        **at_the_time_of_the_tests(folder),
    )
    server = subprocess.Popen([*ROUNDTABLE, "serve"], env=env, stderr=subprocess.DEVNULL)
    try:
        until(lambda: is_ready(port), "the built-in server answers")
        yield app, port
    finally:
        server.terminate()
        server.wait()


def at_the_time_of_the_tests(folder: Path) -> dict[str, str]:
    """Return the variables with which a process lives at `make.NOW`."""
    from datetime import UTC, datetime

    (folder / "clock").write_text(f"{(make.NOW - datetime.now(UTC)).total_seconds():+.3f}", "ascii")
    root = Path(__file__).parent.parent
    paths = [str(root), str(root / "tests" / "several" / "elsewhen")]
    return {"TEST_CLOCK": str(folder / "clock"), "PYTHONPATH": ":".join(paths)}


def measure(folder: Path) -> list[tuple[str, Crowd]]:
    """Return how it went on SQLite and on PostgreSQL."""
    with built_in(folder) as (app, port):
        found = [("SQLite, built-in server", crowd(app, port, invite(app, OFFICES)))]
    with arranged("smtp+plain://127.0.0.1:1", log_level="WARNING") as arrangement:
        arrangement.at(make.NOW)
        links = invite(arrangement.app, OFFICES)
        port = arrangement.web()
        found.append(("PostgreSQL, gunicorn with two processes", crowd(arrangement.app, port, links)))
    return found


def report(folder: Path) -> list[tuple[str, str, str]]:
    """Return rows for the table."""
    rows = []
    for name, one in measure(folder):
        assert set(one.statuses) == {302}, one.statuses
        assert one.stored == OFFICES
        assert one.log_is_whole
        rows.append(
            (
                f"500 offices answer within ten seconds: {name}",
                f"p50 {statistics.median(one.each) * 1000:.0f} ms, p95 {one.at(0.95):.0f} ms",
                f"all stored after {one.whole:.1f} s",
            )
        )
    return rows


if __name__ == "__main__":
    sys.exit("use script/bench crowd")
