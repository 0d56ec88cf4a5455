from datetime import UTC, date, datetime, timedelta

import make
import pytest
from conftest import OwnClient
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from roundtable import clock
from roundtable.conferences.roles import DeputyRule, MeetingStage
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.queries import token_of
from roundtable.invitations import answer_service, service
from roundtable.invitations.models import AnswerGiven, GivenAnswer, Invitation
from roundtable.invitations.rsvp import Answer, check_answer, is_open


def _answer(client: OwnClient, one: Invitation, answer: str, **more: str) -> int:
    return client.post(make.link(one), data={"answer": answer, **more}).status_code


def test_a_yes_is_stored_confirmed_and_told(client: OwnClient) -> None:
    one = make.invitation()

    status = _answer(client, one, "accepted")

    assert status == 302
    assert (one.answer, one.answered_at) == (Answer.ACCEPTED, make.NOW)
    confirmation, notice = make.outbox()
    assert (confirmation.kind, confirmation.recipient_email) == (
        "confirmation",
        "office@ankara.example.org",
    )
    assert (confirmation.calendar_method, confirmation.calendar["partstat"]) == ("REQUEST", "ACCEPTED")  # type: ignore[index]
    assert (notice.kind, notice.recipient_email) == ("notice", "desk@example.org")
    assert notice.subject == "Ankara, coming: Round Table en, Tue 20 Oct, 13:00 Istanbul"


def test_the_answer_can_be_changed_and_the_history_shows_both(client: OwnClient) -> None:
    one = make.invitation()

    _answer(client, one, "tentative", sure_by="2026-09-20", note="Council sits that day.")
    _answer(client, one, "declined", note="We are sorry.")

    assert (one.answer, one.note, one.sure_by) == (Answer.DECLINED, "We are sorry.", None)
    history = db.session.scalars(select(AnswerGiven).order_by(AnswerGiven.id)).all()
    assert [(row.answer, row.note, row.said_by) for row in history] == [
        (Answer.TENTATIVE, "Council sits that day.", "Private Office"),
        (Answer.DECLINED, "We are sorry.", "Private Office"),
    ]


def test_a_deputy_needs_a_name_and_is_recorded(client: OwnClient) -> None:
    one = make.invitation()

    nameless = _answer(client, one, "delegated")
    named = _answer(client, one, "delegated", deputy_name="Ali Kaya", deputy_email="kaya@ankara.example.org")

    assert (nameless, named) == (422, 302)
    assert (one.answer, one.deputy_name) == (Answer.DELEGATED, "Ali Kaya")


def test_a_late_answer_is_refused_and_nobody_is_told(client: OwnClient) -> None:
    one = make.invitation(make.meeting(answers_close_at=make.NOW - timedelta(minutes=1)))

    response = client.post(make.link(one), data={"answer": "accepted"})

    assert response.status_code == 409
    assert "Answers closed at the deadline." in response.text
    assert one.answer is Answer.NEEDS_ACTION
    assert make.outbox() == []


def test_an_answer_to_a_cancelled_session_is_refused(client: OwnClient) -> None:
    one = make.invitation(make.meeting(stage=MeetingStage.CANCELLED))

    assert _answer(client, one, "accepted") == 409
    assert "This session has been cancelled." in client.get(make.link(one)).text


def test_a_deputy_is_refused_where_none_are_foreseen(client: OwnClient) -> None:
    one = make.invitation(make.meeting(deputies=DeputyRule.NOT_ALLOWED))

    assert "Sends a deputy" not in client.get(make.link(one)).text
    assert _answer(client, one, "delegated", deputy_name="Ali Kaya") in {409, 422}
    assert one.answer is Answer.NEEDS_ACTION


@pytest.mark.parametrize("answer", ["", "maybe", "needs-action", "ACCEPTED", "\x00"])
def test_what_is_no_answer_is_refused_and_the_note_is_kept(client: OwnClient, answer: str) -> None:
    one = make.invitation()

    response = client.post(make.link(one), data={"answer": answer, "note": "Kept words"})

    assert response.status_code == 422
    assert "Kept words" in response.text
    assert one.answer is Answer.NEEDS_ACTION


def test_a_double_click_makes_one_answer_hold_and_no_error(client: OwnClient) -> None:
    one = make.invitation()

    assert [_answer(client, one, "accepted") for _ in range(2)] == [302, 302]
    assert [letter.kind for letter in make.outbox()] == ["confirmation", "notice"]
    assert len(db.session.scalars(select(AnswerGiven)).all()) == 1


def test_the_same_answer_of_another_office_is_recorded_and_told(client: OwnClient) -> None:
    one = make.invitation()
    other = make.contact(one.participant, "other@ankara.example.org", name="Other Office")
    _answer(client, one, "accepted")

    client.post(f"/g/{token_of(other)}/meetings/{one.meeting_id}", data={"answer": "accepted"})

    rows = db.session.scalars(select(AnswerGiven).order_by(AnswerGiven.id)).all()
    assert [row.said_by for row in rows] == ["Private Office", "Other Office"]


def test_what_was_typed_for_another_answer_is_not_kept(client: OwnClient) -> None:
    one = make.invitation()

    _answer(
        client, one, "accepted", deputy_name="Ali Kaya", deputy_email="k@example.org", sure_by="2026-09-20"
    )

    assert (one.deputy_name, one.sure_by) == ("", None)
    assert db.session.scalars(select(AnswerGiven)).one().deputy == ""


def test_yes_no_yes_raises_the_sequence_each_time_for_the_same_uid(client: OwnClient) -> None:
    one = make.invitation()

    for answer in ("accepted", "declined", "accepted"):
        _answer(client, one, answer)

    sent = [
        (letter.calendar_method, letter.calendar["sequence"], letter.calendar["uid"])
        for letter in make.outbox()
        if letter.calendar
    ]
    uid = one.meeting.uid
    assert sent == [("REQUEST", 0, uid), ("CANCEL", 1, uid), ("REQUEST", 2, uid)]


def test_an_answer_by_telephone_names_who_said_it_and_may_come_late(organizer: OwnClient) -> None:
    one = make.invitation(make.meeting(answers_close_at=make.NOW - timedelta(days=1)))

    response = organizer.post(
        f"/meetings/{one.meeting_id}/invitations/{one.id}",
        data={"answer": "accepted", "said_by": "Frau Kaya"},
    )

    assert response.status_code == 302
    row = db.session.scalars(select(AnswerGiven)).one()
    assert (row.said_by, row.channel.value, one.answer) == ("Frau Kaya", "telephone", Answer.ACCEPTED)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.booleans(),
    st.booleans(),
    st.sampled_from([answer for answer in Answer if answer is not Answer.NEEDS_ACTION]),
)
def test_an_office_may_answer_exactly_while_answers_are_open(
    now: datetime, deadline: datetime | None, cancelled: bool, deputies: bool, answer: Answer
) -> None:
    starts_at = datetime(2026, 7, 1, tzinfo=UTC)
    opened = is_open(now=now, deadline=deadline, starts_at=starts_at, is_cancelled=cancelled)
    taken = True
    try:
        check_answer(
            now=now,
            deadline=deadline,
            starts_at=starts_at,
            is_cancelled=cancelled,
            answer=answer,
            deputies=DeputyRule.ALLOWED if deputies else DeputyRule.NOT_ALLOWED,
        )
    except Refusal:
        taken = False

    assert taken == (opened and (deputies or answer is not Answer.DELEGATED))


def test_nothing_is_queued_when_the_change_is_rolled_back(app: Flask) -> None:
    one = make.invitation()

    answer_service.answer(one, GivenAnswer(Answer.ACCEPTED), contact=make.contact_of(one), said_by="Office")
    db.session.rollback()

    assert make.outbox() == []
    assert one.answer is Answer.NEEDS_ACTION


def test_a_moved_session_asks_everybody_again_and_moves_their_calendars(client: OwnClient) -> None:
    meeting = make.meeting()
    coming, silent = (
        make.participant(meeting.conference, "Ankara"),
        make.participant(meeting.conference, "Bursa"),
    )
    make.contact(coming)
    make.contact(silent)
    service.invite(meeting)
    one, other = db.session.scalars(select(Invitation).order_by(Invitation.id)).all()
    _answer(client, one, "accepted")

    meeting.arrange(meeting.titles, datetime(2026, 10, 27, 13, 0), "Europe/Istanbul", 90)
    count = service.tell_changes(meeting)
    db.session.commit()

    letters = [letter for letter in make.outbox() if letter.kind == "change"]
    assert count == 2
    assert one.answer is Answer.NEEDS_ACTION
    assert other.answer is Answer.NEEDS_ACTION
    (moved, without) = letters
    assert (moved.calendar_method, moved.calendar["sequence"], moved.calendar["partstat"]) == (  # type: ignore[index]
        "REQUEST",
        1,
        "NEEDS-ACTION",
    )
    assert without.calendar is None
    # The clocks of Germany changed in between, so the gap has grown and both old and new are said.
    assert "Tuesday 20 October 2026 · 13:00 Istanbul" in moved.text.replace("Tuesday, ", "Tuesday ")
    assert "Tuesday 27 October 2026 · 13:00 Istanbul" in moved.text.replace("Tuesday, ", "Tuesday ")


def test_guests_are_not_asked_again_when_they_could_not_answer(client: OwnClient) -> None:
    meeting = make.meeting(answers_close_at=make.NOW - timedelta(days=1))
    make.contact(make.participant(meeting.conference))
    service.invite(meeting)
    meeting.arrange(meeting.titles, datetime(2026, 10, 27, 13, 0), "Europe/Istanbul", 90)

    with pytest.raises(Refusal, match="Please set a new deadline first"):
        service.tell_changes(meeting)


def test_a_new_title_keeps_the_answers(client: OwnClient) -> None:
    meeting = make.meeting()
    make.contact(make.participant(meeting.conference))
    service.invite(meeting)
    one = db.session.scalars(select(Invitation)).one()
    _answer(client, one, "accepted")

    meeting.arrange(make.texts("New title"), meeting.wall_time, meeting.zone, 90)
    service.tell_changes(meeting)
    db.session.commit()

    assert one.answer is Answer.ACCEPTED
    letter = make.outbox()[-1]
    assert letter.calendar is not None
    assert (letter.calendar["partstat"], letter.calendar["sequence"]) == ("ACCEPTED", 1)


def test_the_same_change_is_told_once(client: OwnClient) -> None:
    meeting = make.meeting()
    make.contact(make.participant(meeting.conference))
    service.invite(meeting)
    meeting.arrange(make.texts("New title"), meeting.wall_time, meeting.zone, 90)
    service.tell_changes(meeting)

    with pytest.raises(Refusal, match="nothing to tell"):
        service.tell_changes(meeting)


def test_a_cancellation_reaches_everybody_once_and_clears_calendars(client: OwnClient) -> None:
    meeting = make.meeting()
    for name in ("Ankara", "Bursa", "Izmir"):
        make.contact(make.participant(meeting.conference, name))
    service.invite(meeting)
    invitations = db.session.scalars(select(Invitation).order_by(Invitation.id)).all()
    _answer(client, invitations[0], "accepted")
    _answer(client, invitations[1], "declined")

    assert service.cancel(meeting) == 3
    db.session.commit()
    with pytest.raises(Refusal):
        service.cancel(meeting)

    letters = [letter for letter in make.outbox() if letter.kind == "cancellation"]
    assert [letter.calendar_method for letter in letters] == ["CANCEL", "", ""]
    assert letters[0].calendar is not None
    assert (letters[0].calendar["sequence"], letters[0].calendar["cancelled"]) == (1, True)


def test_inviting_twice_reaches_newcomers_only(organizer: OwnClient) -> None:
    meeting = make.meeting()
    make.contact(make.participant(meeting.conference, "Ankara"))
    db.session.commit()
    organizer.post(f"/meetings/{meeting.id}/invitations/send")
    make.contact(make.participant(meeting.conference, "Bursa"))

    organizer.post(f"/meetings/{meeting.id}/invitations/send")
    third = organizer.post(f"/meetings/{meeting.id}/invitations/send")

    assert [letter.recipient_email for letter in make.outbox()] == [
        "office@ankara.example.org",
        "office@bursa.example.org",
    ]
    assert third.status_code == 409
    assert "Everybody on the guest list has been invited already." in third.text


def test_the_preview_names_every_recipient_and_stores_nothing(organizer: OwnClient) -> None:
    meeting = make.meeting()
    make.contact(make.participant(meeting.conference, "Ankara"), language="tr")
    make.contact(make.participant(meeting.conference, "Bonn", "DE"), language="de")
    db.session.commit()

    page = organizer.get(f"/meetings/{meeting.id}/invitations/preview/invite").text

    assert "2 letters, each to one address." in page
    assert "Send 2 letters" in page
    assert "Davet: Round Table tr" in page
    assert "Einladung: Round Table de" in page
    assert make.outbox() == []
    assert db.session.scalars(select(Invitation)).all() == []


def test_the_deadline_of_a_not_sure_is_kept(client: OwnClient) -> None:
    one = make.invitation()

    _answer(client, one, "tentative", sure_by="2026-09-20")

    assert one.sure_by == date(2026, 9, 20)
    clock.set_source(lambda: make.NOW)
