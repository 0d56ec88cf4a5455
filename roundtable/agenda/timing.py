"""The running order: when each item and each speaker begins, from durations alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Stretch:
    """A planned stretch of the meeting, in instants (UTC)."""

    starts_at: datetime
    ends_at: datetime


def running_order(starts_at: datetime, minutes: Sequence[int]) -> list[Stretch]:
    """Return the stretch of each item: every one begins when the one before it ends."""
    result = []
    for duration in minutes:
        ends_at = starts_at + timedelta(minutes=duration)
        result.append(Stretch(starts_at, ends_at))
        starts_at = ends_at
    return result


def minutes_over(planned: Sequence[int], duration_minutes: int) -> int:
    """Return by how many minutes the items exceed the meeting; negative: so many are left."""
    return sum(planned) - duration_minutes
