"""Numbers by which sessions and their decisions are cited."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from roundtable import times


def session_number(starts_at: datetime, zone: str, earlier: Sequence[datetime]) -> str:
    """Return the number of a session: its year and its place among the conference's sessions of that year.

    `earlier` are the starts of the conference's sessions before it; the year is that of the session's home.
    """
    year = times.wall(starts_at, ZoneInfo(zone)).year
    place = 1 + sum(times.wall(one, ZoneInfo(zone)).year == year for one in earlier)
    return f"{year}-{place:02}"


def decision_number(session: str, place: int) -> str:
    """Return the number of a decision, such as "2026-03/4"; `place` counts from 1."""
    return f"{session}/{place}"
