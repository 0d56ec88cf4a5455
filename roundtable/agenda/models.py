"""Agenda items, the speaking slots in them, what was released of them, and patterns to begin with."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.accounts.models import User
from roundtable.agenda.kinds import ItemKind
from roundtable.agenda.speaking import SpeakingRule
from roundtable.conferences.models import Meeting
from roundtable.db import Base, Texts, enum_column, no_texts
from roundtable.guests.models import Participant


class AgendaItem(Base):
    """A topic with a duration. In a round the duration follows from the slots and the buffer.

    `fixed_time` pins the item to an hour that clocks at home show. `buffer_minutes` is added to a round,
    for interpretation. `internal_notes` are for organizers only.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (
        CheckConstraint("duration_minutes BETWEEN 0 AND 1440", name="duration"),
        CheckConstraint("buffer_minutes BETWEEN 0 AND 240", name="buffer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[ItemKind] = mapped_column(enum_column(ItemKind))
    titles: Mapped[Texts]
    details: Mapped[Texts] = mapped_column(default=no_texts)
    duration_minutes: Mapped[int]
    speakers: Mapped[str] = mapped_column(String(300), default="")
    internal_notes: Mapped[str] = mapped_column(Text, default="")
    fixed_time: Mapped[time | None] = mapped_column(default=None)
    buffer_minutes: Mapped[int] = mapped_column(default=0)
    order_rule: Mapped[SpeakingRule] = mapped_column(
        enum_column(SpeakingRule), default=SpeakingRule.HOST_FIRST
    )
    order_language: Mapped[str] = mapped_column(String(8), default="en")
    order_seed: Mapped[int] = mapped_column(default=0)

    meeting: Mapped[Meeting] = relationship()


class SpeakingSlot(Base):
    """A speaker's minutes in a statement round; who is pinned keeps the place when the rule orders anew."""

    __tablename__ = "speaking_slot"
    __table_args__ = (
        UniqueConstraint("item_id", "participant_id"),
        CheckConstraint("minutes BETWEEN 1 AND 120", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    minutes: Mapped[int]
    is_pinned: Mapped[bool] = mapped_column(default=False)

    item: Mapped[AgendaItem] = relationship()
    participant: Mapped[Participant] = relationship()


class AgendaRelease(Base):
    """A version of the agenda as the guests know it; see `releases`. The one with the highest number holds."""

    __tablename__ = "agenda_release"
    __table_args__ = (UniqueConstraint("meeting_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    number: Mapped[int]
    released_at: Mapped[datetime]
    released_by: Mapped[str] = mapped_column(String(200))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    meeting: Mapped[Meeting] = relationship()


class AgendaPattern(Base):
    """An agenda that an organizer keeps to begin others with; see `patterns`."""

    __tablename__ = "agenda_pattern"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    user: Mapped[User] = relationship()
