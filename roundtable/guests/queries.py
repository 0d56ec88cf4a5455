"""Reads of the guest list that more than one place needs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from flask import abort, current_app
from sqlalchemy import ColumnElement, ScalarSelect, Select, String, bindparam, cast, func, select
from sqlalchemy.orm import contains_eager, joinedload

from roundtable import tokens
from roundtable.audit.service import came_by
from roundtable.conferences.models import Conference
from roundtable.conferences.turn_service import take_turn
from roundtable.db import db
from roundtable.guests.models import City, Contact, Participant
from roundtable.languages import prefer
from roundtable.links import Owner, Purpose, owner_id_in
from roundtable.mail.filling import Addressee


def participants_of(conference_id: int) -> list[Participant]:
    """Return the participants with their cities, in protocol order."""
    return list(db.session.scalars(_participants(), {"conference": conference_id}))


@cache
def _participants() -> Select[Participant]:
    return (
        select(Participant)
        .join(Participant.city)
        .options(contains_eager(Participant.city))
        .where(Participant.conference_id == bindparam("conference"))
        .order_by(Participant.precedence, Participant.id)
    )


def contacts_of(conference_id: int, *, with_deputies: bool = False) -> dict[int, list[Contact]]:
    """Return the contacts of a conference by participant; deputies come and go with the answers."""
    found: dict[int, list[Contact]] = {}
    query = (
        select(Contact)
        .join(Contact.participant)
        .where(Participant.conference_id == conference_id)
        .order_by(Contact.id)
    )
    if not with_deputies:
        query = query.where(Contact.is_deputy.is_(False))
    for contact in db.session.scalars(query):
        found.setdefault(contact.participant_id, []).append(contact)
    return found


@dataclass(frozen=True)
class ZoneAtTable:
    """A zone and how many cities live by it; `only_observers` is said on the page."""

    zone: str
    cities: int
    only_observers: bool


def zones_at(participants: list[Participant], home: str) -> list[ZoneAtTable]:
    """Return the zones at the table: home first, then those of most cities."""
    count = Counter(participant.city.zone for participant in participants)
    seated = {participant.city.zone for participant in participants if participant.has_seat}
    ordered = sorted(count, key=lambda zone: (zone != home, zone not in seated, -count[zone], zone))
    if home not in count:
        ordered.insert(0, home)
    return [ZoneAtTable(zone, count[zone], zone in count and zone not in seated) for zone in ordered]


def zone_names_at(conference_id: int) -> tuple[str, ...]:
    """Return the names of the zones at the table, those of most cities first."""
    rows = db.session.execute(_zones(), {"conference": conference_id}).all()
    return _in_order((zone, cities) for zone, cities in rows)


def _in_order(zones: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    return tuple(zone for zone, _ in sorted(zones, key=lambda one: (-one[1], one[0])))


@cache
def _zones() -> Select[str, int]:
    return _counted(bindparam("conference"))


def _counted(conference: ColumnElement[int]) -> Select[str, int]:
    return (
        select(City.zone.label("zone"), func.count().label("cities"))
        .join(Participant, Participant.city_id == City.id)
        .where(Participant.conference_id == conference)
        .group_by(City.zone)
    )


def zones_in_words(conference: ColumnElement[int]) -> ScalarSelect[str]:
    """Return the zones at the table as one value, for a statement that asks for more than them; see `zone_names_in`."""
    rows = _counted(conference).subquery()
    return select(
        func.aggregate_strings(rows.c.zone + "=" + cast(rows.c.cities, String), " ")
    ).scalar_subquery()


def zone_names_in(words: str | None) -> tuple[str, ...]:
    """Return the names in what `zones_in_words` asked for, as `zone_names_at` does."""
    pairs = (one.rpartition("=") for one in (words or "").split())
    return _in_order((zone, int(cities)) for zone, _, cities in pairs)


def _owner(contact: Contact) -> Owner:
    return Owner(contact.id, contact.participant.conference_id, contact.link_generation)


def token_of(contact: Contact, purpose: Purpose = Purpose.PAGE) -> str:
    """Return the token of the contact's personal link, or of its calendar feed."""
    return tokens.token_of(_owner(contact), purpose)


def personal_link(contact: Contact) -> str:
    """Return the whole personal link, as it stands in letters."""
    return _link(token_of(contact))


def _link(token: str) -> str:
    return f"{current_app.config['ROUNDTABLE'].public_url}/g/{token}"


def addressees(contact_ids: Iterable[int]) -> dict[int, Addressee]:
    """Return name, address and personal link of those of these contacts who are still there."""
    # Plain columns: a batch of letters asks this, and whole objects would cost more than sending them.
    found = db.session.execute(
        select(Contact.id, Contact.name, Contact.email, Contact.link_generation, Participant.conference_id)
        .join(Participant, Participant.id == Contact.participant_id)
        .where(Contact.id.in_(set(contact_ids)))
    )
    return {
        contact_id: Addressee(
            name, email, _link(tokens.token_of(Owner(contact_id, place, generation), Purpose.PAGE))
        )
        for contact_id, name, email, generation, place in found
    }


def contact_or_404(token: str, purpose: Purpose = Purpose.PAGE) -> Contact:
    """Return whose token this is; wrong, old and revoked ones are all alike 404.

    The contact's language becomes the reader's, unless the reader chooses another.
    """
    contact_id = owner_id_in(token) or 0
    take_turn(
        lambda: (
            select(Conference.id)
            .join(Participant, Participant.conference_id == Conference.id)
            .join(Contact, Contact.participant_id == Participant.id)
            .where(Contact.id == contact_id)
        )
    )
    contact = db.session.scalar(_contact(), {"contact": contact_id})
    # The proof is checked even where there is no such contact, so that both take the same time.
    owner = _owner(contact) if contact is not None else Owner(0, 0, 0)
    if not tokens.opens(token, owner, purpose) or contact is None:
        abort(404)
    prefer(contact.language)
    came_by("contact", contact.id, contact.link_generation)
    return contact


@cache
def _contact() -> Select[Contact]:
    return (
        select(Contact)
        .where(Contact.id == bindparam("contact"))
        .options(
            joinedload(Contact.participant, innerjoin=True).joinedload(Participant.conference, innerjoin=True)
        )
    )
