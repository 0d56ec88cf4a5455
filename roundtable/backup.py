"""A backup while the program runs, and the way back: database, files, and what they are.

The archive is a tar.gz: `manifest.json` says from which version and when it is and what each file's
SHA-256 is, `roundtable.sqlite` or `roundtable.dump` (pg_dump's own format) is the database, `files/` what is
stored beside it, `settings.json` the settings without secrets. Encrypted, it is an age file
(age-encryption.org/v1): the server knows only the public key, and any age program can open it.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy.engine import URL, make_url

from roundtable import clock, storage
from roundtable.config import Settings
from roundtable.errors import Refusal, sentence

EXISTS = sentence("%(target)s exists already. Please choose another name.")
BROKEN = sentence("The copy of the database is damaged (%(reason)s). Nothing was written.")
NO_PROGRAM = sentence("%(program)s is missing. Please install PostgreSQL's own programs (postgresql-client).")
FAILED = sentence("%(program)s has failed: %(reason)s")
NO_KEY = sentence(
    "“%(key)s” is no public key of age. It begins with age1; “roundtable backup-key” makes one."
)
NO_BACKUP = sentence("%(file)s is no backup of Roundtable, or it is damaged: %(reason)s.")
WRONG_KEY = sentence("%(file)s cannot be decrypted with this key.")
NEEDS_KEY = sentence("%(file)s is encrypted. Please name the file with the secret key: --key FILE.")
NEWER = sentence(
    "The backup comes from a newer version of Roundtable (schema %(revision)s). Please install that version first."
)
NOT_EMPTY = sentence("%(folder)s holds a database already. A restore only fills an empty place.")
OTHER_KIND = sentence("The backup holds a %(kind)s database, and ROUNDTABLE_DATABASE_URI names another kind.")

_AGE = b"age-encryption.org/v1"
LAST = "last-backup.json"
_DATABASES = {"sqlite": "roundtable.sqlite", "postgresql": "roundtable.dump"}
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Made:
    """What a backup holds: how many files beside the database, and the end of the audit log's chain."""

    files: int
    head: str


# --- Writing ------------------------------------------------------------------------------------------------


def write_backup(settings: Settings, target: Path, recipients: Sequence[str] = ()) -> Made:
    """Write the archive with mode 0600, encrypted for these age keys where there are any.

    The database is copied first, at one instant (SQLite's online backup, pg_dump's snapshot); files are
    only ever added, so copying them second loses none that the copy names. The copy is checked, and the archive
    read back, before it gets its name.

    Raises:
        Refusal: for an existing target, a damaged copy, a missing program, or a key that is none.
    """
    keys = [_recipient(one) for one in recipients]
    if target.exists():
        raise Refusal(EXISTS, target=target)
    url = make_url(settings.database_uri)
    kind = url.get_backend_name()
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".backup-") as place:
        folder = Path(place)
        database = folder / _DATABASES[kind]
        revision, head = _copy_database(url, database)
        stored = settings.data_dir / "files"
        if settings.storage_url:
            stored = folder / "files"
            storage.copy_out(storage.open_store(settings), stored)
        files = [file for file in sorted(stored.rglob("*")) if file.is_file()] if stored.is_dir() else []
        members = {_DATABASES[kind]: database}
        members |= {f"files/{file.relative_to(stored).as_posix()}": file for file in files}
        part = folder / "backup.tar.gz"
        _pack(part, members, settings, {"database": kind, "revision": revision, "audit_head": head})
        _read_back(part)
        if keys:
            part = _encrypted(part, folder / "backup.age", keys)
        part.rename(target)
    (settings.data_dir / LAST).write_text(json.dumps({"at": clock.now().isoformat()}), "utf-8")
    return Made(len(files), head)


def last_backup(settings: Settings) -> datetime | None:
    """Return when the last backup of this data folder was written."""
    try:
        return datetime.fromisoformat(json.loads((settings.data_dir / LAST).read_text("utf-8"))["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _copy_database(url: URL, target: Path) -> tuple[str, str]:
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(Path(url.database or ""), target)
        return _read_sqlite(target)
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}", url=url)
    return _read_postgresql(url)


def _copy_sqlite(source: Path, target: Path) -> None:
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(writing)
        found = writing.execute("PRAGMA integrity_check").fetchone()
        broken = writing.execute("PRAGMA foreign_key_check").fetchone()
    finally:
        writing.close()
        reading.close()
    if found != ("ok",) or broken is not None:
        raise Refusal(BROKEN, reason=str(broken or found))


_REVISION = "SELECT version_num FROM alembic_version"
_HEAD = "SELECT number, hash FROM audit_head"


def _read_sqlite(file: Path) -> tuple[str, str]:
    connection = sqlite3.connect(file)
    try:
        (revision,) = connection.execute(_REVISION).fetchone()
        head = connection.execute(_HEAD).fetchone()
    finally:
        connection.close()
    return str(revision), f"{head[0]} {head[1]}" if head else ""


def _read_postgresql(url: URL) -> tuple[str, str]:
    revision = _run("psql", "--tuples-only", "--no-align", f"--command={_REVISION}", url=url).strip()
    head = _run("psql", "--tuples-only", "--no-align", f"--command={_HEAD}", url=url).strip()
    return revision, head.replace("|", " ")


def _run(program: str, *words: str, url: URL) -> str:
    """Run one of PostgreSQL's programs on the database; the password goes by the environment, never as a word."""
    environment = {**os.environ, "PGPASSWORD": url.password or ""}
    bare = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, query=dict(url.query)
    )
    name = bare.render_as_string()
    try:
        done = subprocess.run(  # noqa: S603 - fixed programs, and words of our own
            [program, f"--dbname={name}", *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise Refusal(NO_PROGRAM, program=program) from error
    if done.returncode:
        raise Refusal(FAILED, program=program, reason=done.stderr.strip()[:300])
    return done.stdout


def _pack(target: Path, members: dict[str, Path], settings: Settings, about: dict[str, str]) -> None:
    manifest = {
        "program": "roundtable",
        "made_at": clock.now().isoformat(),
        **about,
        "sha256": {name: _sha256(file) for name, file in members.items()},
    }
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz") as archive:
        _add(archive, "manifest.json", manifest)
        _add(archive, "settings.json", settings.without_secrets())
        for name, file in members.items():
            archive.add(file, name)


def _add(archive: tarfile.TarFile, name: str, content: dict[str, Any]) -> None:
    raw = json.dumps(content, indent=1).encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(raw)
    archive.addfile(entry, io.BytesIO(raw))


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return _digest(source)


def _digest(source: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _recipient(key: str) -> Any:
    import pyrage  # noqa: PLC0415 - only backups need it

    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError as error:
        raise Refusal(NO_KEY, key=key) from error


def _encrypted(source: Path, target: Path, keys: Sequence[Any]) -> Path:
    import pyrage  # noqa: PLC0415

    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with source.open("rb") as plain, os.fdopen(descriptor, "wb") as sealed:
        pyrage.encrypt_io(plain, sealed, keys)
    return target


def new_key(file: Path) -> str:
    """Write a new secret key of age into a file with mode 0600, and return its public key."""
    import pyrage  # noqa: PLC0415

    identity = pyrage.x25519.Identity.generate()
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise Refusal(EXISTS, target=file) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as target:
        target.write(f"# public key: {identity.to_public()}\n{identity}\n")
    return str(identity.to_public())


# --- Reading ------------------------------------------------------------------------------------------------


def _read_back(archive: Path) -> dict[str, Any]:
    """Check every member of an archive against its manifest, and return the manifest.

    Raises:
        Refusal: if something is missing, too much, or not as it was written.
    """
    try:
        with tarfile.open(archive, "r:gz") as opened:
            found: dict[str, str] = {}
            manifest: dict[str, Any] = {}
            for member in opened:
                source = opened.extractfile(member)
                if not member.isfile() or source is None:
                    raise Refusal(NO_BACKUP, file=archive.name, reason=member.name)
                if member.name == "manifest.json":
                    manifest = json.loads(source.read())
                elif member.name != "settings.json":
                    found[member.name] = _digest(source)
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise Refusal(NO_BACKUP, file=archive.name, reason=str(error)) from error
    if manifest.get("program") != "roundtable" or manifest.get("sha256") != found:
        raise Refusal(NO_BACKUP, file=archive.name, reason="manifest.json")
    return manifest


@dataclass(frozen=True)
class Restored:
    """What came back: when it was made, and how many files beside the database."""

    made_at: str
    files: int
    audit_head: str


def restore(settings: Settings, source: Path, *, known: set[str], key: Path | None = None) -> Restored:
    """Bring a backup back into an empty place; `known` are the schema's revisions that this version knows.

    Nothing is touched before the whole archive has been checked. Afterwards the caller holds what would
    go out by itself (`holding.hold`).

    Raises:
        Refusal: for a place that is not empty, an archive that is none, is damaged or is newer, or a wrong key.
    """
    url = make_url(settings.database_uri)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restore-") as place:
        folder = Path(place)
        archive = _decrypted(source, folder, key)
        manifest = _read_back(archive)
        if manifest["revision"] not in known:
            raise Refusal(NEWER, revision=manifest["revision"])
        if manifest["database"] != url.get_backend_name():
            raise Refusal(OTHER_KIND, kind=manifest["database"])
        _check_empty(settings, url)
        with tarfile.open(archive, "r:gz") as opened:
            opened.extractall(folder / "all", filter="data")
        _bring_back(folder / "all", settings, url)
    return Restored(manifest["made_at"], len(manifest["sha256"]) - 1, manifest["audit_head"])


def _decrypted(source: Path, folder: Path, key: Path | None) -> Path:
    with source.open("rb") as opened:
        is_sealed = opened.read(len(_AGE)) == _AGE
    if not is_sealed:
        return source
    if key is None:
        raise Refusal(NEEDS_KEY, file=source.name)
    import pyrage  # noqa: PLC0415

    target = folder / "backup.tar.gz"
    lines = [line.strip() for line in key.read_text("utf-8").splitlines() if not line.startswith("#")]
    try:
        identities = [pyrage.x25519.Identity.from_str(line) for line in lines if line]
        with source.open("rb") as sealed, target.open("wb") as plain:
            pyrage.decrypt_io(sealed, plain, identities)
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise Refusal(WRONG_KEY, file=source.name) from error
    return target


def _check_empty(settings: Settings, url: URL) -> None:
    if url.get_backend_name() == "sqlite":
        is_empty = not Path(url.database or "").exists()
    else:
        tables = _run("psql", "--tuples-only", "--no-align", "--command=\\dt", url=url)
        is_empty = not tables.strip()
    if not is_empty or storage.keys(storage.open_store(settings)):
        raise Refusal(NOT_EMPTY, folder=settings.data_dir)


def _bring_back(folder: Path, settings: Settings, url: URL) -> None:
    if (folder / "files").is_dir():
        storage.copy_in(storage.open_store(settings), folder / "files")
    if url.get_backend_name() == "sqlite":
        target = Path(url.database or "")
        (folder / _DATABASES["sqlite"]).chmod(0o600)
        shutil.move(folder / _DATABASES["sqlite"], target)
    else:
        _run(
            "pg_restore",
            "--no-owner",
            "--exit-on-error",
            "--single-transaction",
            str(folder / _DATABASES["postgresql"]),
            url=url,
        )
