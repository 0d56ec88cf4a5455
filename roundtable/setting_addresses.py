"""Settings that are addresses of other machines: each read, and refused in words where it cannot be used."""

import importlib.util
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from roundtable.mail_servers import IMAP_SCHEMES, SMTP_SCHEMES
from roundtable.object_stores import bucket
from roundtable.setting_list import PREFIX
from roundtable.setting_reader import Reader, attempt


def database_uri(reader: Reader, data_dir: Path) -> str:
    """Return the address of the database: SQLite in the data folder where none is given."""
    given = reader.text("DATABASE_URI")
    if not given:
        return f"sqlite:///{data_dir / 'roundtable.sqlite'}"
    try:
        url = make_url(given)
    except ArgumentError:
        reader.problem(
            "DATABASE_URI", "must be an SQLAlchemy address such as sqlite:////srv/roundtable.sqlite."
        )
        return given
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        reader.problem("DATABASE_URI", "must name SQLite or PostgreSQL.")
    elif url.get_backend_name() == "postgresql":
        return _postgresql(reader, url)
    return given


def replica_uri(reader: Reader) -> str:
    """Return the address of a copy of the database that is only read, or nothing."""
    given = reader.text("DATABASE_REPLICA_URI")
    if not given:
        return ""
    try:
        url = make_url(given)
    except ArgumentError:
        url = None
    is_postgresql = url is not None and url.get_backend_name() == "postgresql"
    if not is_postgresql or not reader.text("DATABASE_URI").startswith("postgresql"):
        reader.problem(
            "DATABASE_REPLICA_URI",
            f"must begin with postgresql://, like {PREFIX}DATABASE_URI whose copy it is.",
        )
    if url is None:
        return given
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _postgresql(reader: Reader, url: URL) -> str:
    """Return the address with the one driver that is tested, psycopg 3."""
    if url.drivername not in {"postgresql", "postgresql+psycopg"}:
        reader.problem("DATABASE_URI", "must begin with postgresql:// for PostgreSQL.")
    if importlib.util.find_spec("psycopg") is None:
        reader.problem(
            "DATABASE_URI", "names PostgreSQL. Please install its driver: pip install roundtable[postgres]"
        )
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def redis_url(reader: Reader) -> str:
    """Return the address of the queue and of shared counters, or nothing."""
    given = reader.text("REDIS_URL")
    if not given:
        return ""
    parts = attempt(lambda: urlsplit(given))
    is_wrong = parts is None or attempt(lambda: parts.port or 1) is None
    if is_wrong or parts is None or parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        # The address may hold a password, so it is not repeated here.
        reader.problem("REDIS_URL", "must look like redis://:password@host:6379/0 (or rediss://).")
    if not reader.text("DATABASE_URI").startswith("postgresql"):
        reader.problem(
            "REDIS_URL", f"is for several processes, and these need PostgreSQL in {PREFIX}DATABASE_URI."
        )
    if importlib.util.find_spec("celery") is None:
        reader.problem(
            "REDIS_URL", "names a queue. Please install what it needs: pip install roundtable[queue]"
        )
    return given


def traces_url(reader: Reader) -> str:
    """Return the address of a collector of traces, or nothing."""
    given = reader.text("TRACES_URL")
    if not given:
        return ""
    parts = attempt(lambda: urlsplit(given))
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        reader.problem("TRACES_URL", "must look like https://collector.example.org:4318/v1/traces.")
    if importlib.util.find_spec("opentelemetry") is None:
        reader.problem("TRACES_URL", "needs OpenTelemetry: pip install roundtable[telemetry]")
    return given


def storage_url(reader: Reader) -> str:
    """Return the address of the bucket for files, or nothing."""
    given = reader.text("STORAGE_URL")
    if given and attempt(lambda: bucket(given)) is None:
        reader.problem(
            "STORAGE_URL",
            "must look like s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1.",
        )
    for other in ("STORAGE_KEY_ID", "STORAGE_SECRET"):
        if bool(given) != bool(reader.text(other)):
            reader.problem(other, f"and {PREFIX}STORAGE_URL belong together: please set both or neither.")
    return given


def smtp_url(reader: Reader, demonstration: bool) -> str:
    """Return the address of the mail server."""
    given = reader.text("SMTP_URL")
    if not given:
        if not demonstration:
            reader.problem(
                "SMTP_URL", "is missing. Letters need a mail server: smtp://user:password@host:587."
            )
        return ""
    parts = attempt(lambda: urlsplit(given))
    port_is_wrong = parts is not None and attempt(lambda: parts.port or 1) is None
    if parts is None or port_is_wrong or parts.scheme not in SMTP_SCHEMES or not parts.hostname:
        # The address may hold a password, so it is not repeated here.
        reader.problem(
            "SMTP_URL", "must look like smtp://user:password@host:587 (or smtps://, smtp+plain://)."
        )
    return given


def inbox_url(reader: Reader) -> str:
    """Return the address of the mailbox, or nothing."""
    given = reader.text("INBOX_URL")
    parts = attempt(lambda: urlsplit(given))
    port_is_wrong = parts is not None and attempt(lambda: parts.port or 1) is None
    if given and (
        parts is None
        or port_is_wrong
        or parts.scheme not in IMAP_SCHEMES
        or not parts.hostname
        or not parts.username
    ):
        # The address may hold a password, so it is not repeated here.
        reader.problem("INBOX_URL", "must look like imaps://user:password@host:993/INBOX (or imap+plain://).")
    return given


def video_url(reader: Reader, name: str, *needed: str) -> str:
    """Return the address of a video server; what it needs beside it is asked for together with it."""
    given = reader.text(name).rstrip("/")
    parts = attempt(lambda: urlsplit(given))
    is_here = parts is not None and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if given and (
        parts is None
        or parts.scheme not in ({"https", "http"} if is_here else {"https"})
        or not parts.hostname
        or parts.query
        or parts.fragment
        or parts.username
    ):
        reader.problem(name, "must be an https address without a question mark or a user.")
    for other in needed:
        if bool(given) != bool(reader.text(other)):
            reader.problem(other, f"and {PREFIX}{name} belong together: please set both or neither.")
    return given
