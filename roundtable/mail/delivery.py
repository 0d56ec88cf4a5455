"""Taking letters from the outbox to the mail server."""

import logging
import random
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import or_, select, update

from roundtable import clock, ical
from roundtable.config import Settings, smtp_server
from roundtable.db import db
from roundtable.mail.message import Mail, UnsafeLetter, build
from roundtable.mail.models import Letter, LetterState
from roundtable.mail.outbox import waiting_states

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 50
SMTP_TIMEOUT_SECONDS = 30
PAUSES = (60, 300, 900, 3600, 4 * 3600, 8 * 3600, 12 * 3600)
"""Seconds between attempts; together more than a day, as greylisting and outages ask for."""

LinkResolver = Callable[[int], str | None]
Send = Callable[[str, str, bytes], None]
"""(sender address, recipient address, message) -> nothing, or an smtplib or OS error."""


def init_links(resolver: LinkResolver, placeholder: str) -> None:
    """Say how the personal link of a letter's owner is found when the letter is sent."""
    current_app.extensions["roundtable.links"] = (resolver, placeholder)


def deliver_due(*, limit: int = BATCH) -> int:
    """Hand the letters that are due to the mail server over one connection; return how many went.

    Each letter is claimed with a lease and committed on its own: a killed process loses nothing,
    and can send at most the one in flight again, with the same Message-ID.
    """
    settings: Settings = current_app.config["ROUNDTABLE"]
    sent = 0
    if _next_due() is None:
        return 0
    try:
        with _mail_server(settings) as send:
            while sent < limit and (letter := _claim()) is not None:
                sent += _deliver(letter, send, settings)
    except (OSError, smtplib.SMTPException) as error:
        # The server itself is away: letters stay as they are and are tried with the next round.
        db.session.rollback()
        log.warning("mail server not available", extra={"error": type(error).__name__})
        _put_off_all(error)
    return sent


def _due(now: datetime) -> tuple[object, ...]:
    return (
        Letter.state.in_(waiting_states()),
        Letter.next_try_at <= now,
        or_(Letter.leased_until.is_(None), Letter.leased_until <= now),
    )


def _next_due() -> int | None:
    # A plain look before the mail server is bothered; nothing is claimed here.
    found = db.session.scalar(select(Letter.id).where(*_due(clock.now())).limit(1))  # type: ignore[arg-type]
    db.session.rollback()
    return found


def _claim() -> Letter | None:
    """Take the next letter for ourselves, so that no other process sends it."""
    now = clock.now()
    chosen = (
        select(Letter.id)
        .where(*_due(now))  # type: ignore[arg-type]  # a mixed tuple of conditions
        .order_by(Letter.next_try_at, Letter.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    claimed = db.session.scalar(
        update(Letter)
        .where(Letter.id == chosen, or_(Letter.leased_until.is_(None), Letter.leased_until <= now))
        .values(leased_until=now + LEASE, attempts=Letter.attempts + 1)
        .returning(Letter.id)
    )
    db.session.commit()
    return db.session.get(Letter, claimed) if claimed is not None else None


def _deliver(letter: Letter, send: Send, settings: Settings) -> int:
    """Send one letter and note what became of it; no transaction is open while the server is spoken to."""
    recipient = letter.recipient_email
    try:
        content = as_bytes(letter, settings)
    except (UnsafeLetter, ValueError, UnicodeError) as error:
        _refuse(letter, f"not sendable: {error}"[:500])
        db.session.commit()
        return 0
    db.session.commit()
    try:
        send(settings.mail_from, recipient, content)
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        _note_refusal(letter, code, answer)
    except smtplib.SMTPResponseException as error:
        _note_refusal(letter, error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        _put_off(letter, f"connection: {type(error).__name__}")
        db.session.commit()
        raise
    else:
        letter.state = LetterState.HANDED_OVER
        letter.handed_over_at = clock.now()
        letter.last_error = ""
        letter.leased_until = None
    db.session.commit()
    return letter.state is LetterState.HANDED_OVER


def as_bytes(letter: Letter, settings: Settings) -> bytes:
    """Return the letter as it goes over the wire, with the personal link in it."""
    text, html, entry = with_link(letter)
    return build(
        Mail(
            sender=(letter.sender_name, settings.mail_from),
            recipient=(letter.recipient_name, letter.recipient_email),
            reply_to=letter.reply_to,
            subject=letter.subject,
            text=text,
            html=html,
            language=letter.language,
            message_id=letter.message_id,
            first_message_id=letter.first_message_id,
            written_at=letter.created_at,
            calendar=ical.write(entry, ical.Method(letter.calendar_method)) if entry else None,
            calendar_method=letter.calendar_method,
        )
    )


def with_link(letter: Letter) -> tuple[str, str, ical.Entry | None]:
    """Return text, HTML and calendar entry of a letter with the personal link filled in.

    Raises:
        ValueError: if the letter needs a link and its owner is gone from the guest list.
    """
    entry = ical.Entry.from_json(letter.calendar) if letter.calendar else None
    if letter.link_owner is None:
        return letter.text, letter.html, entry
    resolver, placeholder = current_app.extensions["roundtable.links"]
    link = resolver(letter.link_owner)
    if link is None:
        raise ValueError("the contact is no longer on the guest list")
    text, html = letter.text.replace(placeholder, link), letter.html.replace(placeholder, link)
    return text, html, entry.with_link(placeholder, link) if entry else None


def _note_refusal(letter: Letter, code: int, answer: bytes | str) -> None:
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    reason = f"{code} {said}"[:500]
    if 400 <= code < 500:
        _put_off(letter, reason)
    else:
        _refuse(letter, reason)


def _refuse(letter: Letter, reason: str) -> None:
    letter.state = LetterState.REFUSED
    letter.last_error = reason
    letter.leased_until = None


def _put_off(letter: Letter, reason: str) -> None:
    """Try again later; after the last pause the letter is refused, and an organizer sees it."""
    if letter.attempts > len(PAUSES):
        _refuse(letter, reason)
        return
    pause = PAUSES[letter.attempts - 1]
    letter.state = LetterState.DEFERRED
    letter.last_error = reason
    letter.leased_until = None
    scatter = random.uniform(0.8, 1.2)  # noqa: S311 - so that a hundred letters do not return at once
    letter.next_try_at = clock.now() + timedelta(seconds=pause * scatter)


def _put_off_all(error: Exception) -> None:
    """Note at the letters that wait why none of them leaves."""
    now = clock.now()
    db.session.execute(
        update(Letter)
        .where(*_due(now))  # type: ignore[arg-type]  # a mixed tuple of conditions
        .values(
            state=LetterState.DEFERRED,
            last_error=f"connection: {type(error).__name__}",
            next_try_at=now + timedelta(seconds=PAUSES[0]),
        )
    )
    db.session.commit()


@contextmanager
def _mail_server(settings: Settings) -> Iterator[Send]:
    """Open one connection to the mail server for a batch; the demonstration has none and keeps letters."""
    if not settings.smtp_url:
        yield lambda _sender, _recipient, _message: None
        return
    server = smtp_server(settings.smtp_url)
    tls = ssl.create_default_context()
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=SMTP_TIMEOUT_SECONDS, context=tls
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=SMTP_TIMEOUT_SECONDS)
    with connection:
        if server.scheme == "smtp":
            connection.starttls(context=tls)
        if server.user:
            connection.login(server.user, server.password)

        def send(sender: str, recipient: str, message: bytes) -> None:
            connection.sendmail(sender, [recipient], message)

        yield send
