"""A mail that has come in, taken apart without trusting any of it, and without a database."""

import email.policy
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

from roundtable.words import tidy

MOST_BYTES = 1024 * 1024
MOST_CALENDAR_BYTES = 100 * 1024
MOST_PARTS = 50


class Unreadable(Exception):  # noqa: N818 - the mail is; the program is not
    """The mail is too large, too deep, or no mail at all."""


@dataclass(frozen=True)
class CalendarPart:
    """A calendar in a mail: its bytes, and the METHOD that the mail's header names, if it names one."""

    content: bytes
    method: str


@dataclass(frozen=True)
class DeliveryReport:
    """What a mail server says of a letter that it could not, or not yet, deliver (RFC 3464).

    `status` is the code of RFC 3463, such as 5.1.1; `message_id` that of the letter.
    """

    message_id: str
    recipient: str
    action: str
    status: str
    reason: str

    @property
    def is_final(self) -> bool:
        """Whether the letter will not arrive any more."""
        return self.action == "failed" and not self.status.startswith("4")


def key_of(raw: bytes) -> str:
    """Return what a mail is known by: the hash of its Message-ID, or of all of it where it has none."""
    head = raw[:MOST_BYTES].partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]
    try:
        message_id = str(message_from_bytes(head, policy=email.policy.compat32).get("Message-ID", "")).strip()
    except (MessageError, ValueError, RecursionError):
        message_id = ""
    return hashlib.sha256(message_id.encode("utf-8", "replace") if message_id else raw).hexdigest()


def read(raw: bytes) -> "IncomingMail":
    """Return the mail.

    Raises:
        Unreadable: if it is too large, has too many parts, or cannot be taken apart.
    """
    if len(raw) > MOST_BYTES:
        raise Unreadable("too large")
    try:
        message = message_from_bytes(raw, policy=email.policy.compat32)
        parts = list(_leaves(message))
    except (MessageError, ValueError, LookupError, RecursionError, TypeError) as error:
        raise Unreadable(type(error).__name__) from error
    if len(parts) > MOST_PARTS:
        raise Unreadable("too many parts")
    return IncomingMail(message, parts)


def _leaves(message: Message, depth: int = 0) -> Iterator[Message]:
    """Go through the parts of a mail itself; a mail that hangs in it is a leaf and is not entered."""
    if depth > 10:
        raise ValueError("too deep")
    if message.is_multipart() and message.get_content_maintype() == "multipart":
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _leaves(part, depth + 1)
    else:
        yield message


class IncomingMail:
    """The parts of a mail that matter here."""

    def __init__(self, message: Message, parts: list[Message]) -> None:
        self._message = message
        self._parts = parts

    def header(self, name: str) -> str:
        """Return a header as one decoded line, empty where it is missing."""
        return _decoded(self._message.get(name))

    def headers(self, name: str) -> list[str]:
        """Return every header of this name, from the top down: the newest first."""
        return [" ".join(str(one).split()) for one in self._message.get_all(name, [])]

    @property
    def sender(self) -> str:
        """The one address in the one From; empty where there is none or more than one (RFC 5322, 3.6.2)."""
        found = getaddresses([str(one) for one in self._message.get_all("From", [])])
        return tidy(found[0][1]) if len(found) == 1 else ""

    @property
    def is_automatic(self) -> bool:
        """Whether a machine answered: a vacation note (RFC 3834), never somebody's own reply.

        `auto-generated` is no sign: calendars of Google mark people's replies so.
        """
        said = self.header("Auto-Submitted").partition(";")[0].strip().lower()
        return said == "auto-replied" or self.header("Return-Path").strip() == "<>"

    def calendar(self) -> CalendarPart | None:
        """Return the calendar that counts: one marked as a reply first, else the first one.

        Raises:
            Unreadable: if it is too large.
        """
        found = [part for part in self._parts if part.get_content_type() in _CALENDARS]
        found.sort(key=lambda part: _method(part) not in {"REPLY", "COUNTER"})
        if not found:
            return None
        content = found[0].get_payload(decode=True)
        if not isinstance(content, bytes) or len(content) > MOST_CALENDAR_BYTES:
            raise Unreadable("calendar too large")
        return CalendarPart(_as_utf8(content, found[0]), _method(found[0]))

    def delivery_report(self) -> DeliveryReport | None:
        """Return what a mail server reports, if the mail is such a report."""
        if self._message.get_content_type() != "multipart/report":
            return None
        status = next((p for p in self._parts if p.get_content_type() == "message/delivery-status"), None)
        returned = next((p for p in self._parts if p.get_content_type() in _RETURNED), None)
        if status is None or returned is None:
            return None
        blocks = [one for one in status.get_payload() if isinstance(one, Message)]
        about = next((one for one in blocks if one.get("Final-Recipient")), None)
        if about is None:
            return None
        recipient = _decoded(about.get("Final-Recipient")).rpartition(";")[2].strip()
        diagnosis = _decoded(about.get("Diagnostic-Code")).rpartition(";")[2].strip()
        code = _decoded(about.get("Status")).strip()
        return DeliveryReport(
            message_id=_returned_id(returned),
            recipient=recipient,
            action=_decoded(about.get("Action")).strip().lower(),
            status=code,
            reason=f"{code} {diagnosis}".strip()[:500],
        )


_CALENDARS = frozenset({"text/calendar", "application/ics"})
_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"})


def _returned_id(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return tidy(str(payload[0].get("Message-ID", "")))
    content = part.get_payload(decode=True)
    text = content if isinstance(content, bytes) else str(payload).encode("utf-8", "replace")
    return tidy(str(message_from_bytes(text, policy=email.policy.compat32).get("Message-ID", "")))


def _method(part: Message) -> str:
    return str(part.get_param("method") or "").strip().upper()


def _as_utf8(content: bytes, part: Message) -> bytes:
    charset = part.get_content_charset() or "utf-8"
    try:
        return content.decode(charset).encode("utf-8")
    except (LookupError, UnicodeDecodeError):
        return content.decode("utf-8", "replace").encode("utf-8")


def _decoded(value: object) -> str:
    try:
        return tidy(str(make_header(decode_header(str(value or "")))))
    except (LookupError, ValueError, MessageError):
        return tidy(str(value or ""))
