"""A backup while the program runs: a consistent copy of the database, and the files."""

import os
import sqlite3
import tarfile
import tempfile
from pathlib import Path

from sqlalchemy.engine import make_url

from roundtable.config import Settings
from roundtable.errors import Refusal, sentence

ONLY_SQLITE = sentence(
    "This backup is for SQLite. Please use pg_dump for the PostgreSQL database, and copy %(folder)s."
)
EXISTS = sentence("%(target)s exists already. Please choose another name.")
BROKEN = sentence("The copy of the database is damaged (%(reason)s). Nothing was written.")


def write_backup(settings: Settings, target: Path) -> int:
    """Write the archive with mode 0600 and return how many files, beside the database, are in it.

    The database is copied by SQLite's online backup and checked before the archive gets its name;
    files are only ever added, so copying them second loses none that the copy names.

    Raises:
        Refusal: for another database than SQLite, an existing target, or a damaged copy.
    """
    url = make_url(settings.database_uri)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise Refusal(ONLY_SQLITE, folder=settings.data_dir / "files")
    if target.exists():
        raise Refusal(EXISTS, target=target)
    with tempfile.TemporaryDirectory(dir=target.absolute().parent) as folder:
        copy = Path(folder) / "roundtable.sqlite"
        _copy_database(Path(url.database), copy)
        part = Path(folder) / "backup.tar.gz"
        files = [file for file in sorted((settings.data_dir / "files").rglob("*")) if file.is_file()]
        descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz") as archive:
            archive.add(copy, "roundtable.sqlite")
            for file in files:
                archive.add(file, str(file.relative_to(settings.data_dir)))
        part.rename(target)
    return len(files)


def _copy_database(source: Path, target: Path) -> None:
    reading = sqlite3.connect(source)
    writing = sqlite3.connect(target)
    try:
        reading.backup(writing)
        found = writing.execute("PRAGMA integrity_check").fetchone()
    finally:
        writing.close()
        reading.close()
    if found != ("ok",):
        raise Refusal(BROKEN, reason=str(found))
