"""The verbs of the guest list."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from roundtable import addresses
from roundtable.conferences.models import Conference
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.guests import catalogue, queries
from roundtable.guests.models import City, Contact, Participant
from roundtable.guests.roles import OrderRule, ParticipantRole
from roundtable.order import alternating, moved, search_key, sort_key

CITY_TAKEN = sentence("%(city)s is on the guest list already.")
ADDRESS_TAKEN = sentence("%(email)s is a contact of this city already.")


@dataclass(frozen=True)
class CityInWords:
    """A city as somebody types it: names per language, country code, IANA zone, code of a German state."""

    names: Texts
    country: str
    zone: str
    state: str = ""

    def completed(self) -> "CityInWords":
        """Return the city with what the catalogue knows of it: names in other languages, zone, state."""
        country = self.country
        found = [catalogue.find(name, country) for name in self.names.values()]
        known = next((one for one in found if one is not None), None)
        if known is None:
            return self
        return CityInWords(
            Texts({**known.names, **self.names}),
            country or known.country,
            self.zone or known.zone,
            self.state or known.state,
        )


def city(conference: Conference, typed: CityInWords) -> City:
    """Return the conference's city that is meant, or add it; any of its names finds it."""
    keys = {search_key(name) for name in typed.names.values()}
    known = db.session.scalars(
        select(City).where(City.conference_id == conference.id, City.country == typed.country)
    )
    for one in known:
        if keys & ({one.key} | {search_key(name) for name in one.names.values()}):
            one.names = Texts({**typed.names, **one.names})
            one.state = one.state or typed.state
            return one
    added = City(
        conference=conference,
        names=typed.names,
        key=search_key(next(iter(typed.names.values()))),
        country=typed.country,
        zone=typed.zone,
        state=typed.state,
    )
    db.session.add(added)
    return added


def add_participant(
    conference: Conference,
    place: City,
    *,
    person: str,
    offices: Texts,
    role: ParticipantRole,
    since: date | None = None,
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
        in_office_since=since,
        precedence=0 if last is None else last + 1,
    )
    db.session.add(participant)
    return participant


def change_participant(
    participant: Participant,
    typed: CityInWords,
    *,
    person: str,
    offices: Texts,
    role: ParticipantRole,
    since: date | None = None,
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
    place.state, participant.in_office_since = typed.state, since
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


def copy_list(source: Conference, target: Conference) -> int:
    """Copy the guests of another conference that are not on this list; return how many cities came.

    Deputies and personal links stay behind: they belong to the meetings of the other one.
    """
    taken = {
        (one.city.country, search_key(name))
        for one in queries.participants_of(target.id)
        for name in one.city.names.values()
    }
    precedence = max((one.precedence for one in queries.participants_of(target.id)), default=-1)
    contacts = queries.contacts_of(source.id)
    count = 0
    for one in queries.participants_of(source.id):
        if any((one.city.country, search_key(name)) in taken for name in one.city.names.values()):
            continue
        count += 1
        place = city(target, CityInWords(one.city.names, one.city.country, one.city.zone, one.city.state))
        participant = Participant(
            conference=target,
            city=place,
            person=one.person,
            offices=one.offices,
            role=one.role,
            in_office_since=one.in_office_since,
            precedence=precedence + count,
        )
        db.session.add(participant)
        for contact in contacts.get(one.id, []):
            made = Contact(
                participant=participant,
                name=contact.name,
                email=contact.email,
                email_key=contact.email_key,
                language=contact.language,
            )
            ContactRights(**{name: getattr(contact, name) for name in vars(ContactRights())}).give(made)
            db.session.add(made)
    return count
