import io
from datetime import datetime, timedelta

import make
import pytest
from conftest import OwnClient
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select

from roundtable import clock
from roundtable.agenda.queries import items_of
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import Role
from roundtable.db import Texts, db
from roundtable.errors import Refusal
from roundtable.guests.queries import participants_of
from roundtable.invitations.rsvp import Answer
from roundtable.minutes import entry_service, service
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import EntryKind, Presence
from roundtable.minutes.models import Attendance, Entry, Minutes
from roundtable.minutes.queries import minutes_of, record_of
from roundtable.minutes.record import content_hash, from_json

WRITER = Writer("Writer")
SECRET = "Our budget is in a bad state."


def begun(meeting: Meeting | None = None) -> Minutes:
    """Return the begun record of a meeting that is over."""
    # On the day after `make.NOW`, so that who has signed in still is.
    meeting = meeting or make.table_of(5, wall_time=datetime(2026, 9, 2, 13, 0))
    # The instant itself: asking the row for it later would open a transaction inside a request.
    end = meeting.ends_at
    clock.set_source(lambda: end)
    minutes = service.begin(meeting)
    db.session.commit()
    return minutes


def written(minutes: Minutes) -> list[Entry]:
    """Write one entry of each kind, and a statement off the record."""
    first, second = participants_of(minutes.meeting.conference_id)[:2]
    item = items_of(minutes.meeting)[0]
    entries = [
        Written(
            EntryKind.STATEMENT,
            "en",
            Texts({"en": "We go on.", "de": "Wir machen weiter."}),
            item.id,
            first.id,
        ),
        Written(EntryKind.STATEMENT, "en", Texts({"en": SECRET}), item.id, second.id, on_record=False),
        Written(EntryKind.DECISION, "en", make.texts("A working group")),
        Written(EntryKind.ACTION, "en", make.texts("Invite"), owner_id=first.id, due_on=make.NOW.date()),
        Written(EntryKind.NOTE, "en", make.texts("A note")),
    ]
    made = [entry_service.add_entry(minutes, entry, WRITER) for entry in entries]
    db.session.commit()
    return made


def test_attendance_is_proposed_from_the_answers(app: Flask) -> None:
    minutes = begun()

    rows = {row.participant.city.names["en"]: row.presence for row in db.session.scalars(select(Attendance))}
    assert list(Answer) == ["needs-action", "accepted", "delegated", "tentative", "declined"]
    assert rows == {
        "City 000": Presence.ABSENT,
        "City 001": Presence.PRESENT,
        "City 002": Presence.REPRESENTED,
        "City 003": Presence.ABSENT,
        "City 004": Presence.APOLOGIES,
    }
    assert service.begin(minutes.meeting) is minutes


def test_attendance_and_entries_are_kept_by_the_forms(organizer: OwnClient) -> None:
    meeting = make.table_of(2)
    speaker = participants_of(meeting.conference_id)[0]
    item = items_of(meeting)[1]

    organizer.post(f"/meetings/{meeting.id}/minutes/begin")
    organizer.post(
        f"/meetings/{meeting.id}/minutes/attendance",
        data={f"presence-{speaker.id}": "represented", f"representative-{speaker.id}": "Deputy Kaya"},
    )
    response = organizer.post(
        f"/meetings/{meeting.id}/minutes/entries",
        data={
            "kind": "statement",
            "item_id": str(item.id),
            "language": "tr",
            "texts-tr": "Devam ediyoruz.",
            "speaker_id": str(speaker.id),
            "off_record": "y",
        },
    )

    entry = db.session.scalars(select(Entry)).one()
    row = db.session.scalars(select(Attendance).where(Attendance.participant_id == speaker.id)).one()
    assert response.status_code == 302
    assert (entry.texts, entry.language, entry.on_record, entry.item_id) == (
        {"tr": "Devam ediyoruz."},
        "tr",
        False,
        item.id,
    )
    assert (row.presence, row.representative) == (Presence.REPRESENTED, "Deputy Kaya")


def test_the_sealed_record_prints_whom_a_deputy_represented(organizer: OwnClient) -> None:
    meeting = make.meeting()
    make.invitation(
        meeting, answer=Answer.DELEGATED, deputy_name="Ali Kaya", deputy_office="Secretary General"
    )
    minutes = service.begin(meeting)
    entry_service.add_entry(minutes, Written(EntryKind.NOTE, "en", make.texts("A note")), WRITER)
    clock.set_source(lambda: meeting.ends_at)
    service.approve(minutes, by="Chair")
    db.session.commit()
    clock.set_source(lambda: make.NOW)

    page = organizer.get(f"/meetings/{meeting.id}/minutes").text
    pdf = PdfReader(io.BytesIO(organizer.get(f"/meetings/{meeting.id}/minutes.pdf").data))

    said = "Ali Kaya, Secretary General, representing Mayor of Ankara en"
    assert said in page
    assert said in " ".join("".join(one.extract_text() for one in pdf.pages).split())


def test_a_deputy_who_was_never_accepted_is_no_attendance(app: Flask) -> None:
    from roundtable.invitations.rsvp import DeputyState

    meeting = make.meeting()
    make.invitation(
        meeting, answer=Answer.DELEGATED, deputy_name="Ali Kaya", deputy_state=DeputyState.PROPOSED
    )
    service.begin(meeting)
    db.session.commit()

    row = db.session.scalars(select(Attendance)).one()
    assert (row.presence, row.representative) == (Presence.ABSENT, "")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "statement", "language": "en", "texts-en": "Words"}, "Please choose who speaks."),
        ({"kind": "action", "language": "en", "texts-en": "Words"}, "Please choose who does it."),
        (
            {"kind": "note", "language": "tr", "texts-en": "Words"},
            "Please write the text in its original language.",
        ),
        ({"kind": "note", "language": "en"}, "Please fill in at least one language."),
        ({"kind": "poem", "language": "en", "texts-en": "Words"}, "Not a valid choice."),
    ],
)
def test_a_faulty_entry_keeps_its_words(organizer: OwnClient, data: dict[str, str], sentence: str) -> None:
    minutes = begun()

    response = organizer.post(f"/meetings/{minutes.meeting_id}/minutes/entries", data={"item_id": "", **data})

    assert response.status_code == 422
    assert sentence in response.text
    assert data.get("texts-en", "") in response.text


def test_two_people_at_one_entry_see_both_texts_and_nothing_is_overwritten(organizer: OwnClient) -> None:
    minutes = begun()
    entry = written(minutes)[4]
    address = f"/meetings/{minutes.meeting_id}/minutes/entries/{entry.id}"
    data = {"kind": "note", "item_id": "", "language": "en", "version": str(entry.version)}

    first = organizer.post(address, data={**data, "texts-en": "First writer"})
    second = organizer.post(address, data={**data, "texts-en": "Second writer"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "Somebody else has changed this entry" in second.text
    assert "First writer" in second.text
    assert "Second writer" in second.text
    assert entry.texts == {"en": "First writer"}


def test_approval_seals_the_record_against_every_verb(organizer: OwnClient) -> None:
    minutes = begun()
    entry = written(minutes)[0]
    meeting = minutes.meeting
    item = items_of(meeting)[0]

    organizer.post(f"/meetings/{meeting.id}/minutes/approve", data={"approved_by": "The Chair"})

    base = f"/meetings/{meeting.id}"
    assert minutes.is_sealed
    for address in (
        f"{base}/minutes/attendance",
        f"{base}/minutes/entries",
        f"{base}/minutes/entries/{entry.id}",
        f"{base}/minutes/entries/{entry.id}/move",
        f"{base}/minutes/entries/{entry.id}/remove",
        f"{base}/minutes/approve",
        f"{base}/agenda",
        f"{base}/agenda/{item.id}/move",
        f"{base}/agenda/{item.id}/remove",
        f"{base}/cancel",
    ):
        response = organizer.post(
            address,
            data={
                "kind": "topic",
                "titles-en": "T",
                "duration_minutes": "5",
                "approved_by": "Another",
                "direction": "up",
            },
        )
        assert response.status_code == 409, address
    sealed = from_json(minutes.sealed or {})
    assert len(list(sealed.entries())) == 5
    assert sealed.approved_by == "The Chair"


def test_the_hash_is_that_of_the_sealed_record_and_stands_on_the_pdf(organizer: OwnClient) -> None:
    minutes = begun()
    written(minutes)
    service.approve(minutes, by="The Chair")
    db.session.commit()

    pdf = PdfReader(io.BytesIO(organizer.get(f"/meetings/{minutes.meeting_id}/minutes.pdf?lang=de").data))

    assert content_hash(minutes.sealed or {}) == minutes.content_hash
    text = "".join(page.extract_text() for page in pdf.pages)
    assert minutes.content_hash in text.replace("\n", "")
    assert "Wir machen weiter." in text


def test_what_changes_later_does_not_change_a_sealed_record(app: Flask) -> None:
    minutes = begun()
    written(minutes)
    service.approve(minutes, by="The Chair")
    db.session.commit()
    before = record_of(minutes)

    speaker = participants_of(minutes.meeting.conference_id)[0]
    speaker.offices = make.texts("Somebody else")
    speaker.city.names = Texts({"en": "Renamed"})
    db.session.commit()

    assert record_of(minutes) == before


def test_a_record_without_entries_or_before_the_session_is_not_approved(app: Flask) -> None:
    minutes = begun()
    with pytest.raises(Refusal, match="nothing to approve"):
        service.approve(minutes, by="The Chair")

    written(minutes)
    early = minutes.meeting.starts_at - timedelta(minutes=1)
    clock.set_source(lambda: early)
    with pytest.raises(Refusal, match="has not begun"):
        service.approve(minutes, by="The Chair")


@pytest.mark.parametrize("role", [Role.PRESS_OFFICER, Role.OBSERVER])
def test_off_the_record_words_reach_no_reader_without_the_right(client: OwnClient, role: Role) -> None:
    minutes = begun()
    written(minutes)
    reader = make.user("reader@example.org")
    from roundtable.conferences.service import add_member

    add_member(minutes.meeting.conference, reader, role)
    db.session.commit()
    client.sign_in(reader)
    address = f"/meetings/{minutes.meeting_id}/minutes"
    draft = client.get(address)

    service.approve(minutes, by="The Chair")
    db.session.commit()
    pages = [client.get(address).text, client.get(f"/meetings/{minutes.meeting_id}/press").text]
    pdf = PdfReader(io.BytesIO(client.get(address + ".pdf").data))

    assert "We go on." not in draft.text
    assert "We go on." in pages[0]
    assert all(SECRET not in page for page in pages)
    assert SECRET not in "".join(page.extract_text() for page in pdf.pages)


def test_only_those_with_the_right_write_or_approve(client: OwnClient) -> None:
    minutes = begun()
    observer = make.user("observer@example.org")
    taker = make.user("taker@example.org")
    from roundtable.conferences.service import add_member

    add_member(minutes.meeting.conference, observer, Role.OBSERVER)
    add_member(minutes.meeting.conference, taker, Role.MINUTE_TAKER)
    db.session.commit()
    base = f"/meetings/{minutes.meeting_id}/minutes"

    client.sign_in(observer)
    assert client.post(base + "/entries", data={}).status_code == 403
    client.post("/sign-out")
    client.sign_in(taker)
    assert client.post(base + "/approve", data={"approved_by": "Me"}).status_code == 403
    assert client.post(base + "/entries", data={}).status_code == 422


def test_entries_move_among_their_own_item_only(app: Flask) -> None:
    minutes = begun()
    entries = written(minutes)

    entry_service.move_entry(entries[1], -1)
    db.session.commit()

    words = [one.original for one in record_of(minutes).entries()]
    assert words[:2] == [SECRET, "We go on."]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.dictionaries(st.text(), one)
    )
)
def test_the_hash_does_not_depend_on_the_order_of_keys(value: object) -> None:
    forwards = {"a": value, "b": 1}
    backwards = {"b": 1, "a": value}

    assert content_hash(forwards) == content_hash(backwards)


def test_nobody_finds_a_record_that_was_not_begun(organizer: OwnClient) -> None:
    meeting = make.table_of(2)

    assert "There is no record yet." in organizer.get(f"/meetings/{meeting.id}/minutes").text
    assert organizer.get(f"/meetings/{meeting.id}/minutes.pdf").status_code == 404
    assert minutes_of(meeting) is None


def test_a_city_that_stands_in_a_record_stays_on_the_guest_list(organizer: OwnClient) -> None:
    meeting = make.meeting()
    city = make.participant(meeting.conference)
    service.begin(meeting)
    db.session.commit()

    response = organizer.post(f"/conferences/{meeting.conference_id}/guests/{city.id}/remove")

    assert response.status_code == 409
    assert "stands in the record of a session" in response.text
    assert participants_of(meeting.conference_id) == [city]
