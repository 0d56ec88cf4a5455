"""When who is reminded: the rules, without a clock and without a database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from roundtable import times
from roundtable.errors import Refusal
from roundtable.invitations.rsvp import Answer

MORNING = time(9)
"""When, at the meeting's home, somebody is asked who had promised to know by that day."""


@dataclass(frozen=True)
class Schedule:
    """When a meeting reminds: instants, its zone, and the settings of `Meeting`."""

    starts_at: datetime
    deadline: datetime | None
    zone: str
    reminder_days: int | None
    last_reminder_days: int | None
    session_reminder_hours: int | None

    @property
    def closes_at(self) -> datetime:
        """The instant from which on nobody can answer."""
        return min(self.deadline or self.starts_at, self.starts_at)


@dataclass(frozen=True)
class Due:
    """A reminder whose moment has come: the kind of letter, and what tells it from the others of its kind."""

    kind: str
    mark: str


def due(
    schedule: Schedule,
    *,
    answer: Answer,
    asked_at: datetime,
    answered_at: datetime | None,
    sure_by: date | None,
    now: datetime,
) -> Due | None:
    """Return the reminder that an invited participant should get now, the latest one only.

    A reminder whose moment came before the question was asked, or before the present answer was
    given, is left out: nobody is reminded of what has just arrived. After a pause of the program only
    the latest is sent, and none once answers have closed or the meeting has begun.
    """
    known_at = max(asked_at, answered_at or asked_at)
    if now >= schedule.starts_at or (now >= schedule.closes_at and not answer.takes_seat):
        return None
    first = _before(schedule.closes_at, days=schedule.reminder_days)
    last = _before(schedule.closes_at, days=schedule.last_reminder_days)
    before = _before(schedule.starts_at, hours=schedule.session_reminder_hours)
    promised = _morning(sure_by, schedule.zone) if sure_by else None
    # The latest first: after a pause the earlier ones have lost their sense.
    by_answer = {
        Answer.NEEDS_ACTION: [(last, Due("last-reminder", "last")), (first, Due("reminder", "first"))],
        Answer.TENTATIVE: [
            (last, Due("unsure-reminder", "last")),
            (promised, Due("unsure-reminder", str(sure_by))),
        ],
        Answer.ACCEPTED: [(before, Due("session-reminder", "before"))],
        Answer.DELEGATED: [(before, Due("session-reminder", "before"))],
    }.get(answer, [])
    return next((found for moment, found in by_answer if _has_come(moment, known_at, now)), None)


def moments(schedule: Schedule, promises: Iterable[date]) -> list[datetime | None]:
    """Return every moment at which a reminder of this meeting can come due by the clock."""
    return [
        _before(schedule.closes_at, days=schedule.reminder_days),
        _before(schedule.closes_at, days=schedule.last_reminder_days),
        _before(schedule.starts_at, hours=schedule.session_reminder_hours),
        *[_morning(one, schedule.zone) for one in promises],
    ]


def _before(moment: datetime, *, days: int | None = None, hours: int | None = None) -> datetime | None:
    if days is not None:
        return moment - timedelta(days=days)
    return moment - timedelta(hours=hours) if hours is not None else None


def _has_come(moment: datetime | None, known_at: datetime, now: datetime) -> bool:
    return moment is not None and known_at < moment <= now


def _morning(day: date, zone: str) -> datetime | None:
    try:
        return times.instant(datetime.combine(day, MORNING), ZoneInfo(zone))
    except Refusal:
        return None
