"""One mailbox, one letter: contacts that share an address are written to once."""

from collections.abc import Iterable
from dataclasses import dataclass

from roundtable.guests.models import Contact, Participant


@dataclass(frozen=True)
class Mailbox:
    """An address with the contacts that it stands for: mostly one, several where it has several roles.

    The first in protocol order gives name and language.
    """

    contacts: tuple[Contact, ...]

    @property
    def first(self) -> Contact:
        return self.contacts[0]

    @property
    def key(self) -> str:
        return self.first.email_key

    @property
    def language(self) -> str:
        return self.first.language

    @property
    def participants(self) -> list[Participant]:
        """The participants for whom the mailbox acts, each once."""
        return list({one.participant_id: one.participant for one in self.contacts}.values())


def mailboxes(contacts: Iterable[Contact]) -> list[Mailbox]:
    """Return the mailboxes of these contacts, in the order of their first ones."""
    found: dict[str, list[Contact]] = {}
    for contact in contacts:
        found.setdefault(contact.email_key, []).append(contact)
    return [Mailbox(tuple(same)) for same in found.values()]
