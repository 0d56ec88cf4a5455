"""A country changes its clock law after a session was agreed: it is flagged, and an organizer decides."""

from datetime import UTC, datetime, timedelta

import make
import pytest
from conftest import OwnClient
from flask import Flask

from roundtable.conferences.models import Meeting
from roundtable.conferences.zone_service import check_zones
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.invitations import service as invitations


def _drifted() -> Meeting:
    """Return a meeting that was agreed when clocks in İstanbul were still an hour behind."""
    meeting = make.meeting()
    make.contact(make.participant(meeting.conference))
    meeting.starts_at += timedelta(hours=1)
    invitations.invite(meeting)
    db.session.commit()
    assert [one.meeting for one in check_zones()] == [meeting]
    db.session.commit()
    return meeting


def test_what_agrees_is_not_flagged_and_a_flag_goes_when_it_agrees_again(app: Flask) -> None:
    meeting = make.meeting()
    assert check_zones() == []
    meeting.drifted_to = make.NOW

    assert check_zones() == []
    assert meeting.drifted_to is None


def test_a_flag_changes_neither_hour_nor_instant_and_tells_nobody(app: Flask) -> None:
    meeting = _drifted()

    assert meeting.wall_time == datetime(2026, 10, 20, 13, 0)
    assert meeting.starts_at == datetime(2026, 10, 20, 11, 0, tzinfo=UTC)
    assert meeting.drifted_to == datetime(2026, 10, 20, 10, 0, tzinfo=UTC)
    assert meeting.revision == 0
    assert len(make.outbox()) == 1


def test_the_page_says_both_instants_and_offers_the_two_ways(app: Flask, organizer: OwnClient) -> None:
    page = organizer.get(f"/meetings/{_drifted().id}").text

    assert "A clock law has changed." in page
    assert "Keep the hour at home (13:00 Istanbul)" in page


def test_keeping_the_hour_at_home_moves_the_instant_and_asks_again(app: Flask, organizer: OwnClient) -> None:
    meeting = _drifted()

    organizer.post(f"/meetings/{meeting.id}/clock", data={"keep": "wall-time"})
    invitations.tell_changes(meeting)

    assert meeting.starts_at == datetime(2026, 10, 20, 10, 0, tzinfo=UTC)
    assert meeting.drifted_to is None
    assert make.outbox()[-1].kind == "change"


def test_keeping_the_instant_tells_the_guests_the_new_hour(app: Flask, organizer: OwnClient) -> None:
    meeting = _drifted()

    organizer.post(f"/meetings/{meeting.id}/clock", data={"keep": "instant"})
    invitations.tell_changes(meeting)

    assert meeting.starts_at == datetime(2026, 10, 20, 11, 0, tzinfo=UTC)
    assert meeting.wall_time == datetime(2026, 10, 20, 14, 0)
    letter = make.outbox()[-1]
    assert "until now: Tuesday, 20 October 2026 · 13:00 Istanbul" in letter.text
    assert "new: Tuesday, 20 October 2026 · 14:00 Istanbul" in letter.text


def test_what_has_not_drifted_cannot_be_decided(app: Flask) -> None:
    with pytest.raises(Refusal):
        make.meeting().keep_instant()


def test_a_move_across_a_change_of_the_clocks_warns_of_the_new_gap(app: Flask, organizer: OwnClient) -> None:
    meeting = make.meeting()
    make.contact(make.participant(meeting.conference))
    make.participant(meeting.conference, "Kiel", "DE")
    invitations.invite(meeting)
    meeting.arrange(meeting.titles, datetime(2026, 10, 27, 13, 0), "Europe/Istanbul", 90)
    db.session.commit()

    page = organizer.get(f"/meetings/{meeting.id}").text

    assert "the gap between Istanbul and Berlin grows from 1 hour to 2 hours" in page


def test_a_series_across_a_change_of_the_clocks_warns_on_the_conferences_page(
    app: Flask, organizer: OwnClient
) -> None:
    conference = make.conference()
    make.participant(conference, "Kiel", "DE")
    make.meeting(conference)
    make.meeting(conference, wall_time=datetime(2026, 11, 3, 13, 0))
    db.session.commit()

    assert "grows from 1 hour to 2 hours" in organizer.get(f"/conferences/{conference.id}").text
