"""Data folders that many tests begin with, made once for all tests and processes; each takes a copy of its own.

Migrating takes two seconds and telling the demonstration four; a copy takes none.
"""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from conftest import settings_for, shared_folder
from databases import settle
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


def copy_migrated(factory: pytest.TempPathFactory, folder: Path) -> None:
    """Fill the folder with an empty database that is up to date."""
    _copy(factory, "migrated", folder, _nothing)


def copy_told(factory: pytest.TempPathFactory, folder: Path, *, at: datetime | None = None) -> None:
    """Fill the folder with the demonstration, as if told at an instant; at none, it was told just now."""
    _copy(factory, f"told-{at:%Y-%m-%d}" if at else "told", folder, _told, at)


def copy_unpublished(factory: pytest.TempPathFactory, folder: Path) -> None:
    """Fill the folder with the demonstration, told just now, before anything was written for the press."""
    _copy(factory, "unpublished", folder, _told_unpublished)


def _copy(
    factory: pytest.TempPathFactory,
    name: str,
    folder: Path,
    fill: Callable[[], None],
    at: datetime | None = None,
) -> None:
    ready = shared_folder(factory) / f"prepared-{name}"
    with FileLock(f"{ready}.lock"):
        if not ready.exists():
            unfinished = ready.with_suffix(".unfinished")
            _make(unfinished, fill, at)
            unfinished.rename(ready)
    shutil.copytree(ready, folder, dirs_exist_ok=True)


def _make(folder: Path, fill: Callable[[], None], at: datetime | None) -> None:
    app = create_app(settings_for(folder, demonstration=True, smtp_url=""), testing=True)
    # Browsers ask for them; made once here, not by each server.
    fonts.prepare(folder / "fonts")
    clock.set_source((lambda: at) if at else None)
    with app.app_context():
        schema.upgrade()
        fill()
        settle()
    clock.set_source(None)
