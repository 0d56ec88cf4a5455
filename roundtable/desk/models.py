"""What the desk notes beside the record: when items really began, and the speakers' turns."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.agenda.models import AgendaItem
from roundtable.db import Base, enum_column
from roundtable.desk.turns import TurnState, Watch
from roundtable.guests.models import Participant
from roundtable.minutes.models import Minutes


class ItemRun(Base):
    """When an agenda item really began and ended; taken up again, it has not ended."""

    __tablename__ = "item_run"
    __table_args__ = (UniqueConstraint("minutes_id", "item_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    minutes: Mapped[Minutes] = relationship()
    item: Mapped[AgendaItem] = relationship()


class Turn(Base):
    """A speaker's turn in an item: planned minutes, and the clock. An extra turn is not on the agenda."""

    __tablename__ = "turn"
    __table_args__ = (
        CheckConstraint("(state = 'speaking') = (since IS NOT NULL)", name="clock_runs_while_speaking"),
        CheckConstraint("minutes BETWEEN 1 AND 120", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    position: Mapped[int]
    minutes: Mapped[int]
    state: Mapped[TurnState] = mapped_column(enum_column(TurnState), default=TurnState.WAITING)
    seconds: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime | None] = mapped_column(default=None)
    is_extra: Mapped[bool] = mapped_column(default=False)

    item: Mapped[AgendaItem] = relationship()
    participant: Mapped[Participant] = relationship()

    @property
    def watch(self) -> Watch:
        """The speaker's clock."""
        return Watch(self.seconds, self.since)

    def set_watch(self, watch: Watch, state: TurnState) -> None:
        """Set the clock and where the speaker is."""
        self.seconds, self.since, self.state = watch.seconds, watch.since, state
