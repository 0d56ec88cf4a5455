"""The door: when it opens, for whom, what stands behind it, and what the others are told."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import make
import pytest
from bigbluebutton_server import SECRET, running
from conftest import OwnClient
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from roundtable import clock
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import MeetingStage
from roundtable.db import db
from roundtable.desk import queries as desk
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer, DeputyState
from roundtable.minutes import service as minutes
from roundtable.minutes.kinds import Presence
from roundtable.minutes.queries import attendance_of
from roundtable.video import service
from roundtable.video.kinds import Door, RoomKind, door, hours
from roundtable.video.models import Passage, Room
from roundtable.video.queries import room_of

LINK = "https://video.example.org/rooms/a-room-that-nobody-guesses"


def invited(answer: Answer = Answer.ACCEPTED, **values: Any) -> Invitation:
    """Return an invitation to a meeting with a room."""
    # On the day after `make.NOW`, so that who has signed in still is.
    meeting = make.meeting(wall_time=datetime(2026, 9, 2, 11, 0))
    one = make.invitation(meeting, answer=answer, **values)
    service.set_room(one.meeting, RoomKind.LINK, LINK, 15, by="Ada", is_ready=True)
    db.session.commit()
    return one


def at(meeting: Meeting, minutes_before: float) -> None:
    now = meeting.starts_at - timedelta(minutes=minutes_before)
    clock.set_source(lambda: now)


def test_the_room_stands_in_no_page_before_the_door_opens_and_then_only_behind_the_button(
    app: Flask, client: OwnClient
) -> None:
    one = invited()
    link = make.link(one)
    at(one.meeting, 16)
    before = client.get(link)
    early = client.post(f"{link}/door")
    at(one.meeting, 15)
    page = client.get(link)
    opened = client.post(f"{link}/door")

    assert LINK not in before.text + early.text + page.text
    assert early.status_code == 409
    assert "It opens at" in early.text
    assert "+49 30 000000" in early.text
    assert "Join the session" not in before.text
    assert "Join the session" in page.text
    assert (opened.status_code, LINK in opened.text) == (200, True)
    assert opened.headers["Referrer-Policy"] == "no-referrer"


def test_looking_at_the_door_opens_nothing(app: Flask, client: OwnClient) -> None:
    one = invited()
    link = make.link(one)
    at(one.meeting, 5)

    for _ in range(3):
        response = client.get(f"{link}/door")
        client.head(f"{link}/door")

    assert response.status_code == 302
    assert db.session.scalars(select(Passage)).all() == []


@pytest.mark.parametrize("answer", [Answer.DECLINED, Answer.NEEDS_ACTION, Answer.TENTATIVE])
def test_without_a_seat_one_learns_whom_to_call(app: Flask, client: OwnClient, answer: Answer) -> None:
    one = invited(answer)
    at(one.meeting, 5)

    response = client.post(f"{make.link(one)}/door")

    assert response.status_code == 409
    assert "No seat has been taken" in response.text
    assert "+49 30 000000" in response.text
    assert LINK not in response.text


def test_a_deputy_takes_the_seat_and_the_office_is_told_so(app: Flask, client: OwnClient) -> None:
    one = invited(Answer.DELEGATED, deputy_name="Ali Kaya", deputy_state=DeputyState.ACCEPTED)
    deputy = make.contact(one.participant, "ali@example.org", name="Ali Kaya", is_deputy=True)
    one.deputy_contact = deputy
    db.session.commit()
    from roundtable.guests.queries import token_of

    office, own = make.link(one), f"/g/{token_of(deputy)}/meetings/{one.meeting_id}"
    at(one.meeting, 5)

    assert "The seat has been given to Ali Kaya." in client.post(f"{office}/door").text
    assert LINK in client.post(f"{own}/door").text
    (passage,) = db.session.scalars(select(Passage))
    assert (passage.called, passage.is_deputy) == ("Ali Kaya", True)


def test_a_cancelled_session_and_one_that_is_over_have_no_door(app: Flask, client: OwnClient) -> None:
    one = invited()
    link = make.link(one)
    at(one.meeting, -4 * 60)
    over = client.post(f"{link}/door")
    one.meeting.stage = MeetingStage.CANCELLED
    at(one.meeting, 5)
    cancelled = client.post(f"{link}/door")

    assert "This session is over." in over.text
    assert "This session has been cancelled." in cancelled.text
    assert LINK not in over.text + cancelled.text


def test_a_revoked_link_leads_nowhere(app: Flask, client: OwnClient) -> None:
    one = invited()
    link = make.link(one)
    make.contact_of(one).link_generation += 1
    at(one.meeting, 5)

    assert client.post(f"{link}/door").status_code == 404


def test_before_there_is_a_room_the_guest_is_told_so(app: Flask, client: OwnClient) -> None:
    one = make.invitation(answer=Answer.ACCEPTED)
    at(one.meeting, 5)

    assert "have not entered the room yet" in client.get(make.link(one)).text
    assert client.post(f"{make.link(one)}/door").status_code == 409


def test_the_link_is_changed_in_one_place_on_the_day(organizer: OwnClient) -> None:
    one = invited()
    other = "https://video.example.org/another"
    at(one.meeting, 5)

    response = organizer.post(
        f"/meetings/{one.meeting_id}/room", data={"kind": "link", "link": other, "opens_minutes": "15"}
    )

    assert response.status_code == 302
    page = organizer.post(f"{make.link(one)}/door").text
    assert (other in page, LINK in page) == (True, False)


@pytest.mark.parametrize(
    "link",
    ["", "http://video.example.org", "javascript:alert(1)", "https://u:p@x.org", "https:// x", "https://[x"],
)
def test_a_link_that_is_no_https_address_is_refused(organizer: OwnClient, link: str) -> None:
    meeting = make.meeting()
    db.session.commit()

    response = organizer.post(
        f"/meetings/{meeting.id}/room", data={"kind": "link", "link": link, "opens_minutes": "15"}
    )

    assert response.status_code == 422
    assert room_of(meeting) is None


def test_who_came_through_the_door_is_proposed_and_noted_at_the_desk(organizer: OwnClient) -> None:
    one = invited()
    record = minutes.begin(one.meeting)
    db.session.commit()
    at(one.meeting, 5)
    for _ in range(3):
        organizer.post(f"{make.link(one)}/door")
    came = clock.now()

    assert len(db.session.scalars(select(Passage)).all()) == 1
    at(one.meeting, 0)
    assert "1 city came through the door" in organizer.get(f"/meetings/{one.meeting_id}/desk").text
    organizer.post(f"/meetings/{one.meeting_id}/desk/act", data={"act": "arrivals"})

    (row,) = attendance_of(record)
    assert (row.presence, row.came_at) == (Presence.PRESENT, came)
    assert desk.proposed_arrivals(record, attendance_of(record)) == []


# --- With a server ------------------------------------------------------------------------------------


def with_server(app: Flask, **settings: str) -> None:
    app.config["ROUNDTABLE"] = replace(app.config["ROUNDTABLE"], **settings)


@pytest.fixture(autouse=True)
def _own_settings(app: Flask) -> object:
    kept = app.config["ROUNDTABLE"]
    yield
    app.config["ROUNDTABLE"] = kept


def test_a_server_that_fails_leaves_the_plain_link(app: Flask, organizer: OwnClient) -> None:
    one = invited()
    with running() as server:
        with_server(app, bigbluebutton_url=server.address, bigbluebutton_secret=SECRET)
        organizer.post(
            f"/meetings/{one.meeting_id}/room",
            data={"kind": "bigbluebutton", "link": LINK, "opens_minutes": "15"},
        )
        at(one.meeting, 5)
        good = organizer.post(f"{make.link(one)}/door").text
        host = organizer.post(f"/meetings/{one.meeting_id}/room/come-in").text
        server.fault = "malformed"
        bad = organizer.post(f"{make.link(one)}/door")
        service.set_room(one.meeting, RoomKind.BIGBLUEBUTTON, "", 15, by="Ada", is_ready=True)
        nothing = organizer.post(f"{make.link(one)}/door")

    assert (f"{server.address}/join?" in good, LINK in good) == (True, False)
    assert "role=MODERATOR" in host
    assert "cannot be read" in bad.text
    assert LINK in bad.text
    assert (nothing.status_code, "Try again" in nothing.text) == (503, True)
    assert SECRET not in good + host + bad.text


def test_the_settings_page_tests_the_connection_and_never_shows_the_secret(
    app: Flask, organizer: OwnClient
) -> None:
    conference = make.meeting().conference
    page = f"/conferences/{conference.id}/rooms/bigbluebutton"
    db.session.commit()
    unset = organizer.post(f"{page}/test", follow_redirects=True).text
    with running() as server:
        with_server(app, bigbluebutton_url=server.address, bigbluebutton_secret=SECRET)
        right = organizer.post(f"{page}/test", follow_redirects=True).text
        server.fault = "broken"
        wrong = organizer.post(f"{page}/test", follow_redirects=True).text
        organizer.post(page, data={"muted": "y"})
        shown = organizer.get(page).text

    assert "has not been set up" in unset
    assert "answers as it should" in right
    assert "error 500" in wrong
    assert SECRET not in right + wrong + shown
    assert re.search(r'name="muted" value="y" checked', shown)
    assert not re.search(r'name="lobby" value="y" checked', shown)
    assert organizer.get(f"/conferences/{conference.id}/rooms/zoom").status_code == 404


def test_a_room_can_be_ended_and_get_a_new_address(app: Flask, organizer: OwnClient) -> None:
    one = invited()
    with running() as server:
        with_server(app, bigbluebutton_url=server.address, bigbluebutton_secret=SECRET)
        organizer.post(
            f"/meetings/{one.meeting_id}/room", data={"kind": "bigbluebutton", "opens_minutes": "15"}
        )
        at(one.meeting, 5)
        organizer.post(f"{make.link(one)}/door")
        (name,) = server.rooms
        organizer.post(f"/meetings/{one.meeting_id}/room/end")
        ended = dict(server.rooms)
        organizer.post(f"/meetings/{one.meeting_id}/room/renew")

    room = db.session.scalars(select(Room)).one()
    assert ended == {}
    assert room.name != name


def test_only_organizers_reach_the_page_of_the_room(client: OwnClient) -> None:
    one = invited()
    meeting_id = one.meeting_id
    stranger = make.user("stranger@example.org")
    db.session.commit()
    client.sign_in(stranger)

    assert client.get(f"/meetings/{meeting_id}/room").status_code == 404
    assert client.post(f"/meetings/{meeting_id}/room/come-in").status_code == 404


# --- The rule ----------------------------------------------------------------------------------------


@given(st.integers(-300, 300), st.integers(0, 240), st.booleans(), st.booleans(), st.booleans())
def test_the_door_is_open_exactly_from_then_until_then_for_who_has_a_seat(
    minutes_before: int, opens: int, cancelled: bool, seat: bool, room: bool
) -> None:
    start = make.NOW
    end = start + timedelta(minutes=90)
    now = start - timedelta(minutes=minutes_before)

    found = door(now, hours(start, end, opens), is_cancelled=cancelled, has_seat=seat, has_room=room)

    inside = -90 - 120 < minutes_before <= opens
    assert (found is Door.OPEN) == (inside and seat and room and not cancelled)
