"""Invitations, the answers given to them, and what guests have been told about a meeting."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.conferences.models import Meeting
from roundtable.db import Base, Texts, WallTime, enum_column
from roundtable.guests.models import Contact, Participant
from roundtable.invitations.rsvp import Answer, Channel


@dataclass(frozen=True)
class GivenAnswer:
    """An answer as an office gives it; the deputy's parts are empty unless one is sent."""

    answer: Answer
    note: str = ""
    sure_by: date | None = None
    deputy_name: str = ""
    deputy_office: str = ""
    deputy_email: str = ""


class Invitation(Base):
    """One participant's invitation to one meeting, with the answer that holds.

    `sequence` is the SEQUENCE last sent to this participant's calendars and only rises;
    `in_calendar` says whether an entry stands there; `told_revision` is the meeting's revision
    of which this participant knows.
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("meeting_id", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    invited_at: Mapped[datetime]
    answer: Mapped[Answer] = mapped_column(enum_column(Answer), default=Answer.NEEDS_ACTION)
    note: Mapped[str] = mapped_column(Text, default="")
    sure_by: Mapped[date | None] = mapped_column(default=None)
    deputy_name: Mapped[str] = mapped_column(String(200), default="")
    deputy_office: Mapped[str] = mapped_column(String(200), default="")
    deputy_email: Mapped[str] = mapped_column(String(254), default="")
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    told_revision: Mapped[int] = mapped_column(default=0)
    sequence: Mapped[int] = mapped_column(default=0)
    in_calendar: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    meeting: Mapped[Meeting] = relationship()
    participant: Mapped[Participant] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form

    def take(self, given: GivenAnswer, *, now: datetime) -> None:
        """Let this answer hold from now on; the rules have been asked before."""
        self.answer = given.answer
        self.note = given.note
        self.sure_by = given.sure_by if given.answer is Answer.TENTATIVE else None
        deputy = given.answer is Answer.DELEGATED
        self.deputy_name = given.deputy_name if deputy else ""
        self.deputy_office = given.deputy_office if deputy else ""
        self.deputy_email = given.deputy_email if deputy else ""
        self.answered_at = now

    def ask_again(self) -> None:
        """Take the answer back: it was given for another time."""
        self.answer = Answer.NEEDS_ACTION
        self.answered_at = None
        self.sure_by = None

    def next_sequence(self) -> int:
        """Raise SEQUENCE for the next message to this participant's calendars, and return it."""
        self.sequence += 1
        return self.sequence


class AnswerGiven(Base):
    """One answer in the history of an invitation: who gave it, when, by which channel."""

    __tablename__ = "answer_given"

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    answer: Mapped[Answer] = mapped_column(enum_column(Answer))
    note: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    said_by: Mapped[str] = mapped_column(String(300))

    invitation: Mapped[Invitation] = relationship()
    contact: Mapped[Contact | None] = relationship()


class Announcement(Base):
    """What the guests of a meeting were last told: change letters compare with it."""

    __tablename__ = "announcement"
    __table_args__ = (UniqueConstraint("meeting_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    revision: Mapped[int]
    titles: Mapped[Texts]
    wall_time: Mapped[datetime] = mapped_column(WallTime)
    zone: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    duration_minutes: Mapped[int]
    at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship()
