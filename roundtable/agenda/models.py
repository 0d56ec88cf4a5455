"""Agenda items and the speaking slots in them."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.agenda.kinds import ItemKind
from roundtable.conferences.models import Meeting
from roundtable.db import Base, Texts, enum_column, no_texts
from roundtable.guests.models import Participant


class AgendaItem(Base):
    """A topic with a duration. In a round the duration follows from the slots and the buffer."""

    __tablename__ = "agenda_item"
    __table_args__ = (CheckConstraint("duration_minutes BETWEEN 0 AND 1440", name="duration"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[ItemKind] = mapped_column(enum_column(ItemKind))
    titles: Mapped[Texts]
    details: Mapped[Texts] = mapped_column(default=no_texts)
    duration_minutes: Mapped[int]

    meeting: Mapped[Meeting] = relationship()


class SpeakingSlot(Base):
    """A speaker's minutes in a statement round."""

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

    item: Mapped[AgendaItem] = relationship()
    participant: Mapped[Participant] = relationship()
