"""Whole letters, as a secretary reads them. To accept new words: ROUNDTABLE_TEST_ACCEPT=1."""

import os
import re
from datetime import datetime, timedelta
from email import message_from_bytes
from functools import partial
from pathlib import Path

import make
import pytest
from conftest import OwnClient
from flask import Flask

from roundtable import clock
from roundtable.actions.jobs import remind_about_actions
from roundtable.agenda import service as agenda
from roundtable.agenda.kinds import ItemKind
from roundtable.agenda_page import release_service
from roundtable.circulation import service as circulation
from roundtable.clearance import service as clearance
from roundtable.conferences import service as conferences
from roundtable.conferences.models import Conference
from roundtable.conferences.roles import BodyRole, DeputyRule
from roundtable.db import Texts, db
from roundtable.guests.models import Contact
from roundtable.guests.queries import participants_of
from roundtable.invitations import (
    answer_service,
    contact_service,
    deputy_service,
    jobs,
    letter_kinds,
    letters,
    link_service,
    queries,
    reminder_service,
    samples,
    service,
    wording,
)
from roundtable.invitations.changes import Change
from roundtable.invitations.letters import Saying
from roundtable.invitations.mailboxes import Mailbox
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer
from roundtable.languages import speaking
from roundtable.mail.delivery import people_for
from roundtable.mail.filling import PLACEHOLDER, as_bytes, owners_in
from roundtable.mail.outbox import Draft
from roundtable.minutes import entry_service
from roundtable.minutes import service as minutes_service
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import EntryKind, RemarkState
from roundtable.press import block_service as press
from roundtable.scheduling import asking_service, settle_service
from roundtable.scheduling import letters as poll_letters
from roundtable.scheduling import queries as polls
from roundtable.scheduling import reminder_service as poll_reminders
from roundtable.scheduling import service as scheduling
from roundtable.scheduling.asking_service import search_about
from roundtable.scheduling.choices import PollStage

pytestmark = pytest.mark.one_database

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


GUEST_KINDS = [*letter_kinds.KINDS]
POLL_KINDS = ["poll", "poll-option", "poll-reminder"]
RECORD_KINDS = [
    "minutes",
    "minutes-answer",
    "minutes-approved",
    "action-reminder",
    "quote",
    "quote-reminder",
]
WITH_TIME = [kind for kind in GUEST_KINDS if kind not in {"link-again", *POLL_KINDS}]


def _draft(kind: str, one: Invitation) -> Draft:
    about, box = queries.occasion(one.meeting), Mailbox((make.contact_of(one),))
    language = box.language
    if kind == "link-again":
        conference = one.meeting.conference
        return letters.link_letter(conference, box, about.sender_name(language), about.bodies, None)
    if kind in POLL_KINDS:
        search = search_about(make.poll(one.meeting.conference))
        starts = [option.starts_at for option in polls.options_of(search.poll)]
        return poll_letters.compose(kind, search, box, starts)
    if kind == "notice":
        said = Saying(
            words={"said_by": "Özel Kalem"}, answer=letters.said_of(one, about.conference.languages[0])
        )
        return letters.notice(about, one, said, "https://roundtable.example.org/meetings/1")
    if kind == "agenda":
        change = Change(
            "Your statement", "13:20 Istanbul · 12:20 Berlin, 3 min", "13:26 Istanbul · 12:26 Berlin, 3 min"
        )
        return letters.compose(letter_kinds.KINDS[kind], about, box, Saying(changes=[change]))
    if kind == "change":
        old = about.told()
        one.meeting.arrange(one.meeting.titles, datetime(2026, 10, 27, 14, 30), "Europe/Istanbul", 60)
        said = Saying(changes_since=old, next=letters.after_change(about, language, asks_again=True))
        return letters.compose(letter_kinds.KINDS[kind], about, box, said)
    return letters.compose(letter_kinds.KINDS[kind], about, box, _saying(kind, one, language))


def _saying(kind: str, one: Invitation, language: str) -> Saying:
    if kind in RECORD_KINDS:
        with speaking(language):
            return samples.sample_saying(queries.occasion(one.meeting), letter_kinds.KINDS[kind], language)
    return Saying(
        words={
            "said_by": "Özel Kalem",
            "deputy": "Ali Kaya, Genel Sekreter",
            "reason": "Yalnızca başkanlar.",
        },
        answer=letters.said_of(one, language),
        next=letters.after_answer(one, language, in_calendar=True) if kind == "confirmation" else (),
    )


@pytest.mark.parametrize("language", ["en", "de", "tr"])
@pytest.mark.parametrize("kind", [*GUEST_KINDS, "notice"])
def test_the_letter_reads_exactly_so(app: Flask, kind: str, language: str) -> None:
    draft = _draft(kind, _invitation(language))
    # The address of the page ends with the number of the session, which differs from run to run.
    found = re.sub(r"/meetings/\d+", "/meetings/1", f"{draft.subject}\n\n{draft.text}")
    found = re.sub(r"/polls/\d+", "/polls/1", found)
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
    found = letter_kinds.KINDS[kind]

    wording.check(found, found.subject, "\n\n".join(found.body))


def test_the_html_needs_no_style_sheet_script_or_picture_from_elsewhere(app: Flask) -> None:
    html = _draft("invitation", _invitation("de")).html

    assert 'style="' in html
    # What cannot be said inline stays: dark mode, and the width for Outlook on Windows.
    assert "@media (prefers-color-scheme: dark)" in html
    assert "<!--[if mso]>" in html
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


def _everything_that_can_be_sent(client: OwnClient) -> None:
    """Let three cities live through every kind of letter."""
    meeting = make.meeting(deputies=DeputyRule.NEEDS_APPROVAL)
    for name in ("Ankara", "Bursa", "Izmir"):
        make.contact(make.participant(meeting.conference, name))
    service.invite(meeting)
    statements = make.item(meeting, 10, ItemKind.ROUND, "Statements")
    agenda.set_round(statements, agenda.speakers_of(meeting), 3)
    release_service.release(meeting, release_service.Whom.CONCERNED, by="A")
    db.session.commit()
    first, second, third = db.session.query(Invitation).order_by(Invitation.id).all()

    def sends_deputy(one: Invitation, name: str) -> None:
        data = {"answer": "delegated", "deputy_name": "D", "deputy_email": f"deputy@{name}.example.org"}
        client.post(make.link(one), data=data)

    for one, name in ((first, "ankara"), (second, "bursa")):
        sends_deputy(one, name)
    deputy_service.accept_deputy(first, by="A")
    deputy_service.refuse_deputy(second, by="A", reason="R")
    db.session.commit()
    client.post(make.link(third), data={"answer": "tentative", "sure_by": "2026-09-20"})
    answer_service.ask_about_reply(third, make.contact_of(third), Answer.ACCEPTED, key="q")
    reminder_service.remind_by_hand(meeting, {second.id, third.id})
    db.session.commit()
    closes = meeting.answers_close_at
    assert closes is not None
    for moment in (
        closes - timedelta(days=5),
        closes - timedelta(days=1),
        meeting.starts_at - timedelta(hours=2),
    ):
        clock.set_source(partial(max, moment, moment))
        jobs.remind()
    clock.set_source(lambda: make.NOW)
    link_service.ask_for_link("office@izmir.example.org")
    db.session.commit()
    jobs.answer_link_requests()
    fourth = make.participant(meeting.conference, "Kiel", "DE")
    leaving = make.contact(fourth)
    service.invite(meeting)
    db.session.commit()
    last = db.session.query(Invitation).filter_by(participant_id=fourth.id).one()
    client.post(make.link(last), data={"answer": "accepted"})
    contact_service.remove_contact(leaving)
    meeting.arrange(meeting.titles, datetime(2026, 10, 27, 13, 0), "Europe/Istanbul", 90)
    service.tell_changes(meeting)
    service.cancel(meeting)
    db.session.commit()
    _every_letter_of_a_poll(meeting.conference)
    _every_letter_of_the_record()


def _every_letter_of_the_record() -> None:
    meeting = make.meeting(wall_time=datetime(2026, 9, 1, 12, 0))
    for name in ("Konya", "Kiel"):
        city = make.participant(meeting.conference, name)
        make.contact(city)
        make.invitation(meeting, city)
    minutes = minutes_service.begin(meeting)
    owner = participants_of(meeting.conference_id)[0]
    invite = Written(EntryKind.ACTION, "en", make.texts("Invite"), owner_id=owner.id, due_on=make.NOW.date())
    entry = entry_service.add_entry(minutes, invite, Writer("W"))
    said = Written(EntryKind.STATEMENT, "en", make.texts("We go on"), speaker_id=owner.id)
    statement = entry_service.add_entry(minutes, said, Writer("W"))
    how = circulation.Circulation(make.NOW + timedelta(days=3), by_silence=True)
    circulation.circulate(minutes, how, by="A")
    contact = db.session.query(Contact).filter_by(participant_id=owner.id).one()
    remark = circulation.remark(minutes, contact, circulation.Said(entry.id, True, "T", "", "en"))
    circulation.answer(remark, RemarkState.REFUSED, "No.", takes_words=False, by="A")
    circulation.approve(minutes, by="Chair")
    db.session.commit()
    assert remind_about_actions() == 1
    summary = press.begin(meeting, by="P")
    db.session.flush()
    quote = press.add_quote(summary, statement.id, by="P")
    db.session.flush()
    request = clearance.ask(quote, answer_by=make.NOW + timedelta(days=3), by="P")
    clock.set_source(lambda: make.NOW + timedelta(days=1))
    clearance.remind(request)
    db.session.commit()


def _every_letter_of_a_poll(conference: Conference) -> None:
    poll = make.poll(conference)
    poll.stage = PollStage.DRAFT
    for option in polls.options_of(poll):
        option.announced_at = None
    asking_service.ask(poll)
    scheduling.add_options(poll, [datetime(2026, 12, 1, 11, 0)])
    db.session.flush()
    asking_service.ask(poll)
    poll_reminders.remind_by_hand(poll)
    settle_service.settle(polls.options_of(poll)[0])
    db.session.commit()


def test_no_foreign_address_stands_anywhere_in_any_kind_of_letter(app: Flask, client: OwnClient) -> None:
    _everything_that_can_be_sent(client)
    letters_sent = [one for one in make.outbox() if one.kind != "notice"]
    # A deputy who has left is no longer there to be looked up; its invitation is dropped at sending.
    found = {one.id: one for one in letters_sent if set(people_for([one])) >= owners_in(one)}

    assert {one.kind for one in letters_sent} == set(letter_kinds.KINDS)
    for letter in found.values():
        content, recipient = as_bytes(letter, people_for([letter]), app.config["ROUNDTABLE"])
        message = message_from_bytes(content)
        own_numbers = {"Message-ID", "In-Reply-To", "References"}
        head = str([value for name, value in message.items() if name not in own_numbers])
        whole = head + "".join(
            bytes(part.get_payload(decode=True)).decode("utf-8", "replace").replace("\r\n ", "")
            for part in message.walk()
            if not part.is_multipart()
        )
        addresses = set(re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.example\.org", whole))
        assert addresses <= {recipient, "invitations@roundtable.example.org"}, (letter.kind, addresses)
        assert message["Cc"] is None
        assert message["Bcc"] is None
        assert len(message.get_all("To", [])) == 1
