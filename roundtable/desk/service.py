"""The verbs of the desk: begin and end items, give the floor, skip, pause, add a turn."""

from sqlalchemy import update

from roundtable import clock
from roundtable.agenda.queries import slots_in
from roundtable.db import db
from roundtable.desk import queries
from roundtable.desk.models import ItemRun, Turn
from roundtable.desk.turns import IS_OVER, TurnState, Watch
from roundtable.errors import Refusal, sentence
from roundtable.minutes.entry_service import NO_ITEM, NOT_AT_TABLE
from roundtable.minutes.kinds import Presence
from roundtable.minutes.models import Minutes
from roundtable.minutes.queries import attendance_of, guest_ids, item_ids
from roundtable.minutes.service import check_open, touch

NO_TURN = sentence("This turn is not in the speaking order any more.")
EXTRA_MINUTES = 3


def begin_item(minutes: Minutes, item_id: int) -> None:
    """Begin an agenda item, or take it up again; what was running ends.

    Raises:
        Refusal: once the record is approved, or if the item is not one of the session.
    """
    check_open(minutes)
    if item_id not in item_ids(minutes):
        raise Refusal(NO_ITEM)
    now = clock.now()
    runs = queries.runs_of(minutes)
    for run in runs.values():
        if run.ended_at is None and run.item_id != item_id:
            _end(minutes, run)
    own = runs.get(item_id)
    if own is None:
        db.session.add(ItemRun(minutes=minutes, item_id=item_id, started_at=now))
        _line_up(minutes, item_id)
    else:
        own.ended_at = None
    touch(minutes)


def _line_up(minutes: Minutes, item_id: int) -> None:
    """Take the speaking order over from the agenda; who has sent apologies is skipped for now."""
    if queries.turns_of(minutes).get(item_id):
        return
    absent = {
        one.participant_id
        for one in attendance_of(minutes)
        if one.presence is Presence.APOLOGIES and not one.is_in_the_room
    }
    for position, slot in enumerate(slots_in(minutes.meeting).get(item_id, [])):
        state = TurnState.SKIPPED if slot.participant_id in absent else TurnState.WAITING
        db.session.add(
            Turn(
                minutes_id=minutes.id,
                item_id=item_id,
                participant_id=slot.participant_id,
                position=position,
                minutes=slot.minutes,
                state=state,
                seconds=0,
            )
        )


def _end(minutes: Minutes, run: ItemRun) -> None:
    run.ended_at = clock.now()
    _finish(minutes, run.item_id)


def _finish(minutes: Minutes, item_id: int) -> None:
    """Whoever has the floor in the item has spoken."""
    for turn in queries.turns_of(minutes).get(item_id, []):
        if turn.state in {TurnState.SPEAKING, TurnState.PAUSED}:
            turn.set_watch(turn.watch.stopped(clock.now()), TurnState.SPOKEN)


def end_item(minutes: Minutes, item_id: int) -> None:
    """End an agenda item that is running; one that is not stays as it is.

    Raises:
        Refusal: once the record is approved.
    """
    check_open(minutes)
    run = queries.runs_of(minutes).get(item_id)
    if run is not None and run.ended_at is None:
        _end(minutes, run)
        touch(minutes)


def give_floor_to_next(minutes: Minutes, item_id: int) -> None:
    """The next one in the order speaks; who spoke has spoken. An item that has not begun begins.

    Raises:
        Refusal: once the record is approved.
    """
    _be_running(minutes, item_id)
    waiting = [one for one in queries.turns_of(minutes).get(item_id, []) if one.state is TurnState.WAITING]
    if not waiting:
        _finish(minutes, item_id)
        touch(minutes)
        return
    _give(minutes, waiting[0])


def _be_running(minutes: Minutes, item_id: int) -> None:
    check_open(minutes)
    run = queries.runs_of(minutes).get(item_id)
    if run is None or run.ended_at is not None:
        begin_item(minutes, item_id)


def _give(minutes: Minutes, turn: Turn) -> None:
    _finish(minutes, turn.item_id)
    turn.set_watch(turn.watch.started(clock.now()), TurnState.SPEAKING)
    touch(minutes)


def change_turn(minutes: Minutes, turn_id: int, state: TurnState) -> None:
    """Give somebody the floor, interrupt, end, skip or put back into the order.

    Raises:
        Refusal: once the record is approved, or if the turn is unknown, or is over and shall wait again.
    """
    check_open(minutes)
    turn = db.session.get(Turn, turn_id)
    if turn is None or turn.minutes_id != minutes.id:
        raise Refusal(NO_TURN)
    if state is TurnState.SPEAKING:
        _be_running(minutes, turn.item_id)
        _give(minutes, turn)
        return
    if state is TurnState.WAITING and turn.seconds:
        raise Refusal(IS_OVER)
    turn.set_watch(turn.watch.stopped(clock.now()) if turn.since else Watch(turn.seconds), state)
    touch(minutes)


def add_extra_turn(minutes: Minutes, item_id: int, participant_id: int, planned: int = EXTRA_MINUTES) -> None:
    """Put a city into the speaking order once more, next after who speaks now.

    Raises:
        Refusal: once the record is approved, or if the item or city is not of this session.
    """
    check_open(minutes)
    if item_id not in item_ids(minutes):
        raise Refusal(NO_ITEM)
    if participant_id not in guest_ids(minutes):
        raise Refusal(NOT_AT_TABLE)
    # The order is the desk's own from now on, even if the item has not begun.
    _line_up(minutes, item_id)
    db.session.flush()
    own = queries.turns_of(minutes).get(item_id, [])
    waiting = [one.position for one in own if one.state is TurnState.WAITING]
    position = min(waiting, default=1 + max((one.position for one in own), default=-1))
    db.session.execute(
        update(Turn)
        .where(Turn.minutes_id == minutes.id, Turn.item_id == item_id, Turn.position >= position)
        .values(position=Turn.position + 1)
    )
    db.session.add(
        Turn(
            minutes_id=minutes.id,
            item_id=item_id,
            participant_id=participant_id,
            position=position,
            minutes=planned,
            state=TurnState.WAITING,
            seconds=0,
            is_extra=True,
        )
    )
    touch(minutes)


def note_arrivals(minutes: Minutes) -> None:
    """Note everybody who came through the door and is not noted yet, with the time at which they came.

    Raises:
        Refusal: once the record is approved.
    """
    check_open(minutes)
    for row, passage in queries.proposed_arrivals(minutes, attendance_of(minutes)):
        row.came_at = passage.at
        row.presence = Presence.REPRESENTED if passage.is_deputy else Presence.PRESENT
        row.representative = passage.called if passage.is_deputy else ""
    touch(minutes)
