"""Changing one cell of the guest list, as fast as in a spreadsheet, and safe against a second editor."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select

from roundtable import addresses, times
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.guest_list.listing import values_of
from roundtable.guests import service
from roundtable.guests.list_import import NO_ADDRESS, NO_ZONE, TOO_LONG, country_of, date_of, state_of
from roundtable.guests.models import Contact, Participant
from roundtable.guests.roles import ParticipantRole
from roundtable.guests.service import CityInWords
from roundtable.languages import LANGUAGES
from roundtable.words import tidy

CHANGED = sentence(
    "Somebody else has changed this meanwhile; it now says “%(value)s”. Please look once more."
)
NO_CELL = sentence("This cannot be changed here.")
CITY_NEEDED = sentence("A city needs a name.")
ADDRESS_FIRST = sentence("Please enter the address of the contact first.")

FIELDS = (
    "city",
    "country",
    "state",
    "zone",
    "person",
    "office",
    "role",
    "since",
    "contact",
    "email",
    "language",
)
"""What can be changed in the table; city and office in the reader's language."""


def first_contact(participant: Participant) -> Contact | None:
    """Return the contact that the table shows: the first one of the office."""
    return db.session.scalar(
        select(Contact)
        .where(Contact.participant_id == participant.id, Contact.is_deputy.is_(False))
        .order_by(Contact.id)
        .limit(1)
    )


def set_value(participant: Participant, name: str, typed: str, was: str, language: str) -> str:
    """Change a cell that said `was`; return what it says now.

    Raises:
        Refusal: if it says something else by now, or the value is not right; the sentence says why.
    """
    if name not in FIELDS:
        raise Refusal(NO_CELL)
    contact = first_contact(participant)
    present = values_of(participant, contact, language)[name]
    typed = tidy(typed)
    if present != was:
        if present == typed:
            return present
        raise Refusal(CHANGED, value=present)
    if len(typed) > 200:
        raise Refusal(TOO_LONG, column=name)
    if typed != present:
        if name in {"contact", "email", "language"}:
            contact = _set_contact(participant, contact, name, typed, language)
        else:
            _set_participant(participant, name, typed, language)
    return values_of(participant, contact, language)[name]


def _set_contact(
    participant: Participant, contact: Contact | None, name: str, typed: str, language: str
) -> Contact:
    if contact is None and name != "email":
        raise Refusal(ADDRESS_FIRST)
    address = addresses.checked(typed) if name == "email" else contact.email if contact else None
    if address is None:
        raise Refusal(NO_ADDRESS, value=typed)
    if contact is None:
        return service.add_contact(participant, name=address, email=address, language=language)
    service.change_contact(
        contact,
        name=(typed or contact.email) if name == "contact" else contact.name,
        email=address,
        language=typed if name == "language" and typed in LANGUAGES else contact.language,
    )
    return contact


def _set_participant(participant: Participant, name: str, typed: str, language: str) -> None:
    city = participant.city
    words = CityInWords(city.names, city.country, city.zone, city.state)
    person, offices, role = participant.person, participant.offices, participant.role
    since = participant.in_office_since
    changed: dict[str, Callable[[], CityInWords]] = {
        "city": lambda: replace(words, names=_named(city.names, language, typed)),
        "country": lambda: replace(words, country=country_of(typed)),
        "state": lambda: replace(words, state=state_of(typed, city.country).upper()),
        "zone": lambda: replace(words, zone=_zone(typed)),
    }
    if name in changed:
        words = changed[name]()
    elif name == "person":
        person = typed
    elif name == "office":
        offices = Texts({**offices, language: typed})
    elif name == "role":
        role = ParticipantRole(typed) if typed in set(ParticipantRole) else role
    else:
        since = date_of(typed)
    service.change_participant(participant, words, person=person, offices=offices, role=role, since=since)


def _named(names: Texts, language: str, typed: str) -> Texts:
    found = Texts({**names, language: typed})
    if not found:
        raise Refusal(CITY_NEEDED)
    return found


def _zone(typed: str) -> str:
    if typed not in times.zone_names():
        raise Refusal(NO_ZONE, value=typed)
    return typed
