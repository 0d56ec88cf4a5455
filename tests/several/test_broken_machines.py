"""What the program stands on breaks while offices answer: nothing accepted is lost, nothing goes twice, and it recovers."""

import os
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from http.client import HTTPException
from pathlib import Path

import make
import psycopg
import pytest
from conftest import Postman, ask, content_of
from several.world import Arrangement, arranged, crash, invite, is_ready, until
from sqlalchemy import func, select

from roundtable.audit import service as log
from roundtable.db import db
from roundtable.invitations.models import AnswerGiven, Invitation
from roundtable.invitations.rsvp import Answer
from roundtable.mail.models import WAITING, Letter

pytestmark = pytest.mark.xdist_group("several")

OFFICES = 60


@pytest.fixture
def world(postman: tuple[Postman, str]) -> Iterator[Arrangement]:
    with arranged(postman[1]) as arrangement:
        arrangement.at(make.NOW)
        yield arrangement


def wanted(number: int) -> str:
    return ("accepted", "declined")[number % 2]


class Offices:
    """Offices that answer, and try again as the page asks them to, until their answer is accepted."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.statuses: Counter[int] = Counter()
        self.accepted = threading.Semaphore(0)
        self.count = 0
        self._lock = threading.Lock()

    def answer(self, number: int, link: str) -> None:
        for _ in range(600):
            try:
                status, page = ask(self._port, "POST", link, {"answer": wanted(number)})
            except (OSError, HTTPException):  # nobody there at this moment
                status, page = 0, ""
            with self._lock:
                self.statuses[status] += 1
                self.count += status == 302
            if status == 302:
                return
            assert status in {0, 503, 507}, page
            threading.Event().wait(0.2)
        raise AssertionError("never accepted")


def check(arrangement: Arrangement, postman: Postman) -> None:
    """Check that every answer is stored, every letter has left once, and the log is whole."""
    waiting = select(func.count(Letter.id)).where(Letter.state.in_(WAITING))
    until(
        lambda: arrangement.ask_database(lambda: db.session.scalar(waiting) or 0) == 0,
        "all letters have left",
    )
    with arrangement.app.app_context():
        answers = dict(db.session.execute(select(Invitation.id, Invitation.answer)).all())
        said = [Answer(wanted(number)) for number in range(len(answers))]
        assert [answers[key] for key in sorted(answers)] == said
        # One whose answer was stored while the page did not come back has said the same again at the most.
        given = db.session.scalar(select(func.count(func.distinct(AnswerGiven.invitation_id))))
        assert given == len(answers)
        letters = {one.message_id for one in make.outbox()}
        assert log.verify().fault == ""
        db.session.remove()
    arrived = Counter(str(message_from_bytes(content_of(one))["Message-ID"]) for one in postman.arrived)
    assert set(arrived) == letters
    assert sum(arrived.values()) - len(arrived) <= 1


def while_offices_answer(
    arrangement: Arrangement, port: int, faults: dict[int, Callable[[], None]]
) -> Counter[int]:
    """Let all offices answer, ten at a time; after so many accepted answers a fault happens. Return the statuses."""
    links = invite(arrangement.app, OFFICES)
    offices = Offices(port)
    with ThreadPoolExecutor(10) as pool:
        all_answers = [pool.submit(offices.answer, number, link) for number, link in enumerate(links)]
        for after, fault in faults.items():
            until(lambda after=after: offices.count >= after, f"{after} answers")  # type: ignore[misc]
            fault()
        for one in all_answers:
            one.result()
    return offices.statuses


def test_postgresql_is_stopped_started_and_killed_while_offices_answer(
    world: Arrangement, postman: tuple[Postman, str]
) -> None:
    port = world.web()
    world.worker()
    world.beat()

    def restart() -> None:
        world.postgres.stop()
        world.postgres.start()

    statuses = while_offices_answer(world, port, {15: restart, 35: lambda: crash(world.postgres)})

    assert statuses[302] == OFFICES
    assert set(statuses) <= {302, 503, 0}
    check(world, postman[0])
    assert is_ready(port)


def test_redis_is_taken_away_while_offices_answer(world: Arrangement, postman: tuple[Postman, str]) -> None:
    port = world.web()
    world.worker()
    world.beat()

    statuses = while_offices_answer(world, port, {20: world.redis.stop})

    # Pages do not need it: nobody was turned away.
    assert statuses == {302: OFFICES}
    world.redis.start()
    check(world, postman[0])


def test_a_web_process_is_killed_while_offices_answer(
    world: Arrangement, postman: tuple[Postman, str]
) -> None:
    port = world.web()
    world.worker()
    world.beat()

    def kill_one() -> None:
        (master,) = [one.pid for one in world.processes if "gunicorn" in str(one.args)]
        children = Path(f"/proc/{master}/task/{master}/children").read_text("ascii").split()
        os.kill(int(children[0]), 9)

    statuses = while_offices_answer(world, port, {15: kill_one, 35: kill_one})

    assert set(statuses) <= {302, 0}
    check(world, postman[0])


@pytest.mark.parametrize("jump", [timedelta(hours=3), timedelta(hours=-3)], ids=["forward", "back"])
def test_the_clock_jumps_while_letters_leave(
    world: Arrangement, postman: tuple[Postman, str], jump: timedelta
) -> None:
    port = world.web()
    world.worker()
    world.beat()

    statuses = while_offices_answer(world, port, {20: lambda: world.at(make.NOW + jump)})

    assert statuses == {302: OFFICES}
    check(world, postman[0])


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 40 MB, where the system lets this process mount one."""
    disk = folder / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("nothing can be mounted here without being root")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_the_disk_of_postgresql_is_full_and_then_has_room_again(
    world: Arrangement, postman: tuple[Postman, str]
) -> None:
    links = invite(world.app, 200)
    with small_disk(world.folder) as disk:
        place = disk / "space"
        place.mkdir()
        if os.geteuid() == 0:
            shutil.chown(disk, "pgserver")
            shutil.chown(place, "pgserver")
        with world.app.app_context():
            db.session.remove()
            db.engine.dispose()
        name = world.app.config["ROUNDTABLE"].database_uri.partition("?")[0].rpartition("/")[2]
        address = world.settings.database_uri.replace("+psycopg", "").replace(f"/{name}?", "/template1?")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'".encode())
            connection.execute(f'ALTER DATABASE "{name}" SET TABLESPACE small'.encode())
        port = world.web()
        filling = disk / "filling"
        with filling.open("wb") as file:
            room = os.statvfs(disk)
            file.write(b"\0" * (room.f_bavail * room.f_frsize))

        statuses, refused = Counter[int](), ""
        for number, link in enumerate(links):
            status, page = ask(port, "POST", link, {"answer": wanted(number)})
            statuses[status] += 1
            refused = page if status == 507 else refused
        reading = ask(port, "GET", links[0])[0]
        filling.unlink()
        accepted = ask(port, "POST", links[-1], {"answer": "accepted"})[0]

        # What still fitted into pages that were there was stored; then each was told that nothing was.
        assert set(statuses) <= {302, 507}
        assert statuses[507] > 0
        assert "make room" in refused
        assert (reading, accepted) == (200, 302)
        with world.app.app_context():
            answered = db.session.scalar(
                select(func.count(Invitation.id)).where(Invitation.answer != Answer.NEEDS_ACTION)
            )
            assert answered == statuses[302] + 1
            assert log.verify().fault == ""
            db.session.remove()
            db.engine.dispose()
        world.end()
        world.postgres.stop()
