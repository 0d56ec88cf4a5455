"""What all tests share: one app per process with a migrated database, emptied after each test."""

import hashlib
import http.client
import os
import secrets
import socket
import urllib.parse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import databases
import make
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event, text, update
from werkzeug.test import TestResponse

from roundtable import clock, create_app, schema
from roundtable.accounts import passwords
from roundtable.accounts.models import SignIn, User
from roundtable.config import Settings
from roundtable.db import db
from roundtable.web.guards import limiter

pytest_plugins = ["browsing", "roles.fixtures"]
os.environ.pop("ROUNDTABLE_DEMONSTRATION", None)
passwords.use_cheap_hashes()


def settings_for(folder: Path, **changed: Any) -> Settings:
    """Return settings for a program of its own in the folder."""
    values: dict[str, Any] = {
        "demonstration": False,
        "secret_key": "a secret for tests that is long enough 0123456789",
        "old_secret_keys": (),
        "public_url": "http://localhost",
        "data_dir": folder,
        "database_uri": f"sqlite:///{folder / 'roundtable.sqlite'}",
        "database_pool": 0,
        "database_replica_uri": "",
        "redis_url": "",
        "storage_url": "",
        "storage_key_id": "",
        "storage_secret": "",
        "smtp_url": "smtp+plain://127.0.0.1:1",
        "mail_from": "invitations@roundtable.example.org",
        "inbox_url": "",
        "inbox_trusted_server": "",
        "jitsi_url": "",
        "jitsi_app_id": "",
        "jitsi_secret": "",
        "bigbluebutton_url": "",
        "bigbluebutton_secret": "",
        "signing_file": None,
        "signing_password": "",
        "sign_in_services": (),
        "second_factor_for": (),
        "host": "127.0.0.1",
        "port": 0,
        "threads": 4,
        "trusted_proxies": 0,
        "metrics_token": "",
        "traces_url": "",
        "log_level": "WARNING",
    }
    return Settings(**{**values, **changed})


class OwnClient(FlaskClient):
    """A client whose forms carry the token that their page would have given them.

    While `is_in_use`, somebody sits at it all the time: however far a test moves the clock, they have just
    used the program and shown who they are. What a sign-in may last at all still ends it.
    """

    is_in_use = True
    used_at: datetime | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # A request is a process of its own: it shares neither the test's session nor its context.
        # SQLite lets one write at a time, so the test ends its transaction first.
        if self.is_in_use and self.used_at is not None and self.used_at != clock.now():
            self.used_at = clock.now()
            db.session.execute(update(SignIn).values(seen_at=clock.now(), proved_at=clock.now()))
        db.session.commit()
        with self.application.app_context():
            return super().open(*args, **kwargs)

    def post(self, *args: Any, **kwargs: Any) -> TestResponse:
        data = kwargs.get("data")
        if data is None or isinstance(data, dict):
            kwargs["data"] = {"csrf_token": self._token(), **(data or {})}
        return super().post(*args, **kwargs)

    def _token(self) -> str:
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", hashlib.sha256(secrets.token_bytes(32)).hexdigest())
        return str(
            URLSafeTimedSerializer(self.application.secret_key or "", salt="wtf-csrf-token").dumps(raw)
        )

    def sign_in(self, user: User) -> "OwnClient":
        """Sign the user in, by the form."""
        response = self.post("/sign-in", data={"email": user.email, "password": make.PASSWORD})
        assert response.status_code == 302, response.text
        self.used_at = clock.now()
        return self


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let every program of this run, in every process, compile a template only where none has done so before."""
    folder = shared_folder(tmp_path_factory) / "templates"
    folder.mkdir(exist_ok=True)
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(folder))}


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of this run, which its processes share."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    databases.parametrize(metafunc)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    databases.mark(items)


UNUSUAL = "Unusual:"
"""What a test prints behind this word is shown at the end of the run, also where it passed."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.stats.get("passed", ()):
        if UNUSUAL in report.capstdout:
            terminalreporter.section(report.nodeid)
            terminalreporter.write_line(report.capstdout)


@pytest.fixture(scope="session")
def first_kind() -> str:
    """The kind of database of what runs once: pages in browsers, roles, commands."""
    return databases.KINDS[0]


@pytest.fixture(scope="session")
def apps_of_process() -> Iterator[dict[str, Flask]]:
    """The programs of this process, one for each kind of database, made when a test first needs them."""
    made: dict[str, Flask] = {}
    yield made
    for app in made.values():
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app_of_process(
    request: pytest.FixtureRequest,
    apps_of_process: dict[str, Flask],
    tmp_path_factory: pytest.TempPathFactory,
) -> Flask:
    kind: str = request.param
    if kind not in apps_of_process:
        folder = tmp_path_factory.mktemp("data")
        apps_of_process[kind] = _made(settings_for(folder, database_uri=databases.uri_for(kind, folder)))
    return apps_of_process[kind]


def _made(settings: Settings) -> Flask:
    app = create_app(settings, testing=True)
    app.test_client_class = OwnClient
    with app.app_context():
        schema.upgrade()
        # Tests empty all tables after each other; test_audit_log.py proves these on a database of its own.
        for trigger in (
            ("keep_audit_update", "keep_audit_delete")
            if db.engine.dialect.name == "sqlite"
            else ("keep_audit ON audit_entry",)
        ):
            db.session.execute(text(f"DROP TRIGGER {trigger}"))
        db.session.commit()
    return app


@pytest.fixture
def app(app_of_process: Flask) -> Iterator[Flask]:
    """The program, with an empty database, at a fixed time."""
    clock.set_source(lambda: make.NOW)
    with app_of_process.app_context():
        yield app_of_process
        db.session.rollback()
        databases.empty()
        db.session.remove()
    limiter.reset()
    clock.set_source(None)


@pytest.fixture
def client(app: Flask) -> OwnClient:
    """A browser that nobody has signed in with."""
    found = app.test_client()
    assert isinstance(found, OwnClient)
    return found


@pytest.fixture
def organizer(client: OwnClient) -> OwnClient:
    """A browser in which the organizer of `make.conference()` has signed in."""
    user = make.user()
    db.session.commit()
    return client.sign_in(user)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Collect the statements that reach the database."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def free_port() -> int:
    """Return a port of the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ask(port: int, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    """Ask a server on the loopback over a connection of its own; return the status and the page."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept-Language": "en",
        "Connection": "close",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, urllib.parse.urlencode(form) if form else None, headers)
        response = connection.getresponse()
        return response.status, response.read().decode()


class Postman:
    """A real SMTP server's memory: the messages that arrived, and what to say to addresses."""

    def __init__(self) -> None:
        self.arrived: list[Envelope] = []
        self.greeted_by: set[object] = set()
        self.refusals: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.arrived.append(envelope)
        self.greeted_by.add(session.host_name)
        return "250 taken"


def content_of(envelope: Envelope) -> bytes:
    """Return the bytes of a message that arrived."""
    assert isinstance(envelope.content, bytes)
    return envelope.content


@pytest.fixture
def postman() -> Iterator[tuple[Postman, str]]:
    """A real SMTP server on the loopback, with its address as the setting has it."""
    handler = Postman()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp+plain://127.0.0.1:{port}"
    controller.stop()
