"""What the program stands on breaks while offices answer: nothing accepted is lost, nothing goes twice, and it recovers."""

import os
import shutil
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes
from http.client import HTTPException
from pathlib import Path

import make
import psycopg
import pytest
from conftest import Postman, ask, content_of
from databases import say
from several.world import Arrangement, arranged, crash, invite, is_ready, slow_postman, until
from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import URL, make_url

from roundtable import clock, create_app, schema, tasks
from roundtable.audit import service as log
from roundtable.db import db, engine_options
from roundtable.invitations.models import AnswerGiven, Invitation
from roundtable.invitations.rsvp import Answer

pytestmark = pytest.mark.xdist_group("several")

OFFICES = 60


@dataclass
class Running:
    """The program on several processes, with what they have sent."""

    arrangement: Arrangement
    port: int
    postman: Postman


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """Two web processes, a worker and a beat that live through every fault: nobody starts them anew."""
    with slow_postman() as (postman, url), arranged(url) as arrangement:
        postman.pause = 0
        arrangement.at(make.NOW)
        port = arrangement.web()
        arrangement.worker()
        arrangement.beat()
        yield Running(arrangement, port, postman)


@pytest.fixture
def world(running: Running) -> Iterator[Running]:
    """What runs, with nothing under way."""
    running.arrangement.redis.start()
    running.postman.arrived.clear()
    yield running
    assert is_ready(running.port)
    running.arrangement.tell()


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


def check(world: Running, links: list[str]) -> None:
    """Check that every answer is stored, every letter of the session has left once, and the log is whole."""
    arrangement = world.arrangement
    arrangement.until_all_have_left()
    with arrangement.app.app_context():
        newest = select(Invitation.id, Invitation.answer).order_by(Invitation.id.desc()).limit(len(links))
        answers = dict(reversed(db.session.execute(newest).all()))
        assert list(answers.values()) == [Answer(wanted(number)) for number in range(len(links))]
        # One whose answer was stored while the page did not come back has said the same again at the most.
        given = select(func.count(func.distinct(AnswerGiven.invitation_id)))
        assert db.session.scalar(given.where(AnswerGiven.invitation_id.in_(answers))) == len(links)
        newest_meeting = db.session.scalars(select(func.max(Invitation.meeting_id))).one()
        letters = {one.message_id for one in make.outbox() if one.topic == f"meeting/{newest_meeting}"}
        assert log.verify().fault == ""
        db.session.remove()
    arrived = Counter(str(message_from_bytes(content_of(one))["Message-ID"]) for one in world.postman.arrived)
    assert len(letters) >= len(links)
    assert set(arrived) == letters
    assert sum(arrived.values()) - len(arrived) <= 1


def while_offices_answer(
    world: Running, faults: dict[int, Callable[[], None]]
) -> tuple[Counter[int], list[str]]:
    """Let all offices answer, ten at a time; after so many accepted answers a fault happens.

    Return what they were answered, and their links.
    """
    links = invite(world.arrangement.app, OFFICES)
    offices = Offices(world.port)
    with ThreadPoolExecutor(10) as pool:
        all_answers = [pool.submit(offices.answer, number, link) for number, link in enumerate(links)]
        for after, fault in faults.items():
            until(lambda after=after: offices.count >= after, f"{after} answers")  # type: ignore[misc]
            fault()
        for one in all_answers:
            one.result()
    return offices.statuses, links


def test_postgresql_is_stopped_started_and_killed_while_offices_answer(world: Running) -> None:
    postgres = world.arrangement.postgres

    def restart() -> None:
        postgres.stop()
        postgres.start()

    statuses, links = while_offices_answer(world, {15: restart, 35: lambda: crash(postgres)})

    assert statuses[302] == OFFICES
    assert set(statuses) <= {302, 503, 0}
    check(world, links)


def test_redis_is_taken_away_while_offices_answer(world: Running) -> None:
    statuses, links = while_offices_answer(world, {20: world.arrangement.redis.stop})

    # Pages do not need it: nobody was turned away.
    assert statuses == {302: OFFICES}
    world.arrangement.redis.start()
    check(world, links)


def test_a_web_process_is_killed_while_offices_answer(world: Running) -> None:
    def kill_one() -> None:
        (master,) = [one.pid for one in world.arrangement.processes if "gunicorn" in str(one.args)]
        children = Path(f"/proc/{master}/task/{master}/children").read_text("ascii").split()
        os.kill(int(children[0]), 9)

    statuses, links = while_offices_answer(world, {15: kill_one, 35: kill_one})

    assert set(statuses) <= {302, 0}
    check(world, links)


@pytest.mark.parametrize("jump", [timedelta(hours=3), timedelta(hours=-3)], ids=["forward", "back"])
def test_the_clock_jumps_while_letters_leave(world: Running, jump: timedelta) -> None:
    arrangement = world.arrangement

    statuses, links = while_offices_answer(world, {20: lambda: arrangement.at(clock.now() + jump)})

    assert statuses == {302: OFFICES}
    check(world, links)


@contextmanager
def at_a_port(place: Path) -> Iterator[int]:
    """What answers at a socket in the file system, at a port: as on another machine."""

    def pass_on(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while words := source.recv(65536):
                target.sendall(words)
            target.shutdown(socket.SHUT_WR)

    def serve(near: socket.socket) -> None:
        with near, socket.socket(socket.AF_UNIX) as far:
            far.connect(str(place))
            back = threading.Thread(target=pass_on, args=(far, near), daemon=True)
            back.start()
            pass_on(near, far)
            back.join()

    def take() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                threading.Thread(target=serve, args=(near,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=take, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def limits_of(descriptor: int) -> tuple[int, int]:
    """Return after how many seconds of silence a connection is given up: while waiting, and after sending."""
    with socket.socket(fileno=os.dup(descriptor)) as own:
        assert own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        names = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        idle, interval, count, unanswered = (own.getsockopt(socket.IPPROTO_TCP, name) for name in names)
    return idle + interval * count, unanswered // 1000


knows_limits = pytest.mark.skipif(
    not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system has no such limit"
)


@knows_limits
def test_a_database_machine_that_lost_its_power_is_given_up_within_a_minute(world: Running) -> None:
    folder = world.arrangement.postgres.get_postmaster_info().socket_dir
    with at_a_port(Path(str(folder)) / ".s.PGSQL.5432") as port:
        address = URL.create(
            "postgresql+psycopg", "postgres", host="127.0.0.1", port=port, database="postgres"
        )
        engine = create_engine(address, **engine_options(world.arrangement.settings))
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            found = limits_of(driver.fileno())
        engine.dispose()

    assert found == (50, 40)


@knows_limits
def test_a_broker_machine_that_lost_its_power_is_given_up_within_a_minute(world: Running) -> None:
    with tasks.queue_for(world.arrangement.app).connection_for_read() as broker:
        pool = broker.default_channel.client.connection_pool
        way = pool.get_connection()
        found = limits_of(way._sock.fileno())
        pool.release(way)

    assert found == (50, 40)


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


@contextmanager
def beside(arrangement: Arrangement, place: Path) -> Iterator[Arrangement]:
    """A second database of the same server, whose rows lie at a place of their own, with an empty program on it."""
    place.mkdir()
    logs = arrangement.folder / "beside"
    logs.mkdir()
    if os.geteuid() == 0:
        shutil.chown(place.parent, "pgserver")
        shutil.chown(place, "pgserver")
    address = make_url(arrangement.settings.database_uri)
    say(address, f"CREATE TABLESPACE small LOCATION '{place}'", "CREATE DATABASE small TABLESPACE small")
    uri = address.set(database="small").render_as_string(False)
    settings = replace(arrangement.settings, database_uri=uri)
    app = create_app(settings, testing=True)
    with app.app_context():
        schema.upgrade()
        db.session.remove()
    found = replace(arrangement, folder=logs, settings=settings, app=app, processes=[])
    yield found
    found.end()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    say(address, "DROP DATABASE small", "DROP TABLESPACE small")


def test_the_disk_of_postgresql_is_full_and_then_has_room_again(world: Running) -> None:
    with (
        small_disk(world.arrangement.folder) as disk,
        beside(world.arrangement, disk / "space") as arrangement,
    ):
        links = invite(arrangement.app, 200)
        port = arrangement.web()
        filling = disk / "filling"
        with filling.open("wb") as file:
            room = os.statvfs(disk)
            file.write(b"\0" * (room.f_bavail * room.f_frsize))

        statuses, refused = Counter[int](), ""
        for number, link in enumerate(links):
            status, page = ask(port, "POST", link, {"answer": wanted(number)})
            statuses[status] += 1
            refused = page if status == 507 else refused
            if statuses[507] >= 10:
                break
        reading = ask(port, "GET", links[0])[0]
        filling.unlink()
        accepted = ask(port, "POST", links[-1], {"answer": "accepted"})[0]

        # What still fitted into pages that were there was stored; then each was told that nothing was.
        assert set(statuses) <= {302, 507}
        assert statuses[507] == 10
        assert "make room" in refused
        assert (reading, accepted) == (200, 302)
        with arrangement.app.app_context():
            answered = db.session.scalar(
                select(func.count(Invitation.id)).where(Invitation.answer != Answer.NEEDS_ACTION)
            )
            assert answered == statuses[302] + 1
            assert log.verify().fault == ""
            db.session.remove()
