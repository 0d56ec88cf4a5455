"""Polls for a date, the hours proposed in them, who is asked and what the offices say."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.conferences.models import Conference, Meeting
from roundtable.db import Base, Texts, WallTime, enum_column
from roundtable.guests.models import Contact, Participant
from roundtable.invitations.rsvp import Channel
from roundtable.scheduling.choices import Choice, PollStage


class DatePoll(Base):
    """The search for an hour: for a new meeting, or a new hour for the one in `meeting`.

    `zone` is the home in which options are fixed; `first_day` and `last_day` bound the proposals.
    `answers_close_at` is an instant. The silent are reminded `reminder_days` before it; None: never.
    """

    __tablename__ = "date_poll"
    __table_args__ = (
        CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name="duration"),
        CheckConstraint("reminder_days BETWEEN 1 AND 30", name="reminder"),
        CheckConstraint("first_day <= last_day", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(
        ForeignKey("meeting.id", ondelete="SET NULL"), index=True, default=None
    )
    titles: Mapped[Texts]
    zone: Mapped[str] = mapped_column(String(64))
    duration_minutes: Mapped[int]
    first_day: Mapped[date]
    last_day: Mapped[date]
    answers_close_at: Mapped[datetime]
    reminder_days: Mapped[int | None] = mapped_column(default=2)
    stage: Mapped[PollStage] = mapped_column(enum_column(PollStage), default=PollStage.DRAFT)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    conference: Mapped[Conference] = relationship()
    meeting: Mapped[Meeting | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class DateOption(Base):
    """A proposed time. `announced_at` is when the offices were asked about it; `is_chosen` settles the poll."""

    __tablename__ = "date_option"
    __table_args__ = (UniqueConstraint("poll_id", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("date_poll.id", ondelete="CASCADE"))
    wall_time: Mapped[datetime] = mapped_column(WallTime)
    starts_at: Mapped[datetime]
    announced_at: Mapped[datetime | None] = mapped_column(default=None)
    is_chosen: Mapped[bool] = mapped_column(default=False)

    poll: Mapped[DatePoll] = relationship()


class DateQuestion(Base):
    """One participant who is asked: what the office said beside its availability, and who said it.

    `none_suits` says that the office chose "none of these dates": a no to every option that stood there
    then; one that is added later is asked for again. `proposed_on` with `note` is a counter-proposal.
    """

    __tablename__ = "date_question"
    __table_args__ = (UniqueConstraint("poll_id", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("date_poll.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    is_required: Mapped[bool] = mapped_column(default=False)
    none_suits: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")
    proposed_on: Mapped[date | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    channel: Mapped[Channel | None] = mapped_column(enum_column(Channel), default=None)
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="SET NULL"), default=None
    )
    said_by: Mapped[str] = mapped_column(String(300), default="")
    version: Mapped[int] = mapped_column(default=1)

    poll: Mapped[DatePoll] = relationship()
    participant: Mapped[Participant] = relationship()
    contact: Mapped[Contact | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class Availability(Base):
    """What an office says to one option."""

    __tablename__ = "availability"
    __table_args__ = (UniqueConstraint("question_id", "option_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("date_question.id", ondelete="CASCADE"))
    option_id: Mapped[int] = mapped_column(ForeignKey("date_option.id", ondelete="CASCADE"), index=True)
    choice: Mapped[Choice] = mapped_column(enum_column(Choice))

    question: Mapped[DateQuestion] = relationship()
    option: Mapped[DateOption] = relationship()


class OfficeHours(Base):
    """When offices of a country are staffed, where the conference knows better than the usual 9 to 17."""

    __tablename__ = "office_hours"
    __table_args__ = (
        UniqueConstraint("conference_id", "country"),
        CheckConstraint("opens < closes", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    country: Mapped[str] = mapped_column(String(2))
    opens: Mapped[time]
    closes: Mapped[time]

    conference: Mapped[Conference] = relationship()
