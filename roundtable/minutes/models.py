"""The record of a meeting."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.agenda.models import AgendaItem
from roundtable.conferences.models import Meeting
from roundtable.db import Base, Texts, enum_column
from roundtable.guests.models import Participant
from roundtable.minutes.kinds import EntryKind, MinutesStage, Presence


class Minutes(Base):
    """The record of one meeting.

    Approval seals it: `sealed` is the whole record as it was on that day (see `record.py`), and
    `content_hash` the SHA-256 of it. Pages and documents are made from `sealed` from then on.
    """

    __tablename__ = "minutes"
    __table_args__ = (
        UniqueConstraint("meeting_id"),
        CheckConstraint("(stage = 'approved') = (approved_at IS NOT NULL)", name="approved_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    stage: Mapped[MinutesStage] = mapped_column(enum_column(MinutesStage), default=MinutesStage.DRAFT)
    approved_by: Mapped[str] = mapped_column(String(200), default="")
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    sealed: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    content_hash: Mapped[str] = mapped_column(String(64), default="")

    meeting: Mapped[Meeting] = relationship()

    @property
    def is_sealed(self) -> bool:
        return self.stage is MinutesStage.APPROVED


class Attendance(Base):
    """Who was there; `representative` names who sat there instead."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("minutes_id", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    presence: Mapped[Presence] = mapped_column(enum_column(Presence))
    representative: Mapped[str] = mapped_column(String(300), default="")

    minutes: Mapped[Minutes] = relationship()
    participant: Mapped[Participant] = relationship()


class Entry(Base):
    """A statement, decision, action item or note, under an agenda item.

    `texts` holds the words in the original `language` and their translations. A statement has a
    `speaker`; an action item an `owner` (both participants) and a due date. Only statements can
    be off the record. `version` guards against two people editing at once.
    """

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint("kind = 'statement' OR on_record", name="only_statements_off_record"),
        CheckConstraint("(kind = 'statement') = (speaker_id IS NOT NULL)", name="statement_has_speaker"),
        CheckConstraint("(kind = 'action') = (owner_id IS NOT NULL)", name="action_has_owner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id", ondelete="SET NULL"), index=True)
    position: Mapped[int]
    kind: Mapped[EntryKind] = mapped_column(enum_column(EntryKind))
    language: Mapped[str] = mapped_column(String(8))
    texts: Mapped[Texts]
    speaker_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"), index=True)
    on_record: Mapped[bool] = mapped_column(default=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"), index=True)
    due_on: Mapped[date | None] = mapped_column(default=None)
    written_by: Mapped[str] = mapped_column(String(200))
    written_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    minutes: Mapped[Minutes] = relationship()
    item: Mapped[AgendaItem | None] = relationship()
    speaker: Mapped[Participant | None] = relationship(foreign_keys=[speaker_id])
    owner: Mapped[Participant | None] = relationship(foreign_keys=[owner_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form
