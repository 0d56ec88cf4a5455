"""Turns of speakers and the pace of a meeting: states, clocks and the forecast, as pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from roundtable.errors import sentence

IS_OVER = sentence("This city has spoken already. Please give it an extra turn.")


class TurnState(StrEnum):
    """Where a speaker is in the speaking order."""

    WAITING = "waiting"
    SPEAKING = "speaking"
    PAUSED = "paused"
    SPOKEN = "spoken"
    SKIPPED = "skipped"

    @property
    def is_to_come(self) -> bool:
        """Whether the speaker still has the floor before it, or has it now."""
        return self in {TurnState.WAITING, TurnState.SPEAKING, TurnState.PAUSED}


@dataclass(frozen=True)
class Watch:
    """A speaker's clock: seconds that have been counted, and since when it runs; None while it stands."""

    seconds: int = 0
    since: datetime | None = None

    def at(self, now: datetime) -> int:
        """Return the seconds spoken up to `now`; a clock that went back counts nothing."""
        running = int((now - self.since).total_seconds()) if self.since else 0
        return self.seconds + max(0, running)

    def started(self, now: datetime) -> "Watch":
        """Let it run; one that runs goes on."""
        return self if self.since else Watch(self.seconds, now)

    def stopped(self, now: datetime) -> "Watch":
        """Let it stand at what it shows."""
        return Watch(self.at(now))


@dataclass(frozen=True)
class PlannedTurn:
    """What the forecast knows of a turn: planned seconds, seconds spoken so far, and whether it is to come."""

    planned: int
    spoken: int
    is_to_come: bool


def seconds_left(turns: Sequence[PlannedTurn]) -> int:
    """Return how many seconds the turns that are to come will take if each keeps to its plan.

    Who speaks longer than planned is taken to end at any moment.
    """
    return sum(max(0, turn.planned - turn.spoken) for turn in turns if turn.is_to_come)


@dataclass(frozen=True)
class RunningItem:
    """What the forecast knows of an agenda item: planned minutes, when it really began and ended, its turns."""

    minutes: int
    started_at: datetime | None = None
    ended_at: datetime | None = None
    turns: Sequence[PlannedTurn] = ()

    def seconds_to_come(self, now: datetime) -> int:
        """Return how many seconds the item will still take."""
        if self.ended_at is not None:
            return 0
        if self.turns:
            # The buffer of a round is what its minutes leave beside the turns; it is used up last.
            left = seconds_left(self.turns)
            if self.started_at is None:
                return max(left, self.minutes * 60)
            return left
        spent = int((now - self.started_at).total_seconds()) if self.started_at else 0
        return max(0, self.minutes * 60 - spent)


def ends(items: Sequence[RunningItem], starts_at: datetime, now: datetime) -> list[datetime]:
    """Return when each item will end at this pace, or has ended.

    What has not begun follows what stands before it. Before the meeting nothing can begin earlier
    than planned; an item passed over without being begun takes no time once a later one has begun.
    """
    last_begun = max((place for place, item in enumerate(items) if item.started_at), default=-1)
    at = max(now, starts_at) if last_begun < 0 else now
    result = []
    for place, item in enumerate(items):
        if item.ended_at is not None:
            result.append(item.ended_at)
        elif place < last_begun and item.started_at is None:
            result.append(at)
        else:
            at += timedelta(seconds=item.seconds_to_come(now))
            result.append(at)
    return result
