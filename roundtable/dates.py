"""How an instant is said to a reader: with its place, in every zone at the table, by CLDR's rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from babel.units import format_unit
from flask_babel import gettext

from roundtable import times
from roundtable.languages import locale_of


@lru_cache(maxsize=4096)
def zone_city(zone: str, language: str) -> str:
    """Return the zone's city in the language: İstanbul, Berlin."""
    return get_timezone_location(zone, locale=locale_of(language), return_city=True)


@lru_cache(maxsize=1024)
def country_name(code: str, language: str) -> str:
    """Return the country's name in the language; the code itself where CLDR knows none."""
    return str(locale_of(language).territories.get(code, code))


def language_name(code: str, language: str) -> str:
    """Return what a language is called in another: Turkish, Türkisch, Türkçe."""
    return str(locale_of(language).languages.get(code, code))


def hour(moment: datetime | time, language: str) -> str:
    """Return a wall time as the language writes it, with 24 hours."""
    return _hour(moment.hour, moment.minute, language)


def long_day(day: date, language: str) -> str:
    """Return weekday, day, month and year."""
    return _day("full", day.year, day.month, day.day, language)


def short_day(day: date, language: str) -> str:
    """Return weekday, day and month, short."""
    return _day("short", day.year, day.month, day.day, language)


def plain_day(day: date, language: str) -> str:
    """Return day, month and year without the weekday."""
    return _day("long", day.year, day.month, day.day, language)


# Babel reads its patterns anew for every date, and a page says the same few again and again. They are known by their
# numbers: 13:00 in Istanbul and 12:00 in Berlin are one instant, so that as keys they would be the same.
@lru_cache(maxsize=4096)
def _hour(hours: int, minutes: int, language: str) -> str:
    return format_time(time(hours, minutes), "HH:mm", locale=locale_of(language))


@lru_cache(maxsize=4096)
def _day(form: str, year: int, month: int, day: int, language: str) -> str:
    if form == "short":
        return format_skeleton("MMMEd", date(year, month, day), locale=locale_of(language))
    return format_date(date(year, month, day), form, locale=locale_of(language))


@dataclass(frozen=True)
class Clock:
    """What the clocks of one zone show during a meeting, ready to be read."""

    zone: str
    city: str
    day: str
    starts: str
    ends: str
    days_apart: int
    """How many days later than at the meeting's home it is there: mostly 0."""


def clocks(
    starts_at: datetime, duration_minutes: int, home: str, zones: tuple[str, ...], language: str
) -> list[Clock]:
    """Return the clock of each zone for a stretch of time: home first, the others as given."""
    return list(_clocks(starts_at, duration_minutes, home, tuple(zones), language))


@lru_cache(maxsize=4096)
def _clocks(
    starts_at: datetime, duration_minutes: int, home: str, zones: tuple[str, ...], language: str
) -> tuple[Clock, ...]:
    # An instant is the same key however it is written, and its clocks are the same, too.
    ordered = (home, *(zone for zone in zones if zone != home))
    home_wall = times.wall(starts_at, ZoneInfo(home))
    result = []
    for zone in ordered:
        starts = times.wall(starts_at, ZoneInfo(zone))
        ends = times.wall(starts_at + timedelta(minutes=duration_minutes), ZoneInfo(zone))
        result.append(
            Clock(
                zone=zone,
                city=zone_city(zone, language),
                day=short_day(starts.date(), language),
                starts=hour(starts, language),
                ends=hour(ends, language),
                days_apart=times.days_apart(starts, home_wall),
            )
        )
    return tuple(_unlike(result))


def _unlike(found: list[Clock]) -> list[Clock]:
    """Leave out zones that repeat a place's name (Asia/Istanbul beside Europe/Istanbul)."""
    seen: set[tuple[str, str]] = set()
    result = []
    for clock in found:
        if (clock.city, clock.starts) not in seen:
            seen.add((clock.city, clock.starts))
            result.append(clock)
    return result


def hours_said(found: list[Clock]) -> str:
    """Return the times in one line: `13:00 İstanbul · 12:00 Berlin`, with the day where it differs."""
    return " · ".join(
        f"{clock.starts} {clock.city}" + (f" ({clock.day})" if clock.days_apart else "") for clock in found
    )


def said(starts_at: datetime, home: str, zones: tuple[str, ...], language: str) -> str:
    """Return an instant in full: weekday, date and the time in every zone, home first."""
    home_day = times.wall(starts_at, ZoneInfo(home)).date()
    return f"{long_day(home_day, language)} · {hours_said(clocks(starts_at, 0, home, zones, language))}"


def hours_apart(minutes: int, language: str) -> str:
    """Return the gap between two clocks in hours, whichever is ahead: 1 hour, 5.5 hours."""
    return format_unit(abs(minutes) / 60, "duration-hour", "long", locale=locale_of(language))


def gap_said(change: times.GapChange, language: str) -> str:
    """Return what a change of the clocks means for two places, as a sentence in the current language."""
    values = {
        "day": long_day(change.day, language),
        "one": zone_city(change.home, language),
        "other": zone_city(change.other, language),
        "before": hours_apart(change.before_minutes, language),
        "after": hours_apart(change.after_minutes, language),
    }
    if abs(change.after_minutes) > abs(change.before_minutes):
        return gettext(
            "Clocks change: from %(day)s the gap between %(one)s and %(other)s grows from %(before)s to %(after)s.",
            **values,
        )
    return gettext(
        "Clocks change: from %(day)s the gap between %(one)s and %(other)s shrinks from %(before)s to %(after)s.",
        **values,
    )


def gaps_said(one: datetime, other: datetime, home: str, zones: Iterable[str], language: str) -> list[str]:
    """Return, as sentences in the current language, every change of a gap between two instants in either order."""
    first, last = sorted((one, other))
    return [gap_said(change, language) for change in times.gap_changes(first, last, home, zones)]
