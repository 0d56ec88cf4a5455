from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roundtable import ical, ical_files, times


def entry(**values: object) -> ical.Entry:
    plain: dict[str, object] = {
        "uid": "meeting@roundtable",
        "sequence": 2,
        "stamped_at": datetime(2026, 9, 1, tzinfo=UTC),
        "starts_at": datetime(2026, 12, 1, 10, 0, tzinfo=UTC),
        "zone": "Europe/Istanbul",
        "duration_minutes": 90,
        "title": "Büyükşehir Belediye Başkanları, Yuvarlak Masa; Toplantısı",
        "description": "Erste Zeile\nZweite Zeile",
        "url": "https://roundtable.example.org/g/abc",
        "organizer": ("Deutscher Städtetag", "invitations@example.org"),
        "attendee": ('Büro "OB", Köln', "buero@koeln.example.org"),
        "partstat": "ACCEPTED",
    }
    return ical.Entry(**{**plain, **values})  # type: ignore[arg-type]


def event_in(content: bytes) -> Any:  # the library's properties are unions of all its types
    calendar = icalendar.Calendar.from_ical(content)
    assert isinstance(calendar, icalendar.Calendar)
    (event,) = calendar.events
    assert event.errors == []
    return event


def test_a_request_names_one_attendee_and_the_organizer() -> None:
    event = event_in(ical_files.write(entry(), ical.Method.REQUEST))

    assert str(event["ATTENDEE"]) == "mailto:buero@koeln.example.org"
    assert dict(event["ATTENDEE"].params) == {
        "CN": "Büro ”OB”, Köln",
        "CUTYPE": "INDIVIDUAL",
        "PARTSTAT": "ACCEPTED",
        "ROLE": "REQ-PARTICIPANT",
        "RSVP": "FALSE",
    }
    assert str(event["ORGANIZER"]) == "mailto:invitations@example.org"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("meeting@roundtable", 2, "CONFIRMED")


def test_a_cancellation_keeps_uid_and_time_and_says_cancelled() -> None:
    content = ical_files.write(entry(sequence=3), ical.Method.CANCEL)
    event = event_in(content)

    assert b"METHOD:CANCEL" in content.split(b"BEGIN:VEVENT")[0]
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("meeting@roundtable", 3, "CANCELLED")
    assert event.start.astimezone(UTC) == datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


def test_a_download_names_nobody() -> None:
    content = ical_files.write(entry(), ical.Method.PUBLISH)

    assert b"ATTENDEE" not in content
    assert b"ORGANIZER" not in content
    assert b"example.org/g/" in content


def test_turkey_has_one_standard_rule_and_no_daylight() -> None:
    zone = ical_files.timezone_for("Europe/Istanbul", date(2026, 12, 1), date(2026, 12, 1))

    assert zone is not None
    assert zone.to_ical().decode().splitlines() == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Istanbul",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZNAME:+03",
        "TZOFFSETFROM:+0300",
        "TZOFFSETTO:+0300",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


@pytest.mark.parametrize("name", ["Africa/Cairo", "Asia/Jerusalem", "America/Nuuk"])
def test_a_zone_that_cannot_be_said_in_two_rules_is_written_in_utc(name: str) -> None:
    content = ical_files.write(entry(zone=name), ical.Method.REQUEST)

    assert b"VTIMEZONE" not in content
    assert b"DTSTART:20261201T100000Z" in content


def _offset_as_outlook_reads(zone: Any, wall: datetime) -> timedelta:
    """Read a VTIMEZONE as MS-OXCICAL 2.1.3.1.1.19 describes: one yearly rule for each part."""
    onsets = []
    for part in zone.subcomponents:
        rule = part.get("RRULE")
        first = part["DTSTART"].dt
        offset = part["TZOFFSETTO"].td
        if rule is None:
            onsets.append((datetime(1, 1, 1), offset))
            continue
        place, weekday = (
            int(rule["BYDAY"][0][:-2]),
            ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].index(rule["BYDAY"][0][-2:]),
        )
        for year in (wall.year - 1, wall.year):
            days = [
                day
                for n in range(31)
                if (
                    day := datetime(year, rule["BYMONTH"][0], 1, first.hour, first.minute) + timedelta(days=n)
                ).month
                == rule["BYMONTH"][0]
                and day.weekday() == weekday
            ]
            onsets.append((days[place if place < 0 else place - 1], offset))
    found: timedelta = max(one for one in onsets if one[0] <= wall)[1]
    return found


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(times.zone_names())),
    st.datetimes(datetime(2026, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),
)
def test_every_zone_is_read_as_the_instant_that_was_meant(name: str, moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0)
    content = ical_files.write(entry(zone=name, starts_at=moment), ical.Method.REQUEST)
    calendar = icalendar.Calendar.from_ical(content)
    assert isinstance(calendar, icalendar.Calendar)
    event = event_in(content)

    assert event.start.astimezone(UTC) == moment
    assert event.end.astimezone(UTC) == moment + timedelta(minutes=90)
    wall = moment.astimezone(ZoneInfo(name)).replace(tzinfo=None)
    doubled = (
        wall.replace(tzinfo=ZoneInfo(name), fold=0).utcoffset()
        != wall.replace(tzinfo=ZoneInfo(name), fold=1).utcoffset()
    )
    for zone in calendar.timezones:
        assert len(zone.subcomponents) <= 2
        if not doubled:
            assert _offset_as_outlook_reads(zone, wall) == moment.astimezone(ZoneInfo(name)).utcoffset()


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_out_of_its_line(title: str, name: str) -> None:
    content = ical_files.write(entry(title=title, attendee=(name, "a@example.org")), ical.Method.REQUEST)

    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.count(b"\n") == content.count(b"\r\n")
    assert content.count(b"\r\nUID:") == 1
    event = event_in(content)
    assert len([key for key, _ in event.property_items() if key == "ATTENDEE"]) == 1


def test_an_entry_survives_the_outbox() -> None:
    one = entry()

    assert ical.Entry.from_json(one.to_json()) == one
