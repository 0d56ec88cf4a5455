"""The desk: what one click does, what is stored, and what two people see of each other."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import make
import pytest
from conftest import OwnClient, counted_queries
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from roundtable import clock
from roundtable.agenda.queries import items_of
from roundtable.conferences.roles import Role
from roundtable.db import Texts, db
from roundtable.desk import queries, service
from roundtable.desk.turns import TurnState
from roundtable.errors import Refusal
from roundtable.guests.models import Contact, Participant
from roundtable.guests.queries import participants_of, token_of
from roundtable.guests.roles import ParticipantRole
from roundtable.minutes import entry_service
from roundtable.minutes import service as minutes_service
from roundtable.minutes.entry_service import Writer, Written, add_entry
from roundtable.minutes.kinds import EntryKind, Presence
from roundtable.minutes.models import Entry, EntryVersion, Minutes
from roundtable.minutes.queries import attendance_at, entries_of


def opened(count: int = 5) -> Minutes:
    """Return the begun record of a meeting that begins now."""
    meeting = make.table_of(count, wall_time=datetime(2026, 9, 1, 12, 0))
    made = minutes_service.begin(meeting)
    db.session.commit()
    return made


def later(**gone: float) -> None:
    """Let time pass."""
    now = clock.now() + timedelta(**gone)
    clock.set_source(lambda: now)


def round_of(minutes: Minutes) -> int:
    """Return the item in which every city speaks."""
    return items_of(minutes.meeting)[1].id


def order(minutes: Minutes) -> list[tuple[str, str]]:
    """Return (city, state) of the turns of the round."""
    turns = queries.turns_of(minutes)[round_of(minutes)]
    return [(turn.participant.city.names["en"], turn.state.value) for turn in turns]


def test_an_item_begins_ends_the_one_before_and_lines_its_speakers_up(app: Flask) -> None:
    minutes = opened()
    first, second = (item.id for item in items_of(minutes.meeting))

    service.begin_item(minutes, first)
    later(minutes=8)
    service.begin_item(minutes, second)

    runs = queries.runs_of(minutes)
    assert (runs[first].ended_at, runs[second].started_at) == (clock.now(), clock.now())
    assert runs[second].ended_at is None
    # City 004 has declined.
    assert [state for _, state in order(minutes)] == ["waiting"] * 4 + ["skipped"]


def test_next_gives_the_floor_in_order_and_stops_the_clock_before(app: Flask) -> None:
    minutes = opened()

    service.give_floor_to_next(minutes, round_of(minutes))
    later(seconds=70)
    service.give_floor_to_next(minutes, round_of(minutes))
    later(seconds=5)

    (item,) = [one for one in queries.live_of(minutes, clock.now()).items if one.is_running]
    assert [turn.seconds(clock.now()) for turn in item.turns] == [70, 5, 0, 0, 0]
    assert [state for _, state in order(minutes)] == ["spoken", "speaking", "waiting", "waiting", "skipped"]


def test_a_speaker_can_be_interrupted_and_go_on(app: Flask) -> None:
    minutes = opened()
    service.give_floor_to_next(minutes, round_of(minutes))
    turn = queries.turns_of(minutes)[round_of(minutes)][0]

    later(seconds=30)
    service.change_turn(minutes, turn.id, TurnState.PAUSED)
    later(seconds=100)
    service.change_turn(minutes, turn.id, TurnState.SPEAKING)
    later(seconds=12)

    assert turn.watch.at(clock.now()) == 42


def test_who_was_skipped_can_be_put_back_but_who_has_spoken_needs_an_extra_turn(app: Flask) -> None:
    minutes = opened()
    service.give_floor_to_next(minutes, round_of(minutes))
    later(seconds=30)
    service.give_floor_to_next(minutes, round_of(minutes))
    spoken, _, third, *_ = queries.turns_of(minutes)[round_of(minutes)]

    service.change_turn(minutes, third.id, TurnState.SKIPPED)
    service.change_turn(minutes, third.id, TurnState.WAITING)
    with pytest.raises(Refusal):
        service.change_turn(minutes, spoken.id, TurnState.WAITING)
    service.add_extra_turn(minutes, round_of(minutes), spoken.participant_id)

    cities = [city for city, _ in order(minutes)]
    assert cities == [cities[0], cities[1], cities[0], *cities[3:]]
    assert order(minutes)[2][1] == "waiting"


def test_a_click_at_the_door_is_noted_and_leaving_too(organizer: OwnClient) -> None:
    minutes = opened()
    participant = participants_of(minutes.meeting.conference_id)[0]
    act = f"/meetings/{minutes.meeting_id}/desk/act"

    organizer.post(act, data={"act": "arrived", "participant": str(participant.id)})
    row = attendance_at(minutes, participant.id)
    assert row is not None
    assert (row.presence, row.came_at, row.left_at) == (Presence.PRESENT, clock.now(), None)

    later(minutes=20)
    organizer.post(act, data={"act": "left", "participant": str(participant.id)})
    db.session.refresh(row)
    assert (row.came_at, row.left_at) == (make.NOW, clock.now())

    organizer.post(
        act, data={"act": "represented", "participant": str(participant.id), "representative": "Ali Kaya"}
    )
    db.session.refresh(row)
    assert (row.presence, row.representative, row.left_at) == (Presence.REPRESENTED, "Ali Kaya", None)

    organizer.post(act, data={"act": "apologies", "participant": str(participant.id)})
    db.session.refresh(row)
    assert (row.presence, row.representative, row.came_at) == (Presence.APOLOGIES, "", None)


def test_a_click_that_is_refused_says_why_in_the_page_or_as_json(organizer: OwnClient) -> None:
    minutes = opened()
    participant = participants_of(minutes.meeting.conference_id)[0]
    data = {"act": "represented", "participant": str(participant.id)}
    act = f"/meetings/{minutes.meeting_id}/desk/act"

    plain = organizer.post(act, data=data)
    called = organizer.post(act, data=data, headers={"Accept": "application/json"})

    assert (plain.status_code, called.status_code) == (409, 409)
    assert called.json == {"refusal": "Please say who represents the city."}
    assert organizer.post(act, data={"act": "dance"}).status_code == 400


# --- Entries -----------------------------------------------------------------------------------------


def said(words: str, **more: Any) -> dict[str, Any]:
    return {"kind": "note", "language": "en", "texts-en": words, "key": str(uuid4()), "version": "0", **more}


def entries_at(minutes: Minutes) -> str:
    return f"/meetings/{minutes.meeting_id}/desk/entries"


def test_the_name_of_a_desk_loses_what_no_database_stores(organizer: OwnClient) -> None:
    minutes = opened()

    answer = organizer.post(entries_at(minutes), data=said("Words.", desk="one\x00desk"))

    assert answer.status_code == 200, answer.text


def test_sending_the_same_twice_stores_it_once(organizer: OwnClient) -> None:
    minutes = opened()
    sent = said("Words that were sent twice.")

    answers = [organizer.post(entries_at(minutes), data=sent) for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 200]
    assert answers[0].json == answers[2].json
    assert [one.texts["en"] for one in entries_of(minutes)] == ["Words that were sent twice."]


def test_a_page_is_not_held_against_itself_when_an_answer_was_lost(organizer: OwnClient) -> None:
    minutes = opened()
    sent = said("The beg", desk="one")

    organizer.post(entries_at(minutes), data=sent)
    again = organizer.post(entries_at(minutes), data={**sent, "texts-en": "The beginning"})
    other = organizer.post(entries_at(minutes), data={**sent, "texts-en": "Another end", "desk": "two"})

    assert (again.status_code, other.status_code) == (200, 409)
    assert other.json is not None
    assert other.json["conflict"]["texts"] == {"en": "The beginning"}
    assert [one.texts["en"] for one in entries_of(minutes)] == ["The beginning"]


def test_every_writing_is_kept_and_shown(organizer: OwnClient) -> None:
    minutes = opened()
    sent = said("One two three")
    organizer.post(entries_at(minutes), data=sent)
    organizer.post(entries_at(minutes), data={**sent, "version": "1", "texts-en": "One three four"})
    (entry,) = entries_of(minutes)
    organizer.post(f"{entries_at(minutes)}/{sent['key']}/remove", data={"version": "2"})

    versions = db.session.scalars(select(EntryVersion).order_by(EntryVersion.version)).all()
    page = organizer.get(f"/meetings/{minutes.meeting_id}/minutes/entries/{entry.id}/history").text

    assert [(one.version, one.values["texts"]["en"]) for one in versions] == [
        (1, "One two three"),
        (2, "One three four"),
        (3, "One three four"),
    ]
    assert "One<del> two</del> three<ins> four</ins>" in page
    assert entries_of(minutes) == []


def test_what_was_written_without_a_network_finds_its_place(organizer: OwnClient) -> None:
    minutes = opened()
    item = str(round_of(minutes))
    organizer.post(entries_at(minutes), data=said("first", item_id=item))
    later(minutes=10)
    organizer.post(entries_at(minutes), data=said("third", item_id=item))
    later(minutes=10)

    organizer.post(entries_at(minutes), data=said("second", item_id=item, age="900"))

    assert [one.texts["en"] for one in entries_of(minutes)] == ["first", "second", "third"]
    assert [one.version for one in entries_of(minutes)] == [1, 1, 1]


def test_an_entry_whose_item_is_gone_is_kept_without_one(organizer: OwnClient) -> None:
    minutes = opened()

    answer = organizer.post(entries_at(minutes), data=said("Words", item_id="999999"))

    assert answer.status_code == 200
    assert entries_of(minutes)[0].item_id is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"texts-en": ""}, "texts"),
        ({"kind": "statement"}, "speaker_id"),
        ({"kind": "action"}, "owner_id"),
        ({"kind": "decision", "adoption": "vote"}, "votes_for"),
        ({"kind": "decision", "adoption": "vote", "votes_for": "-1"}, "votes_for"),
        ({"kind": "poem"}, "kind"),
        ({"language": "la"}, "language"),
    ],
)
def test_what_is_not_right_yet_is_named_and_nothing_is_stored(
    organizer: OwnClient, changed: dict[str, str], field: str
) -> None:
    minutes = opened()

    answer = organizer.post(entries_at(minutes), data=said("Words", **changed))

    assert answer.status_code == 422
    assert answer.json is not None
    assert list(answer.json["faults"]) == [field]
    assert db.session.scalars(select(Entry)).all() == []


@pytest.mark.parametrize("odd", [{"key": ""}, {"key": "x" * 40}, {"key": "a\nb-c-d-e-f"}])
def test_a_key_that_is_none_is_refused(organizer: OwnClient, odd: dict[str, str]) -> None:
    assert organizer.post(entries_at(opened()), data=said("Words", **odd)).status_code == 400


def test_odd_numbers_do_not_break_the_desk(organizer: OwnClient) -> None:
    minutes = opened()

    for odd in ({"age": "nan"}, {"age": "inf"}, {"age": "-5"}, {"age": "1e400"}):
        assert organizer.post(entries_at(minutes), data=said("Words", **odd)).status_code == 200
    assert organizer.post(entries_at(minutes), data=said("Words", version="x")).status_code == 422
    assert organizer.get(f"/meetings/{minutes.meeting_id}/desk/live?since=x").status_code == 200


def test_the_desk_gives_what_changed_since(organizer: OwnClient) -> None:
    minutes = opened()
    organizer.post(entries_at(minutes), data=said("Old words"))
    before = minutes.last_change
    organizer.post(entries_at(minutes), data=said("New words"))

    page = organizer.get(f"/meetings/{minutes.meeting_id}/desk/live?since={before}").text
    change = organizer.get(f"/meetings/{minutes.meeting_id}/desk/change").json

    assert "New words" in page
    assert "Old words" not in page
    assert change == {"change": minutes.last_change}


def test_only_who_keeps_the_record_sits_at_the_desk(client: OwnClient) -> None:
    minutes = opened()
    observer = make.user("observer@example.org")
    make.conference(of=observer)
    meeting_id = minutes.meeting_id
    from roundtable.conferences.models import Membership

    db.session.add(Membership(conference=minutes.meeting.conference, user=observer, role=Role.OBSERVER))
    db.session.commit()
    client.sign_in(observer)

    paths = ("desk", "desk/change", "desk/live")
    assert [client.get(f"/meetings/{meeting_id}/{path}").status_code for path in paths] == [403, 403, 403]
    assert client.post(f"/meetings/{meeting_id}/desk/act", data={"act": "begin"}).status_code == 403
    assert client.post(f"/meetings/{meeting_id}/desk/entries", data=said("x")).status_code == 403
    # The chair's view shows no word of the record.
    assert client.get(f"/meetings/{meeting_id}/chair").status_code == 200
    assert client.get(f"/meetings/{meeting_id}/chair/live").status_code == 200


def test_the_chairs_view_waits_until_the_desk_is_open(organizer: OwnClient) -> None:
    meeting = make.table_of(2)

    assert "not open yet" in organizer.get(f"/meetings/{meeting.id}/chair").text
    assert "Open the desk" in organizer.get(f"/meetings/{meeting.id}/desk").text
    organizer.post(f"/meetings/{meeting.id}/desk/open")
    assert "Nobody has the floor" not in organizer.get(f"/meetings/{meeting.id}/desk").text


@pytest.mark.parametrize("path", ["desk", "desk/live", "chair", "chair/live"])
def test_pages_of_the_desk_ask_the_database_as_often_for_ten_times_the_cities(
    organizer: OwnClient, path: str
) -> None:
    counts = []
    for size in (2, 20):
        minutes = opened(size)
        service.give_floor_to_next(minutes, round_of(minutes))
        for number in range(size):
            organizer.post(entries_at(minutes), data=said(f"Entry {number}"))
        address = f"/meetings/{minutes.meeting_id}/{path}"
        organizer.get(address)
        with counted_queries() as statements:
            assert organizer.get(address).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_saving_asks_the_database_as_often_at_three_hundred_entries(organizer: OwnClient) -> None:
    minutes = opened(3)
    counts = []
    for size in (1, 299):
        for number in range(size):
            note = Written(EntryKind.NOTE, "en", Texts({"en": f"Entry {number}"}))
            add_entry(minutes, note, Writer("Writer"))
        db.session.commit()
        with counted_queries() as statements:
            organizer.post(entries_at(minutes), data=said("One more"))
        counts.append(len(statements))

    assert len(entries_of(minutes)) == 302
    assert counts[0] == counts[1]


def test_the_chair_follows_behind_its_own_link_and_nobody_elses(app: Flask, client: OwnClient) -> None:
    minutes = opened()
    chair, other, *_ = participants_of(minutes.meeting.conference_id)
    chair.role = ParticipantRole.CHAIR
    service.give_floor_to_next(minutes, round_of(minutes))
    db.session.commit()

    def pages(of: Participant) -> list[int]:
        contact = db.session.scalars(select(Contact).where(Contact.participant_id == of.id)).one()
        base = f"/g/{token_of(contact)}/meetings/{minutes.meeting_id}/chair"
        return [client.get(f"{base}{rest}").status_code for rest in ("", "/change", "/live")]

    assert (pages(chair), pages(other)) == ([200, 200, 200], [404, 404, 404])


def test_what_is_asked_every_second_fills_no_log(
    organizer: OwnClient, caplog: pytest.LogCaptureFixture
) -> None:
    minutes = opened()
    base = f"/meetings/{minutes.meeting_id}"

    with caplog.at_level("INFO", "roundtable.request"):
        for path in ("desk/change", "chair/change", "desk"):
            assert organizer.get(f"{base}/{path}").status_code == 200
        assert organizer.get("/meetings/999/desk/change").status_code == 404

    pages = [getattr(one, "page", "") for one in caplog.records]
    assert pages == ["/meetings/<int:meeting_id>/desk", "/meetings/<int:meeting_id>/desk/change"]


BIG = "9" * 30


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("desk/act", {"act": "begin", "item": BIG}),
        ("desk/act", {"act": "arrived", "participant": BIG}),
        ("desk/act", {"act": "speaking", "turn": f"-{BIG}"}),
        ("desk/act", {"act": "extra", "item": "x", "participant": BIG}),
        ("minutes/order?item=" + BIG, {"key": BIG}),
        (
            "desk/entries",
            {"kind": "note", "language": "en", "texts-en": "x", "key": "a-key-of-mine", "version": BIG},
        ),
    ],
)
def test_numbers_that_no_database_holds_are_no_error_of_the_server(
    organizer: OwnClient, path: str, data: dict[str, str]
) -> None:
    minutes = opened(2)

    assert organizer.post(f"/meetings/{minutes.meeting_id}/{path}", data=data).status_code in {
        200,
        302,
        409,
        422,
    }
    assert organizer.get(f"/meetings/{minutes.meeting_id}/desk/live?since={BIG}").status_code == 200
    assert organizer.get(f"/search?q=x&conference_id={BIG}").status_code == 200


@pytest.mark.parametrize("desk", ["one", ""])
def test_two_who_save_in_the_same_instant_are_told_of_each_other(
    organizer: OwnClient, monkeypatch: pytest.MonkeyPatch, desk: str
) -> None:
    minutes = opened()
    sent = said("First", desk=desk)
    organizer.post(entries_at(minutes), data=sent)
    real = entry_service.save
    calls = []

    def disturbed(*given: Any, **more: Any) -> Entry:
        # What a database without one writer at a time would do: somebody else was faster by a moment.
        calls.append(given)
        if len(calls) == 1:
            raise StaleDataError
        return real(*given, **more)

    monkeypatch.setattr(entry_service, "save", disturbed)
    other = organizer.post(entries_at(minutes), data={**sent, "version": "1", "texts-en": "Second"})

    assert (other.status_code, len(calls)) == (200, 2)
    assert [one.texts["en"] for one in entries_of(minutes)] == ["Second"]
