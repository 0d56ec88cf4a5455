"""The inbox is read over IMAP from a real server, and from standard input as a mail server pipes it."""

import imaplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import free_port
from flask import Flask
from prepared import copy_migrated
from sqlalchemy import select
from test_cli import environment

from roundtable.db import db
from roundtable.mail import jobs
from roundtable.mail.models import ReceivedMail

SCRIPTS = Path(sys.executable).parent
PLAIN = b"From: a@b.example\r\nSubject: Hello\r\nMessage-ID: <%s@x>\r\n\r\nYes, gladly!\r\n"
VACATION = b"From: a@b.example\r\nAuto-Submitted: auto-replied\r\nMessage-ID: <%s@x>\r\n\r\nI am away.\r\n"


@pytest.fixture(scope="module")
def imap_port() -> Iterator[int]:
    """The port of a real IMAP server on the loopback."""
    port = free_port()
    command = [str(SCRIPTS / "pymap"), "--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        for _ in range(300):
            try:
                imaplib.IMAP4("127.0.0.1", port, timeout=5).logout()
                break
            except OSError:
                with suppress(subprocess.TimeoutExpired):
                    assert process.wait(timeout=0.05) is None, "the IMAP server has ended"
        yield port
        process.terminate()


@pytest.fixture
def mailbox(app: Flask, imap_port: int) -> Iterator[imaplib.IMAP4]:
    """The mailbox, empty, as its owner sees it; the program reads it."""
    before = app.config["ROUNDTABLE"]
    url = f"imap+plain://demouser:demopass@127.0.0.1:{imap_port}/INBOX"
    app.config["ROUNDTABLE"] = replace(before, inbox_url=url)
    connection = imaplib.IMAP4("127.0.0.1", imap_port, timeout=10)
    connection.login("demouser", "demopass")
    connection.select("INBOX")
    connection.store("1:*", "+FLAGS", r"(\Deleted)")
    connection.expunge()
    yield connection
    connection.logout()
    app.config["ROUNDTABLE"] = before


def _put(mailbox: imaplib.IMAP4, *mails: bytes) -> None:
    for content in mails:
        mailbox.append("INBOX", "", imaplib.Time2Internaldate(0), content)
    mailbox.noop()


def _unread(mailbox: imaplib.IMAP4) -> int:
    mailbox.noop()
    return len((mailbox.search(None, "UNSEEN")[1][0] or b"").split())


def _outcomes() -> list[str]:
    return list(db.session.scalars(select(ReceivedMail.outcome).order_by(ReceivedMail.id)))


def test_each_mail_is_taken_once_and_what_a_person_should_read_stays_unread(mailbox: imaplib.IMAP4) -> None:
    _put(mailbox, PLAIN % b"1", VACATION % b"2", PLAIN % b"3")

    assert jobs.read_inbox() == 3
    assert jobs.read_inbox() == 0

    assert _outcomes() == ["other", "automatic", "other"]
    assert _unread(mailbox) == 2


def test_a_mail_too_large_is_not_fetched_and_stops_nobody(mailbox: imaplib.IMAP4) -> None:
    _put(mailbox, PLAIN % b"1" + b"x" * (3 * 1024 * 1024), VACATION % b"2")

    assert jobs.read_inbox() == 2
    assert jobs.read_inbox() == 0

    assert _outcomes() == ["unreadable", "automatic"]


def test_a_mail_in_hand_when_the_program_was_killed_is_taken_again_as_the_same(
    mailbox: imaplib.IMAP4, monkeypatch: pytest.MonkeyPatch
) -> None:
    from roundtable.mail import inbox

    _put(mailbox, VACATION % b"1")

    def killed() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inbox.fetch_new(killed)
    db.session.rollback()

    assert _outcomes() == []
    assert jobs.read_inbox() == 1
    assert _outcomes() == ["automatic"]


def test_a_backlog_is_worked_off_in_rounds(mailbox: imaplib.IMAP4, monkeypatch: pytest.MonkeyPatch) -> None:
    from roundtable.mail import inbox

    monkeypatch.setattr(inbox, "MOST_AT_ONCE", 4)
    _put(mailbox, *(VACATION % str(n).encode() for n in range(10)))

    assert [jobs.read_inbox() for _ in range(4)] == [4, 4, 2, 0]


def test_an_inbox_that_is_away_or_locked_stops_nothing(app: Flask, imap_port: int) -> None:
    before = app.config["ROUNDTABLE"]
    for url in (
        "imap+plain://demouser:demopass@127.0.0.1:1/INBOX",
        f"imap+plain://demouser:wrong@127.0.0.1:{imap_port}/INBOX",
        f"imap+plain://demouser:demopass@127.0.0.1:{imap_port}/Nowhere",
    ):
        app.config["ROUNDTABLE"] = replace(before, inbox_url=url)
        assert jobs.read_inbox() == 0
    app.config["ROUNDTABLE"] = before


def test_the_command_takes_a_mail_from_standard_input(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, first_kind: str
) -> None:
    def run(*words: str, content: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [str(SCRIPTS / "roundtable"), *words]
        settings = environment(tmp_path, ROUNDTABLE_DEMONSTRATION="1")
        return subprocess.run(command, input=content, capture_output=True, env=settings, check=False)

    without = run("inbox", content=VACATION % b"1")
    copy_migrated(tmp_path_factory, tmp_path, first_kind)
    said = [run("inbox", content=VACATION % b"1").stdout, run("inbox", content=b"\x00" * 10).stdout]
    fetched = run("inbox", "--fetch")

    # EX_TEMPFAIL: the mail server keeps the mail until the database answers.
    assert (without.returncode, said) == (75, [b"automatic\n", b"other\n"])
    assert fetched.returncode == 1
    assert b"ROUNDTABLE_INBOX_URL is not set." in fetched.stderr
