"""The same pages with 1,000 conferences in the database, and with 100,000: two million participants.

One conference is told by the demonstration, made smaller, and copied by the database itself: every row under other keys,
with everything that refers to it. `./script/bench growth` runs it on a PostgreSQL of its own, and with
ROUNDTABLE_TEST_GROWTH_ON=sqlite on SQLite; it takes some minutes and about 10 GB.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import databases
from conftest import OwnClient, settings_for
from flask import Flask
from sqlalchemy import Column, Table, text

from benchmarks.timing import interleaved_ms
from roundtable import clock, create_app, schema
from roundtable.accounts.models import User
from roundtable.clockwork import jobs_of
from roundtable.db import db
from roundtable.demo import story
from roundtable.guests.models import Contact
from roundtable.guests.queries import token_of
from roundtable.jobs import Pieces
from roundtable.links import Purpose
from roundtable.mail.delivery import batches_due
from roundtable.minutes.jobs import make_documents

STEPS = tuple(int(one) for one in os.environ.get("ROUNDTABLE_TEST_GROWTH", "1000 100000").split())
KIND = os.environ.get("ROUNDTABLE_TEST_GROWTH_ON", "postgresql")
GUARDS = {
    "postgresql": ("DROP TRIGGER keep_audit ON audit_entry",),
    "sqlite": ("DROP TRIGGER keep_audit_update", "DROP TRIGGER keep_audit_delete"),
}
STRIDE = 10_000
"""How far apart the keys of two copies are."""
OWN = {
    "look",
    "beat",
    "hold",
    "audit_head",
    "sign_in",
    "passkey_challenge",
    "pace",
    "passkey",
    "recovery_code",
}
"""What belongs to the program or to a browser, not to a conference."""
SMALLER = (
    "DELETE FROM availability",
    "DELETE FROM answer_given WHERE id % 4 <> 0",
    "DELETE FROM calendar_entry WHERE id % 4 <> 0",
    "DELETE FROM speaking_slot WHERE id % 4 <> 0",
    "DELETE FROM audit_detail WHERE entry_id % 15 <> 0",
    "DELETE FROM audit_entry WHERE id % 15 <> 0",
    "DELETE FROM letter WHERE id % 6 <> 0",
)
"""The story in fewer rows: every table keeps some."""
NUMBERED = {("letter", "topic"), ("letter", "pace_key"), ("audit_entry", "subject")}
"""Texts that name a row: `meeting/2`."""
DISTINCT = {
    ("letter", "key"),
    ("letter", "message_id"),
    ("user", "email_key"),
    ("user", "email"),
    ("user", "handle"),
    ("contact", "email_key"),
    ("contact", "email"),
    ("meeting", "uid"),
    ("publication", "slug"),
    ("newsroom", "email_key"),
}
REFERRING = {("audit_entry", "conference_id"), ("letter", "link_owner")}
"""Columns that hold a key without a foreign key."""


def _expression(table: Table, column: Column[object]) -> str:
    name, place = f'"{column.name}"', (table.name, column.name)
    if column.primary_key or column.foreign_keys or place in REFERRING:
        return f"{name} + k * {STRIDE}"
    if place in NUMBERED:
        # Both databases have a function of this name while copies are made; see below.
        return f"renumbered({name}, k)"
    if place in DISTINCT:
        length = getattr(column.type, "length", None) or 1000
        return f"substr(k || '-' || {name}, 1, {length})"
    return name


def _renumbered(text: str | None, k: int) -> str | None:
    kind, mark, digits = (text or "").rpartition("/")
    return f"{kind}/{int(digits) + k * STRIDE}" if mark and digits.isdecimal() else text


_RENUMBERED = f"""CREATE OR REPLACE FUNCTION renumbered(said text, k int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN said ~ '^[a-z-]+/[0-9]+$'
THEN split_part(said, '/', 1) || '/' || (split_part(said, '/', 2)::int + k * {STRIDE}) ELSE said END $$"""


def _statements(first: int, last: int) -> Iterator[str]:
    """Yield what adds the copies with these numbers, in the words of both databases."""
    series = f"(WITH RECURSIVE s(k) AS (SELECT {first} UNION ALL SELECT k + 1 FROM s WHERE k < {last}) SELECT k FROM s)"
    for table in db.metadata.sorted_tables:
        if table.name in OWN:
            continue
        (key,) = table.primary_key
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        values = ", ".join(_expression(table, column) for column in table.columns)
        yield (
            f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM "{table.name}" '
            f'CROSS JOIN {series} AS series WHERE "{key.name}" < {STRIDE}'
        )
    # The story's conference is the first, and its words are marked so.
    words = f"replace(words, 'c1z', 'c' || (1 + k * {STRIDE}) || 'z')"
    yield (
        f"INSERT INTO entry_words (rowid, words) SELECT entry_words.rowid + k * {STRIDE}, {words} FROM entry_words "
        f"CROSS JOIN {series} AS series WHERE entry_words.rowid < {STRIDE}"
    )


def copy(first: int, last: int) -> None:
    """Add the copies with these numbers. Foreign keys hold by construction and are not asked about."""
    if db.engine.dialect.name == "sqlite":
        db.session.remove()
        with closing(sqlite3.connect(str(db.engine.url.database))) as connection, connection:
            connection.create_function("renumbered", 2, _renumbered, deterministic=True)
            connection.execute("PRAGMA synchronous = OFF")
            for statement in _statements(first, last):
                connection.execute(statement)
        return
    session = db.session.connection()
    session.exec_driver_sql("SET LOCAL session_replication_role = replica")
    session.exec_driver_sql(_RENUMBERED)
    for statement in _statements(first, last):
        session.exec_driver_sql(statement)
    db.session.commit()


def grow(copies: int, wanted: int) -> int:
    """Let there be so many conferences, and the planner know it; return how many copies there are."""
    while copies + 1 < wanted:
        last = min(wanted - 1, copies + 2000)
        copy(copies + 1, last)
        copies = last
    with db.engine.connect() as connection:
        words = "ANALYZE" if db.engine.dialect.name == "sqlite" else "VACUUM ANALYZE"
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(words)
    return copies


@dataclass
class World:
    """The program on a database that grows, and who looks at it."""

    app: Flask
    organizer: OwnClient
    administrator: OwnClient
    link: str
    feed: str

    def calls(self) -> dict[str, Callable[[], object]]:
        """Return everything that is timed, by its name."""
        pages = {
            "conferences of an organizer": "/",
            "meeting page": "/meetings/2",
            "agenda page": "/meetings/2/agenda",
            "guest list": "/conferences/1/guests",
            "invitations": "/meetings/2/invitations",
            "minutes page": "/meetings/1/minutes",
            "press desk": "/meetings/1/press",
            "action items": "/conferences/1/actions",
            "search": "/search?q=city",
            "log of a conference": "/conferences/1/log",
            "data of offices": "/conferences/1/data",
            "guest page": self.link,
            "calendar feed": self.feed,
            "press room": "/press/",
            "press page": "/press/2020-06-20-metropolitan-mayors-round-table/tr",
        }
        own = {
            "accounts": "/administration/accounts",
            "log of the program": "/administration/log",
            "state of the program": "/administration/status",
            "people": "/administration/people?q=organizer%40example.org",
        }
        calls: dict[str, Callable[[], object]] = {
            name: partial(_get, self.organizer, path) for name, path in pages.items()
        }
        calls |= {name: partial(_get, self.administrator, path) for name, path in own.items()}
        for job in jobs_of(self.app.config["ROUNDTABLE"]):
            if isinstance(job.call, Pieces):
                calls[f"job: what waits, {job.name}"] = job.call.due
        calls["job: what waits, letters"] = batches_due
        return calls


def _get(client: OwnClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)


def build(folder: Path) -> World:
    """Tell the demonstration, with fewer rows."""
    uri = databases.uri_for(KIND, folder)
    settings = settings_for(folder, demonstration=True, smtp_url="", database_uri=uri)
    app = create_app(settings, testing=True)
    app.test_client_class = OwnClient
    with app.app_context():
        return _told(app)


def _told(app: Flask) -> World:
    schema.upgrade()
    assert story.tell()
    while make_documents():
        pass
    for statement in (*GUARDS[KIND], *SMALLER):
        db.session.execute(text(statement))
    contact = db.session.query(Contact).order_by(Contact.id).first()
    assert contact is not None
    link = f"/g/{token_of(contact)}/meetings/2"
    feed = f"/c/{token_of(contact, Purpose.FEED)}.ics"
    clients = []
    for email in ("organizer@example.org", "admin@example.org"):
        client = app.test_client()
        assert isinstance(client, OwnClient)
        user = db.session.query(User).filter_by(email=email).one()
        db.session.commit()
        answer = client.post("/sign-in", data={"email": user.email, "password": story.PASSWORD})
        assert answer.status_code == 302
        clients.append(client)
    return World(app, clients[0], clients[1], link, feed)


def measure(folder: Path) -> list[tuple[str, list[float]]]:
    """Return for everything its median in milliseconds at each size: measured in turns, so that noise meets all of them."""
    worlds = []
    for wanted in STEPS:
        begin = time.perf_counter()
        place = folder / str(wanted)
        place.mkdir()
        world = build(place)
        with world.app.app_context():
            grow(0, wanted)
            db.session.remove()
        worlds.append(world)
        print(f"{wanted} conferences after {time.perf_counter() - begin:.0f} s", flush=True)
    found = []
    by_world = [world.calls() for world in worlds]
    for name in by_world[0]:
        calls: list[Callable[[], object]] = [
            partial(_in_context, world.app, calls[name])
            for world, calls in zip(worlds, by_world, strict=True)
        ]
        for call in calls:
            call()
        found.append((name, interleaved_ms(calls, rounds=15)))
    clock.set_source(None)
    return found


def _in_context(app: Flask, call: Callable[[], object]) -> None:
    with app.app_context():
        call()
        db.session.remove()
