"""A session's life in somebody's calendar, as other people's parsers read it."""

from datetime import datetime
from typing import Any

import make
import pytest
from conftest import OwnClient
from foreign_readers import Read, by_ical_js, by_ical_js_whole, by_libical
from hypothesis import given, settings
from hypothesis import strategies as st

from roundtable import ical, ical_files, times
from roundtable.db import db
from roundtable.invitations import service
from roundtable.invitations.models import Invitation
from roundtable.mail.delivery import people_for
from roundtable.mail.filling import fill
from roundtable.mail.models import Letter

READERS = [by_ical_js, by_libical]


def _files() -> list[tuple[Letter, bytes]]:
    """Return the letters that carried a calendar, with the file that each carried."""
    found = []
    for letter in make.outbox():
        entry = fill(letter, people_for([letter])).entry
        if entry is not None:
            found.append((letter, ical_files.write(entry, ical.Method(letter.calendar_method))))
    return found


def _lived(client: OwnClient) -> tuple[Invitation, list[datetime], list[tuple[Letter, bytes]]]:
    """Invite, say yes, move, yes, move across 25 October 2026, yes, cancel, let it live again, yes."""
    meeting = make.meeting()
    make.contact(make.participant(meeting.conference))
    service.invite(meeting)
    db.session.commit()
    (one,) = db.session.query(Invitation).all()
    starts = []

    def say_yes() -> None:
        assert client.post(make.link(one), data={"answer": "accepted"}).status_code == 302

    def move(wall_time: datetime) -> None:
        starts.append(meeting.starts_at)  # the confirmation of the yes before
        meeting.arrange(meeting.titles, wall_time, "Europe/Berlin", 75)
        service.tell_changes(meeting)
        db.session.commit()
        starts.append(meeting.starts_at)

    say_yes()
    move(datetime(2026, 10, 24, 14, 0))
    say_yes()
    move(datetime(2026, 10, 26, 14, 0))
    say_yes()
    starts.append(meeting.starts_at)
    service.cancel(meeting)
    db.session.commit()
    starts.append(meeting.starts_at)
    service.revive(meeting)
    service.tell_changes(meeting)
    db.session.commit()
    say_yes()
    starts.append(meeting.starts_at)
    return one, starts, _files()


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_follows_a_session_through_its_life(client: OwnClient, reader: Any) -> None:
    one, starts, files = _lived(client)

    read: list[Read] = reader([content for _, content in files])

    assert [found.method for found in read] == [*["REQUEST"] * 5, "CANCEL", "REQUEST"]
    assert [found.status for found in read] == [*["CONFIRMED"] * 5, "CANCELLED", "CONFIRMED"]
    assert {found.uid for found in read} == {one.meeting.uid}
    assert [found.starts for found in read] == [int(moment.timestamp()) for moment in starts]
    assert [found.sequence for found in read] == [0, 1, 2, 3, 4, 5, 6]


def test_the_clock_change_between_two_moves_is_an_hour_in_the_calendar(client: OwnClient) -> None:
    _, starts, files = _lived(client)

    read = by_ical_js([content for _, content in files])

    # 14:00 in Berlin on the 24th is 12:00 UTC, on the 26th 13:00: two days and one hour later.
    assert read[3].starts - read[1].starts == 2 * 86400 + 3600
    assert {found.ends - found.starts for found in read[1:]} == {75 * 60}
    assert starts[1].hour == 12


def test_readers_see_one_attendee_and_no_other_guest(client: OwnClient) -> None:
    _, _, files = _lived(client)

    for whole in by_ical_js_whole([content for _, content in files]):
        assert [event["attendees"] for event in whole["events"]] == [["mailto:office@ankara.example.org"]]


ENTRY: dict[str, Any] = {
    "uid": "u@roundtable",
    "sequence": 0,
    "stamped_at": make.NOW,
    "duration_minutes": 90,
    "title": "Büyükşehir; Yuvarlak, Masa \\ Köln",
    "description": "Erste\nZweite",
    "url": "https://roundtable.example.org/g/abc",
    "organizer": ("Städtetag", "a@example.org"),
    "attendee": ("Büro", "b@example.org"),
    "door": "https://roundtable.example.org/g/abc",
    "alarm_minutes": 15,
    "language": "tr",
}


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(times.zone_names())),
            st.datetimes(datetime(2026, 1, 1), datetime(2032, 1, 1)),
        ),
        min_size=40,
        max_size=40,
    )
)
def test_both_readers_find_the_same_instant_in_every_zone(moments: list[tuple[str, datetime]]) -> None:
    from datetime import UTC

    entries = [
        ical.Entry(zone=zone, starts_at=moment.replace(second=0, microsecond=0, tzinfo=UTC), **ENTRY)
        for zone, moment in moments
    ]
    files = [ical_files.write(one, ical.Method.REQUEST) for one in entries]
    wanted = [int(one.starts_at.timestamp()) for one in entries]

    for reader in READERS:
        read = reader(files)
        assert [one.summary for one in read] == [ENTRY["title"]] * len(entries)
        wrong = [
            (entry.zone, entry.starts_at)
            for entry, found, want in zip(entries, read, wanted, strict=True)
            if found.starts != want and not _is_doubled(entry)
        ]
        assert wrong == []


def _is_doubled(entry: ical.Entry) -> bool:
    """Whether the wall time comes twice that day: a file cannot say which, so the program refuses it."""
    from zoneinfo import ZoneInfo

    wall = entry.starts_at.astimezone(ZoneInfo(entry.zone)).replace(tzinfo=None)
    offsets = {wall.replace(tzinfo=ZoneInfo(entry.zone), fold=fold).utcoffset() for fold in (0, 1)}
    return len(offsets) == 2
