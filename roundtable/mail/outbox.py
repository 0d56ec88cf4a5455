"""The outbox: letters are written here in the transaction of the change that causes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import make_msgid

from flask import current_app
from sqlalchemy import func, select

from roundtable import clock, ical
from roundtable.db import db
from roundtable.mail.filling import settled
from roundtable.mail.models import FAILED, WAITING, Letter, LetterState, Pace


@dataclass(frozen=True)
class Draft:
    """A letter before it is queued: what `mail.letters.write` returns."""

    kind: str
    language: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Envelope:
    """To whom a letter goes, from whom, and what it is about; the words are those of `Letter`.

    `first_key` is the key of the first letter of the same conversation: mail programs thread by it.
    """

    key: str
    topic: str
    recipient: tuple[str, str]
    sender: tuple[str, str]
    reply_to: tuple[str, str] = ("", "")
    link_owner: int | None = None
    first_key: str = ""
    calendar: ical.Entry | None = None
    calendar_method: ical.Method | None = None
    unsubscribe_path: str = ""
    pace_key: str = ""


def queue(draft: Draft, envelope: Envelope) -> Letter | None:
    """Put a letter into the outbox; it is sent after the commit.

    Returns None where a letter with this key stands there already: the same cause never makes two.
    """
    if _with_key(envelope.key) is not None:
        return None
    now = clock.now()
    first = _with_key(envelope.first_key) if envelope.first_key else None
    domain = (envelope.sender[1] or current_app.config["ROUNDTABLE"].mail_from).rpartition("@")[2]
    letter = Letter(
        key=envelope.key,
        kind=draft.kind,
        topic=envelope.topic,
        link_owner=envelope.link_owner,
        recipient_name=envelope.recipient[0],
        recipient_email=envelope.recipient[1],
        sender_name=envelope.sender[0],
        sender_email=envelope.sender[1],
        reply_to_name=envelope.reply_to[0],
        reply_to=envelope.reply_to[1],
        language=draft.language,
        subject=draft.subject[:500],
        text=draft.text,
        html=draft.html,
        calendar=envelope.calendar.with_links(settled).to_json() if envelope.calendar else None,
        calendar_method=envelope.calendar_method or "",
        unsubscribe_path=settled(envelope.unsubscribe_path),
        # The same at every attempt, so that a repeated delivery is seen as one letter.
        message_id=make_msgid(domain=domain),
        first_message_id=first.message_id if first else "",
        next_try_at=now,
        created_at=now,
        pace_key=envelope.pace_key,
    )
    db.session.add(letter)
    return letter


def _with_key(key: str) -> Letter | None:
    return db.session.scalar(select(Letter).where(Letter.key == key))


def is_queued(key: str) -> bool:
    """Whether a letter with this key was ever written."""
    return db.session.scalar(select(Letter.id).where(Letter.key == key)) is not None


def has_letters(pace_key: str) -> bool:
    """Whether any letter was ever written under this key."""
    return db.session.scalar(select(Letter.id).where(Letter.pace_key == pace_key).limit(1)) is not None


def troubled(topic: str) -> list[Letter]:
    """Return the letters about something that did not arrive or were put off, the newest first."""
    states = (*FAILED, LetterState.DEFERRED)
    return list(
        db.session.scalars(
            select(Letter)
            .where(Letter.topic == topic, Letter.state.in_(states))
            .order_by(Letter.state == LetterState.DEFERRED, Letter.id.desc())
            .limit(100)
        )
    )


def states_of(topics: Sequence[str]) -> dict[LetterState, int]:
    """Return how many letters about these things are in which state."""
    rows = db.session.execute(
        select(Letter.state, func.count()).where(Letter.topic.in_(topics)).group_by(Letter.state)
    )
    return {row[0]: row[1] for row in rows}


def waiting() -> int:
    """Return how many letters have yet to leave."""
    return db.session.scalar(select(func.count(Letter.id)).where(Letter.state.in_(WAITING))) or 0


def with_message_id(message_id: str) -> Letter | None:
    """Return the letter that went out under this Message-ID."""
    return db.session.scalar(select(Letter).where(Letter.message_id == message_id).limit(1))


def note_bounce(letter: Letter, reason: str, *, is_final: bool) -> None:
    """Note that a letter came back; one that is only delayed stays handed over, with the reason."""
    letter.last_error = reason[:500]
    if is_final and letter.state not in WAITING:
        letter.state = LetterState.BOUNCED


def send_again(letter: Letter) -> None:
    """Queue a letter once more that was refused or came back."""
    letter.state = LetterState.QUEUED
    letter.attempts = 0
    letter.last_error = ""
    letter.next_try_at = clock.now()
    letter.leased_until = None


def set_pace(key: str, letters_per_minute: int | None) -> None:
    """Let at most so many letters a minute leave under the key; None takes the limit away."""
    pace = db.session.get(Pace, key)
    if letters_per_minute is None:
        if pace is not None:
            db.session.delete(pace)
    elif pace is None:
        db.session.add(Pace(key=key, letters_per_minute=letters_per_minute))
    else:
        pace.letters_per_minute = letters_per_minute
