"""Data folders that many tests begin with, made once for all tests and processes; each takes a copy of its own.

Migrating takes two seconds and telling the demonstration four; a copy takes none.
"""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from conftest import settings_for, shared_folder
from databases import new_postgresql, settle, uri_for
from filelock import FileLock

from roundtable import clock, create_app, fonts, schema
from roundtable.demo import story


def _nothing() -> None:
    """An empty database."""


def _told() -> None:
    assert story.tell()


def _told_unpublished() -> None:
    """Tell the story, but leave the press summary of its session to be written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story, "_publish", lambda _meeting: None)
        assert story.tell()


def copy_migrated(factory: pytest.TempPathFactory, folder: Path, kind: str = "sqlite") -> str:
    """Fill the folder for a program with an empty database that is up to date; return the database's address."""
    return _copy(factory, "migrated", folder, kind, _nothing)


def copy_told(
    factory: pytest.TempPathFactory, folder: Path, kind: str = "sqlite", *, at: datetime | None = None
) -> str:
    """The same with the demonstration, as if told at an instant; at none, it was told just now."""
    return _copy(factory, f"told-{at:%Y-%m-%d}" if at else "told", folder, kind, _told, at)


def copy_unpublished(factory: pytest.TempPathFactory, folder: Path, kind: str = "sqlite") -> str:
    """The same with the demonstration, told just now, before anything was written for the press."""
    return _copy(factory, "unpublished", folder, kind, _told_unpublished)


def _copy(
    factory: pytest.TempPathFactory,
    name: str,
    folder: Path,
    kind: str,
    fill: Callable[[], None],
    at: datetime | None = None,
) -> str:
    ready = shared_folder(factory) / f"prepared-{name}-{kind}"
    with FileLock(f"{ready}.lock"):
        if not ready.exists():
            unfinished = ready.with_suffix(".unfinished")
            _make(unfinished, kind, fill, at)
            unfinished.rename(ready)
    shutil.copytree(ready, folder, dirs_exist_ok=True)
    address = folder / ADDRESS
    if not address.exists():
        return uri_for(kind, folder)
    own = new_postgresql(like=address.read_text("utf-8"))
    address.write_text(own, "utf-8")
    return own


ADDRESS = "database.txt"
"""Names the database that belongs to a prepared folder, where it is not in the folder itself."""


def setting_of(folder: Path) -> dict[str, str]:
    """Return the setting that a process needs to find the database of a prepared folder."""
    address = folder / ADDRESS
    return {"ROUNDTABLE_DATABASE_URI": address.read_text("utf-8")} if address.exists() else {}


def _make(folder: Path, kind: str, fill: Callable[[], None], at: datetime | None) -> None:
    uri = uri_for(kind, folder)
    app = create_app(settings_for(folder, demonstration=True, smtp_url="", database_uri=uri), testing=True)
    # Browsers ask for them; made once here, not by each server.
    fonts.prepare(folder / "fonts")
    clock.set_source((lambda: at) if at else None)
    with app.app_context():
        schema.upgrade()
        fill()
        settle()
    clock.set_source(None)
    if kind != "sqlite":
        (folder / ADDRESS).write_text(uri, "utf-8")
