"""The outbox: letters are written here in the transaction of the change that causes them."""

from dataclasses import dataclass
from email.utils import make_msgid

from flask import current_app
from sqlalchemy import func, select

from roundtable import clock, ical
from roundtable.db import db
from roundtable.mail.models import Letter, LetterState


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
    """To whom a letter goes, from whom, and what it is about."""

    key: str
    topic: str
    recipient: tuple[str, str]
    sender_name: str
    reply_to: str = ""
    link_owner: int | None = None
    first_key: str = ""
    calendar: ical.Entry | None = None
    calendar_method: ical.Method | None = None


def queue(draft: Draft, envelope: Envelope) -> Letter | None:
    """Put a letter into the outbox; it is sent after the commit.

    Returns None where a letter with this key stands there already: the same cause never makes two.
    """
    if _with_key(envelope.key) is not None:
        return None
    now = clock.now()
    first = _with_key(envelope.first_key) if envelope.first_key else None
    letter = Letter(
        key=envelope.key,
        kind=draft.kind,
        topic=envelope.topic,
        link_owner=envelope.link_owner,
        recipient_name=envelope.recipient[0],
        recipient_email=envelope.recipient[1],
        sender_name=envelope.sender_name,
        reply_to=envelope.reply_to,
        language=draft.language,
        subject=draft.subject,
        text=draft.text,
        html=draft.html,
        calendar=envelope.calendar.to_json() if envelope.calendar else None,
        calendar_method=envelope.calendar_method or "",
        # The same at every attempt, so that a repeated delivery is seen as one letter.
        message_id=make_msgid(domain=current_app.config["ROUNDTABLE"].mail_from.rpartition("@")[2]),
        first_message_id=first.message_id if first else "",
        next_try_at=now,
        created_at=now,
    )
    db.session.add(letter)
    return letter


def _with_key(key: str) -> Letter | None:
    return db.session.scalar(select(Letter).where(Letter.key == key))


def troubled(topic: str) -> list[Letter]:
    """Return the letters about something that were refused or put off, the newest first."""
    states = (LetterState.REFUSED, LetterState.DEFERRED)
    return list(
        db.session.scalars(
            select(Letter)
            .where(Letter.topic == topic, Letter.state.in_(states))
            .order_by(Letter.id.desc())
            .limit(100)
        )
    )


def states_of(topic: str) -> dict[LetterState, int]:
    """Return how many letters about something are in which state."""
    rows = db.session.execute(
        select(Letter.state, func.count()).where(Letter.topic == topic).group_by(Letter.state)
    )
    return {row[0]: row[1] for row in rows}


def waiting_states() -> tuple[LetterState, ...]:
    """Return the states in which a letter has yet to leave."""
    return (LetterState.QUEUED, LetterState.DEFERRED)


def send_again(letter: Letter) -> None:
    """Queue a refused letter once more."""
    letter.state = LetterState.QUEUED
    letter.attempts = 0
    letter.next_try_at = clock.now()
    letter.leased_until = None
