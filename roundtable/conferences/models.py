"""Conferences, bodies, memberships and meetings."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable import times
from roundtable.accounts.models import User
from roundtable.conferences.roles import BodyRole, DeputyRule, MeetingStage, Role
from roundtable.db import Base, Texts, WallTime, enum_column, no_texts
from roundtable.errors import Refusal, sentence

SEALED = sentence(
    "The minutes of this session are approved and sealed, so nothing about it changes any more."
)
NO_DRIFT = sentence("The clocks of this session are settled already.")


class Conference(Base):
    """The umbrella: bodies, guest list, one or more meetings.

    `home_zone` is an IANA name; `languages` are codes, the first one is the conference's own.
    The contact is the person whom offices write to and call. Letters come from `sender_names` (else
    the first body) and `sender_email` (else the program's own address), at most
    `letters_per_minute` of them. With `second_pair_of_eyes`, whoever proposes a press summary is not the
    one to release it. What offices typed goes `keep_months` after the last session; None keeps it.
    """

    __tablename__ = "conference"
    __table_args__ = (CheckConstraint("keep_months BETWEEN 1 AND 120", name="keep_months"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    titles: Mapped[Texts]
    home_zone: Mapped[str] = mapped_column(String(64))
    languages: Mapped[list[str]] = mapped_column(JSON)
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_email: Mapped[str] = mapped_column(String(254))
    contact_phone: Mapped[str] = mapped_column(String(60), default="")
    sender_names: Mapped[Texts] = mapped_column(default=no_texts)
    sender_email: Mapped[str] = mapped_column(String(254), default="")
    letters_per_minute: Mapped[int | None] = mapped_column(default=None)
    second_pair_of_eyes: Mapped[bool] = mapped_column(default=False)
    keep_months: Mapped[int | None] = mapped_column(default=24)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class Body(Base):
    """An organisation that hosts or supports the conference; `logo_key` leads to its stored logo."""

    __tablename__ = "body"

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    names: Mapped[Texts]
    role: Mapped[BodyRole] = mapped_column(enum_column(BodyRole))
    boilerplates: Mapped[Texts] = mapped_column(default=no_texts)
    logo_key: Mapped[str] = mapped_column(String(120), default="")
    position: Mapped[int]

    conference: Mapped[Conference] = relationship()


class Membership(Base):
    """What a user is in one conference."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "conference_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    feed_generation: Mapped[int] = mapped_column(default=1)

    user: Mapped[User] = relationship()
    conference: Mapped[Conference] = relationship()


class Meeting(Base):
    """One video meeting of a conference; people read "session" on the page.

    Anchored at `wall_time` in `zone`; `starts_at` is derived and stored. `revision` rises with
    every change that guests must learn of. `answers_close_at` is an instant. The silent are reminded
    `reminder_days` and once more `last_reminder_days` before it, those who come
    `session_reminder_hours` before the start; None means never. `drifted_to` is the instant that the wall
    time means after a country has changed its clock law, until an organizer decides.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("uid"),
        CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name="duration"),
        CheckConstraint("reminder_days BETWEEN 1 AND 90", name="reminder"),
        CheckConstraint("last_reminder_days BETWEEN 1 AND 90", name="last_reminder"),
        CheckConstraint("session_reminder_hours BETWEEN 1 AND 336", name="session_reminder"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    titles: Mapped[Texts]
    wall_time: Mapped[datetime] = mapped_column(WallTime)
    zone: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    drifted_to: Mapped[datetime | None] = mapped_column(default=None)
    duration_minutes: Mapped[int]
    answers_close_at: Mapped[datetime | None] = mapped_column(default=None)
    deputies: Mapped[DeputyRule] = mapped_column(enum_column(DeputyRule), default=DeputyRule.ALLOWED)
    reminder_days: Mapped[int | None] = mapped_column(default=7)
    last_reminder_days: Mapped[int | None] = mapped_column(default=2)
    session_reminder_hours: Mapped[int | None] = mapped_column(default=24)
    stage: Mapped[MeetingStage] = mapped_column(enum_column(MeetingStage), default=MeetingStage.PLANNED)
    uid: Mapped[str] = mapped_column(String(120))
    revision: Mapped[int] = mapped_column(default=0)
    sealed_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)

    conference: Mapped[Conference] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form

    def __init__(self, **values: Any) -> None:
        values.setdefault("uid", f"{uuid4()}@roundtable")
        values.setdefault("revision", 0)
        super().__init__(**values)

    @property
    def ends_at(self) -> datetime:
        """The instant at which the meeting is planned to end."""
        return self.starts_at + timedelta(minutes=self.duration_minutes)

    @property
    def is_cancelled(self) -> bool:
        return self.stage is MeetingStage.CANCELLED

    def check_open(self) -> None:
        """Check that the meeting may still be changed.

        Raises:
            Refusal: once its minutes are approved.
        """
        if self.sealed_at is not None:
            raise Refusal(SEALED)

    def arrange(self, titles: Texts, wall_time: datetime, zone: str, duration_minutes: int) -> bool:
        """Set what guests are told, and return whether any of it has changed.

        Raises:
            Refusal: if the wall time does not exist, or exists twice, in the zone; or if the
                minutes are approved.
        """
        self.check_open()
        starts_at = times.instant(wall_time, ZoneInfo(zone))
        before = (dict(self.titles or {}), self.wall_time, self.zone, self.duration_minutes)
        self.titles, self.wall_time, self.zone = titles, wall_time, zone
        self.starts_at, self.duration_minutes = starts_at, duration_minutes
        self.drifted_to = None
        changed = before != (dict(titles), wall_time, zone, duration_minutes)
        if changed:
            self.revision += 1
        return changed

    def keep_wall_time(self) -> None:
        """After a change of a clock law: clocks at home shall show what was agreed; the instant moves.

        Raises:
            Refusal: if nothing has drifted, or the minutes are approved.
        """
        self._settle_drift()
        self.starts_at = times.instant(self.wall_time, ZoneInfo(self.zone))
        self.revision += 1

    def keep_instant(self) -> None:
        """After a change of a clock law: the instant stays; clocks at home show another time.

        Raises:
            Refusal: if nothing has drifted, or the minutes are approved.
        """
        self._settle_drift()
        self.wall_time = times.wall(self.starts_at, ZoneInfo(self.zone))
        self.revision += 1

    def _settle_drift(self) -> None:
        self.check_open()
        if self.drifted_to is None:
            raise Refusal(NO_DRIFT)
        self.drifted_to = None

    def revive(self) -> None:
        """Let a cancelled meeting take place after all.

        Raises:
            Refusal: once its minutes are approved.
        """
        self.check_open()
        self.stage = MeetingStage.PLANNED
        self.revision += 1

    def cancel(self) -> None:
        """Call the meeting off.

        Raises:
            Refusal: once its minutes are approved.
        """
        self.check_open()
        self.stage = MeetingStage.CANCELLED
        self.revision += 1
