"""The outbox, the pace of each sender, and what came into the inbox."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.db import Base, enum_column


class LetterState(StrEnum):
    """Where a letter is.

    Waiting; given to the mail server; put off by it; refused for good; come back after it was
    handed over (RFC 3464); or dropped, because what it says no longer holds.
    """

    QUEUED = "queued"
    HANDED_OVER = "handed-over"
    DEFERRED = "deferred"
    REFUSED = "refused"
    BOUNCED = "bounced"
    DROPPED = "dropped"


WAITING = (LetterState.QUEUED, LetterState.DEFERRED)
"""The states in which a letter has yet to leave."""
WAITS = text("state IN ('queued', 'deferred')")
"""The same in an index and in the question that it is for: both databases want the same words in both."""
FAILED = (LetterState.REFUSED, LetterState.BOUNCED)
"""The states in which a letter has not reached anybody and an organizer should act."""


class Letter(Base):
    """One mail to one mailbox, complete but for the personal links, which are filled in when it is sent.

    `key` makes a second letter for the same cause impossible. `topic` says what it is about
    (`meeting/3`), `link_owner` for whom it is (a contact's id): name, address and links are looked
    up when it is sent and no link is ever stored. `calendar` holds the values of an `ical.Entry`.
    `lease_token` says which process has it in hand, until `leased_until`. `pace_key` says whose
    pace it counts against. `unsubscribe_path` is what follows the personal link in the address of
    the page where such letters are turned off.
    """

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_letter_waiting", "state", "next_try_at"),
        # In the order in which they leave: of a hundred thousand that wait, the next ones are found without the others.
        Index("ix_letter_due", "next_try_at", "id", sqlite_where=WAITS, postgresql_where=WAITS),
        Index("ix_letter_message_id", "message_id"),
        Index("ix_letter_pace", "pace_key", "handed_over_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    topic: Mapped[str] = mapped_column(String(60), index=True)
    link_owner: Mapped[int | None] = mapped_column(index=True)
    recipient_name: Mapped[str] = mapped_column(String(300))
    recipient_email: Mapped[str] = mapped_column(String(254))
    sender_name: Mapped[str] = mapped_column(String(300))
    sender_email: Mapped[str] = mapped_column(String(254), default="")
    reply_to_name: Mapped[str] = mapped_column(String(300), default="")
    reply_to: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    calendar: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    calendar_method: Mapped[str] = mapped_column(String(16), default="")
    unsubscribe_path: Mapped[str] = mapped_column(String(60), default="")
    message_id: Mapped[str] = mapped_column(String(200))
    first_message_id: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[LetterState] = mapped_column(enum_column(LetterState), default=LetterState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    lease_token: Mapped[str] = mapped_column(String(32), default="")
    pace_key: Mapped[str] = mapped_column(String(60), default="")
    last_error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None] = mapped_column(default=None)


class Pace(Base):
    """How many letters a minute may leave under one `pace_key`; no row means as fast as it goes."""

    __tablename__ = "pace"
    __table_args__ = (CheckConstraint("letters_per_minute >= 1", name="pace"),)

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    letters_per_minute: Mapped[int]


class ReceivedMail(Base):
    """A mail that came into the inbox, once; `message_key` is the hash of its Message-ID or content.

    `outcome` says in a word what was done with it, `detail` the reason. The mail itself is not kept.
    """

    __tablename__ = "received_mail"
    __table_args__ = (UniqueConstraint("message_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_key: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(500), default="")
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id", ondelete="SET NULL"), index=True)

    letter: Mapped[Letter | None] = relationship()
