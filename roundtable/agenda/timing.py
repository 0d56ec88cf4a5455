"""The running order: when each item and each speaker begins, from durations and pinned hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from roundtable import times
from roundtable.errors import Refusal


@dataclass(frozen=True)
class Stretch:
    """A planned stretch of the meeting, in instants (UTC)."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Planned:
    """What is known of an item: its minutes and, where it is pinned, the hour that clocks at home show."""

    minutes: int
    fixed_time: time | None = None


@dataclass(frozen=True)
class Laid:
    """An item in the running order.

    `gap_minutes` stands before a pinned item: so many minutes are free, or, where it is negative, so
    many are taken by the items before it.
    """

    time: Stretch
    gap_minutes: int = 0


def running_order(starts_at: datetime, minutes: Sequence[int]) -> list[Stretch]:
    """Return the stretch of each item: every one begins when the one before it ends."""
    result = []
    for duration in minutes:
        ends_at = starts_at + timedelta(minutes=duration)
        result.append(Stretch(starts_at, ends_at))
        starts_at = ends_at
    return result


def laid_out(starts_at: datetime, zone: ZoneInfo, items: Sequence[Planned]) -> list[Laid]:
    """Return the running order: a pinned item begins at its hour, whatever stands before it.

    The others begin when the one before them ends.
    """
    result = []
    follows_at = starts_at
    for item in items:
        begins_at = fixed_instant(starts_at, zone, item.fixed_time) or follows_at
        gap = int((begins_at - follows_at).total_seconds()) // 60
        stretch = Stretch(begins_at, begins_at + timedelta(minutes=item.minutes))
        result.append(Laid(stretch, gap))
        follows_at = stretch.ends_at
    return result


def fixed_instant(starts_at: datetime, zone: ZoneInfo, hour: time | None) -> datetime | None:
    """Return the instant at which clocks at home show the hour, on the day of the meeting or the night after.

    An hour that the clocks swallow that day is no hour, so None.
    """
    if hour is None:
        return None
    begins = times.wall(starts_at, zone)
    wall_time = datetime.combine(begins.date(), hour)
    if wall_time < begins - timedelta(hours=12):
        wall_time += timedelta(days=1)
    try:
        return times.instant(wall_time, zone)
    except Refusal:
        return None


def minutes_over(items: Sequence[Stretch], starts_at: datetime, ends_at: datetime) -> int:
    """Return by how many minutes the last item ends after the meeting; negative: so many are left."""
    last = max((one.ends_at for one in items), default=starts_at)
    return int((last - ends_at).total_seconds()) // 60
