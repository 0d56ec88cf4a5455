"""Hours that suit everybody's office, found across zones, weekends and public holidays."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate
from zoneinfo import ZoneInfo

from roundtable import times
from roundtable.errors import Refusal
from roundtable.scheduling.festivities import HALF_DAY_ENDS, Holiday

STEP_MINUTES = 30
"""Meetings begin at the full or the half hour."""
MOST_DAYS = 180


@dataclass(frozen=True)
class Hours:
    """When offices are staffed, as clocks on the wall show it."""

    opens: time = times.OFFICE_HOURS[0]
    closes: time = times.OFFICE_HOURS[1]


@dataclass(frozen=True)
class Group:
    """Cities that keep the same hours and holidays; `required` of them must be there."""

    country: str
    state: str
    zone: str
    cities: int
    required: int = 0


class Obstacle(StrEnum):
    """Why an hour does not suit a city's office."""

    HOLIDAY = "holiday"
    WEEKEND = "weekend"
    HOURS = "hours"


@dataclass(frozen=True)
class Reason:
    """An obstacle for some of a country's cities: `cities` of `of_cities`."""

    obstacle: Obstacle
    country: str
    zone: str
    cities: int
    of_cities: int
    holiday: Holiday | None = None


@dataclass(frozen=True)
class Proposal:
    """An hour with how well it suits: `inside` of `cities` are in office hours then.

    `wall_time` is naive and means clocks at home; `required_outside` counts those of whom the
    meeting cannot do without.
    """

    wall_time: datetime
    starts_at: datetime
    inside: int
    cities: int
    required_outside: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Search:
    """What is looked for: a start at home between two days (both included), long enough."""

    first_day: date
    last_day: date
    home: str
    duration_minutes: int
    not_before: datetime
    """The instant before which nothing is proposed: now."""


HolidayLookup = Callable[[date, str, str], Holiday | None]
WeekendLookup = Callable[[str], frozenset[int]]


@dataclass(frozen=True)
class Closures:
    """Where holidays and weekends are looked up, and the office hours that differ from the usual."""

    holiday: HolidayLookup
    weekend: WeekendLookup
    hours: Mapping[str, Hours]

    def hours_of(self, country: str) -> Hours:
        """Return the office hours of a country."""
        return self.hours.get(country, Hours())

    def closes(self, day: date, group: Group) -> time | None:
        """Return when the group's offices close that day; None if they do not open."""
        if day.weekday() in self.weekend(group.country):
            return None
        found = self.holiday(day, group.country, group.state)
        closes = self.hours_of(group.country).closes
        if found is None:
            return closes
        return min(closes, HALF_DAY_ENDS) if found.is_half_day else None


def propose(
    search: Search, groups: Sequence[Group], closures: Closures, *, most: int = 12, per_day: int = 2
) -> list[Proposal]:
    """Return the best hours, best first, at most `per_day` of one day.

    Fewest required outside their office hours first, then fewest cities outside, then fewest in the
    night. Among equals every day comes once before any comes twice, with the hour nearest to the middle of
    everybody's working day.
    The work grows with days times groups plus days times half hours, not with their product.
    """
    starts = list(_starts(search))
    if not starts or not groups:
        return []
    minutes = [_minute(starts_at) for _, starts_at in starts]
    office = _Count(minutes, search.duration_minutes)
    required = _Count(minutes, search.duration_minutes)
    awake = _Count(minutes, search.duration_minutes)
    for group in groups:
        for opens, closes in _stretches(search, group, closures):
            office.add(opens, closes, group.cities)
            required.add(opens, closes, group.required)
        for opens, closes in _edges(search, group):
            awake.add(opens, closes, group.cities)
    inside, there, up = office.totals(), required.totals(), awake.totals()
    middle = _middle(groups, search.duration_minutes)
    merit = [(-there[at], -inside[at], -up[at]) for at in range(len(starts))]
    by_merit = sorted(
        range(len(starts)),
        key=lambda at: (merit[at], abs(minutes[at] % 1440 - middle(starts[at][1])), minutes[at]),
    )
    # Of hours that are equally good the first of every day stands before the second of any: a choice.
    on_day: Counter[tuple[object, date]] = Counter()
    order: list[tuple[tuple[int, int, int], int, int, int]] = []
    for at in by_merit:
        place = (merit[at], starts[at][0].date())
        order.append((merit[at], on_day[place], len(order), at))
        on_day[place] += 1
    chosen: list[int] = []
    taken: Counter[date] = Counter()
    for *_, at in sorted(order):
        day = starts[at][0].date()
        if taken[day] < per_day:
            taken[day] += 1
            chosen.append(at)
        if len(chosen) == most:
            break
    return [judged(*starts[at], search.duration_minutes, groups, closures) for at in chosen]


def judged(
    wall_time: datetime,
    starts_at: datetime,
    duration_minutes: int,
    groups: Sequence[Group],
    closures: Closures,
) -> Proposal:
    """Return how well one hour suits: for proposals, and for an hour that somebody has chosen by hand."""
    ends_at = starts_at + timedelta(minutes=duration_minutes)
    of_country: dict[str, int] = {}
    for group in groups:
        of_country[group.country] = of_country.get(group.country, 0) + group.cities
    found: dict[tuple[Obstacle, str, str, Holiday | None], int] = {}
    required_outside = 0
    for group in groups:
        obstacle, holiday = _obstacle(group, starts_at, ends_at, closures)
        if obstacle is None:
            continue
        required_outside += group.required
        # A holiday is the same in all zones of a country; hours are not.
        zone = group.zone if obstacle is Obstacle.HOURS else ""
        key = (obstacle, group.country, zone, holiday)
        found[key] = found.get(key, 0) + group.cities
    reasons = tuple(
        Reason(obstacle, country, zone, count, of_country[country], holiday)
        for (obstacle, country, zone, holiday), count in sorted(
            found.items(), key=lambda entry: (-entry[1], entry[0][:3])
        )
    )
    cities = sum(of_country.values())
    return Proposal(
        wall_time,
        starts_at,
        cities - sum(reason.cities for reason in reasons),
        cities,
        required_outside,
        reasons,
    )


def _obstacle(
    group: Group, starts_at: datetime, ends_at: datetime, closures: Closures
) -> tuple[Obstacle | None, Holiday | None]:
    zone = ZoneInfo(group.zone)
    starts, ends = times.wall(starts_at, zone), times.wall(ends_at, zone)
    day, usual = starts.date(), closures.hours_of(group.country)
    if day.weekday() in closures.weekend(group.country):
        return Obstacle.WEEKEND, None
    is_usual = ends.date() == day and usual.opens <= starts.time() and ends.time() <= usual.closes
    closes = closures.closes(day, group)
    if is_usual and closes is not None and ends.time() <= closes:
        return None, None
    found = closures.holiday(day, group.country, group.state)
    if found is not None and (is_usual or not found.is_half_day):
        return Obstacle.HOLIDAY, found
    return Obstacle.HOURS, None


def _starts(search: Search) -> list[tuple[datetime, datetime]]:
    """Return (wall time at home, instant) of every start that may be proposed, in their order."""
    zone = ZoneInfo(search.home)
    found = []
    for offset in range(min((search.last_day - search.first_day).days + 1, MOST_DAYS)):
        midnight = datetime.combine(search.first_day + timedelta(days=offset), time())
        for minute in range(0, 24 * 60, STEP_MINUTES):
            wall_time = midnight + timedelta(minutes=minute)
            try:
                starts_at = times.instant(wall_time, zone)
            except Refusal:
                continue  # clocks change: that hour does not exist, or comes twice
            if starts_at > search.not_before:
                found.append((wall_time, starts_at))
    found.sort(key=lambda one: one[1])
    return found


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _minute(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds()) // 60


def _days(search: Search) -> list[date]:
    """Return the days in which an office may live while it is one of the searched days at home."""
    count = min((search.last_day - search.first_day).days + 1, MOST_DAYS)
    return [search.first_day + timedelta(days=offset) for offset in range(-1, count + 1)]


def _stretches(search: Search, group: Group, closures: Closures) -> list[tuple[int, int]]:
    """Return the group's office days as (opens, closes) in minutes of UTC."""
    zone, opens = ZoneInfo(group.zone), closures.hours_of(group.country).opens
    found = []
    for day in _days(search):
        closes = closures.closes(day, group)
        if closes is not None and opens < closes:
            found.append((_at(day, opens, zone), _at(day, closes, zone)))
    return found


def _edges(search: Search, group: Group) -> list[tuple[int, int]]:
    zone = ZoneInfo(group.zone)
    opens, closes = times.EDGE_HOURS
    return [(_at(day, opens, zone), _at(day, closes, zone)) for day in _days(search)]


def _at(day: date, hour: time, zone: ZoneInfo) -> int:
    # An office that opens in an hour which comes twice opens in the first one: no meeting is fixed by this.
    return _minute(datetime.combine(day, hour, tzinfo=zone).astimezone(UTC))


def _middle(groups: Sequence[Group], duration_minutes: int) -> Callable[[datetime], float]:
    """Return where in the UTC day the middle of everybody's noon lies, so that nobody sits at the edge."""
    cities = sum(group.cities for group in groups)
    noons: dict[date, float] = {}

    def of(moment: datetime) -> float:
        day = moment.date()
        if day not in noons:
            total = 0.0
            for group in groups:
                offset = moment.astimezone(ZoneInfo(group.zone)).utcoffset() or timedelta()
                total += group.cities * (13 * 60 - offset.total_seconds() / 60)
            noons[day] = total / cities - duration_minutes / 2
        return noons[day]

    return of


class _Count:
    """How many cities have each start inside one of their stretches: sums of differences."""

    def __init__(self, starts: Sequence[int], duration_minutes: int) -> None:
        self.starts = starts
        self.duration = duration_minutes
        self.steps = [0] * (len(starts) + 1)

    def add(self, opens: int, closes: int, cities: int) -> None:
        """Count the cities at every start that lies with its whole duration between the two minutes."""
        first = bisect_left(self.starts, opens)
        after = bisect_right(self.starts, closes - self.duration)
        if first < after:
            self.steps[first] += cities
            self.steps[after] -= cities

    def totals(self) -> list[int]:
        """Return the number of cities by start."""
        return list(accumulate(self.steps))[:-1]
