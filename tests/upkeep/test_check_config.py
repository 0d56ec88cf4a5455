"""`check-config` names each setting that works and is not safe."""

import os
from pathlib import Path
from typing import Any

import make
import pytest
from conftest import settings_for

from roundtable import backup, clock
from roundtable.commands import check_cli

SAFE: dict[str, Any] = {
    "public_url": "https://roundtable.example.org",
    "trusted_proxies": 1,
    "second_factor_for": ("administrator",),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder as it should be: for its owner only, with a backup of today."""
    tmp_path.chmod(0o700)
    (tmp_path / backup.LAST).write_text('{"at": "2026-09-01T08:00:00+00:00"}', "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"trusted_proxies": 0}, "ROUNDTABLE_TRUSTED_PROXIES"),
        ({"host": "0.0.0.0"}, "ROUNDTABLE_HOST"),
        ({"log_level": "DEBUG"}, "ROUNDTABLE_LOG_LEVEL"),
        ({"second_factor_for": ("organizer",)}, "ROUNDTABLE_SECOND_FACTOR_FOR"),
        ({"old_secret_keys": ("x" * 40,)}, "ROUNDTABLE_OLD_SECRET_KEYS"),
    ],
)
def test_each_unsafe_setting_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], names: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    clock.set_source(lambda: make.NOW)

    safe = check_cli.unsafe(settings_for(home, **SAFE))
    found = check_cli.unsafe(settings_for(home, **{**SAFE, **changed}))

    clock.set_source(None)
    assert safe == []
    (one,) = found
    assert one.startswith(names)


def test_the_machine_is_looked_at_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    home.chmod(0o755)
    (home / "roundtable.sqlite").touch()
    (home / "roundtable.sqlite").chmod(0o644)
    (home / backup.LAST).unlink()

    found = " ".join(check_cli.unsafe(settings_for(home, **SAFE)))

    assert "runs as root" in found
    assert f"{home} can be read by others" in found
    assert "roundtable.sqlite can be read by others" in found
    assert "no backup" in found
