"""What the desk and the chair's view show: items with planned and real times, turns, attendance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from roundtable.agenda.queries import PlannedItem, agenda_of
from roundtable.db import db
from roundtable.desk.models import ItemRun, Turn
from roundtable.desk.turns import PlannedTurn, RunningItem, TurnState, Watch, ends
from roundtable.guests.models import Participant
from roundtable.minutes.models import Attendance, Minutes
from roundtable.minutes.queries import attendance_of
from roundtable.video.models import Passage
from roundtable.video.queries import passages_of


@dataclass(frozen=True)
class LiveTurn:
    """A speaker's turn as it stands; `id` is 0 while the item has not begun and the turn is only planned."""

    id: int
    participant: Participant
    minutes: int
    state: TurnState
    watch: Watch
    is_extra: bool
    is_in_the_room: bool

    def seconds(self, now: datetime) -> int:
        """Return the seconds spoken so far."""
        return self.watch.at(now)


@dataclass(frozen=True)
class LiveItem:
    """An agenda item as it goes: planned stretch, real times, forecast of its end, and its turns."""

    planned: PlannedItem
    run: ItemRun | None
    ends_at: datetime
    turns: list[LiveTurn]

    @property
    def is_running(self) -> bool:
        return self.run is not None and self.run.ended_at is None

    @property
    def is_over(self) -> bool:
        return self.run is not None and self.run.ended_at is not None

    @property
    def minutes_late(self) -> int:
        """By how many minutes the item ends later than planned; negative: earlier."""
        return round((self.ends_at - self.planned.time.ends_at).total_seconds() / 60)

    @property
    def is_tried_out(self) -> bool:
        """Whether the desk runs on another day than the meeting: then no plan can be late or early."""
        return abs(self.minutes_late) > 12 * 60

    def spent_minutes(self, now: datetime) -> int:
        """Return the minutes since the item began."""
        if self.run is None:
            return 0
        return max(0, int(((self.run.ended_at or now) - self.run.started_at).total_seconds()) // 60)

    @property
    def speaking(self) -> LiveTurn | None:
        """Who has the floor, speaking or interrupted."""
        return next((one for one in self.turns if one.state in {TurnState.SPEAKING, TurnState.PAUSED}), None)

    @property
    def waiting(self) -> list[LiveTurn]:
        """Who speaks next, in the order."""
        return [one for one in self.turns if one.state is TurnState.WAITING]

    @property
    def finished(self) -> list[LiveTurn]:
        """Who has spoken or was skipped."""
        return [one for one in self.turns if one.state in {TurnState.SPOKEN, TurnState.SKIPPED}]


@dataclass(frozen=True)
class Live:
    """The meeting as it goes."""

    now: datetime
    items: list[LiveItem]
    attendance: list[Attendance]

    @property
    def running(self) -> LiveItem | None:
        """The item that is being dealt with."""
        return next((one for one in self.items if one.is_running), None)

    @property
    def present(self) -> LiveItem | None:
        """The item that is running, else the first one that has not begun, else the last."""
        coming = next((one for one in self.items if one.run is None), None)
        return self.running or coming or (self.items[-1] if self.items else None)

    @property
    def in_the_room(self) -> int:
        """How many cities are there."""
        return sum(one.is_in_the_room for one in self.attendance)


def runs_of(minutes: Minutes) -> dict[int, ItemRun]:
    """Return when items really began and ended, by item."""
    return {
        one.item_id: one
        for one in db.session.scalars(select(ItemRun).where(ItemRun.minutes_id == minutes.id))
    }


def turns_of(minutes: Minutes) -> dict[int, list[Turn]]:
    """Return the turns by item, in their order."""
    found: dict[int, list[Turn]] = {}
    rows = db.session.scalars(
        select(Turn)
        .join(Turn.participant)
        .join(Participant.city)
        .options(contains_eager(Turn.participant).contains_eager(Participant.city))
        .where(Turn.minutes_id == minutes.id)
        .order_by(Turn.position, Turn.id)
    )
    for turn in rows:
        found.setdefault(turn.item_id, []).append(turn)
    return found


def proposed_arrivals(minutes: Minutes, attendance: Sequence[Attendance]) -> list[tuple[Attendance, Passage]]:
    """Return who came through the door, with the first passage, as far as the attendance does not say so yet."""
    first: dict[int, Passage] = {}
    for passage in passages_of(minutes.meeting):
        first.setdefault(passage.participant_id, passage)
    return [
        (row, first[row.participant_id])
        for row in attendance
        if row.participant_id in first and row.came_at is None
    ]


def live_of(minutes: Minutes, now: datetime) -> Live:
    """Return the meeting as it goes, in a number of queries that does not grow with it."""
    agenda, runs, turns = agenda_of(minutes.meeting), runs_of(minutes), turns_of(minutes)
    attendance = attendance_of(minutes)
    there = {one.participant_id for one in attendance if one.is_in_the_room}
    found = [
        (planned, runs.get(planned.item.id), _turns(planned, turns.get(planned.item.id, []), there))
        for planned in agenda
    ]
    plans = [_plan(planned, run, own, now) for planned, run, own in found]
    forecast = ends(plans, minutes.meeting.starts_at, now)
    items = [
        LiveItem(planned, run, end, own) for (planned, run, own), end in zip(found, forecast, strict=True)
    ]
    return Live(now, items, attendance)


def _turns(planned: PlannedItem, turns: Sequence[Turn], there: set[int]) -> list[LiveTurn]:
    """Return the turns of an item: the desk's own once it has begun, else those of the agenda."""
    if turns:
        return [
            LiveTurn(
                turn.id,
                turn.participant,
                turn.minutes,
                turn.state,
                turn.watch,
                turn.is_extra,
                turn.participant_id in there,
            )
            for turn in turns
        ]
    return [
        LiveTurn(
            0,
            slot.participant,
            slot.minutes,
            TurnState.WAITING,
            Watch(),
            is_extra=False,
            is_in_the_room=slot.participant_id in there,
        )
        for slot, _ in planned.slots
    ]


def _plan(planned: PlannedItem, run: ItemRun | None, turns: list[LiveTurn], now: datetime) -> RunningItem:
    return RunningItem(
        planned.item.duration_minutes,
        run.started_at if run else None,
        run.ended_at if run else None,
        [PlannedTurn(one.minutes * 60, one.seconds(now), one.state.is_to_come) for one in turns],
    )
