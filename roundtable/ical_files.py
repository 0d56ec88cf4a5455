"""iCalendar text (RFC 5545, 5546, 7986) of meetings, in the form that real clients read.

What clients do with each property is written down with its sources in docs/concepts.md.
"""

import re
import zoneinfo
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from icalendar import (
    Alarm,
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vDuration,
    vRecur,
    vUri,
)

from roundtable.ical import Entry, Method

PRODID = "-//Roundtable//Roundtable//EN"
# C0 and C1 controls but the line feed, the line and paragraph separators, and the bidi overrides:
# none of them belongs in a title, and some readers break lines on them.
_UNWANTED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def write(entry: Entry, method: Method) -> bytes:
    """Return the calendar file for one meeting.

    METHOD and VERSION come before the first component, lines end in CRLF and are folded at 75
    octets (the library does that). Times carry the home zone where one STANDARD and at most one
    DAYLIGHT rule say it rightly on that day, else they are in UTC.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    zone = ZoneInfo(entry.zone)
    ends_at = entry.ends_at
    timezone = timezone_for(entry.zone, entry.starts_at.date(), ends_at.date())
    if timezone is not None:
        calendar.add_component(timezone)
    in_zone: tzinfo = zone if timezone is not None else UTC
    calendar.add_component(_event(entry, method, ends_at, in_zone))
    return bytes(calendar.to_ical())


REFRESH = timedelta(hours=1)
"""How often calendars may look again; Google asks when it likes, mostly a few times a day."""


def write_feed(name: str, entries: list[Entry]) -> bytes:
    """Return a calendar to subscribe to, with every entry and the zones that they need.

    The same entries give the same bytes. REFRESH-INTERVAL needs its VALUE (RFC 7986, section 5.7);
    X-PUBLISHED-TTL and X-WR-CALNAME say the same to Outlook and to older readers.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", plain(name).replace("\n", " "))
    calendar.add("x-wr-calname", plain(name).replace("\n", " "))
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    zones: dict[str, list[Entry]] = {}
    for entry in entries:
        zones.setdefault(entry.zone, []).append(entry)
    in_zone: dict[str, tzinfo] = {}
    for zone, own in sorted(zones.items()):
        days = {(one.starts_at.date(), one.ends_at.date()) for one in own}
        said = [timezone_for(zone, first, last) for first, last in sorted(days)]
        in_zone[zone] = UTC if None in said else ZoneInfo(zone)
        if said[0] is not None and None not in said:
            calendar.add_component(said[0])
    for entry in entries:
        calendar.add_component(_event(entry, Method.PUBLISH, entry.ends_at, in_zone[entry.zone]))
    return bytes(calendar.to_ical())


def _add_door(event: Event, entry: Entry, *, alarm: bool) -> None:
    """Add the way in (RFC 7986, section 5.11) and an alarm; a feed has no alarm, it would ring twice."""
    if entry.door:
        door = vUri(plain(entry.door))
        door.params["VALUE"] = "URI"
        door.params["FEATURE"] = ["AUDIO", "VIDEO"]
        door.params["LABEL"] = plain(entry.title).replace("\n", " ")
        event.add("conference", door)
    if alarm and entry.alarm_minutes:
        ring = Alarm()
        ring.add("action", "DISPLAY")
        ring.add("description", plain(entry.title).replace("\n", " "))
        ring.add("trigger", timedelta(minutes=-entry.alarm_minutes))
        event.add_component(ring)


def _event(entry: Entry, method: Method, ends_at: datetime, zone: tzinfo) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamped_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", ends_at.astimezone(zone))
    spoken = {"LANGUAGE": entry.language} if entry.language else {}
    event.add("summary", plain(entry.title).replace("\n", " "), parameters=spoken)
    event.add("description", plain(entry.description), parameters=spoken)
    if entry.url:
        # The door, never the room: it says the same for everybody who looks over a shoulder.
        event.add("location", plain(entry.url))
        event.add("url", plain(entry.url))
    cancelled = entry.cancelled or method is Method.CANCEL
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    if method is not Method.PUBLISH and entry.organizer and entry.attendee:
        event.add("organizer", _address(*entry.organizer))
        attendee = _address(*entry.attendee)
        attendee.params["CUTYPE"] = "INDIVIDUAL"
        attendee.params["ROLE"] = "REQ-PARTICIPANT"
        attendee.params["PARTSTAT"] = entry.partstat
        attendee.params["RSVP"] = "TRUE" if entry.asks_reply else "FALSE"
        event.add("attendee", attendee)
    if not cancelled:
        _add_door(event, entry, alarm=method is not Method.PUBLISH)
    return event


def plain(text: str) -> str:
    """Return the text without characters that break calendar lines; line feeds stay."""
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _address(name: str, address: str) -> vCalAddress:
    result = vCalAddress(f"mailto:{plain(address).replace(chr(10), '')}")
    # Whether Outlook undoes RFC 6868's ^' is unknown, so straight quotes become typographic ones.
    result.params["CN"] = plain(name).replace("\n", " ").replace('"', "”")
    return result


# --- Zones ---------------------------------------------------------------------------------------

_RULE = re.compile(
    r"^(?P<std><[^>]+>|[A-Za-z]+)(?P<off>[+-]?\d+(?::\d+)?)"
    r"(?:(?P<dst><[^>]+>|[A-Za-z]+)(?P<doff>[+-]?\d+(?::\d+)?)?"
    r",M(?P<bm>\d+)\.(?P<bw>\d)\.(?P<bd>\d)(?:/(?P<bt>[+-]?\d+(?::\d+)?))?"
    r",M(?P<em>\d+)\.(?P<ew>\d)\.(?P<ed>\d)(?:/(?P<et>[+-]?\d+(?::\d+)?))?)?$"
)
_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")


@lru_cache(maxsize=2048)
def timezone_for(name: str, first: date, last: date) -> Timezone | None:
    """Return a VTIMEZONE that every reader understands, or None where the zone cannot be said so.

    One STANDARD and at most one DAYLIGHT with a yearly rule, the only shape that Outlook reads
    (MS-STANOICAL 2.2.47). It is made from the zone's own rule for the future (the last line of its
    TZif file, RFC 9636) and compared with `zoneinfo` around the meeting's days, `first` to `last`;
    where they differ, None is returned and the caller writes UTC.
    """
    rule = _posix_rule(name)
    match = _RULE.match(rule) if rule else None
    if match is None or name == "UTC":
        return None
    offset = -_seconds(match["off"])
    if match["dst"] is None:
        parts = [_part(TimezoneStandard, match["std"], datetime(1970, 1, 1), offset, offset, None)]  # noqa: DTZ001
        changes: list[tuple[datetime, timedelta]] = []
        return _zone(name, parts) if _agrees(name, offset, changes, first, last) else None
    summer = -_seconds(match["doff"]) if match["doff"] else offset + 3600
    begin = (int(match["bm"]), int(match["bw"]), int(match["bd"]), _seconds(match["bt"] or "2"))
    end = (int(match["em"]), int(match["ew"]), int(match["ed"]), _seconds(match["et"] or "2"))
    if not all(0 <= rule[3] < 86400 for rule in (begin, end)):
        return None  # a change at 24:00 or before midnight has no yearly rule in this shape
    changes = []
    for year in range(first.year - 1, last.year + 2):
        changes.append((_onset(year, begin) - timedelta(seconds=offset), timedelta(seconds=summer)))
        changes.append((_onset(year, end) - timedelta(seconds=summer), timedelta(seconds=offset)))
    if not _agrees(name, offset, sorted(changes), first, last):
        return None
    kinds = (TimezoneDaylight, TimezoneStandard)
    if summer < offset:  # Dublin's data has winter as its daylight time; the higher offset is DAYLIGHT
        kinds = (TimezoneStandard, TimezoneDaylight)  # type: ignore[assignment]
    return _zone(
        name,
        [
            _part(kinds[1], match["std"], _onset(1970, end), summer, offset, end),
            _part(kinds[0], match["dst"], _onset(1970, begin), offset, summer, begin),
        ],
    )


def _posix_rule(name: str) -> str:
    """Return the last line of the zone's TZif file, or nothing where it cannot be had."""
    data: bytes | None = None
    try:
        area, _, place = name.rpartition("/")
        package = ".".join(("tzdata.zoneinfo", *area.split("/"))) if area else "tzdata.zoneinfo"
        data = resources.files(package).joinpath(place).read_bytes()
    except (ModuleNotFoundError, OSError):
        for folder in zoneinfo.TZPATH:
            try:
                with open(f"{folder}/{name}", "rb") as file:  # noqa: PTH123 - a plain read
                    data = file.read()
                break
            except OSError:
                continue
    if not data:
        return ""
    return data.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")


def _seconds(text: str) -> int:
    """Read POSIX hours, `3`, `-3` or `5:30`, as seconds."""
    sign = -1 if text.startswith("-") else 1
    hours, _, minutes = text.lstrip("+-").partition(":")
    return sign * (int(hours) * 3600 + int(minutes or 0) * 60)


def _onset(year: int, rule: tuple[int, int, int, int]) -> datetime:
    """Return the wall time (naive) at which the rule (month, week, weekday, second) falls that year."""
    month, week, weekday, second = rule
    first = datetime(year, month, 1)  # noqa: DTZ001 - wall time is naive
    day = first + timedelta(days=(weekday - (first.isoweekday() % 7)) % 7)
    day += timedelta(weeks=week - 1)
    while day.month != month:
        day -= timedelta(weeks=1)
    return day + timedelta(seconds=second)


def _agrees(
    name: str, standard: int, changes: list[tuple[datetime, timedelta]], first: date, last: date
) -> bool:
    """Whether the rule gives what `zoneinfo` gives, every quarter of an hour of those days."""
    zone = ZoneInfo(name)
    moment = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    until = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=3)
    while moment < until:
        offset = timedelta(seconds=standard)
        for change, becomes in changes:
            if change <= moment.replace(tzinfo=None):
                offset = becomes
        if moment.astimezone(zone).utcoffset() != offset:
            return False
        moment += timedelta(minutes=15)
    return True


def _part(
    kind: type[TimezoneStandard | TimezoneDaylight],
    abbreviation: str,
    onset: datetime,
    before: int,
    after: int,
    rule: tuple[int, int, int, int] | None,
) -> TimezoneStandard | TimezoneDaylight:
    part = kind()
    part.add("dtstart", onset)
    part.add("tzoffsetfrom", timedelta(seconds=before))
    part.add("tzoffsetto", timedelta(seconds=after))
    part.add("tzname", abbreviation.strip("<>"))
    if rule is not None:
        month, week, weekday, _ = rule
        place = -1 if week == 5 else week
        part.add("rrule", vRecur(freq="YEARLY", bymonth=month, byday=f"{place}{_WEEKDAYS[weekday]}"))
    return part


def _zone(name: str, parts: list[TimezoneStandard | TimezoneDaylight]) -> Timezone:
    zone = Timezone()
    zone.add("tzid", name)
    for part in parts:
        zone.add_component(part)
    return zone
