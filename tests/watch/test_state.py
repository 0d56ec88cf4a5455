"""The state of the program: on the administrators' page, for monitors, in the log, on the command line."""

import json
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import make
import pytest
from certificates import new_certificate
from click.testing import Result
from conftest import OwnClient, counted_queries, free_port
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import event, insert

from roundtable import beats, clock, holding, signing
from roundtable.backup import LAST
from roundtable.cli import main
from roundtable.db import db
from roundtable.mail import inbox, outbox
from roundtable.mail.models import Letter, LetterState, ReceivedMail
from roundtable.watch import certificate
from roundtable.watch.alarms import AlarmKind, alarms
from roundtable.watch.jobs import watch
from roundtable.watch.queries import gathered


@pytest.fixture
def settled(app: Flask) -> Iterator[Flask]:
    """A program in good order: it goes on, and there is a backup."""
    last = app.config["ROUNDTABLE"].data_dir / LAST
    last.write_text(json.dumps({"at": clock.now().isoformat()}), "utf-8")
    beats.note(beats.CLOCKWORK)
    db.session.commit()
    yield app
    last.unlink()


@pytest.fixture
def administrator(settled: Flask, client: OwnClient) -> OwnClient:
    """A browser in which an administrator has signed in."""
    user = make.user("admin@example.org", is_administrator=True)
    db.session.commit()
    return client.sign_in(user)


def letter() -> Letter:
    """Queue a letter, now."""
    one = make.invitation()
    contact = make.contact_of(one)
    found = outbox.queue(
        outbox.Draft("note", "en", "Subject", "Text", "<p>Text</p>"),
        outbox.Envelope("key/1", f"meeting/{one.meeting_id}", ("Office", contact.email), ("Rt", "")),
    )
    db.session.commit()
    assert found is not None
    return found


def kinds() -> list[str]:
    return [str(alarm.kind) for alarm in alarms(gathered())]


def later(minutes: float) -> None:
    """Move the clock; the work has gone on meanwhile."""
    at = clock.now() + timedelta(minutes=minutes)
    clock.set_source(lambda: at)
    beats.note(beats.CLOCKWORK)
    db.session.commit()


def test_a_letter_that_nobody_takes_raises_an_alarm_after_ten_minutes(settled: Flask) -> None:
    letter()
    later(9)
    assert kinds() == []

    later(2)

    assert kinds() == [AlarmKind.LETTERS_LATE]


def test_a_mail_server_that_is_away_raises_an_alarm_with_its_words(settled: Flask) -> None:
    from roundtable.mail.delivery import deliver_due

    letter()
    for _ in range(7):
        deliver_due()
        later(2)

    (alarm,) = alarms(gathered())
    assert alarm.kind is AlarmKind.LETTERS_LATE
    assert "ConnectionRefusedError" in str(alarm)


def test_a_letter_that_waits_for_its_senders_pace_is_not_late(settled: Flask) -> None:
    waiting = letter()
    waiting.pace_key = "body/1"
    outbox.set_pace("body/1", 1)
    db.session.commit()

    later(30)

    assert kinds() == []


def test_a_letter_that_its_server_has_put_off_is_not_late(settled: Flask) -> None:
    waiting = letter()
    waiting.state, waiting.attempts, waiting.last_error = LetterState.DEFERRED, 1, "450 greylisted"
    waiting.next_try_at = clock.now() + timedelta(hours=1)
    db.session.commit()

    later(30)

    assert kinds() == []


def test_a_letter_sent_once_more_after_days_is_not_late_at_once(settled: Flask) -> None:
    refused = letter()
    refused.state, refused.last_error = LetterState.REFUSED, "550 no such user"
    db.session.commit()
    later(3 * 24 * 60)

    outbox.send_again(refused)
    db.session.commit()

    assert kinds() == []


def test_letters_that_have_not_arrived_are_told_for_a_day(settled: Flask) -> None:
    refused = letter()
    refused.state, refused.last_error = LetterState.REFUSED, "550 no such user"
    db.session.commit()
    assert kinds() == [AlarmKind.LETTERS_FAILED]

    later(25 * 60)

    assert kinds() == []


def test_a_mail_that_could_not_be_taken_is_told(settled: Flask) -> None:
    db.session.add(
        ReceivedMail(message_key="k", received_at=clock.now(), outcome="failed", detail="KeyError")
    )
    db.session.commit()

    assert kinds() == [AlarmKind.MAILS_SET_ASIDE]


def test_an_inbox_that_cannot_be_opened_is_told_until_it_can(settled: Flask) -> None:
    settings = settled.config["ROUNDTABLE"]
    settled.config["ROUNDTABLE"] = replace(
        settings, inbox_url=f"imap+plain://office:secret-word@127.0.0.1:{free_port()}/INBOX"
    )
    try:
        assert kinds() == []
        inbox.fetch_new(db.session.commit)
        (alarm,) = alarms(gathered())
    finally:
        settled.config["ROUNDTABLE"] = settings

    assert alarm.kind is AlarmKind.INBOX_SILENT
    assert "secret-word" not in str(alarm)


def test_the_page_shows_alarms_and_figures_to_administrators_and_to_nobody_else(
    administrator: OwnClient,
) -> None:
    db.session.delete(db.session.get_one(beats.Beat, beats.CLOCKWORK))
    db.session.commit()

    page = administrator.get("/administration/status")
    start = administrator.get("/")

    assert "have never gone on here" in page.text
    assert "tzdata" in page.text
    assert "1 thing on this server must be looked after." in start.text
    for language, words in (("de", "Zustand des Programms"), ("tr", "Programın durumu")):
        assert words in administrator.get(f"/administration/status?lang={language}").text


def test_an_organizer_sees_no_alarm_of_the_server(organizer: OwnClient) -> None:
    assert "on this server" not in organizer.get("/").text
    assert organizer.get("/administration/status").status_code == 404


def test_the_page_asks_the_database_as_often_with_many_letters_as_with_one(administrator: OwnClient) -> None:
    letter()
    with counted_queries() as few:
        administrator.get("/administration/status")
    for number in range(30):
        outbox.queue(
            outbox.Draft("note", "en", "Subject", "Text", "<p>Text</p>"),
            outbox.Envelope(f"key/x{number}", "meeting/1", ("Office", "a@b.example.org"), ("Rt", "")),
        )
    db.session.commit()

    with counted_queries() as many:
        administrator.get("/administration/status")

    assert len(many) == len(few)


def test_readiness_tells_a_monitor_that_there_is_an_alarm_and_a_stranger_nothing_more(
    settled: Flask, client: OwnClient
) -> None:
    well = client.get("/health/ready")
    letter()
    later(11)

    late = client.get("/health/ready")

    assert (well.status_code, well.json) == (200, {"status": "ready", "alarms": False})
    assert (late.status_code, late.json) == (200, {"status": "ready", "alarms": True})
    assert "Set-Cookie" not in late.headers


def test_a_disk_that_is_nearly_full_is_not_ready(
    settled: Flask, client: OwnClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roundtable.watch.health_views.LEAST_FREE_BYTES", 1024**6)

    response = client.get("/health/ready")

    assert (response.status_code, response.json) == (503, {"status": "not ready"})


def test_an_alarm_is_logged_once_when_it_begins_and_once_when_it_is_over(
    settled: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    settled.extensions.pop("roundtable.alarms", None)
    holding.hold()
    db.session.commit()
    with caplog.at_level(logging.WARNING, "roundtable.watch.jobs"):
        watch()
        watch()
        holding.resume()
        db.session.commit()
        watch()

    assert [(one.levelname, one.getMessage(), getattr(one, "alarm", "")) for one in caplog.records] == [
        ("ERROR", "alarm", "held"),
        ("WARNING", "alarm is over", "held"),
    ]


def _status(app: Flask, *words: str) -> Result:
    found: Result = app.test_cli_runner().invoke(
        main, ["status", *words], obj=ScriptInfo(create_app=lambda: app)
    )
    return found


def test_the_command_ends_with_1_where_there_is_something_to_look_after(settled: Flask) -> None:
    well = _status(settled)
    holding.hold()
    db.session.commit()

    held = _status(settled, "--json")

    assert (well.exit_code, well.output) == (0, "0 letters wait. There is nothing to look after.\n")
    assert held.exit_code == 1
    assert json.loads(held.output)["alarms"][0]["kind"] == "held"


def _tls_server(files: tuple[Path, Path]) -> int:
    """Answer one TLS connection on the loopback; returns the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(20)

    def answer() -> None:
        with listener:
            plain, _ = listener.accept()
            try:
                context.wrap_socket(plain, server_side=True).close()
            except (ssl.SSLError, OSError):
                plain.close()

    threading.Thread(target=answer, daemon=True).start()
    port: int = listener.getsockname()[1]
    return port


def test_the_websites_certificate_is_read_as_a_browser_is_shown_it(tmp_path: Path) -> None:
    until = datetime(2099, 3, 4, 5, 6, 7, tzinfo=UTC)
    files = new_certificate(tmp_path, until)
    trusting = ssl.create_default_context(cafile=str(files[0]))

    found = certificate.ends_at(f"https://127.0.0.1:{_tls_server(files)}", trusting)

    assert found == until


@pytest.mark.parametrize(("until", "trusts"), [(2099, False), (2021, True)])
def test_a_certificate_that_browsers_refuse_is_told(tmp_path: Path, until: int, trusts: bool) -> None:
    files = new_certificate(tmp_path, datetime(until, 1, 1, tzinfo=UTC))
    trusting = ssl.create_default_context(cafile=str(files[0])) if trusts else None

    with pytest.raises(certificate.NotAccepted, match="certificate"):
        certificate.ends_at(f"https://127.0.0.1:{_tls_server(files)}", trusting)


def test_the_watch_notes_what_it_found_of_the_certificate_and_asks_again_after_six_hours(
    settled: Flask, tmp_path: Path
) -> None:
    files = new_certificate(tmp_path, datetime(2099, 1, 1, tzinfo=UTC))
    settings = settled.config["ROUNDTABLE"]
    settled.config["ROUNDTABLE"] = replace(settings, public_url=f"https://127.0.0.1:{_tls_server(files)}")
    try:
        watch()
        first = beats.last(beats.SITE)
        assert first is not None
        assert kinds() == [AlarmKind.SITE_CERTIFICATE]
        tried_at = first.tried_at
        later(60)
        watch()
        assert db.session.get_one(beats.Beat, beats.SITE).tried_at == tried_at
        later(6 * 60)
        watch()  # nobody answers any more: that says nothing of the certificate
        assert kinds() == []
    finally:
        settled.config["ROUNDTABLE"] = settings


@pytest.mark.one_database
def test_the_signers_certificate_is_read_in_a_process_of_its_own_and_its_end_is_told(
    settled: Flask, tmp_path: Path
) -> None:
    file = tmp_path / "signer.p12"
    file.write_bytes(signing.self_signed("Press desk", "right"))
    settings = settled.config["ROUNDTABLE"]
    try:
        for password, kinds_then in (("wrong", [AlarmKind.SIGNER_ENDS]), ("right", [])):
            settled.config["ROUNDTABLE"] = replace(settings, signing_file=file, signing_password=password)
            watch()
            assert kinds() == kinds_then
            later(7 * 60)
    finally:
        settled.config["ROUNDTABLE"] = settings


def test_two_processes_that_note_the_first_sign_of_life_at_once_both_go_on(app: Flask) -> None:
    """Found with two beats and two workers: each saw no row, and the second to write one failed."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets one write at a time: nobody comes between looking and writing")
    at = clock.now()

    def another(*_words: object) -> None:
        with db.engine.begin() as connection:
            connection.execute(insert(beats.Beat).values(name="both", tried_at=at, fault=""))

    event.listen(db.session.session_factory, "before_flush", another, once=True)
    beats.note("both", "away")
    db.session.commit()

    assert beats.last("both").fault == "away"  # type: ignore[union-attr]  # it is there
