"""The minute before a start, at one, ten and a hundred times: two web processes, two workers and PostgreSQL on this machine.

The model. In the minute before the full hour N conferences of twenty cities begin at once. Every mayor's office opens
its page and comes in through the door, every second one looks at the agenda, two answer late, and twenty letters of each
conference leave. One time is one conference, about what an association of cities has at its busiest hour; a hundred
times is a country on a day of crisis.

Requests come at random moments (always the same ones), and wait for nobody: how long each took counts from the moment at
which it should have begun. The machine also plays the offices, so what is left for the program is less than two cores.
"""

import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException

import make
import psutil
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from conftest import ask, free_port
from several.world import Arrangement, arranged, until
from sqlalchemy import func, select, text, update

from benchmarks import growing
from roundtable.conferences.models import Meeting
from roundtable.db import db
from roundtable.guests.models import Contact, Participant
from roundtable.guests.queries import token_of
from roundtable.invitations import service
from roundtable.invitations.rsvp import Answer
from roundtable.mail.models import WAITING, Letter, LetterState
from roundtable.video.kinds import RoomKind
from roundtable.video.models import Room

SCALES = tuple(int(one) for one in os.environ.get("ROUNDTABLE_TEST_LOAD", "1 10 100").split())
MINUTE = float(os.environ.get("ROUNDTABLE_TEST_MINUTE", "60"))
CITIES = 20


@dataclass
class Minute:
    """How one minute went."""

    conferences: int
    statuses: Counter[int]
    each: list[float]
    letters: int
    letters_seconds: float
    cpu: dict[str, float]

    def line(self) -> tuple[str, str, str]:
        """Return it as a row of the table."""
        times = sorted(self.each)
        count = len(times)
        wrong = {status: n for status, n in self.statuses.items() if status not in {200, 302, 303}}
        parts = ", ".join(f"{name} {share:.0%}" for name, share in self.cpu.items())
        end = f"refused: {wrong}" if wrong else "all answered"
        return (
            f"the minute before {self.conferences} starts: {count / MINUTE:.1f} requests a second",
            f"p50 {times[count // 2] * 1000:.0f} ms, p95 {times[int(count * 0.95)] * 1000:.0f} ms",
            f"{end}; {self.letters} letters gone after {self.letters_seconds:.0f} s; a core: {parts}",
        )


def fill(arrangement: Arrangement, conferences: int) -> list[tuple[str, str]]:
    """Make so many conferences that begin in a minute; return (token, path of the meeting) of each office."""
    with arrangement.app.app_context():
        meeting = make.meeting(wall_time=(make.NOW + timedelta(hours=3)).replace(tzinfo=None))
        for number in range(CITIES):
            city = make.participant(meeting.conference, f"City {number:02}", "TR" if number % 2 else "DE")
            make.contact(city, f"office{number}@example.org")
            make.invitation(meeting, city, answer=Answer.ACCEPTED)
        make.item(meeting, 10)
        db.session.add(
            Room(
                meeting_id=meeting.id,
                kind=RoomKind.LINK,
                link="https://meet.example.org/table",
                name="bench",
                changed_by="bench",
                changed_at=make.NOW,
            )
        )
        service.invite(meeting)
        db.session.execute(text("DROP TRIGGER keep_audit ON audit_entry"))
        db.session.execute(update(Letter).values(state=LetterState.HANDED_OVER, leased_until=None))
        start = meeting.starts_at
        db.session.commit()
        if conferences > 1:
            growing.copy(1, conferences - 1)
        rows = db.session.execute(
            select(Contact, Meeting.id)
            .join(Contact.participant)
            .join(Meeting, Meeting.conference_id == Participant.conference_id)
        ).all()
        offices = [(token_of(contact), f"/meetings/{key}") for contact, key in rows]
        db.session.rollback()
        db.session.remove()
    arrangement.at(start - timedelta(seconds=MINUTE + 20))
    return offices


def requests_of(offices: list[tuple[str, str]]) -> list[tuple[float, str, str, dict[str, str] | None]]:
    """Return (moment, method, path, form) of everything that the offices do in the minute."""
    dice = random.Random(1)
    found: list[tuple[float, str, str, dict[str, str] | None]] = []
    for number, (token, path) in enumerate(offices):
        first = dice.uniform(0, MINUTE * 0.8)
        found.append((first, "GET", f"/g/{token}{path}", None))
        found.append((first + dice.uniform(2, MINUTE * 0.2), "POST", f"/g/{token}{path}/door", {}))
        if number % 2:
            found.append((dice.uniform(0, MINUTE), "GET", f"/g/{token}{path}/agenda", None))
        if number % 10 == 0:
            found.append((dice.uniform(0, MINUTE), "POST", f"/g/{token}{path}", {"answer": "accepted"}))
    return sorted(found, key=lambda one: one[0])


def cpu_seconds(arrangement: Arrangement) -> dict[str, float]:
    """Return the seconds of a core that each part has used so far."""
    found = {"web": 0.0, "workers": 0.0, "PostgreSQL": 0.0}
    for process in arrangement.processes:
        words = " ".join(str(one) for one in process.args)  # type: ignore[union-attr]
        part = "web" if "gunicorn" in words else "workers"
        found[part] += _seconds(process.pid)
    found["PostgreSQL"] = _seconds(arrangement.postgres.get_pid() or 0)
    return found


def _seconds(pid: int) -> float:
    total = 0.0
    with suppress(psutil.Error):
        family = psutil.Process(pid)
        for one in [family, *family.children(recursive=True)]:
            with suppress(psutil.Error):
                times = one.cpu_times()
                total += times.user + times.system
    return total


def minute(arrangement: Arrangement, ports: list[int], offices: list[tuple[str, str]]) -> Minute:
    """Let the minute go by."""
    asked = requests_of(offices)
    waiting = select(func.count(Letter.id)).where(Letter.state.in_(WAITING))

    def count() -> int:
        return arrangement.ask_database(lambda: db.session.scalar(waiting) or 0)

    with arrangement.app.app_context():
        db.session.execute(
            update(Letter)
            .where(Letter.kind == "invitation")
            .values(state=LetterState.QUEUED, next_try_at=make.NOW)
        )
        db.session.commit()
        db.session.remove()
    letters = count()
    gone = [0.0]
    before, begin = cpu_seconds(arrangement), time.perf_counter()

    def watch_letters() -> None:
        until(lambda: count() == 0, "letters have left", seconds=600)
        gone[0] = time.perf_counter() - begin

    watching = threading.Thread(target=watch_letters)
    watching.start()

    def one(place: int) -> tuple[int, float]:
        moment, method, path, form = asked[place]
        time.sleep(max(0.0, begin + moment - time.perf_counter()))
        try:
            status = ask(ports[place % len(ports)], method, path, form)[0]
        except (OSError, HTTPException):
            status = 0
        return status, time.perf_counter() - (begin + moment)

    with ThreadPoolExecutor(100) as pool:
        found = list(pool.map(one, range(len(asked))))
    whole = time.perf_counter() - begin
    after = cpu_seconds(arrangement)
    watching.join()
    return Minute(
        len(offices) // CITIES,
        Counter(status for status, _ in found),
        [took for _, took in found],
        letters,
        gone[0],
        {name: (after[name] - before[name]) / whole for name in after},
    )


def measure() -> list[tuple[str, str, str]]:
    """Return a row for each scale."""
    rows = []
    for scale in SCALES:
        port = free_port()
        controller = Controller(Sink(), hostname="127.0.0.1", port=port)
        controller.start()
        with arranged(f"smtp+plain://127.0.0.1:{port}", log_level="WARNING", threads=16) as arrangement:
            offices = fill(arrangement, scale)
            ports = [arrangement.web(processes=1) for _ in range(2)]
            for start in (arrangement.worker, arrangement.worker, arrangement.beat):
                start()
            rows.append(minute(arrangement, ports, offices).line())
            print("|", " | ".join(rows[-1]), "|", flush=True)
        controller.stop()
    return rows
