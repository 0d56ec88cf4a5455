"""The record of a meeting as plain values: what pages, documents and the press desk read.

A draft's record is gathered from the database; a sealed one is the JSON that was hashed when it
was approved, so that nothing which changes later can change it.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from roundtable.db import Texts
from roundtable.minutes.kinds import ActionState, Adoption, EntryKind, Presence


@dataclass(frozen=True)
class Person:
    """A participant as the record names it: the city and the office, per language."""

    participant_id: int
    city: Texts
    country: str
    called: Texts


@dataclass(frozen=True)
class AttendanceLine:
    """How one participant took part."""

    person: Person
    presence: Presence
    representative: str
    came_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True)
class Votes:
    """The result of a vote."""

    votes_for: int
    votes_against: int
    abstentions: int


@dataclass(frozen=True)
class RecordEntry:
    """One entry: statement, decision, action item or note.

    `stale` names the languages whose translation was made from an earlier original. A decision has
    a `number` such as "2026-03/4".
    """

    id: int
    kind: EntryKind
    language: str
    texts: Texts
    on_record: bool
    speaker: Person | None
    owner: Person | None
    due_on: date | None
    stale: tuple[str, ...] = ()
    adoption: Adoption | None = None
    votes: Votes | None = None
    number: str = ""

    @property
    def original(self) -> str:
        """The words in the language in which they were written down."""
        return self.texts.get(self.language, "")


@dataclass(frozen=True)
class RecordItem:
    """The entries under one agenda item; without an item they stand at the end."""

    item_id: int | None
    titles: Texts
    entries: tuple[RecordEntry, ...]


@dataclass(frozen=True)
class CarriedAction:
    """An action item of an earlier session that was still open when this record was made."""

    entry_id: int
    session: str
    texts: Texts
    language: str
    owner: Person
    due_on: date | None
    state: ActionState


@dataclass(frozen=True)
class Record:
    """Everything that the minutes of a meeting say. `number` is the session's own, such as "2026-03"."""

    meeting_uid: str
    titles: Texts
    starts_at: datetime
    zone: str
    duration_minutes: int
    attendance: tuple[AttendanceLine, ...]
    items: tuple[RecordItem, ...]
    approved_by: str = ""
    approved_at: datetime | None = None
    number: str = ""
    carried: tuple[CarriedAction, ...] = ()

    def entries(self, kind: EntryKind | None = None) -> Iterator[RecordEntry]:
        """Go through the entries, or those of one kind, in their order."""
        for item in self.items:
            for entry in item.entries:
                if kind is None or entry.kind is kind:
                    yield entry

    def common(self) -> "Record":
        """Return the part that everybody at the table and the press desk may read.

        Off-the-record statements are gone from it, not hidden in it.
        """
        return self._with(lambda entry: entry.on_record)

    def for_office(self, participant_id: int) -> "Record":
        """Return what the office of a participant may read: the common part, and its own statements in full."""
        return self._with(
            lambda entry: (
                entry.on_record
                or (entry.speaker is not None and entry.speaker.participant_id == participant_id)
            )
        )

    def _with(self, is_shown: Callable[[RecordEntry], bool]) -> "Record":
        items = (replace(item, entries=tuple(filter(is_shown, item.entries))) for item in self.items)
        return replace(self, items=tuple(items))

    def count(self, *presences: Presence) -> int:
        """Count who took part in one of these ways."""
        return sum(line.presence in presences for line in self.attendance)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values that `from_json` reads back."""
        values: dict[str, Any] = json.loads(json.dumps(asdict(self), default=_plain))
        return values


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def canonical(values: dict[str, Any]) -> bytes:
    """Return JSON in its one canonical form: keys sorted, no blanks, UTF-8.

    That is RFC 8785 for values without fractions.
    """
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def content_hash(values: dict[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of a record's canonical JSON."""
    return hashlib.sha256(canonical(values)).hexdigest()


def from_json(values: dict[str, Any]) -> Record:
    """Return the record that `to_json` wrote; what earlier versions did not know yet is empty."""
    return Record(
        meeting_uid=values["meeting_uid"],
        titles=Texts(values["titles"]),
        starts_at=datetime.fromisoformat(values["starts_at"]),
        zone=values["zone"],
        duration_minutes=values["duration_minutes"],
        attendance=tuple(_line(line) for line in values["attendance"]),
        items=tuple(
            RecordItem(item["item_id"], Texts(item["titles"]), tuple(_entry(one) for one in item["entries"]))
            for item in values["items"]
        ),
        approved_by=values["approved_by"],
        approved_at=_instant(values["approved_at"]),
        number=values.get("number", ""),
        carried=tuple(_carried(one) for one in values.get("carried", ())),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _person(values: dict[str, Any]) -> Person:
    return Person(values["participant_id"], Texts(values["city"]), values["country"], Texts(values["called"]))


def _line(values: dict[str, Any]) -> AttendanceLine:
    return AttendanceLine(
        _person(values["person"]),
        Presence(values["presence"]),
        values["representative"],
        _instant(values.get("came_at")),
        _instant(values.get("left_at")),
    )


def _entry(values: dict[str, Any]) -> RecordEntry:
    adoption, votes = values.get("adoption"), values.get("votes")
    return RecordEntry(
        id=values["id"],
        kind=EntryKind(values["kind"]),
        language=values["language"],
        texts=Texts(values["texts"]),
        on_record=values["on_record"],
        speaker=_person(values["speaker"]) if values["speaker"] else None,
        owner=_person(values["owner"]) if values["owner"] else None,
        due_on=_day(values["due_on"]),
        stale=tuple(values.get("stale", ())),
        adoption=Adoption(adoption) if adoption else None,
        votes=Votes(**votes) if votes else None,
        number=values.get("number", ""),
    )


def _carried(values: dict[str, Any]) -> CarriedAction:
    return CarriedAction(
        entry_id=values["entry_id"],
        session=values["session"],
        texts=Texts(values["texts"]),
        language=values["language"],
        owner=_person(values["owner"]),
        due_on=_day(values["due_on"]),
        state=ActionState(values["state"]),
    )
