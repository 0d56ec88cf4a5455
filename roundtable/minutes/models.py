"""The record of a meeting: attendance, entries with their history, kept versions, amendments."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    inspect,
    text,
)
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column, relationship

from roundtable.agenda.models import AgendaItem
from roundtable.conferences.models import SEALED, Meeting
from roundtable.db import Base, Texts, enum_column, no_texts
from roundtable.errors import Refusal
from roundtable.guests.models import Contact, Participant
from roundtable.minutes.kinds import (
    ActionState,
    Adoption,
    EntryKind,
    MinutesStage,
    Occasion,
    Presence,
    RemarkState,
)

WAITS = text("stage = 'circulated'")
"""In an index and in the question that it is for: both databases want the same words in both."""


class Minutes(Base):
    """The record of one meeting.

    Approval seals it: `sealed` is the whole record as it was on that day (see `record.py`),
    `content_hash` the SHA-256 of it and `common_hash` that of its common part. Pages and documents
    are made from `sealed` from then on, and the database itself refuses to change the row.

    `last_change` counts what happens at the desk: whoever has seen a number asks for what came after.
    """

    __tablename__ = "minutes"
    __table_args__ = (
        UniqueConstraint("meeting_id"),
        CheckConstraint("(stage = 'approved') = (approved_at IS NOT NULL)", name="approved_at"),
        CheckConstraint("stage <> 'circulated' OR circulated_at IS NOT NULL", name="circulated_at"),
        # Only those that wait. With the others in it, SQLite would go through all approved minutes by it.
        Index("ix_minutes_waiting", "corrections_until", sqlite_where=WAITS, postgresql_where=WAITS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    stage: Mapped[MinutesStage] = mapped_column(enum_column(MinutesStage), default=MinutesStage.DRAFT)
    last_change: Mapped[int] = mapped_column(default=0)
    circulated_at: Mapped[datetime | None] = mapped_column(default=None)
    corrections_until: Mapped[datetime | None] = mapped_column(default=None)
    adopts_by_silence: Mapped[bool] = mapped_column(default=False)
    approved_by: Mapped[str] = mapped_column(String(200), default="")
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    sealed: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    common_hash: Mapped[str] = mapped_column(String(64), default="")

    meeting: Mapped[Meeting] = relationship()

    @property
    def is_sealed(self) -> bool:
        return self.stage is MinutesStage.APPROVED


class Attendance(Base):
    """Who was there, from when to when; `representative` names who sat there instead."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("minutes_id", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    presence: Mapped[Presence] = mapped_column(enum_column(Presence))
    representative: Mapped[str] = mapped_column(String(300), default="")
    came_at: Mapped[datetime | None] = mapped_column(default=None)
    left_at: Mapped[datetime | None] = mapped_column(default=None)

    minutes: Mapped[Minutes] = relationship()
    participant: Mapped[Participant] = relationship()

    @property
    def is_in_the_room(self) -> bool:
        """Whether somebody sits on the city's seat now."""
        return self.came_at is not None and self.left_at is None


class Entry(Base):
    """A statement, decision, action item or note, under an agenda item.

    `texts` holds the words in the original `language` and their translations; `based_on` says for
    each translation which original it was made from (see `translations.py`). A statement has a
    `speaker`; an action item an `owner` (both participants) and a due date; a decision says how it
    was taken. Only statements can be off the record.

    `key` is made where the entry is written, so that sending it twice stores it once. `version`
    guards against two people editing at once. An entry that was taken out stays, with `removed_at`.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("minutes_id", "key"),
        CheckConstraint("kind = 'statement' OR on_record", name="only_statements_off_record"),
        CheckConstraint("(kind = 'statement') = (speaker_id IS NOT NULL)", name="statement_has_speaker"),
        CheckConstraint("(kind = 'action') = (owner_id IS NOT NULL)", name="action_has_owner"),
        CheckConstraint("(kind = 'decision') = (adoption IS NOT NULL)", name="decision_has_adoption"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(36), default=lambda: str(uuid4()))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id", ondelete="SET NULL"), index=True)
    position: Mapped[int]
    kind: Mapped[EntryKind] = mapped_column(enum_column(EntryKind))
    language: Mapped[str] = mapped_column(String(8))
    texts: Mapped[Texts]
    based_on: Mapped[Texts] = mapped_column(default=no_texts)
    speaker_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"), index=True)
    on_record: Mapped[bool] = mapped_column(default=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"), index=True)
    due_on: Mapped[date | None] = mapped_column(default=None)
    adoption: Mapped[Adoption | None] = mapped_column(enum_column(Adoption), default=None)
    votes_for: Mapped[int | None] = mapped_column(default=None)
    votes_against: Mapped[int | None] = mapped_column(default=None)
    abstentions: Mapped[int | None] = mapped_column(default=None)
    begun_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(200))
    written_at: Mapped[datetime]
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    change: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    minutes: Mapped[Minutes] = relationship()
    item: Mapped[AgendaItem | None] = relationship()
    speaker: Mapped[Participant | None] = relationship(foreign_keys=[speaker_id])
    owner: Mapped[Participant | None] = relationship(foreign_keys=[owner_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class EntryVersion(Base):
    """What an entry said once: each accepted writing of it, the first one included.

    `desk` names the page that wrote it, so that a page is not held against itself when an answer
    of the server was lost on the way.
    """

    __tablename__ = "entry_version"
    __table_args__ = (UniqueConstraint("entry_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    version: Mapped[int]
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    desk: Mapped[str] = mapped_column(String(36), default="")
    written_by: Mapped[str] = mapped_column(String(200))
    written_at: Mapped[datetime]

    entry: Mapped[Entry] = relationship()


class RecordVersion(Base):
    """The whole record as it was circulated or approved; versions are counted from 1."""

    __tablename__ = "record_version"
    __table_args__ = (UniqueConstraint("minutes_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id", ondelete="CASCADE"))
    number: Mapped[int]
    occasion: Mapped[Occasion] = mapped_column(enum_column(Occasion))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)

    minutes: Mapped[Minutes] = relationship()


class Remark(Base):
    """What an office says about circulated minutes: a comment, or a correction with the words it proposes.

    Without an entry it is about the record as a whole. It is answered with a sentence.
    """

    __tablename__ = "remark"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("is_correction OR proposed = ''", name="only_corrections_propose"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    is_correction: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    proposed: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8))
    said_by: Mapped[str] = mapped_column(String(200))
    said_at: Mapped[datetime]
    state: Mapped[RemarkState] = mapped_column(enum_column(RemarkState), default=RemarkState.OPEN)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    answered_at: Mapped[datetime | None] = mapped_column(default=None)

    minutes: Mapped[Minutes] = relationship()
    entry: Mapped[Entry | None] = relationship()
    participant: Mapped[Participant] = relationship()
    contact: Mapped[Contact | None] = relationship()


class Amendment(Base):
    """A numbered correction after approval: it stands beside the sealed record and changes nothing in it.

    `entry_id` is the entry that it concerns; `old` are the sealed words, `new` the amended ones. The hash
    is over the amendment and the hash before it, so that none can be changed or left out later.
    """

    __tablename__ = "amendment"
    __table_args__ = (UniqueConstraint("minutes_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    number: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    old: Mapped[Texts]
    new: Mapped[Texts]
    reasons: Mapped[Texts]
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    content_hash: Mapped[str] = mapped_column(String(64))

    minutes: Mapped[Minutes] = relationship()


class RecordDocument(Base):
    """A PDF of a sealed record as it was made once, for one language; `is_full` with what is off the record.

    A later amendment makes new documents, with the list of the amendments; the old ones stay.
    """

    __tablename__ = "record_document"
    __table_args__ = (UniqueConstraint("minutes_id", "amendments", "language", "is_full"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    amendments: Mapped[int]
    language: Mapped[str] = mapped_column(String(8))
    is_full: Mapped[bool]
    key: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]

    minutes: Mapped[Minutes] = relationship()


class ActionReport(Base):
    """What was said about an action item after the meeting; the newest report tells its state."""

    __tablename__ = "action_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    state: Mapped[ActionState] = mapped_column(enum_column(ActionState))
    text: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None] = mapped_column(default=None)
    said_by: Mapped[str] = mapped_column(String(200))
    said_at: Mapped[datetime]

    entry: Mapped[Entry] = relationship()


# --- The seal ---------------------------------------------------------------------------------------

_LOCKED = (Minutes, Attendance, Entry, EntryVersion, RecordVersion)


@event.listens_for(Session, "before_flush")
def _keep_sealed(session: Session, _context: UOWTransaction, _rows: Any) -> None:
    """Refuse every change of a sealed record, whichever service, page or command asks for it.

    A trigger of the database keeps the row of the minutes, from which everything is made, even from
    statements that do not pass here.
    """
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Amendment) and row not in session.new and session.is_modified(row):
            raise Refusal(SEALED)
        if isinstance(row, _LOCKED) and _was_sealed(session, row):
            raise Refusal(SEALED)


def _was_sealed(session: Session, row: Minutes | Attendance | Entry | EntryVersion | RecordVersion) -> bool:
    if row not in session.new and row not in session.deleted and not session.is_modified(row):
        return False
    minutes = (
        row
        if isinstance(row, Minutes)
        else row.entry.minutes
        if isinstance(row, EntryVersion)
        else row.minutes
    )
    if minutes is None:
        return False
    # What counts is the stage before this flush: the act of approval itself still writes.
    before = inspect(minutes).attrs.stage.history
    stage = before.deleted[0] if before.deleted else minutes.stage if not before.added else None
    return stage is MinutesStage.APPROVED
