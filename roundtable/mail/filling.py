"""Filling in what a stored letter lacks: the present name, address and personal links of its people."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy.engine import Row

from roundtable import ical
from roundtable.config import Settings
from roundtable.mail.message import Mail, build
from roundtable.mail.models import Letter

PLACEHOLDER = "https://personal-link.invalid"
"""Stands in stored letters where a link will be when the letter is sent (RFC 2606: never real)."""
_OWN = f"{PLACEHOLDER}/{secrets.token_hex(16)}/"
"""What stands there while a letter is composed. Nobody can guess it, so what looks like a placeholder in
somebody's words (a title, a note) asks for no link."""
_HOST = PLACEHOLDER.partition("://")[2]
_LINE = re.compile(re.escape(PLACEHOLDER) + r"/[^\s\"<]*")
_OWNER = re.compile(re.escape(PLACEHOLDER) + r"/((?:[a-z]+-)?[0-9]{1,10})")


class Missing(Exception):  # noqa: N818 - somebody has left the guest list; nothing failed
    """Somebody for whom the letter was meant is no longer on the guest list."""


@dataclass(frozen=True)
class Addressee:
    """A contact as letters see it now; for a link that is no contact's, only `link` is filled."""

    name: str
    email: str
    link: str


People = Mapping[int | str, Addressee]
"""Those whom letters need: contacts by their id, other links by `kind-id`."""


def placeholder(contact_id: int) -> str:
    """Return what stands in a letter being composed for the personal link of a contact."""
    return f"{_OWN}{contact_id}"


def link_placeholder(kind: str, key: int) -> str:
    """Return what stands in a letter being composed for another secret link, such as that of a preview."""
    return f"{_OWN}{kind}-{key}"


def settled(text: str) -> str:
    """Return a composed text as it is stored: our own placeholders stand, everybody else's are broken."""
    return f"{PLACEHOLDER}/".join(part.replace(_HOST, _HOST.replace(".", " ")) for part in text.split(_OWN))


def _owner(found: str) -> int | str:
    return int(found) if found.isdigit() else found


def without_links(text: str, instead: str) -> str:
    """Return a stored text with words in place of the personal links: for whoever may not have them."""
    return _LINE.sub(instead, text)


def owners_in(letter: Letter | Row[Any]) -> set[int | str]:
    """Return whose link or address a letter needs: contacts by their id, other links as `kind-id`."""
    in_calendar = letter.calendar["description"] if letter.calendar else ""
    found = {_owner(one) for one in _OWNER.findall(f"{letter.text} {in_calendar} {letter.unsubscribe_path}")}
    if letter.link_owner is not None:
        found.add(letter.link_owner)
    return found


@dataclass(frozen=True)
class Filled:
    """A letter with everything in it."""

    recipient: tuple[str, str]
    text: str
    html: str
    entry: ical.Entry | None
    unsubscribe: str


def fill(letter: Letter | Row[Any], people: People) -> Filled:
    """Return the letter's texts, calendar entry and recipient as they are now.

    Raises:
        Missing: if somebody whom the letter needs is gone from the guest list.
    """
    entry = ical.Entry.from_json(letter.calendar) if letter.calendar else None
    if any(owner not in people for owner in owners_in(letter)):
        raise Missing("no longer on the guest list")
    put_in = partial(_OWNER.sub, lambda found: people[_owner(found[1])].link)
    recipient = (letter.recipient_name, letter.recipient_email)
    # Somebody who is no contact leaves by a link of an own kind.
    unsubscribe = put_in(letter.unsubscribe_path) if letter.link_owner is None else ""
    if letter.link_owner is not None:
        owner = people[letter.link_owner]
        recipient = (owner.name, owner.email)
        unsubscribe = owner.link + letter.unsubscribe_path if letter.unsubscribe_path else ""
    if entry is not None:
        # The attendee must be the recipient, letter for letter, or calendars show no entry.
        entry = replace(entry.with_links(put_in), attendee=recipient if entry.attendee else None)
    return Filled(recipient, put_in(letter.text), put_in(letter.html), entry, unsubscribe)


def _calendar(entry: ical.Entry, method: str) -> bytes:
    from roundtable import ical_files  # noqa: PLC0415 - web processes write no letters

    return ical_files.write(entry, ical.Method(method))


def as_bytes(letter: Letter | Row[Any], people: People, settings: Settings) -> tuple[bytes, str]:
    """Return the letter as it goes over the wire, and the address to which it goes.

    Raises:
        Missing: if somebody whom the letter needs is gone from the guest list.
        UnsafeLetter, ValueError: if it cannot be written.
    """
    filled = fill(letter, people)
    entry = filled.entry
    content = build(
        Mail(
            sender=(letter.sender_name, letter.sender_email or settings.mail_from),
            recipient=filled.recipient,
            reply_to=(letter.reply_to_name, letter.reply_to),
            subject=letter.subject,
            text=filled.text,
            html=filled.html,
            language=letter.language,
            message_id=letter.message_id,
            first_message_id=letter.first_message_id,
            written_at=letter.created_at,
            calendar=_calendar(entry, letter.calendar_method) if entry else None,
            calendar_method=letter.calendar_method,
            unsubscribe=filled.unsubscribe,
        )
    )
    return content, filled.recipient[1]
