"""Whole letters, as a secretary reads them. To accept new words: ROUNDTABLE_TEST_ACCEPT=1."""

import os
import re
from datetime import datetime
from pathlib import Path

import make
import pytest
from conftest import OwnClient
from flask import Flask

from roundtable.conferences import service as conferences
from roundtable.conferences.roles import BodyRole
from roundtable.db import Texts, db
from roundtable.invitations import letters, queries, service, wording
from roundtable.invitations.letters import Saying
from roundtable.invitations.mailboxes import Mailbox
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer
from roundtable.mail.filling import PLACEHOLDER
from roundtable.mail.outbox import Draft

FOLDER = Path(__file__).parent.parent / "letters"


def _invitation(language: str, answer: Answer = Answer.ACCEPTED) -> Invitation:
    conference = make.conference(
        titles=Texts({"en": "Sister Cities", "de": "Städtetag", "tr": "Kardeş Şehirler"})
    )
    conferences.add_body(
        conference,
        Texts({"en": "Union of Cities", "de": "Städtebund", "tr": "Belediyeler Birliği"}),
        BodyRole.HOST,
        Texts(),
    )
    titles = Texts({"en": "Round Table", "de": "Runder Tisch", "tr": "Yuvarlak Masa"})
    offices = Texts(
        {
            "en": "Mayor of Ankara",
            "de": "Oberbürgermeister von Ankara",
            "tr": "Ankara Büyükşehir Belediye Başkanı",
        }
    )
    participant = make.participant(conference, "Ankara", offices=offices)
    make.participant(conference, "Berlin", "DE")
    make.contact(participant, language=language, name="Özel Kalem")
    return make.invitation(make.meeting(conference, titles=titles), participant, answer=answer)


GUEST_KINDS = [*wording.KINDS]
WITH_TIME = [kind for kind in GUEST_KINDS if kind != "link-again"]


def _draft(kind: str, one: Invitation) -> Draft:
    about, box = queries.occasion(one.meeting), Mailbox((make.contact_of(one),))
    language = box.language
    if kind == "link-again":
        conference = one.meeting.conference
        return letters.link_letter(conference, box, about.sender_name(language), about.bodies, None)
    if kind == "notice":
        said = Saying(
            words={"said_by": "Özel Kalem"}, answer=letters.said_of(one, about.conference.languages[0])
        )
        return letters.notice(about, one, said, "https://roundtable.example.org/meetings/1")
    if kind == "change":
        old = about.told()
        one.meeting.arrange(one.meeting.titles, datetime(2026, 10, 27, 14, 30), "Europe/Istanbul", 60)
        said = Saying(changes_since=old, next=letters.after_change(about, language, asks_again=True))
        return letters.compose(wording.KINDS[kind], about, box, said)
    saying = Saying(
        words={
            "said_by": "Özel Kalem",
            "deputy": "Ali Kaya, Genel Sekreter",
            "reason": "Yalnızca başkanlar.",
        },
        answer=letters.said_of(one, language),
        next=letters.after_answer(one, language, in_calendar=True) if kind == "confirmation" else (),
    )
    return letters.compose(wording.KINDS[kind], about, box, saying)


@pytest.mark.parametrize("language", ["en", "de", "tr"])
@pytest.mark.parametrize("kind", [*GUEST_KINDS, "notice"])
def test_the_letter_reads_exactly_so(app: Flask, kind: str, language: str) -> None:
    draft = _draft(kind, _invitation(language))
    # The address of the page ends with the number of the session, which differs from run to run.
    found = re.sub(r"/meetings/\d+", "/meetings/1", f"{draft.subject}\n\n{draft.text}")
    found = re.sub(rf"{PLACEHOLDER}/\d+", f"{PLACEHOLDER}/1", found)

    file = FOLDER / f"{kind}.{language}.txt"
    if os.environ.get("ROUNDTABLE_TEST_ACCEPT"):
        file.write_text(found, "utf-8")
    assert found == file.read_text("utf-8")


@pytest.mark.parametrize("kind", [*WITH_TIME, "notice"])
@pytest.mark.parametrize("language", ["en", "de", "tr"])
def test_both_times_stand_in_subject_text_and_html(app: Flask, kind: str, language: str) -> None:
    draft = _draft(kind, _invitation(language))
    city = "İstanbul" if language == "tr" and kind != "notice" else "Istanbul"

    for place in (draft.subject, draft.text, draft.html):
        assert city in place
        assert "Berlin" in place


@pytest.mark.parametrize("kind", GUEST_KINDS)
def test_every_placeholder_of_the_programs_own_words_is_allowed_and_every_needed_one_there(kind: str) -> None:
    found = wording.KINDS[kind]

    wording.check(found, found.subject, "\n\n".join(found.body))


def test_the_html_needs_no_style_sheet_script_or_picture_from_elsewhere(app: Flask) -> None:
    html = _draft("invitation", _invitation("de")).html

    assert 'style="' in html
    assert not re.search(r"<(script|link|img|iframe)", html)
    assert set(re.findall(r'(?:href|src)="(https?://[^/"]+)', html)) == {PLACEHOLDER}


def test_no_other_guests_address_stands_in_a_letter(client: OwnClient) -> None:
    meeting = make.meeting()
    for name in ("Ankara", "Bursa", "Izmir"):
        make.contact(make.participant(meeting.conference, name))
    service.invite(meeting)
    db.session.commit()
    for one in db.session.query(Invitation).all():
        client.post(make.link(one), data={"answer": "accepted"})

    for letter in make.outbox():
        whole = f"{letter.subject}{letter.text}{letter.html}{letter.calendar}"
        found = set(re.findall(r"office@\w+\.example\.org", whole))
        assert found <= {letter.recipient_email}


def test_names_with_html_in_them_stay_text(app: Flask) -> None:
    one = _invitation("en")
    one.participant.person = "<img src=x onerror=alert(1)>"

    draft = _draft("invitation", one)

    assert "<img" not in draft.html
    assert "<img src=x onerror=alert(1)>" in draft.text
