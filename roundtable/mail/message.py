"""A letter as a MIME message (RFC 5322, 2045, 6047), without a database."""

import email.policy
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import format_datetime

from roundtable.addresses import header_address, header_text

_POLICY = email.policy.SMTP.clone(max_line_length=76)
_ALLOWED_HEADERS = frozenset(
    {
        "from", "to", "reply-to", "subject", "date", "message-id", "in-reply-to", "references",
        "auto-submitted", "x-auto-response-suppress", "content-language", "mime-version",
        "content-type", "content-transfer-encoding",
    }
)  # fmt: skip


class UnsafeLetter(Exception):  # noqa: N818 - a letter is unsafe; nothing else failed
    """The written message holds a header that we did not set."""


@dataclass(frozen=True)
class Mail:
    """Everything in one mail. `calendar` is a whole .ics file, `calendar_method` its METHOD."""

    sender: tuple[str, str]
    recipient: tuple[str, str]
    reply_to: str
    subject: str
    text: str
    html: str
    language: str
    message_id: str
    first_message_id: str
    written_at: datetime
    calendar: bytes | None = None
    calendar_method: str = ""


def build(mail: Mail) -> bytes:
    """Return the bytes of the message, one recipient in it.

    With a calendar: mixed( alternative( text, HTML, text/calendar; method=… ), application/ics ),
    both calendars byte for byte the same, in base64, which no relay re-encodes.

    Raises:
        ValueError: if an address is none.
        UnsafeLetter: if a header came out that was not set here (CVE-2024-6923).
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = header_address(*mail.sender)
    message["To"] = header_address(*mail.recipient)
    if mail.reply_to:
        message["Reply-To"] = header_address("", mail.reply_to)
    message["Subject"] = header_text(mail.subject)
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = mail.message_id
    if mail.first_message_id:
        message["In-Reply-To"] = mail.first_message_id
        message["References"] = mail.first_message_id
    # RFC 3834, and the one that Exchange heeds: no vacation mails, but delivery reports.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message["Content-Language"] = mail.language
    message.set_content(mail.text, cte="base64")
    message.add_alternative(mail.html, subtype="html", cte="base64")
    if mail.calendar is not None:
        message.add_alternative(
            mail.calendar,
            maintype="text",
            subtype="calendar",
            cte="base64",
            params={"method": mail.calendar_method, "charset": "UTF-8"},
        )
        message.add_attachment(
            mail.calendar, maintype="application", subtype="ics", filename="invite.ics", cte="base64"
        )
    content = message.as_bytes()
    foreign = {name.lower() for name in message_from_bytes(content)} - _ALLOWED_HEADERS
    if foreign:
        raise UnsafeLetter
    return content
