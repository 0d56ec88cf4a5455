"""The demonstration, told once for all tests and processes; each takes a copy of its own."""

import os
import shutil
from datetime import datetime
from pathlib import Path

import flask_migrate
import pytest
from conftest import settings_for
from filelock import FileLock

from roundtable import clock, create_app
from roundtable.db import db
from roundtable.demo import story


def copy_told(factory: pytest.TempPathFactory, folder: Path, *, at: datetime | None = None) -> None:
    """Fill the folder with the demonstration, as if told at an instant; at none, it was told just now.

    The story takes seconds; the copy does not. The database has no write-ahead log beside it.
    """
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    told = shared / f"told-{at:%Y-%m-%d}" if at else shared / "told"
    with FileLock(f"{told}.lock"):
        if not told.exists():
            unfinished = told.with_suffix(".unfinished")
            _tell(unfinished, at)
            unfinished.rename(told)
    shutil.copytree(told, folder, dirs_exist_ok=True)


def _tell(folder: Path, at: datetime | None) -> None:
    app = create_app(settings_for(folder, demonstration=True, smtp_url=""), testing=True)
    clock.set_source((lambda: at) if at else None)
    with app.app_context():
        flask_migrate.upgrade()
        assert story.tell()
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        db.engine.dispose()
    clock.set_source(None)
