"""Letters, calendar files, feeds and pages name the same instant, whatever the zone and the clocks do."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import make
import pytest
from bs4 import BeautifulSoup
from conftest import OwnClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from roundtable import clock, dates, ical, ical_files, times
from roundtable.calendars.queries import feed_address
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.invitations import letter_kinds, letters, queries
from roundtable.invitations.calendar import Standing, entry
from roundtable.invitations.letter_kind import LetterKind
from roundtable.invitations.letters import Saying
from roundtable.invitations.mailboxes import Mailbox
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer

pytestmark = pytest.mark.one_database

WITHOUT_A_TIME = {"link-again", "poll", "poll-option", "poll-reminder"}
KINDS = [kind for kind in letter_kinds.KINDS.values() if kind.key not in WITHOUT_A_TIME]
CHANGES = [datetime(2026, 10, 25), datetime(2027, 3, 28), datetime(2026, 11, 1), datetime(2027, 4, 4)]
near_a_change = st.builds(
    lambda day, minutes: day + timedelta(minutes=15 * minutes),
    st.sampled_from(CHANGES),
    st.integers(-4 * 48, 4 * 48),
)
wall_times = near_a_change | st.datetimes(datetime(2026, 9, 3), datetime(2029, 1, 1)).map(
    lambda moment: moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)
)
zones = st.sampled_from(sorted(times.zone_names()))


def _spoken(moment: datetime, zone: str, language: str) -> tuple[str, str]:
    """Return hour with place, and the day, as a reader of the language must find them."""
    wall = times.wall(moment, ZoneInfo(zone))
    return f"{wall:%H:%M} {dates.zone_city(zone, language)}", dates.long_day(wall.date(), language)


def _instants(content: bytes) -> set[Any]:  # the library says date where it gives a datetime
    calendar = icalendar.Calendar.from_ical(content)
    assert isinstance(calendar, icalendar.Calendar)
    starts: list[Any] = [event.start for event in calendar.events]
    return {one.astimezone(UTC) for one in starts}


def _words(page: str) -> str:
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ").split())


@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wall_times, zones, zones, st.sampled_from(["en", "de", "tr"]), st.sampled_from(KINDS))
@example(
    datetime(2026, 10, 25, 14, 0), "Europe/Istanbul", "Europe/Berlin", "tr", letter_kinds.KINDS["change"]
)
@example(
    datetime(2027, 3, 28, 1, 30), "Europe/Istanbul", "Europe/Berlin", "de", letter_kinds.KINDS["invitation"]
)
@example(datetime(2026, 10, 25, 0, 30), "Europe/Berlin", "Asia/Tokyo", "en", letter_kinds.KINDS["reminder"])
def test_whatever_a_guest_reads_names_the_same_instant(
    client: OwnClient,
    wall_time: datetime,
    home: str,
    other: str,
    language: str,
    kind: LetterKind,
) -> None:
    try:
        times.instant(wall_time, ZoneInfo(home))
    except Refusal:
        return  # a wall time that does not exist or comes twice never becomes a meeting
    conference = make.conference(home_zone=home)
    mayor = make.participant(conference, "Ankara", zone=home)
    make.participant(conference, "Elsewhere", "DE", zone=other)
    contact = make.contact(mayor, language=language)
    meeting = make.meeting(conference, wall_time=wall_time, zone=home, answers_close_at=None)
    one: Invitation = make.invitation(meeting, mayor, answer=Answer.ACCEPTED)
    clock.set_source(lambda: meeting.starts_at - timedelta(days=3))
    about = queries.occasion(meeting)
    saying = Saying(
        words={"said_by": "A", "deputy": "B", "reason": "C"},
        answer=letters.said_of(one, language),
        next=["D"],
        changes_since=about.told() if kind.key == "change" else None,
    )

    draft = letters.compose(kind, about, Mailbox((contact,)), saying)
    standing = Standing(0, "ACCEPTED", make.NOW)
    shown = entry(about, one, contact, standing, organizer=("", "a@example.org"), language=language)
    page = _words(client.get(make.link(one)).text)
    file = client.get(make.link(one) + "/calendar.ics").data
    feed = client.get(feed_address(contact).removeprefix("http://localhost")).data
    clock.set_source(lambda: make.NOW)

    for zone in {home, other}:
        hour, _ = _spoken(meeting.starts_at, zone, language)
        wall = times.wall(meeting.starts_at, ZoneInfo(zone))
        for place in (draft.subject, page, shown.description):
            assert hour in place, (zone, place)
        for place in (draft.text, _words(draft.html)):
            assert f"{wall:%H:%M}" in place
            assert dates.zone_city(zone, language) in place
    day = _spoken(meeting.starts_at, home, language)[1]
    for place in (draft.text, _words(draft.html), page, shown.description):
        assert day in place
    sent = ical_files.write(shown, ical.Method.REQUEST)
    assert _instants(sent) == _instants(file) == _instants(feed) == {meeting.starts_at}
    db.session.rollback()
