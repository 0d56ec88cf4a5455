"""The inbox: letters that come back, and replies, each mail once, whatever it holds."""

import imaplib
import logging
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from flask import current_app
from sqlalchemy import select

from roundtable import addresses, beats, clock
from roundtable.config import Settings
from roundtable.db import db
from roundtable.mail import outbox
from roundtable.mail.authenticity import is_authentic
from roundtable.mail.incoming import MOST_BYTES, CalendarPart, IncomingMail, Unreadable, key_of, read
from roundtable.mail.models import ReceivedMail
from roundtable.mail_servers import ImapServer, imap_server
from roundtable.words import tidy

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 60
MOST_AT_ONCE = 200
KEPT_UNREAD = frozenset({"other", "failed"})
"""What a person should still look at stays unread in the mailbox."""

Reply = Callable[[CalendarPart, str, bool, str], tuple[str, str]]
"""(calendar, sender, whether the sender is authentic, key of the mail) -> outcome and detail."""


def init_replies(handler: Reply) -> None:
    """Say who takes calendars that come in: the mail itself knows nothing of sessions."""
    current_app.extensions["roundtable.replies"] = handler


def receive(raw: bytes) -> ReceivedMail | None:
    """Take one mail, and note what was done with it; None where it has been taken before.

    Nothing that stands in a mail raises an error here. The caller commits.
    """
    key = key_of(raw)
    if _is_known(key):
        return None
    try:
        # A fault in the middle takes back what this mail has done, and nothing else.
        with db.session.begin_nested():
            outcome, detail, letter_id = _handled(raw, key)
    except Unreadable as error:
        outcome, detail, letter_id = "unreadable", str(error), None
    except Exception as error:
        log.exception("a mail could not be taken")
        outcome, detail, letter_id = "failed", type(error).__name__, None
    received = ReceivedMail(
        message_key=key,
        received_at=clock.now(),
        outcome=outcome,
        # Whatever a mail says: what cannot be stored would keep it, and all after it, from being taken.
        detail=tidy(detail)[:500],
        letter_id=letter_id,
    )
    db.session.add(received)
    return received


def _is_known(key: str) -> bool:
    return db.session.scalar(select(ReceivedMail.id).where(ReceivedMail.message_key == key)) is not None


def _handled(raw: bytes, key: str) -> tuple[str, str, int | None]:
    mail = read(raw)
    report = mail.delivery_report()
    if report is not None:
        letter = outbox.with_message_id(report.message_id) if report.message_id else None
        if letter is None or not addresses.same(report.recipient, letter.recipient_email):
            return "foreign-report", report.reason, None
        outbox.note_bounce(letter, report.reason, is_final=report.is_final)
        return "bounce" if report.is_final else "delayed", report.reason, letter.id
    if mail.is_automatic:
        return "automatic", "", None
    calendar = mail.calendar()
    if calendar is None:
        return "other", "", None
    return *_replied(mail, calendar, key), None


def _replied(mail: IncomingMail, calendar: CalendarPart, key: str) -> tuple[str, str]:
    settings: Settings = current_app.config["ROUNDTABLE"]
    authentic = is_authentic(
        mail.headers("Authentication-Results"), settings.inbox_trusted_server, mail.sender
    )
    handler: Reply = current_app.extensions["roundtable.replies"]
    return handler(calendar, mail.sender, authentic, key)


@contextmanager
def opened(server: ImapServer) -> Iterator[imaplib.IMAP4]:
    """Open the mailbox and leave it again."""
    if server.scheme == "imaps":
        tls = ssl.create_default_context()
        connection: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            server.host, server.port, ssl_context=tls, timeout=TIMEOUT_SECONDS
        )
    else:
        connection = imaplib.IMAP4(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.login(server.user, server.password)
        status, _ = connection.select(f'"{server.folder}"')
        if status != "OK":
            raise imaplib.IMAP4.error(f"no folder {server.folder}")
        yield connection
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            connection.logout()


def fetch_new(commit: Callable[[], None]) -> int:
    """Take the unread mails of the inbox, each in a transaction of its own; return how many were new.

    A mail is marked as read after the commit, so one that was in hand when the program was killed is
    taken again, and known by its Message-ID.
    """
    settings: Settings = current_app.config["ROUNDTABLE"]
    count = 0
    try:
        with opened(imap_server(settings.inbox_url)) as connection:
            for uid in _unread(connection)[:MOST_AT_ONCE]:
                count += _take(connection, uid, commit)
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("inbox not available", extra={"error": type(error).__name__})
        db.session.rollback()
        beats.note(beats.INBOX, str(error) or type(error).__name__)
    else:
        beats.note(beats.INBOX)
    commit()
    return count


def _unread(connection: imaplib.IMAP4) -> list[str]:
    _, found = connection.uid("SEARCH", "UNSEEN")
    return (found[0] or b"").decode("ascii").split() if found else []


def _take(connection: imaplib.IMAP4, uid: str, commit: Callable[[], None]) -> bool:
    size, head = _head(connection, uid)
    if head and _is_known(key_of(head)):
        db.session.rollback()
        return False
    db.session.rollback()
    # Of a mail that is too large only the head is fetched; `receive` refuses it by its length.
    raw = _content(connection, uid) if size <= MOST_BYTES else head + b"\r\n" + b" " * MOST_BYTES
    received = receive(raw)
    outcome = received.outcome if received is not None else "known"
    commit()
    if outcome not in KEPT_UNREAD:
        connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
    return received is not None


def _head(connection: imaplib.IMAP4, uid: str) -> tuple[int, bytes]:
    _, found = connection.uid("FETCH", uid, "(RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
    size, head = 0, b""
    for one in found:
        text = one[0] if isinstance(one, tuple) else one
        if isinstance(text, bytes) and (match := re.search(rb"RFC822\.SIZE (\d+)", text)):
            size = int(match[1])
        if isinstance(one, tuple):
            head = one[1]
    return size, head if head.strip() else b""


def _content(connection: imaplib.IMAP4, uid: str) -> bytes:
    _, found = connection.uid("FETCH", uid, "(BODY.PEEK[])")
    for one in found:
        if isinstance(one, tuple):
            content: bytes = one[1]
            return content
    return b""
