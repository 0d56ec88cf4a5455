"""Wall time and instant: the arithmetic of clocks, without a clock of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from roundtable.errors import Refusal, sentence

SKIPPED = sentence(
    "%(wall_time)s does not exist in %(zone)s: clocks go forward from %(before)s to %(after)s that day. "
    "Please choose another time."
)
DOUBLED = sentence(
    "%(wall_time)s comes twice in %(zone)s: clocks go back from %(before)s to %(after)s that day. "
    "Please choose another time."
)
UNKNOWN_ZONE = sentence("“%(zone)s” is not a time zone. Please use a name such as Europe/Berlin.")


@cache
def zone_names() -> frozenset[str]:
    """The names of places that an organizer may choose: IANA zones, without the technical ones.

    `Etc/GMT+3` and the like mean fixed offsets with the sign turned round; `posix/`, `right/`,
    `SystemV/` and `localtime` are not names of places at all.
    """
    return frozenset(
        name
        for name in available_timezones()
        if name == "UTC" or ("/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/")))
    )


def zone_named(name: str) -> ZoneInfo:
    """Return the zone with this IANA name.

    Raises:
        Refusal: if there is none.
    """
    if name not in zone_names():
        raise Refusal(UNKNOWN_ZONE, zone=name)
    return ZoneInfo(name)


def instant(wall_time: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC instant at which clocks in `zone` show `wall_time` (naive).

    When clocks change, some wall times do not exist or come twice. Both are refused rather than
    guessed: a guess would bring mayors together an hour apart. The two readings of such a time
    differ in their UTC offset (PEP 495, `fold`).

    Raises:
        Refusal: if the wall time does not exist, or exists twice, in the zone; the sentence names
            the clock change.
    """
    if wall_time.tzinfo is not None:
        raise ValueError("a wall time is naive")
    first = wall_time.replace(tzinfo=zone, fold=0)
    second = wall_time.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset():
        raise _clock_change(wall_time, zone)
    return first.astimezone(UTC)


def _clock_change(wall_time: datetime, zone: ZoneInfo) -> Refusal:
    """Say which change of the clocks swallows or doubles the wall time.

    PEP 495: in a gap the first reading uses the offset before the change, and the second the one
    after it, so the first offset is the smaller; in a doubled hour it is the larger.
    """
    old = wall_time.replace(tzinfo=zone, fold=0).utcoffset()
    new = wall_time.replace(tzinfo=zone, fold=1).utcoffset()
    assert old is not None
    assert new is not None
    skipped = old < new
    change = _instant_of_change(wall_time, zone, old)
    before, after = (change + old).replace(tzinfo=None), (change + new).replace(tzinfo=None)
    return Refusal(
        SKIPPED if skipped else DOUBLED,
        wall_time=f"{wall_time:%Y-%m-%d %H:%M}",
        zone=zone.key,
        before=f"{before:%H:%M}",
        after=f"{after:%H:%M}",
    )


def _instant_of_change(wall_time: datetime, zone: ZoneInfo, old: timedelta) -> datetime:
    """Find, to the minute, when the zone leaves the offset `old` around the wall time."""
    early = (wall_time - old).replace(tzinfo=UTC) - timedelta(hours=26)
    late = early + timedelta(hours=52)
    while late - early > timedelta(minutes=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == old:
            early = middle
        else:
            late = middle
    return late.replace(second=0, microsecond=0)


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what clocks in the zone show (naive) at the instant (aware)."""
    if moment.tzinfo is None:
        raise ValueError("an instant is aware")
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def days_apart(one: datetime, other: datetime) -> int:
    """How many calendar days `one` (a wall time) lies after `other`: usually 0, sometimes 1 or -1."""
    return (one.date() - other.date()).days


def is_weekend(day: date) -> bool:
    """Saturday or Sunday, the weekend of both Turkey and Germany."""
    return day.weekday() >= 5


OFFICE_HOURS = (time(9), time(17))
"""When town halls of both countries are surely staffed; a proposal, not a law."""
EDGE_HOURS = (time(7), time(20))
"""When a mayor may still be asked to a call, though nobody likes to."""


def hour_kind(moment: datetime) -> str:
    """Say what a wall time is to an office: `office`, `edge` or `night`."""
    if OFFICE_HOURS[0] <= moment.time() < OFFICE_HOURS[1]:
        return "office"
    if EDGE_HOURS[0] <= moment.time() < EDGE_HOURS[1]:
        return "edge"
    return "night"


def in_office_hours(starts: datetime, ends: datetime) -> bool:
    """Whether a stretch of wall time lies inside one office day."""
    return (
        starts.date() == ends.date()
        and OFFICE_HOURS[0] <= starts.time()
        and ends.time() <= OFFICE_HOURS[1]
        and not is_weekend(starts.date())
    )


@dataclass(frozen=True)
class GapChange:
    """From a day on, two zones lie further apart, or nearer: both gaps in minutes, `other` from `home`."""

    day: date
    home: str
    other: str
    before_minutes: int
    after_minutes: int


def gap_minutes(moment: datetime, home: ZoneInfo, other: ZoneInfo) -> int:
    """Return by how many minutes clocks in `other` are ahead of those at home at an instant; behind: negative."""
    return int((wall(moment, other) - wall(moment, home)).total_seconds()) // 60


def gap_changes(first: datetime, last: datetime, home: str, zones: Iterable[str]) -> list[GapChange]:
    """Return every change of the gap between home and a zone from one instant to another, the earliest first.

    The day is the one that clocks at home show when the change comes.
    """
    found = []
    at_home = ZoneInfo(home)
    for name in zones:
        zone = ZoneInfo(name)
        early, late = first, min(first + timedelta(days=1), last)
        while early < last:
            before, after = gap_minutes(early, at_home, zone), gap_minutes(late, at_home, zone)
            if before != after:
                day = wall(_first_with(after, early, late, at_home, zone), at_home).date()
                found.append(GapChange(day, home, name, before, after))
            early, late = late, min(late + timedelta(days=1), last)
    return sorted(found, key=lambda one: (one.day, one.other))


def _first_with(gap: int, early: datetime, late: datetime, home: ZoneInfo, zone: ZoneInfo) -> datetime:
    """Find, to the minute, from when the gap is so many minutes."""
    while late - early > timedelta(minutes=1):
        middle = early + (late - early) / 2
        if gap_minutes(middle, home, zone) == gap:
            late = middle
        else:
            early = middle
    return late


def stamp(moment: datetime) -> str:
    """Return an instant for machines: UTC, to the second (RFC 3339)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
