"""Invitations, the answers given to them, and what guests and their calendars have been told."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.conferences.models import Conference, Meeting
from roundtable.db import Base, Texts, WallTime, enum_column
from roundtable.guests.models import Contact, Participant
from roundtable.invitations.rsvp import Answer, Channel, DeputyState


@dataclass(frozen=True)
class GivenAnswer:
    """An answer as an office gives it; the deputy's parts are empty unless one is sent."""

    answer: Answer
    note: str = ""
    sure_by: date | None = None
    deputy_name: str = ""
    deputy_office: str = ""
    deputy_email: str = ""
    deputy_language: str = ""

    def tidied(self) -> "GivenAnswer":
        """Return the answer with nothing in it that belongs to another one."""
        sends_deputy = self.answer is Answer.DELEGATED
        return GivenAnswer(
            self.answer,
            self.note,
            self.sure_by if self.answer is Answer.TENTATIVE else None,
            self.deputy_name if sends_deputy else "",
            self.deputy_office if sends_deputy else "",
            self.deputy_email if sends_deputy else "",
            self.deputy_language if sends_deputy else "",
        )

    def deputy_called(self) -> str:
        """Return the deputy with the function, or nothing where none is sent."""
        tidy = self.tidied()
        return ", ".join(part for part in (tidy.deputy_name, tidy.deputy_office) if part)


@dataclass(frozen=True)
class Needs:
    """What the organizers must know to prepare: languages (codes), the topic, the pictures.

    `pictures_allowed` is None until the office has said yes or no.
    """

    speaks: str = ""
    listens_to: str = ""
    topic: str = ""
    pictures_allowed: bool | None = None


class Invitation(Base):
    """One participant's invitation to one meeting, with the answer that holds.

    `asked_round` counts how often the participant has been asked: a moved meeting asks again, and
    its reminders are new ones. `told_revision` is the meeting's revision of which this participant
    knows. The deputy's own link is that of `deputy_contact`.
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("meeting_id", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    invited_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    asked_round: Mapped[int] = mapped_column(default=1)
    answer: Mapped[Answer] = mapped_column(enum_column(Answer), default=Answer.NEEDS_ACTION)
    note: Mapped[str] = mapped_column(Text, default="")
    sure_by: Mapped[date | None] = mapped_column(default=None)
    deputy_name: Mapped[str] = mapped_column(String(200), default="")
    deputy_office: Mapped[str] = mapped_column(String(200), default="")
    deputy_email: Mapped[str] = mapped_column(String(254), default="")
    deputy_language: Mapped[str] = mapped_column(String(8), default="")
    deputy_state: Mapped[DeputyState] = mapped_column(enum_column(DeputyState), default=DeputyState.NONE)
    deputy_contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="SET NULL"), index=True, default=None
    )
    speaks: Mapped[str] = mapped_column(String(8), default="")
    listens_to: Mapped[str] = mapped_column(String(8), default="")
    topic: Mapped[str] = mapped_column(String(300), default="")
    pictures_allowed: Mapped[bool | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    told_revision: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    meeting: Mapped[Meeting] = relationship()
    participant: Mapped[Participant] = relationship()
    deputy_contact: Mapped[Contact | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form

    def take(self, given: GivenAnswer, *, now: datetime, deputy_state: DeputyState) -> None:
        """Let this answer hold from now on; the rules have been asked before."""
        held = given.tidied()
        self.answer, self.note, self.sure_by = held.answer, held.note, held.sure_by
        self.deputy_name, self.deputy_office = held.deputy_name, held.deputy_office
        self.deputy_email, self.deputy_language = held.deputy_email, held.deputy_language
        self.deputy_state = deputy_state if held.answer is Answer.DELEGATED else DeputyState.NONE
        self.answered_at = now

    def ask_again(self, *, now: datetime) -> None:
        """Take the answer back: it was given for another time, or the deputy was not accepted."""
        self.take(GivenAnswer(Answer.NEEDS_ACTION, self.note), now=now, deputy_state=DeputyState.NONE)
        self.answered_at = None
        self.asked_at = now
        self.asked_round += 1

    def need(self, needs: Needs) -> None:
        """Note what the organizers must prepare."""
        self.speaks, self.listens_to = needs.speaks, needs.listens_to
        self.topic, self.pictures_allowed = needs.topic, needs.pictures_allowed

    def deputy_called(self) -> str:
        """Return the deputy with the function, or nothing where none is sent."""
        return ", ".join(part for part in (self.deputy_name, self.deputy_office) if part)


class AnswerGiven(Base):
    """One answer in the history of an invitation: who gave it, when, by which channel."""

    __tablename__ = "answer_given"

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    answer: Mapped[Answer] = mapped_column(enum_column(Answer))
    note: Mapped[str] = mapped_column(Text, default="")
    deputy: Mapped[str] = mapped_column(String(420), default="")
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
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship()


class CalendarEntry(Base):
    """What one mailbox's calendar holds of a meeting: its own SEQUENCE, which only rises.

    `is_present` says whether the entry stands there, `partstat` what it says of the office's answer.
    `time_sequence` is the SEQUENCE of the last
    change of time: a reply to an older one answers another question. `reply_stamped_at` is the
    DTSTAMP of the newest reply that was taken.
    """

    __tablename__ = "calendar_entry"
    __table_args__ = (
        UniqueConstraint("meeting_id", "email_key"),
        CheckConstraint("sequence >= time_sequence", name="sequence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    email_key: Mapped[str] = mapped_column(String(254))
    sequence: Mapped[int] = mapped_column(default=0)
    time_sequence: Mapped[int] = mapped_column(default=0)
    is_present: Mapped[bool] = mapped_column(default=False)
    partstat: Mapped[str] = mapped_column(String(16), default="")
    reply_stamped_at: Mapped[datetime | None] = mapped_column(default=None)

    meeting: Mapped[Meeting] = relationship()


class Wording(Base):
    """How one conference words one kind of letter in one language; see `letter_kinds.KINDS`."""

    __tablename__ = "wording"
    __table_args__ = (UniqueConstraint("conference_id", "kind", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)

    conference: Mapped[Conference] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class LinkRequest(Base):
    """Somebody has asked for the personal links of an address; answered in the background.

    The page that takes the wish does the same for every address, known or not, so nobody learns
    from its words or its speed who has been invited.
    """

    __tablename__ = "link_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    email_key: Mapped[str] = mapped_column(String(254))
    at: Mapped[datetime]


class CalendarReply(Base):
    """A reply from a calendar that did not become an answer by itself: organizers see it, nothing changes.

    `said` is the answer that it holds; `proposes_at` another start, where the office counters with one
    (RFC 5546, section 3.2.7). `reason` says why it waits, in a word of `answers.REASONS`.
    """

    __tablename__ = "calendar_reply"
    __table_args__ = (UniqueConstraint("message_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), index=True)
    message_key: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    sender: Mapped[str] = mapped_column(String(254))
    said: Mapped[Answer] = mapped_column(enum_column(Answer))
    comment: Mapped[str] = mapped_column(Text, default="")
    proposes_at: Mapped[datetime | None] = mapped_column(default=None)
    is_verified: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(40))
    is_settled: Mapped[bool] = mapped_column(default=False)

    invitation: Mapped[Invitation] = relationship()
