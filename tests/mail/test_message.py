from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import make
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.mail.message import Mail, build

MAIL = Mail(
    sender=("Deutscher Städtetag", "invitations@example.org"),
    recipient=("Büro Köln", "buero@koeln.example.org"),
    reply_to="desk@example.org",
    subject="Einladung: Runder Tisch, 13:00 İstanbul · 12:00 Berlin",
    text="Grüße\n",
    html="<p>Grüße</p>",
    language="de",
    message_id="<1@example.org>",
    first_message_id="<0@example.org>",
    written_at=make.NOW,
)
CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


def _parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_letter_has_one_recipient_and_says_that_a_machine_wrote_it() -> None:
    message = _parsed(build(MAIL))

    assert message["To"] == "Büro Köln <buero@koeln.example.org>"
    assert message["From"] == "Deutscher Städtetag <invitations@example.org>"
    assert message["Subject"] == MAIL.subject
    assert (message["Cc"], message["Bcc"]) == (None, None)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["In-Reply-To"] == "<0@example.org>"
    assert message["Reply-To"] == "desk@example.org"


def test_a_calendar_stands_last_in_the_alternative_and_once_more_as_a_file() -> None:
    message = _parsed(build(replace(MAIL, calendar=CALENDAR, calendar_method="REQUEST")))

    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    inline, attached = list(message.walk())[4:]
    assert inline.get_param("method") == "REQUEST"
    assert inline["Content-Transfer-Encoding"] == "base64"
    assert inline.get_payload(decode=True) == attached.get_payload(decode=True) == CALENDAR
    assert attached.get_filename() == "invite.ics"


@pytest.mark.parametrize(
    "evil",
    [
        "Hi\r\nBcc: victim@example.org",
        "Hi =?UTF-8?Q?=0A?=Bcc: victim@example.org",
        "Hi =?utf-8?b?Cg==?= Bcc: victim@example.org",
        "\x00Bcc: victim@example.org",
    ],
)
def test_no_subject_or_name_adds_a_header(evil: str) -> None:
    message = message_from_bytes(
        build(replace(MAIL, subject=evil, recipient=(evil, "a@example.org"), sender=(evil, "b@example.org")))
    )

    assert message["Bcc"] is None


@given(st.text(), st.text())
def test_any_subject_and_name_make_a_sound_letter(subject: str, name: str) -> None:
    message = message_from_bytes(build(replace(MAIL, subject=subject, recipient=(name, "a@example.org"))))

    assert set(message.keys()) == set(message_from_bytes(build(MAIL)).keys())


@pytest.mark.parametrize(
    "address", ["", "a", "a@b@c", "a@example.org, b@example.org", "a@example.org\nBcc: x@y.z"]
)
def test_a_letter_to_what_is_no_address_is_not_written(address: str) -> None:
    with pytest.raises(ValueError, match="not a mail address"):
        build(replace(MAIL, recipient=("Name", address)))
