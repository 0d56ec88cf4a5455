"""What an import would add and change, as plain values: who is on the list already is recognised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from roundtable import addresses
from roundtable.db import Texts
from roundtable.guests.list_import import GuestRow
from roundtable.order import search_key


@dataclass(frozen=True)
class KnownContact:
    """A contact on the list."""

    id: int
    key: str
    name: str
    language: str


@dataclass(frozen=True)
class KnownGuest:
    """A participant on the list, with its city and its contacts."""

    id: int
    city_id: int
    names: Texts
    country: str
    state: str
    zone: str
    person: str
    offices: Texts
    role: str
    since: str
    contacts: tuple[KnownContact, ...] = ()


@dataclass(frozen=True)
class FieldChange:
    """A field of a row that gets another value; `language` where it is one text of several."""

    kind: str
    key: int
    field: str
    old: str
    new: str
    language: str = ""


@dataclass(frozen=True)
class PlannedRow:
    """What becomes of a row of the file: `what` is city, contact, change or nothing.

    `guest` is the participant on the list whom it means; None for a city that is new.
    """

    row: GuestRow
    what: str
    guest: KnownGuest | None = None
    changes: tuple[FieldChange, ...] = ()


@dataclass
class ImportPlan:
    """What an import would do, row by row."""

    rows: list[PlannedRow] = field(default_factory=list)

    def count(self, what: str) -> int:
        """Return of how many rows that becomes."""
        return sum(one.what == what for one in self.rows)

    @property
    def changes(self) -> list[FieldChange]:
        """Every change, each once: several rows of a city say the same."""
        return list(dict.fromkeys(change for one in self.rows for change in one.changes))

    @property
    def is_empty(self) -> bool:
        return all(one.what == "nothing" for one in self.rows)


def planned(rows: Iterable[GuestRow], guests: Sequence[KnownGuest]) -> ImportPlan:
    """Return what these rows would add and change.

    A row means the participant whose city bears the name in any language; else, where the city is not
    on the list, the one in the same country whose contact has the address: the city is then spelt
    otherwise. Empty cells, and what is only assumed, change nothing.
    """
    by_city = {(one.country, search_key(name)): one for one in guests for name in one.names.values()}
    by_address: dict[str, list[KnownGuest]] = {}
    for one in guests:
        for contact in one.contacts:
            by_address.setdefault(contact.key, []).append(one)
    new: set[tuple[str, str]] = set()
    plan = ImportPlan()
    for row in rows:
        place, address = (row.country, search_key(row.city)), addresses.key(row.email)
        guest = by_city.get(place)
        if guest is None and place not in new:
            same = [one for one in by_address.get(address, []) if one.country == row.country]
            guest = same[0] if len(same) == 1 else None
        if guest is None:
            plan.rows.append(PlannedRow(row, "contact" if place in new else "city"))
            new.add(place)
            continue
        known = next((one for one in guest.contacts if one.key == address), None)
        changes = (*_of_guest(row, guest), *(_of_contact(row, known) if known else ()))
        what = "contact" if known is None else "change" if changes else "nothing"
        plan.rows.append(PlannedRow(row, what, guest, changes))
    return plan


def _of_guest(row: GuestRow, guest: KnownGuest) -> list[FieldChange]:
    language = row.language
    wished = (
        ("city", guest.city_id, "state", guest.state, row.state, ""),
        ("city", guest.city_id, "zone", guest.zone, row.zone, ""),
        ("participant", guest.id, "person", guest.person, row.person, ""),
        ("participant", guest.id, "office", guest.offices.get(language, ""), row.office, language),
        ("participant", guest.id, "role", guest.role, row.role.value, ""),
        ("participant", guest.id, "since", guest.since, row.since.isoformat() if row.since else "", ""),
    )
    found = [
        FieldChange(kind, key, name, old, new, of)
        for kind, key, name, old, new, of in wished
        if name in row.given and new and new != old
    ]
    if search_key(row.city) not in {search_key(name) for name in guest.names.values()}:
        found.append(
            FieldChange("city", guest.city_id, "name", guest.names.get(language, ""), row.city, language)
        )
    return found


def _of_contact(row: GuestRow, contact: KnownContact) -> list[FieldChange]:
    wished = (("contact", contact.name, row.contact), ("language", contact.language, row.language))
    return [
        FieldChange("contact", contact.id, name, old, new)
        for name, old, new in wished
        if name in row.given and new != old
    ]
