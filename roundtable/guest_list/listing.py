"""Which guests the table shows, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass

from roundtable.guests.models import Contact, Participant
from roundtable.invitations.rsvp import Answer
from roundtable.order import search_key, sort_key

SORTS = ("precedence", "city", "country", "person", "role")
MISSING = ("contact", "person", "office", "state", "names", "since")


@dataclass(frozen=True)
class Listed:
    """A guest with contacts and the answer to the chosen meeting; None before the invitation."""

    participant: Participant
    contacts: tuple[Contact, ...]
    answer: Answer | None

    def lacks(self, languages: Sequence[str]) -> list[str]:
        """Return what is missing; the words are those of `MISSING`. A state is asked of German cities."""
        one, city = self.participant, self.participant.city
        lacking = {
            "contact": not any(contact.gets_invitation for contact in self.contacts),
            "person": not one.person,
            "office": any(code not in one.offices for code in languages),
            "state": city.country == "DE" and not city.state,
            "names": any(code not in city.names for code in languages),
            "since": one.in_office_since is None,
        }
        return [name for name in MISSING if lacking[name]]


@dataclass(frozen=True)
class Filters:
    """What the table is narrowed to; empty means everything. `answer` may also be `not-invited`."""

    text: str = ""
    country: str = ""
    role: str = ""
    answer: str = ""
    missing: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(vars(self).values())

    def take(self, one: Listed, languages: Sequence[str], *, with_contacts: bool) -> bool:
        """Whether a guest is shown; contacts are looked through only for those who may see them."""
        answer = one.answer.value if one.answer is not None else "not-invited"
        return (
            (not self.country or one.participant.city.country == self.country)
            and (not self.role or one.participant.role.value == self.role)
            and (not self.answer or answer == self.answer)
            and (not self.missing or self.missing in one.lacks(languages))
            and (not self.text or search_key(self.text) in _words(one, with_contacts=with_contacts))
        )


def _words(one: Listed, *, with_contacts: bool) -> str:
    participant = one.participant
    words = [*participant.city.names.values(), participant.person, *participant.offices.values()]
    if with_contacts:
        words += [f"{contact.name} {contact.email}" for contact in one.contacts]
    return search_key(" ".join(words))


def in_order(rows: Sequence[Listed], sort: str, language: str, *, descending: bool = False) -> list[Listed]:
    """Return the rows as the reader's alphabet sorts them; ties keep the protocol order."""
    by_precedence = sorted(rows, key=lambda one: (one.participant.precedence, one.participant.id))
    if sort == "precedence" or sort not in SORTS:
        return by_precedence[::-1] if descending else by_precedence

    def text(one: Listed) -> str:
        participant = one.participant
        return {
            "city": participant.city.names.in_language(language),
            "country": participant.city.country,
            "person": participant.called(language),
            "role": participant.role.value,
        }[sort]

    return sorted(by_precedence, key=lambda one: sort_key(text(one), language), reverse=descending)


def values_of(participant: Participant, contact: Contact | None, language: str) -> dict[str, str]:
    """Return what the list says of a guest and a contact, as it is typed; city and office in the language."""
    city = participant.city
    return {
        "city": city.names.in_language(language),
        "country": city.country,
        "state": city.state,
        "zone": city.zone,
        "person": participant.person,
        "office": participant.offices.in_language(language),
        "role": participant.role.value,
        "since": participant.in_office_since.isoformat() if participant.in_office_since else "",
        "contact": contact.name if contact else "",
        "email": contact.email if contact else "",
        "language": contact.language if contact else "",
    }
