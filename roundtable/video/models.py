"""The room of a meeting, what a conference chose for a provider, and who has passed the door."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.conferences.models import Conference, Meeting
from roundtable.db import Base, enum_column
from roundtable.guests.models import Participant
from roundtable.video.kinds import OPENS_MINUTES, Hours, RoomKind, hours


class Room(Base):
    """Where a meeting takes place. `name` cannot be guessed; `link` is the plain link, or what remains
    if the server fails. The door opens `opens_minutes` before the start.
    """  # noqa: D205 - one thought

    __tablename__ = "room"
    __table_args__ = (
        UniqueConstraint("meeting_id"),
        CheckConstraint("opens_minutes BETWEEN 0 AND 240", name="opens_minutes"),
        CheckConstraint("kind <> 'link' OR link <> ''", name="link"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    kind: Mapped[RoomKind] = mapped_column(enum_column(RoomKind))
    link: Mapped[str] = mapped_column(String(2000), default="")
    name: Mapped[str] = mapped_column(String(64))
    opens_minutes: Mapped[int] = mapped_column(default=OPENS_MINUTES)
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship()

    @property
    def hours(self) -> Hours:
        """When the door is open."""
        return hours(self.meeting.starts_at, self.meeting.ends_at, self.opens_minutes)


class ProviderChoice(Base):
    """What a conference chose among a provider's options: option -> yes or no."""

    __tablename__ = "provider_choice"
    __table_args__ = (UniqueConstraint("conference_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    kind: Mapped[RoomKind] = mapped_column(enum_column(RoomKind))
    options: Mapped[dict[str, bool]] = mapped_column(JSON)

    conference: Mapped[Conference] = relationship()


class Passage(Base):
    """Somebody came through the door: a proposal for the attendance, and for nobody else to see."""

    __tablename__ = "passage"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    called: Mapped[str] = mapped_column(String(600))
    is_deputy: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship()
    participant: Mapped[Participant] = relationship()
