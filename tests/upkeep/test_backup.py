"""Backups under load, and the way back onto an empty machine."""

import json
import tarfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import make
import pytest
from click.testing import Result
from conftest import OwnClient, settings_for
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import func, select

from roundtable import backup, clock, create_app, holding, schema, storage
from roundtable.accounts import factor_service
from roundtable.audit import service as log
from roundtable.ciphers import decrypted, encrypted
from roundtable.cli import main
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.invitations.models import AnswerGiven, Invitation
from roundtable.invitations.rsvp import Answer, Channel
from roundtable.jobs import Background, Job
from roundtable.mail.models import Letter, LetterState


def program(folder: Path, **changed: Any) -> Flask:
    """Return a program of its own in a folder; its database is not there yet."""
    app = create_app(settings_for(folder, **changed), testing=True)
    app.test_client_class = OwnClient
    return app


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Flask]:
    """A program with guests, answers, letters and a stored file."""
    app = program(tmp_path / "source")
    clock.set_source(lambda: make.NOW)
    with app.app_context():
        schema.upgrade()
        make.table_of(8)
        storage.keep(b"a picture", kind="pictures", ending="jpg")
        db.session.commit()
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()
    clock.set_source(None)


def run(app: Flask, *words: str) -> Result:
    """Run a command on a program, as a person types it."""
    found: Result = app.test_cli_runner().invoke(main, list(words), obj=ScriptInfo(create_app=lambda: app))
    return found


def settings_of(app: Flask) -> Any:
    return app.config["ROUNDTABLE"]


def first_invitation() -> Invitation:
    found = db.session.scalars(select(Invitation).order_by(Invitation.id)).first()
    assert found is not None
    return found


def test_a_backup_comes_back_onto_an_empty_machine_with_everything(source: Flask, tmp_path: Path) -> None:
    with source.app_context():
        link = make.link(first_invitation())
        counts = [
            db.session.scalar(select(func.count()).select_from(table)) for table in db.metadata.sorted_tables
        ]
        db.session.remove()
    target = tmp_path / "today.tar.gz"
    begun = time.monotonic()

    assert run(source, "backup", str(target)).exit_code == 0
    empty = program(tmp_path / "empty")
    done = run(empty, "restore", str(target))

    assert done.exit_code == 0, done.output
    assert "The log is whole" in done.output
    assert time.monotonic() - begun < 900  # R40 asks for a quarter of an hour; it takes seconds
    assert target.stat().st_mode & 0o777 == 0o600
    with empty.app_context():
        again = [
            db.session.scalar(select(func.count()).select_from(table)) for table in db.metadata.sorted_tables
        ]
        held = db.metadata.sorted_tables.index(holding.Hold.__table__)  # type: ignore[arg-type]
        counts[held] = 1
        assert again == counts
        assert list((tmp_path / "empty" / "files").rglob("*.jpg"))
        client = empty.test_client()
        assert isinstance(client, OwnClient)
        assert client.get(link).status_code == 200  # links that were sent still open
        db.session.remove()
        db.engine.dispose()


def test_what_waited_is_not_sent_again_until_somebody_says_so(source: Flask, tmp_path: Path) -> None:
    with source.app_context():
        db.session.add(_letter())
        db.session.commit()
        db.session.remove()
    target = tmp_path / "today.tar.gz"
    run(source, "backup", str(target))
    empty = program(tmp_path / "empty")
    run(empty, "restore", str(target))

    refused = [run(empty, "deliver").exit_code, run(empty, "remind").exit_code]
    undecided = run(empty, "resume")
    with empty.app_context():
        assert jobs_done(empty) == []
    dropped = run(empty, "resume", "--drop")

    assert refused == [1, 1]
    assert (undecided.exit_code, "letters wait" in undecided.output) == (1, True)
    assert dropped.exit_code == 0, dropped.output
    with empty.app_context():
        assert set(db.session.scalars(select(Letter.state))) == {LetterState.DROPPED}
        assert not holding.is_held()
        assert jobs_done(empty) == ["done"]
        db.session.remove()
        db.engine.dispose()


def _letter() -> Letter:
    return Letter(
        key="waiting",
        kind="notice",
        topic="x",
        recipient_name="",
        recipient_email="a@example.org",
        sender_name="",
        language="en",
        subject="S",
        text="T",
        html="H",
        message_id="<1@x>",
        next_try_at=make.NOW,
        created_at=make.NOW,
    )


def jobs_done(app: Flask) -> list[str]:
    """Let the background run one job once; return whether it was done."""
    done: list[str] = []

    def job() -> int:
        done.append("done")
        background._stopping.set()
        return 0

    background = Background(app, [Job("job", job, 0.01)], holding.is_held)
    background.start()
    background.join(0.5)
    background.stop()
    return done


def test_a_restore_fills_only_an_empty_place(source: Flask, tmp_path: Path) -> None:
    target = tmp_path / "today.tar.gz"
    run(source, "backup", str(target))

    refused = run(source, "restore", str(target))

    assert refused.exit_code == 1
    assert "only fills an empty place" in refused.output


@pytest.mark.parametrize("fault", ["cut", "changed", "more", "other", "newer"])
def test_a_damaged_or_foreign_archive_is_refused_and_nothing_is_touched(
    source: Flask, tmp_path: Path, fault: str
) -> None:
    target, broken = tmp_path / "today.tar.gz", tmp_path / "broken.tar.gz"
    run(source, "backup", str(target))
    if fault == "cut":
        broken.write_bytes(target.read_bytes()[:-2000])
    elif fault == "other":
        broken.write_bytes(b"no archive at all")
    else:
        folder = tmp_path / "open"
        with tarfile.open(target) as opened:
            opened.extractall(folder, filter="data")
        manifest = json.loads((folder / "manifest.json").read_text())
        if fault == "changed":
            (folder / "roundtable.sqlite").write_bytes(b"something else")
        elif fault == "more":
            (folder / "more.txt").write_text("x")
        else:
            manifest["revision"] = "fffffffff"
        (folder / "manifest.json").write_text(json.dumps(manifest))
        with tarfile.open(broken, "w:gz") as written:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    written.add(file, str(file.relative_to(folder)))
    empty = program(tmp_path / "empty")

    done = run(empty, "restore", str(broken))

    assert done.exit_code == 1
    assert ("newer version" if fault == "newer" else "no backup of Roundtable") in done.output
    assert not (tmp_path / "empty" / "roundtable.sqlite").exists()


def test_an_archive_that_climbs_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.tar.gz"
    (tmp_path / "x").write_text("x")
    with tarfile.open(hostile, "w:gz") as written:
        written.add(tmp_path / "x", "../../climbed.txt")
    empty = program(tmp_path / "empty")

    assert run(empty, "restore", str(hostile)).exit_code == 1
    assert not list(tmp_path.rglob("climbed.txt"))


def test_an_encrypted_backup_opens_with_the_secret_key_alone(source: Flask, tmp_path: Path) -> None:
    key, other, target = tmp_path / "key.txt", tmp_path / "other.txt", tmp_path / "today.age"
    public = run(source, "backup-key", str(key)).output.split()[-1]
    run(source, "backup-key", str(other))
    made = run(source, "backup", str(target), "--recipient", public)
    empty = program(tmp_path / "empty")

    without = run(empty, "restore", str(target))
    wrong = run(empty, "restore", str(target), "--key", str(other))
    right = run(empty, "restore", str(target), "--key", str(key))

    assert made.exit_code == 0, made.output
    assert target.read_bytes().startswith(b"age-encryption.org/v1")
    assert b"office@" not in target.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    assert "is encrypted" in without.output
    assert "cannot be decrypted" in wrong.output
    assert right.exit_code == 0, right.output
    assert run(source, "backup", str(tmp_path / "x.age"), "--recipient", "nonsense").exit_code == 1


def test_a_backup_holds_no_secret_of_the_settings(source: Flask, tmp_path: Path) -> None:
    target = tmp_path / "today.tar.gz"
    secret = settings_of(source).secret_key
    source.config["ROUNDTABLE"] = replace(
        settings_of(source),
        smtp_url="smtp://user:hidden@mail",
        signing_password="hidden",
        jitsi_secret="hidden",
    )
    run(source, "backup", str(target))

    with tarfile.open(target) as opened:
        kept = opened.extractfile("settings.json")
        assert kept is not None
        words = kept.read().decode()
    assert "hidden" not in words
    assert secret not in words
    assert "http://localhost" in words


def test_a_backup_taken_while_two_write_without_a_pause_has_no_half_transaction(
    source: Flask, tmp_path: Path
) -> None:
    """Every write is an answer with its history, its entries in the log, in one transaction."""
    with source.app_context():
        ids = [one.id for one in db.session.scalars(select(Invitation))]
        db.session.remove()
    stop, written = threading.Event(), [0, 0]
    faults: list[BaseException] = []

    def write(which: int) -> None:
        with source.app_context():
            turn = 0
            while not stop.is_set():
                turn += 1
                try:
                    one = db.session.get(Invitation, ids[(turn * 2 + which) % len(ids)])
                    assert one is not None
                    one.note = f"{which}-{turn}"
                    one.answer = list(Answer)[turn % 3]
                    db.session.add(_history(one))
                    db.session.commit()
                    written[which] += 1
                except BaseException as error:
                    faults.append(error)
                    raise
                finally:
                    db.session.remove()

    threads = [threading.Thread(target=write, args=(which,)) for which in range(2)]
    for thread in threads:
        thread.start()
    targets: list[Path] = []
    meanwhile: list[int] = []
    # As much as fifty writes a second are in three seconds, however long this machine takes for them.
    while not faults and (len(targets) < 3 or sum(written) < 150):
        target = tmp_path / f"backup-{len(targets)}.tar.gz"
        before = sum(written)
        backup.write_backup(settings_of(source), target)
        targets.append(target)
        meanwhile.append(sum(written) - before)
    stop.set()
    for thread in threads:
        thread.join()

    assert faults == []
    assert min(meanwhile[:3]) > 0, meanwhile
    for place, target in enumerate(targets[:3]):
        empty = program(tmp_path / f"restored-{place}")
        assert run(empty, "restore", str(target)).exit_code == 0
        with empty.app_context():
            check_invariants()
            db.session.remove()
            db.engine.dispose()


def _history(one: Invitation) -> AnswerGiven:
    return AnswerGiven(
        invitation=one,
        at=clock.now(),
        answer=one.answer,
        note=one.note,
        channel=Channel.LINK,
        said_by="Office",
    )


def check_invariants() -> None:
    """The last line of each history is what the invitation says, and the log follows to its end."""
    for one in db.session.scalars(select(Invitation)):
        last = db.session.scalars(
            select(AnswerGiven).where(AnswerGiven.invitation_id == one.id).order_by(AnswerGiven.id.desc())
        ).first()
        if last is not None:
            assert (last.note, last.answer) == (one.note, one.answer)
    assert log.verify().fault == ""


def test_postgresql_is_dumped_by_its_own_program(tmp_path: Path) -> None:
    """Where the program is missing, the command says what to install."""
    settings = settings_for(tmp_path, database_uri="postgresql+psycopg://nobody@127.0.0.1:1/none")

    with pytest.raises(Refusal, match="pg_dump") as refused:
        backup.write_backup(settings, tmp_path / "today.tar.gz")

    assert "install" in str(refused.value) or "failed" in str(refused.value)
    assert not (tmp_path / "today.tar.gz").exists()


# --- Another secret ------------------------------------------------------------------------------------------


NEW = "an entirely new secret for tests, long enough 9876543210"


def test_after_a_change_of_the_secret_links_cookies_and_apps_still_open(
    source: Flask, tmp_path: Path
) -> None:
    secret = factor_service.new_secret()
    with source.app_context():
        link = make.link(first_invitation())
        make.user().totp_secret = encrypted(secret)
        db.session.commit()
        old = settings_of(source).secret_key
        browser = source.test_client()
        assert isinstance(browser, OwnClient)
        browser.sign_in(make.user("second@example.org"))
        db.session.remove()
    cookie = browser.get_cookie("roundtable")
    assert cookie is not None

    def opens(app: Flask) -> tuple[int, int]:
        with app.app_context():
            client = app.test_client()
            client.set_cookie("roundtable", cookie.value)
            return client.get(link).status_code, client.get("/").status_code

    changed = program(tmp_path / "source", secret_key=NEW, old_secret_keys=(old,))
    forgotten = program(tmp_path / "source", secret_key=NEW)

    assert opens(changed) == (200, 200)
    assert opens(forgotten) == (404, 302)
    with changed.app_context():
        assert make.link(first_invitation()) != link  # new letters carry new links
        db.session.remove()
    assert run(changed, "renew-secrets").output.startswith("1 secrets")
    with forgotten.app_context():
        assert decrypted(make.user().totp_secret) == secret
        db.session.remove()
        db.engine.dispose()
