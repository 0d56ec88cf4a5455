import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import make
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.addresses import header_text
from roundtable.mail.message import Mail, build

MAIL = Mail(
    sender=("Deutscher Städtetag", "invitations@example.org"),
    recipient=("Büro Köln", "buero@koeln.example.org"),
    reply_to=("Protokoll, Köln", "desk@example.org"),
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
    assert message["Reply-To"].addresses[0].display_name == "Protokoll, Köln"
    assert message["Reply-To"].addresses[0].addr_spec == "desk@example.org"
    assert message["List-Unsubscribe"] is None


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


def test_a_reminder_says_how_to_turn_reminders_off() -> None:
    message = _parsed(build(replace(MAIL, unsubscribe="https://roundtable.example.org/g/abc/reminders")))

    assert message["List-Unsubscribe"] == "<https://roundtable.example.org/g/abc/reminders>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@given(
    st.text(st.characters(codec="utf-8"), max_size=400), st.text(st.characters(codec="utf-8"), max_size=200)
)
def test_what_a_foreign_parser_reads_is_what_was_written(subject: str, name: str) -> None:
    content = build(replace(MAIL, subject=subject, sender=(name, "a@example.org"), text="Zeile\nĞ ß\n"))
    message = _parsed(content)

    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert content.count(b"\n") == content.count(b"\r\n")
    assert message.get_body(("plain",)).get_content() == "Zeile\r\nĞ ß\r\n"  # type: ignore[union-attr]  # it has one
    assert " ".join(str(message["Subject"]).split()) == header_text(subject)
    for word in re.findall(rb"=\?[^?]+\?[bq]\?[^?]*\?=", content.partition(b"\r\n\r\n")[0]):
        assert len(word) <= 75  # RFC 2047, section 2


@pytest.mark.parametrize("host", ["büro.example.org", "şehir.example.org"])
def test_a_host_beyond_ascii_is_written_as_mail_servers_take_it(host: str) -> None:
    message = _parsed(build(replace(MAIL, recipient=("Amt", f"office@{host}"))))

    assert message["To"].addresses[0].domain.startswith("xn--")
