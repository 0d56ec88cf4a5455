"""A disk without room: reading goes on, writing is refused with a page, and afterwards all is as before."""

import errno
import io
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import make
import pytest
from conftest import OwnClient, ask, free_port, settings_for
from flask import Flask
from PIL import Image
from press import newsroom
from sqlalchemy import event, func, select, text
from test_cli import environment

from roundtable import create_app, schema, storage
from roundtable.audit import service as log
from roundtable.db import db
from roundtable.invitations.models import AnswerGiven, Invitation
from roundtable.invitations.rsvp import Answer
from roundtable.press.models import PressPicture

NO_LIMIT = resource.RLIM_INFINITY


@contextmanager
def no_room(process: int, size: int) -> Iterator[None]:
    """Let the system refuse whatever the process writes past this place of any file, as a full disk does."""
    _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (NO_LIMIT, hard))


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, int]]:
    """Serve a data folder by the program's own server; yields its port and its process."""
    port = free_port()
    env = environment(
        folder,
        ROUNDTABLE_DEMONSTRATION="1",
        ROUNDTABLE_SECRET_KEY=settings_for(folder).secret_key,
        ROUNDTABLE_PORT=str(port),
    )
    command = [sys.executable, "-m", "roundtable.cli", "serve"]
    server = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        for line in server.stderr:
            if "is served at" in line:
                break
        yield port, server.pid
    finally:
        server.terminate()
        server.communicate(timeout=60)


def test_a_full_disk_refuses_an_answer_with_a_page_and_takes_it_when_there_is_room(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path), testing=True)
    with app.app_context():
        schema.upgrade()
        # The served program has the real clock.
        far = datetime(2100, 6, 1, 10, 0)
        one = make.invitation(make.meeting(wall_time=far, answers_close_at=far.replace(tzinfo=UTC)))
        link, key = make.link(one), one.id
        db.session.remove()

    with serving(tmp_path) as (port, process):
        assert ask(port, "GET", link)[0] == 200
        with no_room(process, 4096):
            refused, page = ask(port, "POST", link, {"answer": "accepted"})
            read, _ = ask(port, "GET", link)
            ready, said = ask(port, "GET", "/health/ready")
        later, _ = ask(port, "POST", link, {"answer": "accepted"})
        again, _ = ask(port, "GET", "/health/ready")

    assert refused in {503, 507}
    assert "Traceback" not in page
    assert "sqlite" not in page.lower()
    assert (read, ready, later, again) == (200, 503, 302, 200)
    assert "disk" not in said
    with app.app_context():
        stored = db.session.get_one(Invitation, key)
        assert stored.answer is Answer.ACCEPTED
        assert db.session.scalar(select(func.count(AnswerGiven.id))) == 1
        assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert log.verify().fault == ""
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def noisy() -> io.BytesIO:
    """A picture that stays larger than the room that these tests leave."""
    result = io.BytesIO()
    Image.frombytes("RGB", (300, 300), os.urandom(300 * 300 * 3)).save(result, "PNG")
    result.seek(0)
    return result


def test_a_picture_that_finds_no_room_leaves_no_half_file_and_no_row(
    app: Flask, organizer: OwnClient, noisy: io.BytesIO
) -> None:
    summary, _ = newsroom.begun_summary()
    assert organizer.get("/").status_code == 200
    files = app.config["ROUNDTABLE"].data_dir / "files"
    before = {file for file in files.rglob("*") if file.is_file()}
    address = f"/meetings/{summary.meeting_id}/press/pictures"

    with no_room(0, 4096):
        response = organizer.post(address, data={"picture": (noisy, "a.png")})

    assert response.status_code == 507
    assert "no room left" in response.text
    assert {file for file in files.rglob("*") if file.is_file()} == before
    assert db.session.scalar(select(func.count(PressPicture.id))) == 0


def test_a_store_without_room_says_so_with_the_systems_own_number(app: Flask) -> None:
    with no_room(0, 4096), pytest.raises(OSError, match="does not take") as caught:
        storage.keep(os.urandom(100_000), kind="pictures", ending="jpg")

    assert caught.value.errno == errno.EFBIG


@pytest.mark.sqlite_only
def test_a_database_that_may_only_be_read_answers_503_and_goes_on_reading(
    app: Flask, client: OwnClient
) -> None:
    one = make.invitation()
    link = make.link(one)
    db.session.commit()

    @contextmanager
    def only_read() -> Iterator[None]:
        def hold(connection: sqlite3.Connection, *_rest: object) -> None:
            connection.execute("PRAGMA query_only = ON")

        def release(connection: sqlite3.Connection, *_rest: object) -> None:
            connection.execute("PRAGMA query_only = OFF")

        event.listen(db.engine, "checkout", hold)
        event.listen(db.engine, "checkin", release)
        yield
        event.remove(db.engine, "checkout", hold)
        event.remove(db.engine, "checkin", release)

    with only_read():
        refused = client.post(link, data={"answer": "accepted"})
        read = client.get(link)

    assert (refused.status_code, read.status_code) == (503, 200)
    assert client.post(link, data={"answer": "accepted"}).status_code == 302


@pytest.mark.sqlite_only
def test_a_database_that_has_reached_its_size_answers_507(app: Flask, client: OwnClient) -> None:
    one = make.invitation()
    link = make.link(one)
    db.session.commit()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("VACUUM")
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def hold(connection: sqlite3.Connection, *_rest: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def release(connection: sqlite3.Connection, *_rest: object) -> None:
        connection.execute("PRAGMA max_page_count = 4294967294")

    event.listen(db.engine, "checkout", hold)
    event.listen(db.engine, "checkin", release)
    try:
        answers = [client.post(link, data={"answer": "accepted", "comment": "x" * 3900}) for _ in range(60)]
    finally:
        event.remove(db.engine, "checkout", hold)
        event.remove(db.engine, "checkin", release)

    assert 507 in {one.status_code for one in answers}
    assert client.get(link).status_code == 200
