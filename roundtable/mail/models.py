"""The outbox: one row for each letter."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roundtable.db import Base, enum_column


class LetterState(StrEnum):
    """Where a letter is: waiting, given to the mail server, put off by it, or refused for good."""

    QUEUED = "queued"
    HANDED_OVER = "handed-over"
    DEFERRED = "deferred"
    REFUSED = "refused"


class Letter(Base):
    """One mail to one mailbox, complete but for the personal link, which is filled in when it is sent.

    `key` makes a second letter for the same cause impossible. `topic` says what it is about
    (`meeting/3`), `link_owner` whose personal link belongs into it (a contact's id): the link
    itself is never stored. `calendar` holds the values of an `ical.Entry`.
    """

    __tablename__ = "letter"
    __table_args__ = (UniqueConstraint("key"), Index("ix_letter_waiting", "state", "next_try_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    topic: Mapped[str] = mapped_column(String(60), index=True)
    link_owner: Mapped[int | None] = mapped_column(index=True)
    recipient_name: Mapped[str] = mapped_column(String(300))
    recipient_email: Mapped[str] = mapped_column(String(254))
    sender_name: Mapped[str] = mapped_column(String(300))
    reply_to: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    calendar: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    calendar_method: Mapped[str] = mapped_column(String(16), default="")
    message_id: Mapped[str] = mapped_column(String(200))
    first_message_id: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[LetterState] = mapped_column(enum_column(LetterState), default=LetterState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    last_error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None] = mapped_column(default=None)
