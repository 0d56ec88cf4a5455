"""Replies from calendars: believed where the sender is certain, else asked about; nothing else moves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import make
import pytest
from conftest import OwnClient
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from incoming_mails import TRUSTED, bounce, mail, reply_ics
from sqlalchemy import select

from roundtable import clock
from roundtable.calendars.replies import NotAReply, parse
from roundtable.db import db
from roundtable.invitations import service
from roundtable.invitations.models import AnswerGiven, CalendarEntry, CalendarReply, Invitation
from roundtable.invitations.rsvp import Answer
from roundtable.mail import jobs
from roundtable.mail.authenticity import is_authentic
from roundtable.mail.models import Letter, LetterState, ReceivedMail

OFFICE = "office@ankara.example.org"


@pytest.fixture
def inbox(app: Flask) -> Iterator[Flask]:
    """The program with a configured inbox and a trusted mail server."""
    before = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = replace(
        before, inbox_url="imap+plain://user:password@127.0.0.1/INBOX", inbox_trusted_server=TRUSTED
    )
    yield app
    app.config["ROUNDTABLE"] = before


@pytest.fixture
def one(inbox: Flask) -> Invitation:
    """An invitation that went out with a calendar that asks for a reply."""
    meeting = make.meeting()
    make.contact(make.participant(meeting.conference), OFFICE)
    make.contact(make.participant(meeting.conference, "Bursa"), "office@bursa.example.org")
    service.invite(meeting)
    db.session.commit()
    found = db.session.scalars(select(Invitation).order_by(Invitation.id)).first()
    assert found is not None
    return found


def _parked() -> list[CalendarReply]:
    return list(db.session.scalars(select(CalendarReply).order_by(CalendarReply.id)))


def test_with_an_inbox_the_invitation_asks_for_a_reply(one: Invitation) -> None:
    letter = make.outbox()[0]

    assert letter.calendar is not None
    assert (letter.calendar_method, letter.calendar["partstat"], letter.calendar["asks_reply"]) == (
        "REQUEST",
        "NEEDS-ACTION",
        True,
    )
    assert letter.calendar["door"] == ""
    assert "The buttons that your calendar shows" in letter.text


@pytest.mark.parametrize("client", ["google", "outlook", "apple", "thunderbird"])
@pytest.mark.parametrize(
    ("partstat", "answer"),
    [("ACCEPTED", Answer.ACCEPTED), ("DECLINED", Answer.DECLINED), ("TENTATIVE", Answer.TENTATIVE)],
)
def test_a_reply_of_every_client_becomes_an_answer(
    one: Invitation, client: str, partstat: str, answer: Answer
) -> None:
    outcome = jobs.receive(mail(reply_ics(one, OFFICE, partstat, client=client), OFFICE, client=client))

    assert outcome == "answer"
    assert one.answer is answer
    row = db.session.scalars(select(AnswerGiven)).one()
    assert (row.channel.value, row.said_by) == ("calendar", "Private Office")
    assert [x.kind for x in make.outbox()][-2:] == ["confirmation", "notice"]


def test_the_words_of_the_office_come_along_and_do_no_harm(one: Invitation, client: OwnClient) -> None:
    words = "<script>alert(1)</script> Gern!"

    jobs.receive(mail(reply_ics(one, OFFICE, comment=words), OFFICE))

    assert one.note == words
    assert "<script>alert" not in make.outbox()[-1].html


AUTHENTICATIONS = {
    "no judgement": None,
    "another server's": "mx.evil.example; dmarc=pass header.from=ankara.example.org",
    "failed": f"{TRUSTED}; dkim=fail header.d=ankara.example.org; spf=softfail smtp.mailfrom={OFFICE}; dmarc=fail",
    "none": f"{TRUSTED}; none",
    "another domain's": f"{TRUSTED}; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example",
    "hidden in a comment": f"{TRUSTED}; spf=fail (dmarc=pass header.from=ankara.example.org) smtp.mailfrom=x@e.example",
    "hidden in quotes": f'{TRUSTED}; spf=pass smtp.mailfrom="x; dmarc=pass header.from=ankara.example.org "@e.example',
    "a top-level domain's": f"{TRUSTED}; dkim=pass header.d=org",
}


@pytest.mark.parametrize("name", AUTHENTICATIONS)
def test_a_reply_of_an_uncertain_sender_changes_nothing_and_the_office_is_asked(
    one: Invitation, client: OwnClient, name: str
) -> None:
    content = mail(reply_ics(one, OFFICE, "DECLINED"), OFFICE, authentication=AUTHENTICATIONS[name])

    assert jobs.receive(content) == "parked"

    assert one.answer.value == "needs-action"
    assert [(x.reason, x.said, x.is_verified) for x in _parked()] == [("unverified", Answer.DECLINED, False)]
    question = make.outbox()[-1]
    assert (question.kind, question.recipient_email) == ("reply-question", OFFICE)
    assert "Does not take part." in question.text
    # Its link ticks the answer; only sending it counts.
    page = client.get(make.link(one) + "?answer=declined").text
    assert 'value="declined" checked' in page
    client.post(make.link(one), data={"answer": "declined"})
    assert one.answer.value == "declined"
    assert [x.is_settled for x in _parked()] == [True]


def test_a_certain_sender_cannot_answer_for_another_office(one: Invitation) -> None:
    other = "office@bursa.example.org"

    assert jobs.receive(mail(reply_ics(one, OFFICE, "DECLINED"), other)) == "parked"

    assert one.answer is Answer.NEEDS_ACTION


@pytest.mark.parametrize("attendee", ["stranger@example.org", "", "OFFICE@ankara.example.org.evil.example"])
def test_nobody_is_added_by_a_reply(one: Invitation, attendee: str) -> None:
    content = mail(reply_ics(one, attendee), attendee or OFFICE)

    assert jobs.receive(content) in {"foreign-attendee", "no-reply"}

    assert one.answer is Answer.NEEDS_ACTION
    assert _parked() == []


def test_a_reply_to_the_old_time_answers_nothing(one: Invitation, client: OwnClient) -> None:
    one.meeting.arrange(one.meeting.titles, datetime(2026, 10, 27, 13, 0), "Europe/Istanbul", 90)
    service.tell_changes(one.meeting)
    db.session.commit()

    late = jobs.receive(mail(reply_ics(one, OFFICE, sequence=0), OFFICE, message_id="<a@x>"))
    right = jobs.receive(mail(reply_ics(one, OFFICE, sequence=1), OFFICE, message_id="<b@x>"))

    assert (late, right) == ("stale", "answer")
    assert one.answer is Answer.ACCEPTED


def test_of_two_replies_the_later_stamp_holds_whatever_comes_last(one: Invitation) -> None:
    newer = mail(reply_ics(one, OFFICE, "DECLINED", stamp="20260901T110000Z"), OFFICE, message_id="<b@x>")
    older = mail(reply_ics(one, OFFICE, "ACCEPTED", stamp="20260901T100000Z"), OFFICE, message_id="<a@x>")

    assert [jobs.receive(newer), jobs.receive(older)] == ["answer", "stale"]

    assert one.answer is Answer.DECLINED


def test_a_forged_reply_from_the_future_does_not_make_the_true_one_old(one: Invitation) -> None:
    forged = mail(
        reply_ics(one, OFFICE, "DECLINED", stamp="20991231T000000Z"),
        OFFICE,
        authentication=None,
        message_id="<f@x>",
    )
    assert [jobs.receive(forged), jobs.receive(mail(reply_ics(one, OFFICE), OFFICE))] == ["parked", "answer"]
    assert one.answer is Answer.ACCEPTED


def test_the_same_mail_twice_is_one_answer(one: Invitation) -> None:
    content = mail(reply_ics(one, OFFICE), OFFICE)

    assert [jobs.receive(content), jobs.receive(content)] == ["answer", "known"]

    assert len(db.session.scalars(select(AnswerGiven)).all()) == 1


def test_after_the_deadline_a_reply_waits_for_the_organizers(one: Invitation) -> None:
    assert one.meeting.answers_close_at is not None
    late = one.meeting.answers_close_at + timedelta(minutes=1)
    clock.set_source(lambda: late)

    assert jobs.receive(mail(reply_ics(one, OFFICE), OFFICE)) == "parked"

    assert one.answer is Answer.NEEDS_ACTION
    assert [x.reason for x in _parked()] == ["closed"]


@pytest.mark.parametrize("program", ["google", "outlook"])
def test_a_counter_proposal_is_shown_to_the_organizers_and_changes_nothing(
    one: Invitation, organizer: OwnClient, program: str
) -> None:
    other_time = datetime(2026, 10, 21, 10, 0, tzinfo=UTC)
    calendar = reply_ics(
        one, OFFICE, "TENTATIVE", client=program, method="COUNTER", proposes=other_time, comment="Later?"
    )

    assert jobs.receive(mail(calendar, OFFICE)) == "proposal"

    assert (one.answer, one.meeting.wall_time) == (Answer.NEEDS_ACTION, datetime(2026, 10, 20, 13, 0))
    page = organizer.get(f"/meetings/{one.meeting_id}/invitations").text
    assert "proposes Wednesday, 21 October 2026" in page
    assert "Later?" in page
    assert (make.outbox()[-1].kind, make.outbox()[-1].recipient_email) == ("notice", "desk@example.org")
    assert "The office proposes another time." in make.outbox()[-1].text
    (reply,) = _parked()
    organizer.post(f"/meetings/{one.meeting_id}/replies/{reply.id}/settle")
    assert "proposes" not in organizer.get(f"/meetings/{one.meeting_id}/invitations").text


def test_an_address_with_two_roles_is_asked_for_each(inbox: Flask) -> None:
    meeting = make.meeting()
    for name in ("Ankara", "Bursa"):
        make.contact(make.participant(meeting.conference, name), OFFICE)
    service.invite(meeting)
    db.session.commit()
    one = db.session.scalars(select(Invitation).order_by(Invitation.id)).first()
    assert one is not None

    assert jobs.receive(mail(reply_ics(one, OFFICE), OFFICE)) == "parked"

    assert [x.kind for x in make.outbox()][-2:] == ["reply-question"] * 2
    assert {x.answer for x in db.session.scalars(select(Invitation))} == {Answer.NEEDS_ACTION}


def _broken(one: Invitation) -> dict[str, bytes]:
    good = reply_ics(one, OFFICE)
    attendee = next(line for line in good.split("\r\n") if line.startswith("ATTENDEE"))
    return {
        "nothing": b"",
        "no mail": b"\x00\xff" * 500,
        "a vacation note": mail(good, OFFICE).replace(b"MIME-Version", b"Auto-Submitted: auto-replied\r\nMIME-Version"),
        "plain words": b"From: a@b.example\r\nMessage-ID: <w@x>\r\n\r\nYes, gladly!\r\n",
        "unknown UID": mail(good.replace(one.meeting.uid, "other@roundtable"), OFFICE),
        "a request": mail(good.replace("METHOD:REPLY", "METHOD:REQUEST"), OFFICE, client="apple"),
        "a cancellation": mail(good.replace("METHOD:REPLY", "METHOD:CANCEL"), OFFICE, client="apple"),
        "methods that differ": mail(good, OFFICE).replace(b"method=REPLY", b"method=REQUEST"),
        "two events": mail(good.replace("END:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT"), OFFICE),
        "two attendees": mail(good.replace(attendee, f"{attendee}\r\n{attendee}"), OFFICE),
        "no stamp": mail(good.replace("DTSTAMP:20260901T100000Z\r\n", ""), OFFICE),
        "a floating stamp": mail(good.replace("DTSTAMP:20260901T100000Z", "DTSTAMP:20260901T100000"), OFFICE),
        "a broken sequence": mail(good.replace("SEQUENCE:0", "SEQUENCE:lots"), OFFICE),
        "a huge sequence": mail(good.replace("SEQUENCE:0", "SEQUENCE:99999999999999999999"), OFFICE),
        "no answer": mail(good.replace("PARTSTAT=ACCEPTED", "PARTSTAT=MAYBE"), OFFICE),
        "half a calendar": mail(good[:200], OFFICE),
        "a strange charset": mail(good, OFFICE).replace(b"charset=UTF-8", b"charset=x-evil"),
        "two senders": mail(good, OFFICE).replace(b"From: Office", b"From: Evil <e@e.example>, Office"),
        "a mountain": mail(good, OFFICE) + b"x" * (2 * 1024 * 1024),
        "a thousand parts": mail(good, OFFICE).replace(b"--b--", b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 1000 + b"--b--"),
        "a deep well": b"Message-ID: <d@x>\r\n" + b"".join(
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(600)
        ),
        "forty thousand attendees": mail(good.replace(attendee, "\r\n".join([attendee] * 3000)), OFFICE),
        "a nest of components": mail(good.replace("END:VEVENT", "BEGIN:VALARM\r\n" * 3000 + "END:VEVENT"), OFFICE),
    }  # fmt: skip


NAMES = [
    "nothing", "no mail", "a vacation note", "plain words", "unknown UID", "a request", "a cancellation",
    "methods that differ", "two events", "two attendees", "no stamp", "a floating stamp", "a broken sequence",
    "a huge sequence", "no answer", "half a calendar", "two senders", "a mountain", "a thousand parts",
    "a deep well", "forty thousand attendees", "a nest of components",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_mail_however_bad_changes_an_answer_or_stops_the_next(one: Invitation, name: str) -> None:
    outcome = jobs.receive(_broken(one)[name])

    assert outcome not in {"answer", "failed"}, outcome
    assert one.answer is Answer.NEEDS_ACTION
    assert jobs.receive(mail(reply_ics(one, OFFICE), OFFICE, message_id="<next@x>")) == "answer"


def test_every_mail_is_noted_once_and_none_is_kept(one: Invitation) -> None:
    for content in _broken(one).values():
        jobs.receive(content)

    rows = db.session.scalars(select(ReceivedMail)).all()
    assert len({row.message_key for row in rows}) == len(rows)
    assert OFFICE not in repr([(row.outcome, row.detail) for row in rows])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.integers(0, 900), st.integers(0, 60))
def test_no_garbled_reply_raises_an_error(one: Invitation, noise: bytes, place: int, length: int) -> None:
    content = mail(reply_ics(one, OFFICE), OFFICE)

    outcome = jobs.receive(content[:place] + noise + content[place + length :])

    assert outcome != "failed"
    db.session.rollback()


def _handed_over(letter: Letter) -> None:
    letter.state = LetterState.HANDED_OVER
    db.session.commit()


@pytest.mark.parametrize("zone", ["x" * 300, "Europe", "../zone", "%00"])
def test_a_zone_that_is_no_file_is_no_fault_of_ours(zone: str) -> None:
    """Zones are looked up among files: a name may be too long for one, or that of a folder (found by the fuzzer)."""
    lines = (
        "BEGIN:VCALENDAR",
        "METHOD:REPLY",
        "BEGIN:VEVENT",
        f"DTSTART;TZID={zone}:20261020T130000",
        "END:VEVENT",
        "END:VCALENDAR",
    )

    with pytest.raises(NotAReply):
        parse("\r\n".join(lines).encode(), "REPLY")


def test_a_bounce_comes_back_to_its_letter(inbox: Flask, one: Invitation, organizer: OwnClient) -> None:
    letter = make.outbox()[0]
    _handed_over(letter)

    assert jobs.receive(bounce(letter.message_id, OFFICE, action="delayed", status="4.4.1")) == "delayed"
    assert letter.state.value == "handed-over"
    assert jobs.receive(bounce(letter.message_id, OFFICE)) == "bounce"

    assert letter.state.value == "bounced"
    page = organizer.get(f"/meetings/{one.meeting_id}/invitations").text
    assert "came back" in page
    assert "5.1.1 550 5.1.1" in page


@pytest.mark.parametrize(
    ("message_id", "recipient"), [("<guess@example.org>", OFFICE), ("", OFFICE), (None, "other@example.org")]
)
def test_a_forged_bounce_moves_no_letter(one: Invitation, message_id: str | None, recipient: str) -> None:
    letter = make.outbox()[0]
    letter.state = LetterState.HANDED_OVER
    db.session.commit()

    outcome = jobs.receive(bounce(letter.message_id if message_id is None else message_id, recipient))

    assert outcome == "foreign-report"
    assert letter.state is LetterState.HANDED_OVER


def test_without_an_inbox_no_invitation_asks_for_a_reply(app: Flask) -> None:
    meeting = make.meeting()
    make.contact(make.participant(meeting.conference))
    service.invite(meeting)

    assert make.outbox()[0].calendar is None
    assert db.session.scalars(select(CalendarEntry)).all() == []


@pytest.mark.parametrize(
    ("header", "authentic"),
    [
        (f"{TRUSTED}; dkim=pass header.d=example.org", True),
        (f"{TRUSTED} 1; dkim=pass (good) header.i=@mail.example.org", False),
        (f"{TRUSTED}; spf=pass smtp.mailfrom=bounce@example.org", True),
        (f"{TRUSTED}; DMARC=PASS header.from=EXAMPLE.org", True),
        (f"{TRUSTED}; dmarc=pass header.from=org", False),
        (f"x{TRUSTED}; dmarc=pass header.from=example.org", False),
        ("", False),
    ],
)
def test_only_the_senders_own_domain_vouches(header: str, authentic: bool) -> None:
    assert is_authentic([header], TRUSTED, "office@example.org") == authentic


def test_only_the_topmost_judgement_counts() -> None:
    good = f"{TRUSTED}; dmarc=pass header.from=example.org"

    assert not is_authentic(["mx.other.example; none", good], TRUSTED, "office@example.org")
    assert not is_authentic([good], "", "office@example.org")


@pytest.mark.parametrize(
    ("is_in", "outcome"),
    [
        ("UID:", "unknown-session"),
        ("METHOD:", "no-reply"),
        ("SUMMARY:", "answer"),
        ("Message-ID: ", "foreign-report"),
        ("Diagnostic-Code: ", "foreign-report"),
    ],
)
def test_a_mail_with_the_character_zero_stops_no_other(one: Invitation, is_in: str, outcome: str) -> None:
    report = bounce("<unknown@example.org>", OFFICE).replace(is_in.encode(), is_in.encode() + b"x\x00y")
    calendar = reply_ics(one, OFFICE).replace(is_in, is_in + "x\x00y")
    raw = report if "report" in outcome else mail(calendar, OFFICE)

    assert jobs.receive(raw) == outcome

    assert db.session.scalars(select(ReceivedMail.outcome)).all() == [outcome]
