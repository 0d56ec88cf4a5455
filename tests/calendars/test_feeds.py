"""Calendars to subscribe to: whose they are, what is in them, and when nothing has changed."""

from datetime import UTC, datetime
from typing import Any

import icalendar
import make
import pytest
from conftest import OwnClient, counted_queries
from foreign_readers import by_ical_js_whole
from sqlalchemy import literal, select

from roundtable.agenda import service as agenda
from roundtable.calendars import feeds
from roundtable.calendars.queries import feed_address, organizers_feed_address
from roundtable.conferences.models import Membership
from roundtable.db import db
from roundtable.guests.models import Contact
from roundtable.guests.queries import token_of, zone_names_at, zone_names_in, zones_in_words
from roundtable.invitations import service
from roundtable.invitations.models import Invitation


def _path(address: str) -> str:
    return address.removeprefix("http://localhost")


def _invited(count: int = 2) -> tuple[Contact, list[Invitation]]:
    conference = make.conference()
    mayor = make.participant(conference)
    contact = make.contact(mayor)
    make.contact(make.participant(conference, "Berlin", "DE"))
    for index in range(count):
        meeting = make.meeting(conference, wall_time=datetime(2026, 10, 20 + index, 13, 0))
        make.item(meeting, 10, name="Opening")
        agenda.release(meeting, by="A")
        service.invite(meeting)
    db.session.commit()
    mine = select(Invitation).where(Invitation.participant_id == mayor.id).order_by(Invitation.id)
    return contact, list(db.session.scalars(mine))


def _events(content: bytes) -> list[Any]:
    calendar = icalendar.Calendar.from_ical(content)
    assert isinstance(calendar, icalendar.Calendar)
    assert all(event.errors == [] for event in calendar.events)
    return list(calendar.events)


def test_a_feed_holds_every_session_with_agenda_both_times_and_nobodys_address(client: OwnClient) -> None:
    contact, invitations = _invited()
    client.post(make.link(invitations[0]), data={"answer": "accepted"})

    response = client.get(_path(feed_address(contact)))

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    events = _events(response.data)
    assert [str(event["UID"]) for event in events] == [one.meeting.uid for one in invitations]
    assert b"ATTENDEE" not in response.data
    assert b"ORGANIZER" not in response.data
    assert b"@ankara" not in response.data
    assert b"BEGIN:VALARM" not in response.data
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in response.data
    assert b"X-PUBLISHED-TTL:PT1H" in response.data
    first, second = events
    assert "13:00 Istanbul · 12:00 Berlin – Opening en" in str(first["DESCRIPTION"])
    assert first["SUMMARY"].params["LANGUAGE"] == "en"
    # The way in stands only where somebody comes in, and it is the page, never a room.
    link = f"http://localhost/g/{token_of(contact)}/meetings/{invitations[0].meeting_id}"
    assert str(first["CONFERENCE"]) == link
    assert first["CONFERENCE"].params["FEATURE"] == ["AUDIO", "VIDEO"]
    assert "CONFERENCE" not in second


def test_foreign_readers_take_the_feed_with_one_zone_for_all(client: OwnClient) -> None:
    contact, invitations = _invited(5)

    response = client.get(_path(feed_address(contact)))

    (whole,) = by_ical_js_whole([response.data])
    assert [event["starts"] for event in whole["events"]] == [
        int(one.meeting.starts_at.timestamp()) for one in invitations
    ]
    assert response.data.count(b"BEGIN:VTIMEZONE") == 1


def test_nothing_is_built_where_the_caller_has_it_already(
    client: OwnClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact, _ = _invited()
    address = _path(feed_address(contact))
    first = client.get(address)

    def never(*_args: object) -> None:
        raise AssertionError("the calendar was built")

    monkeypatch.setattr(feeds, "entries_for", never)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_whatever_changes_in_the_feed_changes_its_name(client: OwnClient) -> None:
    contact, (one, _) = _invited()
    address = _path(feed_address(contact))
    seen: list[tuple[str, bytes]] = []

    def look(what: str) -> None:
        db.session.commit()
        response = client.get(address)
        assert response.headers["ETag"] not in [etag for etag, _ in seen], what
        seen.append((response.headers["ETag"], response.data))

    look("first")
    assert client.get(address).headers["ETag"] == seen[0][0]
    client.post(make.link(one), data={"answer": "accepted"})
    look("answer")
    one.meeting.arrange(make.texts("New"), one.meeting.wall_time, one.meeting.zone, 90)
    look("title")
    one.meeting.arrange(one.meeting.titles, datetime(2026, 10, 27, 15, 0), one.meeting.zone, 90)
    look("time")
    make.item(one.meeting, 20, name="Another item")
    agenda.release(one.meeting, by="A")
    look("agenda")
    make.participant(one.meeting.conference, "Tokyo", "JP", zone="Asia/Tokyo")
    look("a zone at the table")
    before = seen[-1][1]
    make.participant(one.meeting.conference, "Bonn", "DE")
    look("the order of the zones")
    assert before.replace(b"\r\n ", b"") != seen[-1][1].replace(b"\r\n ", b"")
    one.meeting.conference.titles = make.texts("Renamed")
    look("conference")
    service.cancel(one.meeting)
    look("cancelled")
    contact.link_generation += 1
    db.session.commit()
    assert client.get(address).status_code == 404


def test_the_same_state_is_the_same_bytes(client: OwnClient) -> None:
    contact, _ = _invited()
    address = _path(feed_address(contact))

    assert client.get(address).data == client.get(address).data


def test_a_cancelled_session_stays_marked_as_such(client: OwnClient) -> None:
    contact, (one, _) = _invited()
    client.post(make.link(one), data={"answer": "accepted"})
    service.cancel(one.meeting)
    db.session.commit()

    event = _events(client.get(_path(feed_address(contact))).data)[0]

    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    assert b"/g/" not in event.to_ical()


def test_the_feeds_address_opens_nothing_but_the_feed(client: OwnClient) -> None:
    contact, _ = _invited()
    token = feed_address(contact).rpartition("/")[2].removesuffix(".ics")

    assert client.get(f"/g/{token}").status_code == 404
    assert client.get(f"/c/{token_of(contact)}.ics").status_code == 404
    assert client.get(f"/c/o/{token}.ics").status_code == 404


def test_a_feed_asks_the_database_as_often_for_unchanged_feeds_of_any_length(client: OwnClient) -> None:
    counts = []
    for size in (1, 6):
        contact, _ = _invited(size)
        address = _path(feed_address(contact))
        etag = client.get(address).headers["ETag"]
        with counted_queries() as statements:
            assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
        counts.append(len([one for one in statements if not one.startswith("BEGIN")]))

    assert counts == [1, 1]


@pytest.mark.usefixtures("client")
def test_zones_asked_beside_other_rows_come_in_the_order_of_those_asked_alone() -> None:
    conference = make.conference()
    for city, zone in enumerate(
        ("Asia/Tokyo", "Europe/Berlin", "Africa/Cairo", "Europe/Berlin", "Asia/Tokyo")
    ):
        make.participant(conference, f"City {city}", "DE", zone=zone)
    db.session.flush()

    beside = db.session.scalar(select(zones_in_words(literal(conference.id))))

    assert zone_names_in(beside) == zone_names_at(conference.id)
    assert zone_names_in(beside) == ("Asia/Tokyo", "Europe/Berlin", "Africa/Cairo")
    assert zone_names_in(None) == ()


def _membership() -> Membership:
    found = db.session.scalars(select(Membership).order_by(Membership.id)).first()
    assert found is not None
    return found


def test_an_organizers_feed_counts_the_answers_and_names_no_guest(organizer: OwnClient) -> None:
    _, (one, _) = _invited()
    organizer.post(make.link(one), data={"answer": "accepted"})
    address = _path(organizers_feed_address(_membership()))

    response = organizer.get(address)
    events = _events(response.data)

    assert len(events) == 2
    assert "1 coming" in str(events[0]["DESCRIPTION"])
    assert "1 no answer yet" in str(events[0]["DESCRIPTION"])
    assert b"example.org" not in response.data.replace(b"\r\n ", b"")
    again = organizer.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_an_organizers_feed_ends_with_the_role_or_a_new_address(organizer: OwnClient) -> None:
    contact, _ = _invited()
    membership = _membership()
    old = _path(organizers_feed_address(membership))
    conference = contact.participant.conference_id

    organizer.post(f"/conferences/{conference}/feed/renew")
    db.session.expire_all()
    new = _path(organizers_feed_address(_membership()))

    assert (organizer.get(old).status_code, organizer.get(new).status_code) == (404, 200)
    db.session.delete(_membership())
    db.session.commit()
    assert organizer.get(new).status_code == 404


def test_buttons_for_web_calendars_say_the_instant_and_never_the_personal_link(client: OwnClient) -> None:
    import re
    from urllib.parse import parse_qs, urlsplit

    contact, (one, _) = _invited()
    client.post(make.link(one), data={"answer": "accepted"})
    page = client.get(make.link(one)).text.replace("&amp;", "&")

    google = re.search(r'href="(https://calendar\.google\.com/[^"]+)"', page)
    outlook = re.search(r'href="(https://outlook\.office\.com/[^"]+)"', page)
    assert google is not None
    assert outlook is not None
    assert parse_qs(urlsplit(google[1]).query)["dates"] == ["20261020T100000Z/20261020T113000Z"]
    assert parse_qs(urlsplit(outlook[1]).query)["startdt"] == ["2026-10-20T10:00:00Z"]
    assert token_of(contact) not in google[1] + outlook[1]
    assert feed_address(contact).replace("http://", "webcal://") in page
    assert datetime(2026, 10, 20, 10, tzinfo=UTC) == one.meeting.starts_at
