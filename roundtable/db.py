"""The database: the base of all tables, the column types of our own, and how SQLite is opened."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from flask import g, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import JSON, DateTime, Dialect, Engine, Enum, MetaData, TypeDecorator, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase

from roundtable import connections
from roundtable.config import Settings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcInstant(TypeDecorator[datetime]):
    """An instant. Refuses naive values, stores UTC, returns aware UTC.

    SQLite keeps no offset: left alone it would store 10:00+03:00 as 10:00.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant is aware; this is a wall time")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WallTime(TypeDecorator[datetime]):
    """What a clock on the wall shows: naive on both sides."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is not None:
            raise ValueError("a wall time is naive; this is an instant")
        return value


class Texts(dict[str, str]):
    """One text in several languages: language code -> text. Empty texts are left out."""

    def __init__(self, texts: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        super().__init__({language: words for language, words in dict(texts).items() if words})

    def in_language(self, language: str) -> str:
        """Return the text in the language, else in the first other language that has one."""
        return self.get(language) or next(iter(self.values()), "")

    def language_for(self, language: str) -> str:
        """Return the language of the text that `in_language` gives."""
        return language if language in self else next(iter(self), language)


def no_texts() -> Texts:
    """Return no text at all: the default of columns that may stay empty."""
    return Texts()


class TextsColumn(TypeDecorator[Texts]):
    """A column of `Texts`, stored as JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Texts | None, dialect: Dialect) -> dict[str, str] | None:  # noqa: ARG002
        return None if value is None else dict(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Texts | None:  # noqa: ARG002
        return None if value is None else Texts(value)


EnumOfStrings = TypeVar("EnumOfStrings", bound=StrEnum)
Answer = TypeVar("Answer")


def enum_column(kind: type[EnumOfStrings]) -> Enum:
    """Return a column type that stores the enum's values, with a CHECK that allows no others."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
        name=kind.__name__.lower(),
    )


class Base(DeclarativeBase):
    """What every table inherits from."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcInstant, Texts: TextsColumn}  # noqa: RUF012 - SQLAlchemy's own form


REPLICA = "replica"
"""The name of the engine for a copy of the database that is only read."""


class RoutedSession(Session):
    """A session that reads from the copy where the page says that it may (see web/replica.py)."""

    def get_bind(self, *words: Any, **named: Any) -> Engine | Connection:
        if has_request_context() and g.get("reads_replica") and not _surely_writing.get():
            return db.engines[REPLICA]
        return super().get_bind(*words, **named)


# Only the metadata: a model class of Flask-SQLAlchemy cannot share our own map of column types.
db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": RoutedSession})


def folder(name: str) -> Path:
    """Return a folder that stands inside the package in a wheel and beside it in a checkout."""
    inside = Path(__file__).parent / name
    return inside if inside.is_dir() else Path(__file__).parent.parent / name


BUSY_TIMEOUT_SECONDS = 10
LONGEST_WAIT_SECONDS = 10
"""How long a request waits for a connection, and a statement for another's lock, before it gives up."""


def engine_options(settings: Settings) -> dict[str, Any]:
    """Return how the database is opened: SQLite as it comes, PostgreSQL with a pool of a fixed size."""
    if not settings.database_uri.startswith("postgresql"):
        return {"pool_pre_ping": True}
    milliseconds = LONGEST_WAIT_SECONDS * 1000
    return {
        "pool_pre_ping": True,
        "pool_size": settings.database_pool or settings.threads + 2,
        "max_overflow": 0,
        "pool_timeout": LONGEST_WAIT_SECONDS,
        "pool_recycle": 1800,
        "connect_args": {
            "application_name": "roundtable",
            "connect_timeout": LONGEST_WAIT_SECONDS,
            **connections.for_libpq(),
            "options": f"-c lock_timeout={milliseconds} -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
        },
    }


def replica_options(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return how the copy of the database is opened, if there is one."""
    if not settings.database_replica_uri:
        return {}
    return {REPLICA: {"url": settings.database_replica_uri, **engine_options(settings)}}


@event.listens_for(Engine, "connect")
def _open_sqlite(connection: Any, _record: Any) -> None:
    """Prepare a SQLite connection: write-ahead log, foreign keys, waiting instead of failing."""
    if not isinstance(connection, sqlite3.Connection):
        return
    # The driver's own transactions start too late (at the first write); see _begin below.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    cursor.close()


_only_reading: ContextVar[bool] = ContextVar("only_reading", default=False)
_surely_writing: ContextVar[bool] = ContextVar("surely_writing", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Look without taking the write lock: for background work that mostly finds nothing to do.

    What is inside ends its transaction before it leaves, and writes nothing.
    """
    token = _only_reading.set(True)
    try:
        yield
    finally:
        _only_reading.reset(token)


def looked(question: Callable[[], Answer]) -> Answer:
    """Return the answer to a question to the database, asked in a transaction of its own that takes no lock."""
    with reading():
        answer = question()
        db.session.rollback()
    return answer


@contextmanager
def writing() -> Iterator[None]:
    """Take the write lock even while a page is only read: for the traces that reading leaves."""
    token = _surely_writing.set(True)
    try:
        yield
    finally:
        _surely_writing.reset(token)


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Take SQLite's write lock at the start of whatever may write.

    A transaction that reads first and writes later fails at once when another has written in
    between, and the busy timeout does not help (measured; see docs/decisions/0004). Pages that
    are only read do not wait for writers.
    """
    if connection.dialect.name != "sqlite":
        return
    connection.exec_driver_sql("BEGIN" if reads_only() else "BEGIN IMMEDIATE")


def reads_only() -> bool:
    """Whether what is done at this moment changes nothing: a page that is asked for, or a look at what waits."""
    return not _surely_writing.get() and (
        _only_reading.get() or (has_request_context() and request.method in {"GET", "HEAD", "OPTIONS"})
    )
