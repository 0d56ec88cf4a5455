import io
from datetime import timedelta
from typing import Any

import make
import pytest
from conftest import OwnClient, counted_queries
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select

from roundtable.agenda.kinds import ItemKind
from roundtable.agenda.models import AgendaItem, SpeakingSlot
from roundtable.agenda.queries import agenda_of, items_of
from roundtable.agenda.timing import minutes_over, running_order
from roundtable.db import db
from roundtable.guests.roles import ParticipantRole


@given(st.lists(st.integers(0, 300), max_size=30))
def test_every_item_begins_when_the_one_before_it_ends(minutes: list[int]) -> None:
    order = running_order(make.NOW, minutes)

    ends = [make.NOW, *(stretch.ends_at for stretch in order)]
    assert [stretch.starts_at for stretch in order] == ends[:-1]
    assert ends[-1] == make.NOW + timedelta(minutes=sum(minutes))


def test_the_budget_counts_what_is_over_and_what_is_left() -> None:
    ends_at = make.NOW + timedelta(minutes=90)

    assert minutes_over(running_order(make.NOW, [60, 45]), make.NOW, ends_at) == 15
    assert minutes_over(running_order(make.NOW, [60]), make.NOW, ends_at) == -30
    assert minutes_over([], make.NOW, ends_at) == -90


def test_a_statement_round_gives_every_seat_its_minutes(organizer: OwnClient) -> None:
    meeting = make.meeting()
    for name in ("Ankara", "Berlin", "Bursa"):
        make.participant(meeting.conference, name)
    make.participant(meeting.conference, "Brussels", role=ParticipantRole.OBSERVER)
    make.item(meeting, 10)
    db.session.commit()

    response = organizer.post(
        f"/meetings/{meeting.id}/agenda",
        data={"kind": "round", "titles-en": "Statements", "minutes_each": "4"},
    )

    assert response.status_code == 302
    _, statements = agenda_of(meeting)
    assert statements.item.duration_minutes == 12
    assert [slot.participant.city.names["en"] for slot, _ in statements.slots] == [
        "Ankara",
        "Berlin",
        "Bursa",
    ]
    begins = [time.starts_at - meeting.starts_at for _, time in statements.slots]
    assert begins == [timedelta(minutes=minutes) for minutes in (10, 14, 18)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "topic", "titles-en": "T"}, "Please enter the minutes."),
        ({"kind": "round", "titles-en": "T"}, "Please enter the minutes."),
        ({"kind": "round", "titles-en": "T", "minutes_each": "3"}, "Nobody can speak yet"),
        ({"kind": "topic", "duration_minutes": "5"}, "Please fill in at least one language."),
        ({"kind": "topic", "titles-en": "T", "duration_minutes": "0"}, "Please enter 1 to 1440 minutes."),
    ],
)
def test_a_faulty_item_is_refused(organizer: OwnClient, data: dict[str, str], sentence: str) -> None:
    meeting = make.meeting()
    db.session.commit()

    response = organizer.post(f"/meetings/{meeting.id}/agenda", data=data)

    assert response.status_code == 422
    assert sentence in response.text
    assert db.session.scalars(select(AgendaItem)).all() == []


def test_items_and_speakers_move_and_times_follow(organizer: OwnClient) -> None:
    meeting = make.table_of(3)
    _, statements = items_of(meeting)
    slot = db.session.scalars(select(SpeakingSlot).order_by(SpeakingSlot.position.desc()).limit(1)).one()

    organizer.post(f"/meetings/{meeting.id}/agenda/{statements.id}/move", data={"direction": "up"})
    organizer.post(
        f"/meetings/{meeting.id}/agenda/{statements.id}/slots/{slot.id}/move", data={"direction": "up"}
    )

    first, second = agenda_of(meeting)
    assert first.item.id == statements.id
    assert second.time.starts_at == meeting.starts_at + timedelta(minutes=3)
    assert [one.participant.city.names["en"] for one, _ in first.slots] == [
        "City 000",
        "City 002",
        "City 001",
    ]


def test_a_round_that_becomes_a_topic_loses_its_slots(organizer: OwnClient) -> None:
    meeting = make.table_of(3)
    _, statements = items_of(meeting)

    organizer.post(
        f"/meetings/{meeting.id}/agenda/{statements.id}",
        data={"kind": "topic", "titles-en": "Debate", "duration_minutes": "20"},
    )

    assert db.session.scalars(select(SpeakingSlot)).all() == []
    assert items_of(meeting)[1].kind is ItemKind.TOPIC


def test_the_agenda_shows_every_zone_at_the_table(organizer: OwnClient) -> None:
    meeting = make.table_of(4)
    make.participant(meeting.conference, "Tokyo", "JP", zone="Asia/Tokyo")
    db.session.commit()

    page = organizer.get(f"/meetings/{meeting.id}/agenda?lang=tr").text

    assert "13:00 İstanbul · 12:00 Berlin · 19:00 Tokyo" in page


def test_the_agenda_pdf_holds_both_times_on_one_tagged_page(organizer: OwnClient) -> None:
    meeting = make.table_of(20)

    response = organizer.get(f"/meetings/{meeting.id}/agenda.pdf?lang=tr")

    reader = PdfReader(io.BytesIO(response.data))
    root: Any = reader.trailer["/Root"]
    text = reader.pages[0].extract_text()
    assert len(reader.pages) == 1
    assert root["/Lang"] == "tr"
    assert root["/MarkInfo"]["/Marked"]
    for words in ("Round Table tr", "20 Ekim 2026 Salı", "İstanbul", "Berlin", "13:00", "12:00", "City 019"):
        assert words in text


def test_the_agenda_asks_the_database_as_often_for_twenty_as_for_three(organizer: OwnClient) -> None:
    counts = []
    for size in (3, 20):
        meeting = make.table_of(size)
        with counted_queries() as statements:
            organizer.get(f"/meetings/{meeting.id}/agenda")
        counts.append(len(statements))

    assert counts[0] == counts[1]
