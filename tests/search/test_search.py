"""Searching: every spelling finds, and nobody finds what they may not read."""

from datetime import datetime

import make
import pytest
from conftest import OwnClient, counted_queries
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from roundtable import clock
from roundtable.accounts.models import User
from roundtable.conferences.models import Conference, Membership
from roundtable.conferences.roles import Role
from roundtable.db import Texts, db
from roundtable.guests.queries import participants_of
from roundtable.minutes import amendment_service, entry_service, queries, service
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import EntryKind
from roundtable.minutes.models import Minutes
from roundtable.search.queries import find
from roundtable.search.words import around, folded, marked, wanted

OPEN, SECRET = "İzmir ve Köln kardeş şehirdir.", "Iğdır'ın bütçesi gizlidir."


def written(of: Conference | None = None) -> Minutes:
    meeting = make.meeting(of, wall_time=datetime(2026, 9, 1, 11, 0))
    speaker = make.participant(meeting.conference)
    end = meeting.ends_at
    clock.set_source(lambda: end)
    minutes = service.begin(meeting)
    for words, on_record in ((OPEN, True), (SECRET, False)):
        statement = Written(
            EntryKind.STATEMENT, "tr", Texts({"tr": words}), speaker_id=speaker.id, on_record=on_record
        )
        entry_service.add_entry(minutes, statement, Writer("Writer"))
    db.session.commit()
    return minutes


def found(user: User, typed: str) -> list[str]:
    return [one.texts["tr"] for one in find(user, wanted(typed)).entries]


def member(of: Conference, role: Role) -> User:
    user = make.user(f"{role.value}@example.org")
    db.session.add(Membership(conference=of, user=user, role=role))
    db.session.commit()
    return user


@pytest.mark.parametrize(
    "typed", ["izmir", "IZMIR", "İZMİR", "ızmır", "koln", "Köl", "kardes sehir", "köln izmir"]
)
def test_every_spelling_finds(app: Flask, typed: str) -> None:
    written()

    assert found(make.user(), typed) == [OPEN]


@pytest.mark.parametrize(
    "typed", ["", "   ", '"', "AND", "izmir OR gizli", "NEAR(", "*", "'; DROP TABLE entry; --"]
)
def test_signs_and_words_of_the_query_language_are_only_words(organizer: OwnClient, typed: str) -> None:
    written()

    assert organizer.get("/search", query_string={"q": typed}).status_code == 200
    assert len(queries.entries_of(db.session.query(Minutes).one())) == 2


def test_drafts_and_confidences_are_found_by_who_keeps_the_record_only(app: Flask) -> None:
    minutes = written()
    conference = minutes.meeting.conference
    stranger = make.user("stranger@example.org")
    others = [member(conference, role) for role in (Role.PRESS_OFFICER, Role.OBSERVER)]
    taker = member(conference, Role.MINUTE_TAKER)

    assert [found(one, "gizli") for one in (taker, *others, stranger)] == [[SECRET], [], [], []]
    assert [found(one, "izmir") for one in (taker, *others, stranger)] == [[OPEN], [], [], []]
    service.approve(minutes, by="Chair")
    db.session.commit()
    assert [found(one, "gizli") for one in (taker, *others, stranger)] == [[SECRET], [], [], []]
    assert [found(one, "izmir") for one in (taker, *others, stranger)] == [[OPEN], [OPEN], [OPEN], []]


def test_what_was_changed_or_taken_out_is_found_by_its_present_words(app: Flask) -> None:
    minutes = written()
    first, second = queries.entries_of(minutes)
    changed = Written(EntryKind.STATEMENT, "tr", Texts({"tr": "Trabzon"}), speaker_id=first.speaker_id)
    entry_service.change_entry(first, changed, Writer("W"), version=first.version)
    entry_service.remove_entry(second, Writer("W"))
    db.session.commit()

    assert [found(make.user(), typed) for typed in ("izmir", "trabzon", "gizli")] == [[], ["Trabzon"], []]


def test_the_words_of_an_amendment_are_found_too(app: Flask) -> None:
    minutes = written()
    service.approve(minutes, by="Chair")
    entry = queries.entries_of(minutes)[0]
    amendment_service.amend(minutes, entry.id, Texts({"tr": "Bursa"}), make.texts("Why"), by="Ada")
    db.session.commit()

    assert found(make.user(), "bursa") == [OPEN]


def test_the_search_asks_the_database_as_often_for_many_entries(organizer: OwnClient) -> None:
    minutes = written()
    guest = participants_of(minutes.meeting.conference_id)[0]
    counts = []
    for size in (1, 20):
        for number in range(size):
            statement = Written(
                EntryKind.STATEMENT, "tr", Texts({"tr": f"Ortak söz {number}"}), speaker_id=guest.id
            )
            entry_service.add_entry(minutes, statement, Writer("W"))
        db.session.commit()
        organizer.get("/search?q=ortak")
        with counted_queries() as statements:
            page = organizer.get("/search?q=ortak")
        counts.append(len(statements))

    assert page.text.count("Ortak söz") >= 20
    assert counts[0] == counts[1]


@given(st.text(max_size=200), st.text(max_size=40))
def test_what_is_shown_around_a_word_is_of_the_text(words: str, typed: str) -> None:
    shown = around(words, wanted(typed), 60)

    assert shown.removeprefix("… ").removesuffix(" …") in words or len(words) <= 60
    assert all(part.isalnum() or "_" in part for part in folded(words).split())


def test_the_index_is_rebuilt_by_the_migration_in_the_same_folding(app: Flask) -> None:
    conference_id = written().meeting.conference_id

    kept = db.session.execute(text("SELECT words FROM entry_words ORDER BY rowid")).scalars().all()

    assert kept == [" ".join(marked(folded(one), conference_id)) for one in (OPEN, SECRET)]


@pytest.mark.parametrize("typed", ["_", "__ _", "- '", "²", "½ ²"])
def test_signs_alone_find_nothing_and_are_no_fault(app: Flask, typed: str) -> None:
    user = make.user()
    written()

    assert found(user, typed) == []


def test_a_word_is_looked_up_in_ones_own_conferences_only(app: Flask) -> None:
    """Conference 1 is not found where 11 is asked for, nor by words that look like a mark."""
    made = [written() for _ in range(11)]
    last = make.user("last@example.org")
    db.session.add(Membership(conference=made[10].meeting.conference, user=last, role=Role.ORGANIZER))
    db.session.commit()

    assert found(last, "izmir") == [OPEN]
    assert [one.minutes_id for one in find(last, wanted("izmir")).entries] == [made[10].id]
    assert found(last, f"c{made[0].meeting.conference_id}zizmir") == []
    assert find(last, wanted("izmir"), made[0].meeting.conference_id).entries == []
