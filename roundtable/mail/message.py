"""A letter as a MIME message (RFC 5322, 2045, 2047, 6047), without a database.

The tree is always the same, so its lines are written here, with the standard library's encoders:
a whole letter costs a twentieth of what `EmailMessage` takes, and sending is bound by it
(docs/decisions/0008). What comes out is read back by other people's parsers in the tests.
"""

import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache

from roundtable.addresses import header_mailbox, header_text

LINE = 76
"""Octets a line, so that an encoded word stays within the 75 of RFC 2047, section 2."""
_HEADER = re.compile(r"[!-9;-~]+: [\x20-\x7e]*(?:\r\n [\x20-\x7e]+)*")


class UnsafeLetter(Exception):  # noqa: N818 - a letter is unsafe; nothing else failed
    """A header would hold more than its own value."""


@dataclass(frozen=True)
class Mail:
    """Everything in one mail. `calendar` is a whole .ics file, `calendar_method` its METHOD.

    `sender`, `recipient` and `reply_to` are (name, address). `unsubscribe` is the address of the
    page where reminders are turned off (RFC 2369, 8058), empty where there is nothing to turn off.
    """

    sender: tuple[str, str]
    recipient: tuple[str, str]
    reply_to: tuple[str, str]
    subject: str
    text: str
    html: str
    language: str
    message_id: str
    first_message_id: str
    written_at: datetime
    calendar: bytes | None = None
    calendar_method: str = ""
    unsubscribe: str = ""


def build(mail: Mail) -> bytes:
    """Return the bytes of the message, one recipient in it.

    With a calendar: mixed( alternative( text, HTML, text/calendar; method=… ), application/ics ),
    both calendars byte for byte the same. All bodies are in base64, which no relay re-encodes.

    Raises:
        ValueError: if an address is none.
        UnsafeLetter: if a header would hold a line of its own (CVE-2024-6923 and its like).
    """
    head = [
        f"From: {_mailbox('From', *mail.sender)}",
        f"To: {_mailbox('To', *mail.recipient)}",
        f"Subject: {_words('Subject', mail.subject)}",
        f"Date: {format_datetime(mail.written_at)}",
        f"Message-ID: {mail.message_id}",
    ]
    if mail.reply_to[1]:
        head.append(f"Reply-To: {_mailbox('Reply-To', *mail.reply_to)}")
    if mail.first_message_id:
        head += [f"In-Reply-To: {mail.first_message_id}", f"References: {mail.first_message_id}"]
    if mail.unsubscribe:
        head += [
            f"List-Unsubscribe: <{mail.unsubscribe}>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ]
    # RFC 3834, and the one that Exchange heeds: no vacation mails, but delivery reports.
    head += [
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        f"Content-Language: {mail.language}",
        "MIME-Version: 1.0",
    ]
    if not all(_HEADER.fullmatch(line) for line in head):
        raise UnsafeLetter
    parts = [_part("text/plain; charset=utf-8", mail.text), _part("text/html; charset=utf-8", mail.html)]
    # "=_" never stands in base64, so no body can hold the boundary (RFC 2045, section 6.7).
    mark = hashlib.sha256(mail.message_id.encode()).hexdigest()[:24]
    if mail.calendar is None:
        body = _multipart("alternative", f"=_a{mark}", parts)
    else:
        kind = f'text/calendar; method={mail.calendar_method}; charset="UTF-8"'
        inner = _multipart("alternative", f"=_a{mark}", [*parts, _part(kind, mail.calendar)])
        attached = _part(
            'application/ics; name="invite.ics"',
            mail.calendar,
            'Content-Disposition: attachment; filename="invite.ics"\r\n',
        )
        body = _multipart("mixed", f"=_m{mark}", [inner, attached])
    return "\r\n".join([*head, ""]).encode("ascii") + body


def _mailbox(header: str, name: str, address: str) -> str:
    plain = header_mailbox(address)
    words = header_text(name)
    if not words:
        return plain
    if words.isascii():
        return formataddr((words, plain))
    return f"{_words(header, words)} <{plain}>"


@lru_cache(maxsize=2048)
def _words(header: str, text: str) -> str:
    # Senders and subjects repeat through a batch, and encoding one costs as much as all the rest.
    words = header_text(text)
    charset = "us-ascii" if words.isascii() else "utf-8"
    return Header(words, charset, maxlinelen=LINE, header_name=header).encode(linesep="\r\n")


def _part(kind: str, content: str | bytes, more: str = "") -> bytes:
    # Lines of a text end in CRLF before they are encoded (RFC 2045, section 6.8).
    raw = content if isinstance(content, bytes) else content.replace("\n", "\r\n").encode("utf-8", "replace")
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n{more}\r\n"
    packed = binascii.b2a_base64(raw, newline=False)
    lines = [packed[start : start + LINE] for start in range(0, len(packed), LINE)]
    return head.encode("ascii") + b"\r\n".join([*lines, b""])


def _multipart(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    mark = boundary.encode("ascii")
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    return (
        head + b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + mark + b"--\r\n"
    )
