"""Replies that calendars send (RFC 5546, 6047): read with suspicion, and only for what they may say."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from roundtable import addresses
from roundtable.invitations.rsvp import Answer
from roundtable.words import tidy

if TYPE_CHECKING:
    from icalendar import Event

SAID = {
    "ACCEPTED": Answer.ACCEPTED,
    "DECLINED": Answer.DECLINED,
    "TENTATIVE": Answer.TENTATIVE,
}
MOST_COMMENT = 1000


class NotAReply(Exception):  # noqa: N818 - the calendar is none; nothing failed
    """The calendar holds no reply that could be read; the text says in a word why."""


@dataclass(frozen=True)
class Reply:
    """What an office's calendar says about one session. `proposes_at` is set where it counters."""

    uid: str
    attendee: str
    said: Answer
    sequence: int
    stamped_at: datetime
    comment: str = ""
    proposes_at: datetime | None = None


def parse(content: bytes, method_in_mail: str) -> Reply:
    """Return the reply in a calendar.

    Exchange leaves ORGANIZER out, Apple the method in the mail's header; both are forgiven. Times,
    titles and places of a REPLY are not looked at.

    Raises:
        NotAReply: if there is none, or more than one, or it is broken.
    """
    try:
        return _reply(content, method_in_mail)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OSError) as error:
        # The library names some faults only when the value is looked at; of a zone, the file system does.
        raise NotAReply("unreadable") from error


def _reply(content: bytes, method_in_mail: str) -> Reply:
    from icalendar import Calendar, Event  # noqa: PLC0415 - replies come to the inbox, pages read none

    calendar = Calendar.from_ical(content)
    if not isinstance(calendar, Calendar):
        raise NotAReply("unreadable")
    method = str(calendar.get("METHOD", "")).strip().upper()
    if method not in {"REPLY", "COUNTER"}:
        raise NotAReply(f"method {method or 'none'}"[:60])
    if method_in_mail and method_in_mail != method:
        raise NotAReply("methods differ")
    events = [one for one in calendar.subcomponents if isinstance(one, Event)]
    if len(events) != 1:
        raise NotAReply("not one event")
    event = events[0]
    attendees = event.get("ATTENDEE", [])
    if isinstance(attendees, list):
        raise NotAReply("not one attendee")
    said = SAID.get(str(attendees.params.get("PARTSTAT", "")).upper())
    if method == "REPLY" and said is None:
        raise NotAReply("no answer in it")
    return Reply(
        uid=tidy(str(event.get("UID", "")))[:120],
        attendee=addresses.key(_mailbox(tidy(str(attendees)))),
        said=said or Answer.TENTATIVE,
        sequence=_sequence(event),
        stamped_at=_instant(event, "DTSTAMP"),
        comment=_comment(event, attendees),
        proposes_at=_instant(event, "DTSTART") if method == "COUNTER" else None,
    )


def _mailbox(address: str) -> str:
    text = address.strip()
    return text[7:] if text[:7].lower() == "mailto:" else text


def _sequence(event: "Event") -> int:
    try:
        found = int(event.get("SEQUENCE", 0))
    except (TypeError, ValueError) as error:
        raise NotAReply("broken SEQUENCE") from error
    if not 0 <= found < 2**31:
        raise NotAReply("broken SEQUENCE")
    return found


def _instant(event: "Event", name: str) -> datetime:
    found = getattr(event.get(name), "dt", None)
    if not isinstance(found, datetime) or found.tzinfo is None:
        raise NotAReply(f"no {name}")
    try:
        return found.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise NotAReply(f"no {name}") from error


def _comment(event: "Event", attendee: Any) -> str:
    """Return the office's words: COMMENT, or the parameter in which Google puts them."""
    found = event.get("COMMENT", "")
    words = found[0] if isinstance(found, list) and found else found
    return tidy(str(words) or str(attendee.params.get("X-RESPONSE-COMMENT", "")))[:MOST_COMMENT]
