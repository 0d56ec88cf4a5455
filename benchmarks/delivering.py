"""Letters by one worker and by two: real processes, Redis, PostgreSQL, and a mail server in a process of its own."""

import os
import statistics
import subprocess
import sys
from datetime import timedelta

import make
from conftest import free_port
from several.world import Arrangement, arranged, until
from sqlalchemy import func, select

from benchmarks.loading import cpu_seconds
from roundtable import clock
from roundtable.db import db
from roundtable.invitations import service
from roundtable.mail.models import WAITING, Letter

LETTERS = int(os.environ.get("ROUNDTABLE_TEST_LETTERS", "1600"))
ROUNDS = 3
SERVERS = {"that takes 5 ms for each": 0.005, "that takes them at once": 0.0}
"""How long a mail server takes for a letter, in seconds: as long as one that writes each to a disk, and no time at all."""


def measure() -> list[tuple[str, str, str]]:
    """Return, for each kind of mail server, a row for one worker, for two, and for how they compare."""
    return [row for kind, seconds in SERVERS.items() for row in _with_server(kind, seconds)]


def _with_server(kind: str, seconds: float) -> list[tuple[str, str, str]]:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.receiving", str(port), str(seconds)])
    with arranged(f"smtp+plain://127.0.0.1:{port}", log_level="WARNING") as arrangement:
        found = [{count: _sent_by(arrangement, count) for count in (1, 2)} for _ in range(ROUNDS)]
    server.terminate()
    server.wait()
    rates = {count: statistics.median(one[count][0] for one in found) for count in (1, 2)}
    ratio = statistics.median(one[2][0] / one[1][0] for one in found)
    rows = [
        (
            f"letters by {count} worker(s) to a server {kind}",
            f"{rates[count]:.0f} a second",
            found[-1][count][1],
        )
        for count in rates
    ]
    return [*rows, (f"two workers against one, a server {kind}", f"{ratio:.2f} ×", "itself")]


def _sent_by(arrangement: Arrangement, workers: int) -> tuple[float, str]:
    """Let so many workers send; return the letters in a second, from the first to the last, and who was busy."""
    for _ in range(workers):
        arrangement.worker(threads=1)
    arrangement.beat()
    _write(arrangement, 20)
    until(lambda: _waiting(arrangement) == 0, "the workers are awake")
    newest = arrangement.ask_database(lambda: db.session.scalar(select(func.max(Letter.id))) or 0)
    _write(arrangement, LETTERS)
    before = cpu_seconds(arrangement)
    until(lambda: _waiting(arrangement) == 0, "all letters have left", seconds=300)
    after = cpu_seconds(arrangement)
    with arrangement.app.app_context():
        moments = db.session.scalars(select(Letter.handed_over_at).where(Letter.id > newest))
        sent = [one for one in moments if one is not None]
        db.session.remove()
    arrangement.end()
    arrangement.processes.clear()
    seconds = (max(sent) - min(sent)).total_seconds()
    busy = ", ".join(
        f"{name} {(after[name] - before[name]) / seconds:.0%}" for name in ("workers", "PostgreSQL")
    )
    return LETTERS / seconds, f"a core: {busy}"


def _waiting(arrangement: Arrangement) -> int:
    waiting = select(func.count(Letter.id)).where(Letter.state.in_(WAITING))
    return arrangement.ask_database(lambda: db.session.scalar(waiting) or 0)


def _write(arrangement: Arrangement, count: int) -> None:
    """Invite so many offices, of conferences of a hundred cities at the most, all in one moment."""
    with arrangement.app.app_context():
        start = (clock.now() + timedelta(days=30)).replace(tzinfo=None, microsecond=0)
        for first in range(0, count, 100):
            meeting = make.meeting(wall_time=start)
            for number in range(first, min(count, first + 100)):
                mayor = make.participant(meeting.conference, f"City {number:04}")
                make.contact(mayor, f"office{number}@example.org")
            service.invite(meeting)
        db.session.commit()
        db.session.remove()
