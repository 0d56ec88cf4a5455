"""Draft and released versions: what differs, whom it concerns, who is told, what guests see meanwhile."""

from typing import Any

import icalendar
import make
import pytest
from bs4 import BeautifulSoup
from conftest import OwnClient, counted_queries
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from roundtable.agenda import queries, releases, service
from roundtable.agenda.kinds import ItemKind
from roundtable.agenda.models import AgendaItem
from roundtable.agenda.releases import ReleasedItem, ReleasedSlot, difference
from roundtable.agenda.speaking import SpeakingRule
from roundtable.agenda_page import release_service
from roundtable.agenda_page.release_service import Whom
from roundtable.conferences.models import Meeting
from roundtable.db import Texts, db
from roundtable.errors import Refusal
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer


def _item(key: int, starts: int = 0, minutes: int = 10, title: str = "T", **more: Any) -> ReleasedItem:
    return ReleasedItem(key, "topic", Texts({"en": title}), Texts(), "", starts, minutes, **more)


def test_each_kind_of_change_is_named() -> None:
    old = [_item(1), _item(2, 10), _item(3, 20), _item(4, 30), _item(5, 40)]
    new = [_item(2), _item(1, 10, title="Other"), _item(4, 20, 15), _item(6, 35), _item(5, 45)]

    found = {(one.new or one.old).key: one.what for one in difference(old, new).items}  # type: ignore[union-attr]

    assert found[3] == "removed"
    assert found[6] == "added"
    assert found[4] == "timed"
    assert sorted((found[1], found[2])) in (["moved", "renamed"], ["moved", "timed"])


def test_one_item_that_moves_is_one_move_and_the_others_only_have_other_times() -> None:
    old = [_item(key, 10 * key) for key in range(5)]
    order = [4, 0, 1, 2, 3]
    new = [_item(key, 10 * place) for place, key in enumerate(order)]

    found = [one.what for one in difference(old, new).items]

    assert found == ["moved", "timed", "timed", "timed", "timed"]


def test_only_cities_whose_slot_differs_are_concerned() -> None:
    old = [_item(1, slots=(ReleasedSlot(7, 0, 3), ReleasedSlot(8, 3, 3), ReleasedSlot(9, 6, 3)))]
    new = [_item(1, slots=(ReleasedSlot(7, 0, 3), ReleasedSlot(9, 3, 3)))]

    assert set(difference(old, new).slots) == {8, 9}


items = st.lists(
    st.builds(_item, st.integers(1, 6), st.integers(0, 60), st.integers(1, 30), st.sampled_from(["A", "B"])),
    unique_by=lambda one: one.key,
    max_size=6,
)


@given(items, items)
def test_what_differs_is_named_and_nothing_else(old: list[ReleasedItem], new: list[ReleasedItem]) -> None:
    change = difference(old, new)

    assert difference(new, new).is_empty
    assert change.is_empty == (old == new)
    assert releases.from_values(releases.to_values(new)) == new


def _round(meeting: Meeting) -> AgendaItem:
    return next(one for one in queries.items_of(meeting) if one.kind is ItemKind.ROUND)


def test_guests_see_what_was_released_and_organizers_the_draft(app: Flask, organizer: OwnClient) -> None:
    meeting = make.table_of(4)
    make.item(meeting, 15, name="Secret plan")
    db.session.commit()
    one = make.invitation(meeting, make.participant(meeting.conference, "Guest"))
    make.contact(one.participant)
    db.session.commit()

    page = organizer.get(make.link(one)).text
    pdf = organizer.get(make.link(one) + "/agenda.pdf")

    assert "Welcome en" in page
    assert "Secret plan" not in page
    assert pdf.status_code == 200
    assert "Secret plan" in organizer.get(f"/meetings/{meeting.id}/agenda").text
    service.release(meeting, by="A")
    db.session.commit()
    assert "Secret plan" in organizer.get(make.link(one)).text


def test_internal_notes_never_reach_a_guest(app: Flask, client: OwnClient) -> None:
    meeting = make.meeting()
    one = make.invitation(meeting)
    item = make.item(meeting)
    item.internal_notes, item.speakers = "tell nobody", "Prof. Example"
    service.release(meeting, by="A")
    db.session.commit()

    page = client.get(make.link(one)).text

    assert "Prof. Example" in page
    assert "tell nobody" not in page
    assert "tell nobody" not in str(queries.last_release(meeting).items)  # type: ignore[union-attr]  # there is one


def test_only_those_concerned_are_told_with_old_and_new_time_and_a_new_entry(app: Flask) -> None:
    meeting = make.table_of(4)
    for one in db.session.query(Invitation):
        one.answer = Answer.ACCEPTED
    statements = _round(meeting)
    slots = queries.slots_in(meeting)[statements.id]
    service.move_slot(slots[3], -1)
    db.session.flush()

    count = release_service.release(meeting, Whom.CONCERNED, by="A")

    told = {one.recipient_email: one for one in make.outbox()}
    assert count == 2
    assert set(told) == {"office@city 002.example.org", "office@city 003.example.org"}
    letter = told["office@city 003.example.org"]
    assert "until now: 13:13 Istanbul · 12:13 Berlin, 1 min" in letter.text
    assert "new: 13:12 Istanbul · 12:12 Berlin, 1 min" in letter.text
    assert letter.calendar is not None
    with pytest.raises(Refusal):
        release_service.release(meeting, Whom.CONCERNED, by="A")


def test_who_has_declined_is_never_told_and_everybody_can_be(app: Flask) -> None:
    meeting = make.table_of(5)
    make.item(meeting, 5, ItemKind.CLOSING, "Closing")
    declined = {one.participant_id for one in db.session.query(Invitation) if one.answer is Answer.DECLINED}

    letters = release_service.planned_letters(meeting, Whom.EVERYBODY)

    told = {one.box.first.participant_id for one in letters}
    assert len(declined) == 1
    assert len(told) == 4
    assert not told & declined
    assert release_service.planned_letters(meeting, Whom.CONCERNED) == []


def test_an_empty_agenda_is_not_released(app: Flask, organizer: OwnClient) -> None:
    meeting = make.meeting()
    db.session.commit()

    assert (
        organizer.post(f"/meetings/{meeting.id}/agenda/release", data={"whom": "nobody"}).status_code == 409
    )
    assert "nothing to release" in organizer.get(f"/meetings/{meeting.id}/agenda/release").text


def test_the_release_page_shows_what_is_new_and_sends_only_when_asked(
    app: Flask, organizer: OwnClient
) -> None:
    meeting = make.table_of(4)
    service.move_slot(queries.slots_in(meeting)[_round(meeting).id][3], -1)
    make.item(meeting, 5, ItemKind.CLOSING, "Farewell")
    db.session.commit()

    page = organizer.get(f"/meetings/{meeting.id}/agenda/release").text
    assert "Farewell en" in page
    assert "2 cities have another time for their statement." in page
    assert make.outbox() == []
    organizer.post(f"/meetings/{meeting.id}/agenda/release", data={"whom": "concerned"})

    assert {one.kind for one in make.outbox()} == {"agenda"}
    assert "version 2" in organizer.get(f"/meetings/{meeting.id}/agenda").text


def test_after_answers_change_the_new_order_is_offered_and_never_applied_alone(
    app: Flask, organizer: OwnClient
) -> None:
    meeting = make.table_of(4)
    statements = _round(meeting)
    for one in db.session.query(Invitation):
        one.answer = Answer.DECLINED if one.participant.city.key == "city 001" else Answer.ACCEPTED
    db.session.commit()

    page = organizer.get(f"/meetings/{meeting.id}/agenda").text

    assert "City 001 leaves" in page
    assert "from place" not in page  # who only closes the gap does not move
    present = [one.participant.city.key for one in queries.slots_in(meeting)[statements.id]]
    assert present == ["city 000", "city 001", "city 002", "city 003"]
    wanted = [
        str(one.participant_id)
        for one in queries.slots_in(meeting)[statements.id]
        if one.participant.city.key != "city 001"
    ]
    organizer.post(f"/meetings/{meeting.id}/agenda/{statements.id}/apply", data={"participant": wanted})
    db.session.expire_all()
    assert [one.participant.city.key for one in queries.slots_in(meeting)[statements.id]] == [
        "city 000", "city 002", "city 003",
    ]  # fmt: skip
    assert statements.duration_minutes == 3


def test_a_rule_is_stored_with_its_seed_and_the_order_waits_for_a_yes(
    app: Flask, organizer: OwnClient
) -> None:
    meeting = make.table_of(6)
    statements = _round(meeting)
    address = f"/meetings/{meeting.id}/agenda/{statements.id}/rule"

    organizer.post(address, data={"rule": "lot", "language": "de"})
    seed = statements.order_seed
    organizer.post(address, data={"rule": "lot", "language": "de"})
    assert (statements.order_rule, statements.order_seed, seed > 0) == (SpeakingRule.LOT, seed, True)
    organizer.post(address, data={"rule": "lot", "language": "de", "again": "1"})

    assert statements.order_seed != seed
    assert f"Seed of the lot: {statements.order_seed}" in organizer.get(f"/meetings/{meeting.id}/agenda").text
    assert organizer.post(address, data={"rule": "x", "language": "de"}).status_code == 400


def test_minutes_and_pins_of_a_speaker_change_and_the_round_follows(app: Flask, organizer: OwnClient) -> None:
    meeting = make.table_of(3)
    statements = _round(meeting)
    first = queries.slots_in(meeting)[statements.id][0]

    organizer.post(
        f"/meetings/{meeting.id}/agenda/{statements.id}/slots/{first.id}",
        data={"minutes": "5", "pinned": "1"},
    )

    assert (first.minutes, first.is_pinned, statements.duration_minutes) == (5, True, 7)
    faulty = organizer.post(
        f"/meetings/{meeting.id}/agenda/{statements.id}/slots/{first.id}", data={"minutes": "500"}
    )
    assert faulty.status_code == 400


def test_a_round_keeps_buffer_and_own_minutes_when_it_is_edited(app: Flask, organizer: OwnClient) -> None:
    meeting = make.table_of(3)
    statements = _round(meeting)
    service.change_slot(queries.slots_in(meeting)[statements.id][1], minutes=9, is_pinned=True)
    db.session.commit()

    organizer.post(
        f"/meetings/{meeting.id}/agenda/{statements.id}",
        data={"kind": "round", "titles-en": "Round", "minutes_each": "4", "buffer_minutes": "6"},
    )

    assert [one.minutes for one in queries.slots_in(meeting)[statements.id]] == [4, 9, 4]
    assert statements.duration_minutes == 23


@pytest.mark.parametrize("wanted", [[], [1], [1, 1, 2]])
def test_an_order_of_other_items_is_refused_and_nothing_changes(
    app: Flask, organizer: OwnClient, wanted: list[int]
) -> None:
    meeting = make.table_of(2)
    before = [one.id for one in queries.items_of(meeting)]
    keys = [str(before[number - 1]) for number in wanted]

    response = organizer.post(f"/meetings/{meeting.id}/agenda/order", data={"key": keys})

    assert response.status_code == 409
    assert [one.id for one in queries.items_of(meeting)] == before


def test_an_agenda_begins_with_a_template_and_can_be_kept_as_one(app: Flask, organizer: OwnClient) -> None:
    meeting = make.table_of(4)
    other = make.meeting(meeting.conference)
    third = make.meeting(meeting.conference)
    db.session.commit()

    organizer.post(f"/meetings/{meeting.id}/agenda/keep", data={"name": "Ours"})
    assert "Ours" in organizer.get(f"/meetings/{other.id}/agenda").text
    kept = service.patterns_of(make.user())[0]
    organizer.post(f"/meetings/{other.id}/agenda/begin", data={"pattern": f"kept:{kept.id}"})
    organizer.post(f"/meetings/{third.id}/agenda/begin", data={"pattern": "own:round-table"})

    assert [(one.kind, one.duration_minutes) for one in queries.items_of(other)] == [
        (ItemKind.WELCOME, 10),
        (ItemKind.ROUND, 4),
    ]
    assert [one.duration_minutes for one in queries.items_of(third)] == [10, 17, 15, 5]
    assert queries.items_of(third)[0].titles["de"] == "Begrüßung und Einführung"


@pytest.mark.parametrize("pattern", ["", "own:none", "kept:999", "meeting:999", "kept:x"])
def test_a_template_that_is_none_is_refused(app: Flask, organizer: OwnClient, pattern: str) -> None:
    meeting = make.meeting()
    db.session.commit()

    response = organizer.post(f"/meetings/{meeting.id}/agenda/begin", data={"pattern": pattern})

    assert response.status_code in {400, 404}


def test_the_calendar_file_holds_the_released_agenda(app: Flask, client: OwnClient) -> None:
    meeting = make.table_of(2)
    make.item(meeting, 10, name="Only a draft")
    db.session.commit()
    one = db.session.query(Invitation).filter_by(answer=Answer.NEEDS_ACTION).order_by(Invitation.id).first()
    assert one is not None

    calendar = icalendar.Calendar.from_ical(client.get(make.link(one) + "/calendar.ics").data)

    assert isinstance(calendar, icalendar.Calendar)
    said = str(calendar.events[0]["DESCRIPTION"])
    assert "Welcome en" in said
    assert "Only a draft" not in said


def test_the_page_asks_as_often_for_200_slots_as_for_20(app: Flask, organizer: OwnClient) -> None:
    counts = []
    for number in (20, 200):
        meeting = make.table_of(number)
        with counted_queries() as statements:
            assert organizer.get(f"/meetings/{meeting.id}/agenda").status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 14


def test_the_guests_agenda_page_shows_everybodys_slot_and_marks_the_own(
    app: Flask, client: OwnClient
) -> None:
    meeting = make.table_of(4)
    one = db.session.query(Invitation).order_by(Invitation.id).first()
    assert one is not None

    page = BeautifulSoup(client.get(make.link(one) + "/agenda?lang=de").text, "html.parser")

    rows = page.select(".slots tbody tr")
    assert [row.get_text(" ", strip=True).split(" City ")[0] for row in rows[:2]] == [
        "13:10 12:10",
        "13:11 12:11",
    ]
    assert [row.get("aria-current") for row in rows] == ["true", None, None, None]
    assert len(queries.items_of(meeting)) == 2
