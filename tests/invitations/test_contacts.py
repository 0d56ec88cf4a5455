"""Several contacts of one mayor, one address in several roles, links sent again."""

import re

import make
import pytest
from conftest import OwnClient, counted_queries
from sqlalchemy import select

from roundtable.conferences.models import Meeting
from roundtable.db import db
from roundtable.guests.models import Contact
from roundtable.guests.queries import token_of
from roundtable.invitations import jobs, service
from roundtable.invitations.models import Invitation, LinkRequest
from roundtable.mail.delivery import people_for
from roundtable.mail.filling import fill


def _offices() -> tuple[Meeting, Contact, Contact]:
    """Return a meeting whose one mayor has a private office and a protocol office."""
    meeting = make.meeting()
    mayor = make.participant(meeting.conference)
    private = make.contact(mayor, "private@ankara.example.org", name="Private Office")
    protocol = make.contact(mayor, "protocol@ankara.example.org", name="Protocol Office", language="tr")
    service.invite(meeting)
    db.session.commit()
    return meeting, private, protocol


def _page(contact: Contact, meeting: Meeting) -> str:
    return f"/g/{token_of(contact)}/meetings/{meeting.id}"


def test_two_offices_answer_the_last_holds_and_both_are_told(client: OwnClient) -> None:
    meeting, private, protocol = _offices()

    client.post(_page(private, meeting), data={"answer": "accepted"})
    client.post(_page(protocol, meeting), data={"answer": "declined"})

    (one,) = db.session.scalars(select(Invitation)).all()
    assert one.answer.value == "declined"
    told = [
        (x.recipient_email.partition("@")[0], x.language) for x in make.outbox() if x.kind == "confirmation"
    ]
    assert told == [("private", "en"), ("protocol", "tr")] * 2
    page = client.get(_page(private, meeting)).text
    assert "Answered by Protocol Office on" in page
    assert re.search(r"coming · Private Office · on the page", page)


def test_the_page_says_whose_invitation_it_is_and_who_answers(client: OwnClient) -> None:
    meeting, private, _ = _offices()

    page = client.get(_page(private, meeting)).text

    assert "You answer for <strong>Mayor of Ankara en</strong>." in page
    assert "You: Private Office." in page
    assert "This link is for Private Office alone." in page


@pytest.mark.parametrize("right", ["gets_invitation", "may_answer", "gets_reminders", "gets_join_link"])
def test_each_right_can_be_taken_from_one_contact_alone(client: OwnClient, right: str) -> None:
    from roundtable.invitations.queries import may_come_in
    from roundtable.invitations.reminder_service import planned_reminders

    meeting, private, protocol = _offices()
    setattr(protocol, right, False)
    other = make.meeting(meeting.conference)
    db.session.commit()
    (one,) = db.session.scalars(select(Invitation)).all()

    invited = {x.box.first.id for x in service.planned_invitations(other)}
    reminded = {x.box.first.id for x in planned_reminders(meeting, {one.id})}
    answers = {
        c.id
        for c in (private, protocol)
        if client.post(_page(c, meeting), data={"answer": "accepted"}).status_code == 302
    }
    db.session.refresh(one)
    comes = {c.id for c in (private, protocol) if may_come_in(c, one)}

    everybody = {private.id, protocol.id}
    assert invited == everybody - ({protocol.id} if right == "gets_invitation" else set())
    assert answers == everybody - ({protocol.id} if right == "may_answer" else set())
    assert reminded == everybody - ({protocol.id} if right in {"gets_reminders", "may_answer"} else set())
    assert comes == everybody - ({protocol.id} if right == "gets_join_link" else set())


def _association() -> Meeting:
    """One address acts for two cities, as an association's does."""
    meeting = make.meeting()
    for name in ("Ankara", "Bursa"):
        make.contact(make.participant(meeting.conference, name), "Union@example.org", name="Union of Cities")
    make.contact(make.participant(meeting.conference, "Kiel", "DE"), "kiel@example.org")
    db.session.commit()
    return meeting


def test_one_address_in_two_roles_gets_one_letter_with_both_links(client: OwnClient) -> None:
    meeting = _association()

    assert service.invite(meeting) == 2
    db.session.commit()

    letter, _ = make.outbox()
    text = fill(letter, people_for([letter])).text
    assert "We invite Mayor of Ankara en and Mayor of Bursa en to the following" in text
    links = re.findall(r"^http://localhost(/g/\S+)", text, re.MULTILINE)
    assert len(set(links)) == 2
    for link, city in zip(links, ("Ankara", "Bursa"), strict=True):
        assert f"You answer for <strong>Mayor of {city} en</strong>." in client.get(link).text


def test_one_address_in_two_roles_is_told_once_of_a_change_and_of_the_end(client: OwnClient) -> None:
    meeting = _association()
    service.invite(meeting)
    meeting.arrange(make.texts("New"), meeting.wall_time, meeting.zone, 90)

    assert service.tell_changes(meeting) == 2
    assert service.cancel(meeting) == 2


def test_a_shared_calendar_holds_one_entry_while_one_of_the_roles_comes(client: OwnClient) -> None:
    meeting = _association()
    service.invite(meeting)
    db.session.commit()
    first, second, _ = db.session.scalars(select(Invitation).order_by(Invitation.id)).all()

    for one, answer in ((first, "accepted"), (second, "accepted"), (first, "declined"), (second, "declined")):
        client.post(make.link(one), data={"answer": answer})

    sent = [(x.calendar_method, x.calendar["sequence"]) for x in make.outbox() if x.calendar]
    assert sent == [("REQUEST", 0), ("REQUEST", 0), ("REQUEST", 0), ("CANCEL", 1)]


def test_asking_for_the_link_again_says_and_does_the_same_for_every_address(client: OwnClient) -> None:
    _offices()
    before = len(make.outbox())

    answers = [
        client.post("/link", data={"email": address}, follow_redirects=True)
        for address in ("private@ankara.example.org", "PRIVATE@Ankara.example.org", "nobody@example.org")
    ]

    assert len({(one.status_code, one.text) for one in answers}) == 1
    assert len(make.outbox()) == before
    assert len(db.session.scalars(select(LinkRequest)).all()) == 3


def test_the_link_goes_to_the_address_alone_and_not_twice_in_an_hour(client: OwnClient) -> None:
    _, private, _ = _offices()
    before = len(make.outbox())
    for address in ("private@ankara.example.org", "private@ankara.example.org", "nobody@example.org"):
        client.post("/link", data={"email": address})

    jobs.answer_link_requests()

    (letter,) = make.outbox()[before:]
    assert (letter.kind, letter.recipient_email) == ("link-again", "private@ankara.example.org")
    assert f"/g/{token_of(private)}" in fill(letter, people_for([letter])).text
    assert "/g/" not in letter.text
    assert db.session.scalars(select(LinkRequest)).all() == []


def test_asking_is_throttled_by_address(client: OwnClient) -> None:
    statuses = [client.post("/link", data={"email": "a@example.org"}).status_code for _ in range(6)]

    assert statuses == [302] * 5 + [429]


def test_an_ended_link_is_dead_and_a_new_one_goes_out_by_letter(organizer: OwnClient) -> None:
    meeting, private, protocol = _offices()
    old, untouched = _page(private, meeting), _page(protocol, meeting)
    here = f"/conferences/{meeting.conference_id}/guests/{private.participant_id}/contacts/{private.id}"

    organizer.post(here + "/new-link")
    organizer.post(here + "/send-link")
    organizer.post(here + "/send-link")

    assert organizer.get(old).status_code == 404
    assert organizer.get(untouched).status_code == 200
    letters = [letter for letter in make.outbox() if letter.kind == "link-again"]
    assert len(letters) == 1
    db.session.refresh(private)
    assert token_of(private) in fill(letters[0], people_for(letters)).text


def test_a_letter_that_came_back_goes_to_the_corrected_address_with_a_new_link(organizer: OwnClient) -> None:
    meeting, private, _ = _offices()
    old = token_of(private)
    letter = make.outbox()[0]
    letter.state, letter.last_error = "bounced", "5.1.1 unknown"  # type: ignore[assignment]  # stored by value
    db.session.commit()
    address = f"/meetings/{meeting.id}/letters/{letter.id}/again"

    assert "5.1.1 unknown" in organizer.get(f"/meetings/{meeting.id}/invitations").text
    wrong = organizer.post(address, data={"email": "no address"})
    right = organizer.post(address, data={"email": "new@ankara.example.org"})

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert "Please enter one mail address" in wrong.text
    db.session.expire_all()
    filled = fill(letter, people_for([letter]))
    assert (letter.state.value, filled.recipient[1]) == ("queued", "new@ankara.example.org")
    assert old not in filled.text
    assert organizer.get(f"/g/{old}").status_code == 404


def test_needs_are_noted_by_who_takes_the_seat_and_shown_as_directions(organizer: OwnClient) -> None:
    meeting, private, protocol = _offices()
    page = _page(private, meeting)
    blank = {"speaks": "", "listens_to": "", "topic": "", "pictures": ""}
    early = organizer.post(page + "/needs", data=blank)
    organizer.post(page, data={"answer": "accepted"})

    saved = organizer.post(
        page + "/needs",
        data={"speaks": "tr", "listens_to": "de", "topic": "Water", "pictures": "no"},
    )

    assert (early.status_code, saved.status_code) == (409, 302)
    (one,) = db.session.scalars(select(Invitation)).all()
    assert (one.speaks, one.listens_to, one.topic, one.pictures_allowed) == ("tr", "de", "Water", False)
    overview = organizer.get(f"/meetings/{meeting.id}/invitations").text
    assert "Türkçe → Deutsch" in overview
    assert "Topic: Water" in overview
    assert "no pictures" in overview
    assert organizer.post(page + "/needs", data={"speaks": "xx"}).status_code == 422
    assert protocol.may_answer


def test_no_and_no_answer_are_different_words_in_the_export(organizer: OwnClient) -> None:
    meeting = make.meeting()
    for name in ("Ankara", "Bursa"):
        make.contact(make.participant(meeting.conference, name))
    service.invite(meeting)
    db.session.commit()
    first, _ = db.session.scalars(select(Invitation).order_by(Invitation.id)).all()
    organizer.post(make.link(first), data={"answer": "declined", "note": "=HYPERLINK(1);@x\n+2"})

    response = organizer.get(f"/meetings/{meeting.id}/invitations.csv")

    assert response.data.startswith(b"\xef\xbb\xbf")
    _, one, other = response.data.decode("utf-8-sig").splitlines()
    assert one.split('";"')[3] == "not coming"
    assert other.split('";"')[3] == "no answer yet"
    assert "\"'=HYPERLINK(1);'@x +2\"" in one


def test_an_export_is_for_organizers_alone(client: OwnClient) -> None:
    from roundtable.conferences.roles import Role

    press = make.user("press@example.org")
    meeting = make.meeting(make.conference(role=Role.PRESS_OFFICER, of=press))
    db.session.commit()

    assert client.sign_in(press).get(f"/meetings/{meeting.id}/invitations.csv").status_code == 403


def test_the_page_of_the_invitations_asks_the_database_as_often_for_thirty_as_for_three(
    organizer: OwnClient,
) -> None:
    counts = []
    for size in (3, 30):
        meeting = make.table_of(size)
        with counted_queries() as statements:
            assert organizer.get(f"/meetings/{meeting.id}/invitations").status_code == 200
        counts.append(len([one for one in statements if not one.startswith("BEGIN")]))

    assert counts[0] == counts[1] <= 14


def test_a_contact_that_comes_later_gets_the_invitation_and_nobody_else_again(organizer: OwnClient) -> None:
    meeting, private, _ = _offices()
    assert "added later" not in organizer.get(f"/meetings/{meeting.id}/invitations").text
    make.contact(private.participant, "late@ankara.example.org", name="Late Office")
    before = len(make.outbox())

    page = organizer.get(f"/meetings/{meeting.id}/invitations").text
    organizer.post(f"/meetings/{meeting.id}/invitations/send")
    again = organizer.post(f"/meetings/{meeting.id}/invitations/send")

    assert "1 contact was added later and has no invitation yet." in page
    assert [letter.recipient_email for letter in make.outbox()[before:]] == ["late@ankara.example.org"]
    assert again.status_code == 409
    assert len(db.session.scalars(select(Invitation)).all()) == 1


def test_a_removed_contact_loses_link_and_calendar_entry_and_the_others_keep_theirs(
    organizer: OwnClient,
) -> None:
    meeting, private, protocol = _offices()
    organizer.post(_page(private, meeting), data={"answer": "accepted"})
    gone, stays = _page(protocol, meeting), _page(private, meeting)
    before = len(make.outbox())
    here = f"/conferences/{meeting.conference_id}/guests/{protocol.participant_id}/contacts/{protocol.id}"

    organizer.post(here + "/remove")
    again = organizer.post(here + "/remove")

    assert again.status_code == 404
    assert (organizer.get(gone).status_code, organizer.get(stays).status_code) == (404, 200)
    (letter,) = make.outbox()[before:]
    assert letter.calendar is not None
    assert (letter.kind, letter.recipient_email, letter.calendar_method, letter.calendar["sequence"]) == (
        "removed",
        "protocol@ankara.example.org",
        "CANCEL",
        1,
    )
    assert fill(letter, people_for([letter])).recipient[1] == "protocol@ankara.example.org"


def test_a_removed_contact_without_an_entry_gets_no_letter(organizer: OwnClient) -> None:
    meeting, _, protocol = _offices()
    before = len(make.outbox())

    organizer.post(
        f"/conferences/{meeting.conference_id}/guests/{protocol.participant_id}/contacts/{protocol.id}/remove"
    )

    assert len(make.outbox()) == before
