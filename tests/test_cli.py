"""The `roundtable` command, run as its users run it: in a process of its own."""

import os
import sqlite3
import subprocess
import sys
import tarfile
from datetime import timedelta
from pathlib import Path

import pytest
from prepared import copy_migrated, copy_told, setting_of
from sqlalchemy import create_engine, select, update

from roundtable import signing
from roundtable.conferences.models import Meeting

COMMAND = [sys.executable, "-m", "roundtable.cli"]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment without anybody else's settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ROUNDTABLE_")}
    return {**clean, "ROUNDTABLE_DATA_DIR": str(folder), **setting_of(folder), **more}


def run(
    folder: Path, *words: str, demonstration: bool = True, **more: str
) -> subprocess.CompletedProcess[str]:
    mode = {"ROUNDTABLE_DEMONSTRATION": "1"} if demonstration else {}
    return subprocess.run(
        [*COMMAND, *words],
        env=environment(folder, **mode, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_names_every_command_without_any_setting(tmp_path: Path) -> None:
    result = run(tmp_path, "--help", demonstration=False)

    assert result.returncode == 0
    for command in ("serve", "demo", "db", "user", "deliver", "backup", "check-config", "zones", "remind"):
        assert f"\n  {command} " in result.stdout
    assert result.stderr == ""


def test_missing_settings_end_in_sentences_and_no_trace(tmp_path: Path) -> None:
    for words in (("serve",), ("check-config",)):
        result = run(tmp_path, *words, demonstration=False)

        assert result.returncode == 1, words
        assert "ROUNDTABLE_SECRET_KEY is missing." in result.stderr
        assert "Traceback" not in result.stderr


def test_check_config_accepts_the_demonstration_and_says_what_it_is(tmp_path: Path) -> None:
    result = run(tmp_path, "check-config")

    assert result.returncode == 0
    assert "anybody who reads the README can sign in" in result.stdout


def test_check_config_says_who_signs_and_what_is_wrong_with_a_certificate(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.p12", tmp_path / "bad.p12"
    good.write_bytes(signing.self_signed("Press desk", "right"))
    bad.write_bytes(b"nothing")

    own = run(tmp_path, "check-config")
    named = run(
        tmp_path, "check-config", ROUNDTABLE_SIGNING_FILE=str(good), ROUNDTABLE_SIGNING_PASSWORD="right"
    )
    wrong = run(tmp_path, "check-config", ROUNDTABLE_SIGNING_FILE=str(bad))
    missing = run(tmp_path, "check-config", ROUNDTABLE_SIGNING_FILE=str(tmp_path / "none.p12"))

    assert "Published PDFs are signed by: CN=Roundtable (demonstration)" in own.stdout
    assert "Published PDFs are signed by: CN=Press desk" in named.stdout
    assert "right" not in named.stdout + named.stderr
    assert "ROUNDTABLE_SIGNING_FILE: The signing file cannot be read with this password." in wrong.stdout
    assert missing.returncode == 1
    assert "ROUNDTABLE_SIGNING_FILE must name a file" in missing.stderr


def test_the_demonstration_is_refused_outside_itself(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        "demo",
        demonstration=False,
        ROUNDTABLE_SECRET_KEY="kX9-3mQ2vLpTz7bNw5RyUe8HsJd4GfAc",
        ROUNDTABLE_PUBLIC_URL="https://roundtable.example.org",
        ROUNDTABLE_SMTP_URL="smtps://mail.example.org",
        ROUNDTABLE_MAIL_FROM="a@example.org",
    )

    assert result.returncode == 1
    assert "only for ROUNDTABLE_DEMONSTRATION=1" in result.stderr
    assert not (tmp_path / "roundtable.sqlite").exists()


def test_a_user_is_added_and_a_weak_password_refused(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, first_kind: str
) -> None:
    copy_migrated(tmp_path_factory, tmp_path, first_kind)
    words = ("user", "add", "ada@example.org", "--name", "Ada", "--language", "tr")

    weak = run(tmp_path, *words, "--password", "short")
    good = run(tmp_path, *words, "--password", "a good long password")
    again = run(tmp_path, *words, "--password", "a good long password")

    assert (weak.returncode, good.returncode, again.returncode) == (1, 0, 1)
    assert "at least 12 characters" in weak.stderr
    assert "There is already an account for ada@example.org." in again.stderr


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, first_kind: str) -> Path:
    """A folder with the demonstration; tests/test_installed.py tells it by the command."""
    folder = tmp_path_factory.mktemp("told")
    copy_told(tmp_path_factory, folder, first_kind)
    return folder


def test_a_second_demo_keeps_the_data(told: Path) -> None:
    result = run(told, "demo")

    assert result.returncode == 0
    assert "its data are kept" in result.stderr


def test_deliver_says_what_went_and_what_waits(told: Path) -> None:
    result = run(told, "deliver")

    assert result.stdout == "0 handed over, 0 waiting.\n"


def test_a_backup_holds_database_and_files_for_its_owner_only(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source, target = tmp_path / "source", tmp_path / "backup.tar.gz"
    copy_told(tmp_path_factory, source)

    result = run(source, "backup", str(target))
    twice = run(source, "backup", str(target))

    assert result.returncode == 0, result.stderr
    assert target.stat().st_mode & 0o077 == 0
    with tarfile.open(target) as archive:
        names = archive.getnames()
        copy = archive.extractfile("roundtable.sqlite")
        assert copy is not None
        (tmp_path / "roundtable.sqlite").write_bytes(copy.read())
    assert len([name for name in names if name.startswith("files/publications/")]) == 3
    assert len([name for name in names if name.startswith("files/pictures/")]) == 2
    database = sqlite3.connect(tmp_path / "roundtable.sqlite")
    assert database.execute("SELECT count(*) FROM participant").fetchone() == (20,)
    database.close()
    assert twice.returncode == 1
    assert "exists already" in twice.stderr


def test_zones_check_names_the_sessions_that_a_clock_law_has_moved_and_changes_nothing(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, first_kind: str
) -> None:
    engine = create_engine(copy_told(tmp_path_factory, tmp_path, first_kind))
    assert "0 coming sessions" in run(tmp_path, "zones", "check").stdout
    meeting = Meeting.__table__
    with engine.begin() as database:
        # As if the agreement had been made under an older law, by which clocks were an hour ahead.
        query = select(meeting.c.id, meeting.c.starts_at).order_by(meeting.c.starts_at.desc()).limit(1)
        number, agreed = database.execute(query).one()
        earlier = agreed - timedelta(hours=1)
        database.execute(update(Meeting).where(meeting.c.id == number).values(starts_at=earlier))

    result = run(tmp_path, "zones", "check")

    assert result.returncode == 1
    assert "Second Metropolitan Mayors’ Round Table" in result.stdout
    assert "1 coming sessions" in result.stdout
    with engine.connect() as database:
        stored = select(meeting.c.starts_at, meeting.c.revision, meeting.c.drifted_to)
        row = database.execute(stored.where(meeting.c.id == number)).one()
    engine.dispose()
    assert row == (earlier, 0, agreed)
