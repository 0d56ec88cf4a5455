"""Organizers word the letters; what a letter needs stays in it."""

import re

import make
import pytest
from conftest import OwnClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from roundtable.conferences.models import Conference, Meeting
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.invitations import service, wording
from roundtable.invitations.letter_kinds import KINDS
from roundtable.invitations.models import Wording
from roundtable.invitations.wording import Part

pytestmark = pytest.mark.one_database

BODY = "Hello,\n\nplease come, {who}.\n\n{when}\n\n{link}\n\nBy {deadline}, please."
INVITATION = KINDS["invitation"]


def _conference() -> Conference:
    meeting = make.meeting()
    make.contact(make.participant(meeting.conference))
    make.participant(meeting.conference, "Berlin", "DE")
    db.session.commit()
    return meeting.conference


def _address(conference: Conference, kind: str = "invitation", language: str = "en") -> str:
    return f"/conferences/{conference.id}/letters/{kind}/{language}"


def test_the_conferences_own_words_go_out_in_its_language_alone(organizer: OwnClient) -> None:
    conference = _conference()
    german = make.contact(make.participant(conference, "Bonn", "DE"), language="de")
    db.session.commit()

    saved = organizer.post(
        _address(conference), data={"subject": "Come: {title}, {when}", "body": BODY, "version": "0"}
    )
    meeting = db.session.scalars(select(Meeting)).one()
    service.invite(meeting)

    assert saved.status_code == 302
    english, other = make.outbox()
    assert english.subject == "Come: Round Table en, Tue 20 Oct, 13:00 Istanbul · 12:00 Berlin"
    assert "please come, Mayor of Ankara en." in english.text
    assert "13:00 – 14:30  Istanbul" in english.text
    assert other.recipient_email == german.email
    assert "Sehr geehrte Damen und Herren" in other.text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (BODY.replace("{link}", ""), "The letter needs these placeholders: {link}."),
        (BODY.replace("{when}", "{whenever}"), "There are no such placeholders: {whenever}."),
        (BODY + "\n\n{", "A brace stands alone."),
        (BODY + "\n\n{changes}", "There are no such placeholders: {changes}."),
        ("", "Please fill in this field."),
        ("x" * 5000, "Please use at most 4000 characters."),
    ],
)
def test_words_that_cannot_be_used_are_refused_and_kept_on_the_page(
    organizer: OwnClient, body: str, says: str
) -> None:
    conference = _conference()

    response = organizer.post(_address(conference), data={"subject": "S", "body": body, "version": "0"})

    assert response.status_code == 422
    assert says in response.text
    assert body[:20] in response.text
    assert db.session.scalars(select(Wording)).all() == []


def test_two_organizers_never_overwrite_each_other(organizer: OwnClient) -> None:
    conference = _conference()
    first = organizer.post(_address(conference), data={"subject": "S", "body": BODY, "version": "0"})
    second = organizer.post(_address(conference), data={"subject": "T", "body": BODY, "version": "0"})
    third = organizer.post(_address(conference), data={"subject": "U", "body": BODY, "version": "1"})

    assert [one.status_code for one in (first, second, third)] == [302, 409, 302]
    assert db.session.scalars(select(Wording.subject)).all() == ["U"]


def test_the_preview_shows_true_data_and_stores_nothing(organizer: OwnClient) -> None:
    conference = _conference()
    data = {"subject": "S", "body": BODY, "version": "0"}

    page = organizer.post(_address(conference) + "/preview", data=data)

    assert "please come, Mayor of Ankara en." in page.text
    assert "12:00 – 13:30" in page.text
    assert "personal-link.invalid" not in page.text
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert db.session.scalars(select(Wording)).all() == []
    broken = organizer.post(_address(conference) + "/preview", data={**data, "body": "{"})
    assert "A brace stands alone." in broken.text


@pytest.mark.parametrize("kind", [*KINDS])
@pytest.mark.parametrize("language", ["en", "de", "tr"])
def test_every_kind_can_be_seen_before_anything_is_worded(
    organizer: OwnClient, kind: str, language: str
) -> None:
    conference = _conference()

    editor = organizer.get(_address(conference, kind, language))
    preview = organizer.get(_address(conference, kind, language) + "/preview")

    assert (editor.status_code, preview.status_code) == (200, 200)
    assert not re.search(r"\{\w+\}", preview.text.partition("<body")[2])


def test_going_back_to_the_programs_own_words(organizer: OwnClient) -> None:
    conference = _conference()
    organizer.post(_address(conference), data={"subject": "S", "body": BODY, "version": "0"})

    organizer.post(_address(conference) + "/forget")

    assert db.session.scalars(select(Wording)).all() == []


@pytest.mark.parametrize("address", ["/nothing/en", "/invitation/fr", "/notice/en"])
def test_there_are_no_other_letters_to_word(organizer: OwnClient, address: str) -> None:
    conference = _conference()

    assert organizer.get(f"/conferences/{conference.id}/letters{address}").status_code == 404


def test_a_paragraph_with_nothing_to_say_is_left_out() -> None:
    found = wording.expand(
        "A {who}.\n\nBy {deadline}.\n\n{when}\n\n{next}", {"who": "X", "deadline": ""}, {"when": 1}
    )

    assert found == [Part(lines=("A X.",)), Part(block="when")]


@given(st.text(), st.text())
def test_no_value_is_ever_read_as_a_placeholder_or_a_format(value: str, other: str) -> None:
    found = wording.fill("{who} and {title}", {"who": value, "title": other})

    assert found == f"{value} and {other}"


@given(st.text())
def test_any_text_is_either_usable_or_refused_with_a_sentence(body: str) -> None:
    try:
        wording.check(INVITATION, "S", body)
    except Refusal:
        return
    assert {"when", "link"} <= wording.placeholders_in(body)
