"""The verbs of the guest list."""

from dataclasses import dataclass

from sqlalchemy import func, select

from roundtable import addresses
from roundtable.conferences.models import Conference
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.guests import queries
from roundtable.guests.csv_import import GuestRow
from roundtable.guests.models import City, Contact, Participant
from roundtable.guests.roles import OrderRule, ParticipantRole
from roundtable.order import alternating, moved, search_key, sort_key

CITY_TAKEN = sentence("%(city)s is on the guest list already.")
ADDRESS_TAKEN = sentence("%(email)s is a contact of this city already.")


@dataclass(frozen=True)
class CityInWords:
    """A city as somebody types it: names per language, country code, IANA zone."""

    names: Texts
    country: str
    zone: str


def city(conference: Conference, typed: CityInWords) -> City:
    """Return the conference's city that is meant, or add it; any of its names finds it."""
    keys = {search_key(name) for name in typed.names.values()}
    known = db.session.scalars(
        select(City).where(City.conference_id == conference.id, City.country == typed.country)
    )
    for one in known:
        if keys & ({one.key} | {search_key(name) for name in one.names.values()}):
            one.names = Texts({**typed.names, **one.names})
            return one
    added = City(
        conference=conference,
        names=typed.names,
        key=search_key(next(iter(typed.names.values()))),
        country=typed.country,
        zone=typed.zone,
    )
    db.session.add(added)
    return added


def add_participant(
    conference: Conference, place: City, *, person: str, offices: Texts, role: ParticipantRole
) -> Participant:
    """Put a city's mayor on the guest list, at the end of the protocol order.

    Raises:
        Refusal: if the city is on the list already.
    """
    db.session.flush()
    taken = db.session.scalar(
        select(Participant.id).where(
            Participant.conference_id == conference.id, Participant.city_id == place.id
        )
    )
    if taken is not None:
        raise Refusal(CITY_TAKEN, city=place.names.in_language(""))
    last = db.session.scalar(
        select(func.max(Participant.precedence)).where(Participant.conference_id == conference.id)
    )
    participant = Participant(
        conference=conference,
        city=place,
        person=person,
        offices=offices,
        role=role,
        precedence=0 if last is None else last + 1,
    )
    db.session.add(participant)
    return participant


def change_participant(
    participant: Participant, typed: CityInWords, *, person: str, offices: Texts, role: ParticipantRole
) -> None:
    """Correct a participant and its city.

    Raises:
        Refusal: if another city of the conference bears one of the names.
    """
    keys = {search_key(name) for name in typed.names.values()}
    others = db.session.scalars(
        select(City).where(
            City.conference_id == participant.conference_id,
            City.country == typed.country,
            City.id != participant.city_id,
        )
    )
    for other in others:
        if keys & {other.key, *(search_key(name) for name in other.names.values())}:
            raise Refusal(CITY_TAKEN, city=other.names.in_language(""))
    place = participant.city
    place.names, place.country, place.zone = typed.names, typed.country, typed.zone
    place.key = search_key(next(iter(typed.names.values())))
    participant.person, participant.offices, participant.role = person, offices, role


@dataclass(frozen=True)
class ContactRights:
    """What a contact may do and gets; the words are those of `Contact`."""

    gets_invitation: bool = True
    may_answer: bool = True
    gets_reminders: bool = True
    gets_join_link: bool = True
    clears_quotes: bool = True

    def give(self, contact: Contact) -> None:
        """Give the contact these rights and no others."""
        for name, value in vars(self).items():
            setattr(contact, name, value)


def add_contact(
    participant: Participant,
    *,
    name: str,
    email: str,
    language: str,
    rights: ContactRights | None = None,
) -> Contact:
    """Add a mailbox that acts for the participant; who was only its deputy becomes one of the office.

    Raises:
        Refusal: if the participant has this mailbox already.
    """
    db.session.flush()
    key = addresses.key(email)
    known = db.session.scalar(
        select(Contact).where(Contact.participant_id == participant.id, Contact.email_key == key)
    )
    if known is not None and not known.is_deputy:
        raise Refusal(ADDRESS_TAKEN, email=email)
    contact = known or Contact(participant=participant, email_key=key)
    contact.name, contact.email, contact.language, contact.is_deputy = name, email, language, False
    (rights or ContactRights()).give(contact)
    db.session.add(contact)
    return contact


def change_contact(
    contact: Contact, *, name: str, email: str, language: str, rights: ContactRights | None = None
) -> None:
    """Correct a contact. A new mailbox gets a new link: the old one may lie in a stranger's.

    Raises:
        Refusal: if another contact of the participant has this mailbox.
    """
    key = addresses.key(email)
    if rights is not None:
        rights.give(contact)
    if key != contact.email_key:
        taken = db.session.scalar(
            select(Contact.id).where(
                Contact.participant_id == contact.participant_id, Contact.email_key == key
            )
        )
        if taken is not None:
            raise Refusal(ADDRESS_TAKEN, email=email)
        contact.link_generation += 1
    contact.name, contact.email, contact.email_key, contact.language = name, email, key, language


def import_rows(conference: Conference, rows: list[GuestRow]) -> int:
    """Put all rows of a checked list on the guest list; return how many contacts were added.

    The list has been checked against the guest list and itself (`csv_import.read`), so nothing is
    asked of the database row by row.
    """
    participants = queries.participants_of(conference.id)
    present = {
        (participant.city.country, search_key(name)): participant
        for participant in participants
        for name in participant.city.names.values()
    }
    cities = {
        (one.country, key): one
        for one in db.session.scalars(select(City).where(City.conference_id == conference.id))
        for key in {one.key, *(search_key(name) for name in one.names.values())}
    }
    precedence = max((one.precedence for one in participants), default=-1)
    for row in rows:
        key = (row.country, search_key(row.city))
        if key not in present:
            precedence += 1
            present[key] = _imported(conference, row, cities.get(key), precedence)
            for name in present[key].city.names.values():
                present[row.country, search_key(name)] = present[key]
        contact = Contact(
            participant=present[key],
            name=row.contact,
            email=row.email,
            email_key=addresses.key(row.email),
            language=row.language,
        )
        db.session.add(contact)
    return len(rows)


def _imported(conference: Conference, row: GuestRow, place: City | None, precedence: int) -> Participant:
    """Return a new participant for the row, in a city that is known or new."""
    place = place or City(
        conference=conference,
        names=Texts({row.language: row.city}),
        key=search_key(row.city),
        country=row.country,
        zone=row.zone,
    )
    participant = Participant(
        conference=conference,
        city=place,
        person=row.person,
        offices=Texts({row.language: row.office}),
        role=row.role,
        precedence=precedence,
    )
    db.session.add(participant)
    return participant


def set_order(conference: Conference, rule: OrderRule, language: str) -> None:
    """Set the protocol order by a rule: chairs first, then alphabetically or alternating countries."""
    participants = queries.participants_of(conference.id)
    ordered = sorted(
        participants,
        key=lambda one: (
            one.role is not ParticipantRole.CHAIR,
            not one.has_seat,
            sort_key(one.city.names.in_language(language), language),
        ),
    )
    if rule is OrderRule.ALTERNATING:
        seated = [one for one in ordered if one.has_seat]
        others = [one for one in ordered if not one.has_seat]
        ordered = alternating(seated, lambda one: one.city.country) + others
    _number(ordered)


def move(participant: Participant, by: int) -> None:
    """Move a participant up (negative) or down in the protocol order."""
    _number(moved(queries.participants_of(participant.conference_id), participant, by))


def _number(ordered: list[Participant]) -> None:
    for place, one in enumerate(ordered):
        one.precedence = place


def known_places(conference: Conference) -> set[tuple[str, str]]:
    """Return (folded city, address key) of every contact on the list: an import compares with it."""
    contacts = queries.contacts_of(conference.id, with_deputies=True)
    return {
        (search_key(name), contact.email_key)
        for participant in queries.participants_of(conference.id)
        for contact in contacts.get(participant.id, [])
        for name in participant.city.names.values()
    }
