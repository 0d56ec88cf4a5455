"""The verbs of importing: take a file, plan, import all of it or nothing, undo the last one."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from roundtable import addresses, clock
from roundtable.accounts.models import User
from roundtable.conferences.models import Conference
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.guest_list.differences import (
    FieldChange,
    ImportPlan,
    KnownContact,
    KnownGuest,
    PlannedRow,
    planned,
)
from roundtable.guest_list.models import GuestImport, GuestListFile
from roundtable.guests import catalogue, list_import, queries
from roundtable.guests.list_import import GuestList, GuestRow
from roundtable.guests.models import City, Contact, Participant
from roundtable.guests.roles import ParticipantRole
from roundtable.guests.sheets import Sheet
from roundtable.invitations.models import Invitation
from roundtable.mail.models import Letter
from roundtable.order import search_key

KEPT_FOR = timedelta(days=1)
"""A file that nobody imports is forgotten after this."""

NOTHING = sentence("The file holds nothing that is not on the guest list already.")
FAULTY = sentence("The file still has faulty rows, so nothing was imported.")
NO_IMPORT = sentence("There is no import that could be undone.")
IN_USE = sentence(
    "The import cannot be undone any more: %(city)s has been written to, or stands in a record, meanwhile."
)


def take_file(conference: Conference, user: User, name: str, content: bytes, encoding: str) -> GuestListFile:
    """Keep a file that can be read until it is imported; older ones are forgotten.

    Raises:
        Refusal: if it cannot be read.
    """
    sheet = list_import.read(content, encoding)
    db.session.execute(delete(GuestListFile).where(GuestListFile.at < clock.now() - KEPT_FOR))
    found = GuestListFile(
        conference=conference,
        user=user,
        name=name[:200],
        content=content,
        encoding=sheet.encoding,
        columns=list_import.proposed_columns(sheet),
        at=clock.now(),
    )
    db.session.add(found)
    return found


def sheet_of(file: GuestListFile) -> Sheet:
    """Return the table in a kept file.

    Raises:
        Refusal: if it cannot be read.
    """
    return list_import.read(file.content, file.encoding)


def set_columns(file: GuestListFile, columns: Mapping[str, int]) -> None:
    """Say which column of the file holds what."""
    width = len(sheet_of(file).titles)
    file.columns = {
        name: at for name, at in columns.items() if name in list_import.COLUMN_NAMES and 0 <= at < width
    }


def plan_for(conference: Conference, found: GuestList) -> ImportPlan:
    """Return what a checked list would add and change, and store nothing."""
    return planned(found.rows, _known(conference))


def _known(conference: Conference) -> list[KnownGuest]:
    contacts = queries.contacts_of(conference.id, with_deputies=True)
    return [
        KnownGuest(
            one.id,
            one.city_id,
            one.city.names,
            one.city.country,
            one.city.state,
            one.city.zone,
            one.person,
            one.offices,
            one.role.value,
            one.in_office_since.isoformat() if one.in_office_since else "",
            tuple(
                KnownContact(each.id, each.email_key, each.name, each.language)
                for each in contacts.get(one.id, [])
            ),
        )
        for one in queries.participants_of(conference.id)
    ]


def import_file(file: GuestListFile, *, by: str) -> GuestImport:
    """Import a file: all of it or nothing; the journal of it lets it be undone.

    Raises:
        Refusal: if a row is faulty, or there is nothing new in it.
    """
    found = list_import.check(sheet_of(file), file.columns)
    if found.faults:
        raise Refusal(FAULTY)
    plan = plan_for(file.conference, found)
    if plan.is_empty:
        raise Refusal(NOTHING)
    made = _Maker(file.conference)
    for one in plan.rows:
        made.take(one)
    for change in plan.changes:
        made.change(change)
    db.session.flush()
    journal = GuestImport(
        conference=file.conference,
        name=file.name,
        by=by,
        at=clock.now(),
        added=made.added(),
        changed=[vars(one) for one in plan.changes],
    )
    db.session.add(journal)
    db.session.delete(file)
    return journal


class _Maker:
    """Makes what a plan foresees; nothing is asked of the database row by row."""

    def __init__(self, conference: Conference) -> None:
        self.conference = conference
        self.participants = {one.id: one for one in queries.participants_of(conference.id)}
        found = db.session.scalars(select(City).where(City.conference_id == conference.id))
        self.cities = {one.id: one for one in found}
        self.by_name = {
            (one.country, key): one
            for one in self.cities.values()
            for key in {one.key, *(search_key(name) for name in one.names.values())}
        }
        contacts = queries.contacts_of(conference.id, with_deputies=True)
        self.contacts = {each.id: each for own in contacts.values() for each in own}
        self.precedence = max((one.precedence for one in self.participants.values()), default=-1)
        self.new: dict[tuple[str, str], Participant] = {}
        self.new_cities: list[City] = []
        self.new_contacts: list[Contact] = []

    def take(self, one: PlannedRow) -> None:
        """Make what a row adds."""
        if one.what not in {"city", "contact"}:
            return
        place = (one.row.country, search_key(one.row.city))
        if one.guest is not None:
            participant = self.participants[one.guest.id]
        else:
            participant = self.new.get(place) or self._participant(one.row, place)
        contact = Contact(
            participant=participant,
            name=one.row.contact,
            email=one.row.email,
            email_key=addresses.key(one.row.email),
            language=one.row.language,
        )
        self.new_contacts.append(contact)
        db.session.add(contact)

    def _participant(self, row: GuestRow, place: tuple[str, str]) -> Participant:
        city = self.by_name.get(place)
        if city is None:
            city = City(
                conference=self.conference,
                names=catalogue.completed(Texts({row.language: row.city}), row.country),
                key=search_key(row.city),
                country=row.country,
                state=row.state,
                zone=row.zone,
            )
            self.new_cities.append(city)
        self.precedence += 1
        participant = Participant(
            conference=self.conference,
            city=city,
            person=row.person,
            offices=Texts({row.language: row.office}),
            role=row.role,
            in_office_since=row.since,
            precedence=self.precedence,
        )
        self.new[place] = participant
        db.session.add(participant)
        return participant

    def change(self, one: FieldChange) -> None:
        """Give a field its new value."""
        rows: Mapping[str, Mapping[int, Any]] = {
            "city": self.cities, "participant": self.participants, "contact": self.contacts,
        }  # fmt: skip
        _set(rows[one.kind][one.key], one.field, one.new, one.language)

    def added(self) -> dict[str, list[int]]:
        """Return the ids of what was made, by kind."""
        return {
            "city": [one.id for one in self.new_cities],
            "participant": [one.id for one in self.new.values()],
            "contact": [one.id for one in self.new_contacts],
        }


_NAMES = {"office": "offices", "name": "names", "since": "in_office_since", "contact": "name"}


def _set(row: City | Participant | Contact, field: str, value: str, language: str) -> None:
    """Set a field of a row as a journal writes it."""
    name = "names" if isinstance(row, City) and field == "name" else _NAMES.get(field, field)
    if language and name in {"names", "offices"}:
        setattr(row, name, Texts({**getattr(row, name), language: value}))
    elif name == "role":
        row.role = ParticipantRole(value)  # type: ignore[union-attr]  # only participants have roles
    elif name == "in_office_since":
        row.in_office_since = date.fromisoformat(value) if value else None  # type: ignore[union-attr]  # as above
    else:
        setattr(row, name, value)


def _get(row: City | Participant | Contact, field: str, language: str) -> str:
    """Return a field of a row as a journal writes it."""
    name = "names" if isinstance(row, City) and field == "name" else _NAMES.get(field, field)
    value = getattr(row, name)
    if isinstance(value, dict):
        return str(value.get(language, ""))
    if isinstance(value, ParticipantRole):
        return value.value
    return value.isoformat() if isinstance(value, date) else str(value or "")


def last_import(conference_id: int) -> GuestImport | None:
    """Return the last import of a conference that has not been undone."""
    return db.session.scalar(
        select(GuestImport)
        .where(GuestImport.conference_id == conference_id, GuestImport.undone_at.is_(None))
        .order_by(GuestImport.id.desc())
        .limit(1)
    )


def undo(journal: GuestImport) -> int:
    """Undo the last import; return how many fields stay because somebody has changed them since.

    Raises:
        Refusal: if it is not the last one, or something that it added is in use.
    """
    last = last_import(journal.conference_id)
    if last is None or last.id != journal.id:
        raise Refusal(NO_IMPORT)
    _check_unused(journal)
    kept = sum(not _undone(FieldChange(**one)) for one in journal.changed)
    try:
        for kind, table in (("contact", Contact), ("participant", Participant)):
            for key in journal.added[kind]:
                row = db.session.get(table, key)
                if row is not None:
                    db.session.delete(row)
            db.session.flush()
        _remove_cities(journal.added["city"])
    except IntegrityError as error:
        raise Refusal(IN_USE, city=journal.name) from error
    journal.undone_at = clock.now()
    return kept


def _check_unused(journal: GuestImport) -> None:
    contacts = db.session.scalars(select(Contact).where(Contact.id.in_(journal.added["contact"])))
    touched = {one.participant_id for one in contacts} | set(journal.added["participant"])
    invited = db.session.scalar(
        select(Participant)
        .join(Invitation, Invitation.participant_id == Participant.id)
        .where(Participant.id.in_(touched), Invitation.invited_at >= journal.at)
        .limit(1)
    )
    if invited is not None:
        raise Refusal(IN_USE, city=invited.city.names.in_language(""))
    written_to = db.session.scalar(
        select(Contact)
        .join(Letter, Letter.link_owner == Contact.id)
        .where(Contact.id.in_(journal.added["contact"]))
        .limit(1)
    )
    if written_to is not None:
        raise Refusal(IN_USE, city=written_to.participant.city.names.in_language(""))


def _undone(one: FieldChange) -> bool:
    row: City | Participant | Contact | None
    if one.kind == "city":
        row = db.session.get(City, one.key)
    elif one.kind == "participant":
        row = db.session.get(Participant, one.key)
    else:
        row = db.session.get(Contact, one.key)
    if row is None or _get(row, one.field, one.language) != one.new:
        return False
    _set(row, one.field, one.old, one.language)
    return True


def _remove_cities(ids: list[int]) -> None:
    taken = set(db.session.scalars(select(Participant.city_id).where(Participant.city_id.in_(ids))))
    db.session.execute(delete(City).where(City.id.in_(set(ids) - taken)))
