"""Deputies: an own link, an own letter, the seat, and the way back."""

import make
import pytest
from conftest import OwnClient
from sqlalchemy import select

from roundtable.conferences.roles import DeputyRule
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.models import Contact
from roundtable.guests.queries import token_of
from roundtable.invitations import deputy_service, service
from roundtable.invitations.models import AnswerGiven, Invitation
from roundtable.invitations.queries import may_come_in
from roundtable.invitations.rsvp import Answer, DeputyState, may_join

DEPUTY = {
    "answer": "delegated",
    "deputy_name": "Ali Kaya",
    "deputy_office": "Secretary General",
    "deputy_email": "kaya@ankara.example.org",
    "deputy_language": "tr",
}


def _deputy() -> Contact | None:
    return db.session.scalar(select(Contact).where(Contact.is_deputy))


def _page_of(contact: Contact, one: Invitation) -> str:
    return f"/g/{token_of(contact)}/meetings/{one.meeting_id}"


def test_a_deputy_gets_an_own_letter_link_and_seat_and_the_office_loses_the_door(client: OwnClient) -> None:
    one = make.invitation()
    client.post(make.link(one), data={"answer": "accepted"})
    assert may_come_in(make.contact_of(one), one)

    client.post(make.link(one), data=DEPUTY)

    deputy = _deputy()
    assert deputy is not None
    assert (deputy.name, deputy.language, deputy.may_answer) == ("Ali Kaya", "tr", False)
    assert may_come_in(deputy, one)
    assert not may_come_in(make.contact_of(one), one)
    letter = next(letter for letter in make.outbox() if letter.kind == "deputy")
    assert (letter.recipient_email, letter.language, letter.calendar_method) == (
        "kaya@ankara.example.org",
        "tr",
        "REQUEST",
    )
    # The office's own entry goes: somebody else sits there now.
    assert [x.calendar_method for x in make.outbox() if x.kind == "confirmation"] == ["REQUEST", "CANCEL"]
    page = client.get(_page_of(deputy, one)).text
    assert "Temsil" in page or "temsil" in page
    assert 'name="answer"' not in page


def test_a_deputys_link_opens_nothing_else(client: OwnClient) -> None:
    one = make.invitation()
    other = make.invitation(make.meeting(one.meeting.conference), one.participant)
    client.post(make.link(one), data=DEPUTY)
    deputy = _deputy()
    assert deputy is not None

    assert client.get(_page_of(deputy, one)).status_code == 200
    assert client.get(_page_of(deputy, other)).status_code == 404
    assert client.post(_page_of(deputy, one), data={"answer": "declined"}).status_code == 403


def test_an_office_that_comes_after_all_ends_the_deputys_link_and_says_so(client: OwnClient) -> None:
    one = make.invitation()
    client.post(make.link(one), data=DEPUTY)
    deputy = _deputy()
    assert deputy is not None
    page = _page_of(deputy, one)

    client.post(make.link(one), data={"answer": "accepted"})

    assert _deputy() is None
    assert client.get(page).status_code == 404
    farewell = next(letter for letter in make.outbox() if letter.kind == "deputy-withdrawn")
    assert (farewell.recipient_email, farewell.calendar_method, farewell.link_owner) == (
        "kaya@ankara.example.org",
        "CANCEL",
        None,
    )
    assert "Ankara" in farewell.text


def test_the_same_deputy_named_twice_is_written_to_once(client: OwnClient) -> None:
    one = make.invitation()

    client.post(make.link(one), data=DEPUTY)
    client.post(make.link(one), data={**DEPUTY, "note": "Once more."})

    assert len([letter for letter in make.outbox() if letter.kind == "deputy"]) == 1
    assert not [letter for letter in make.outbox() if letter.kind == "deputy-withdrawn"]
    assert one.note == "Once more."


def test_another_deputy_takes_the_place_of_the_first(client: OwnClient) -> None:
    one = make.invitation()

    client.post(make.link(one), data=DEPUTY)
    other = {**DEPUTY, "deputy_name": "Ayşe Ak", "deputy_email": "ak@ankara.example.org"}
    client.post(make.link(one), data=other)

    told = [(x.kind, x.recipient_email) for x in make.outbox() if x.kind.startswith("deputy")]
    assert told == [
        ("deputy", "kaya@ankara.example.org"),
        ("deputy-withdrawn", "kaya@ankara.example.org"),
        ("deputy", "ak@ankara.example.org"),
    ]


def test_a_deputy_of_the_same_office_keeps_the_link_that_it_has(client: OwnClient) -> None:
    one = make.invitation()
    colleague = make.contact(one.participant, "colleague@ankara.example.org", name="Colleague")
    db.session.commit()

    client.post(make.link(one), data={**DEPUTY, "deputy_email": "Colleague@ankara.example.org"})

    assert _deputy() is None
    assert one.deputy_contact is colleague
    assert may_come_in(colleague, one)
    assert not may_come_in(make.contact_of(one), one)
    told = [x.kind for x in make.outbox() if x.recipient_email == "colleague@ankara.example.org"]
    assert told == ["deputy"]


def test_a_proposed_deputy_waits_for_the_organizers(organizer: OwnClient) -> None:
    one = make.invitation(make.meeting(deputies=DeputyRule.NEEDS_APPROVAL))

    organizer.post(make.link(one), data=DEPUTY)

    assert one.deputy_state is DeputyState.PROPOSED
    assert _deputy() is None
    assert not [letter for letter in make.outbox() if letter.kind == "deputy"]
    assert "Ali Kaya" in organizer.get(f"/meetings/{one.meeting_id}/invitations").text
    assert "The organizers look at your proposal" in organizer.get(make.link(one)).text


def test_an_accepted_proposal_seats_the_deputy_and_tells_both(organizer: OwnClient) -> None:
    one = make.invitation(make.meeting(deputies=DeputyRule.NEEDS_APPROVAL))
    organizer.post(make.link(one), data=DEPUTY)
    address = f"/meetings/{one.meeting_id}/invitations/{one.id}/accept-deputy"

    first = organizer.post(address)
    second = organizer.post(address)

    assert (first.status_code, second.status_code) == (302, 409)
    assert one.deputy_state is DeputyState.ACCEPTED
    assert [x.kind for x in make.outbox()] == ["confirmation", "notice", "deputy", "confirmation"]
    assert "The deputy gets an own letter" in make.outbox()[-1].text


def test_a_refused_proposal_asks_the_office_again_with_the_reason(organizer: OwnClient) -> None:
    one = make.invitation(make.meeting(deputies=DeputyRule.NEEDS_APPROVAL))
    organizer.post(make.link(one), data=DEPUTY)
    address = f"/meetings/{one.meeting_id}/invitations/{one.id}/refuse-deputy"

    without = organizer.post(address, data={"reason": ""})
    organizer.post(address, data={"reason": "The mayors meet in person."})

    assert without.status_code == 422
    assert (one.answer, one.deputy_name, one.asked_round) == (Answer.NEEDS_ACTION, "", 2)
    letter = make.outbox()[-1]
    assert letter.kind == "deputy-refused"
    assert "The mayors meet in person." in letter.text
    history = db.session.scalars(select(AnswerGiven).order_by(AnswerGiven.id)).all()
    assert [(row.channel.value, row.said_by) for row in history] == [
        ("link", "Private Office"),
        ("organizer", "Ada Organizer"),
    ]


def test_a_moved_session_takes_the_deputy_back_too(client: OwnClient) -> None:
    from datetime import datetime

    meeting = make.meeting()
    make.contact(make.participant(meeting.conference))
    service.invite(meeting)
    (one,) = db.session.scalars(select(Invitation)).all()
    client.post(make.link(one), data=DEPUTY)

    meeting.arrange(meeting.titles, datetime(2026, 10, 27, 13, 0), "Europe/Istanbul", 90)
    service.tell_changes(meeting)
    db.session.commit()

    assert _deputy() is None
    assert [x.kind for x in make.outbox()][-2:] == ["deputy-withdrawn", "change"]
    assert one.answer is Answer.NEEDS_ACTION


def test_a_new_title_and_a_cancellation_reach_the_deputy(client: OwnClient) -> None:
    meeting = make.meeting()
    make.contact(make.participant(meeting.conference))
    service.invite(meeting)
    (one,) = db.session.scalars(select(Invitation)).all()
    client.post(make.link(one), data=DEPUTY)

    meeting.arrange(make.texts("New"), meeting.wall_time, meeting.zone, 90)
    assert service.tell_changes(meeting) == 2
    assert service.cancel(meeting) == 2
    db.session.commit()

    to_deputy = [x for x in make.outbox() if x.recipient_email == "kaya@ankara.example.org"]
    assert "Ali Kaya, temsilen: Mayor of Ankara tr" in to_deputy[1].text
    assert [(x.kind, x.calendar_method, x.calendar["sequence"]) for x in to_deputy if x.calendar] == [
        ("deputy", "REQUEST", 0),
        ("change", "REQUEST", 1),
        ("cancellation", "CANCEL", 2),
    ]


def test_a_telephoned_deputy_without_an_address_sits_but_gets_no_letter(organizer: OwnClient) -> None:
    one = make.invitation()

    organizer.post(
        f"/meetings/{one.meeting_id}/invitations/{one.id}",
        data={"answer": "delegated", "said_by": "Frau Kaya", "deputy_name": "Ali Kaya"},
    )

    assert (one.answer, one.deputy_state) == (Answer.DELEGATED, DeputyState.ACCEPTED)
    assert _deputy() is None
    assert "We have no address of the deputy." in organizer.get(make.link(one)).text


def test_deciding_about_nobody_is_refused(organizer: OwnClient) -> None:
    one = make.invitation()

    with pytest.raises(Refusal, match="No deputy is waiting"):
        deputy_service.refuse_deputy(one, by="A", reason="B")


@pytest.mark.parametrize("answer", list(Answer))
@pytest.mark.parametrize("state", list(DeputyState))
def test_only_one_side_of_a_seat_may_come_in(answer: Answer, state: DeputyState) -> None:
    office = may_join(answer, state, gets_join_link=True, is_the_deputy=False, is_a_deputy=False)
    deputy = may_join(answer, state, gets_join_link=True, is_the_deputy=True, is_a_deputy=True)

    assert office == (answer is Answer.ACCEPTED)
    assert deputy == (answer is Answer.DELEGATED and state is DeputyState.ACCEPTED)
    assert not (office and deputy)
    assert not may_join(answer, state, gets_join_link=False, is_the_deputy=False, is_a_deputy=False)
