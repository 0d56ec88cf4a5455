"""The record of a meeting as plain values: what pages, documents and the press desk read.

A draft's record is gathered from the database; a sealed one is the JSON that was hashed when it
was approved, so that nothing which changes later can change it.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from roundtable.db import Texts
from roundtable.minutes.kinds import EntryKind, Presence


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


@dataclass(frozen=True)
class RecordEntry:
    """One entry: statement, decision, action item or note."""

    id: int
    kind: EntryKind
    language: str
    texts: Texts
    on_record: bool
    speaker: Person | None
    owner: Person | None
    due_on: date | None

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
class Record:
    """Everything that the minutes of a meeting say."""

    meeting_uid: str
    titles: Texts
    starts_at: datetime
    zone: str
    duration_minutes: int
    attendance: tuple[AttendanceLine, ...]
    items: tuple[RecordItem, ...]
    approved_by: str = ""
    approved_at: datetime | None = None

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
        return replace(
            self,
            items=tuple(
                replace(item, entries=tuple(entry for entry in item.entries if entry.on_record))
                for item in self.items
            ),
        )

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


def content_hash(values: dict[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of a record's JSON in its one canonical form.

    Keys sorted, no blanks, UTF-8, as in RFC 8785 for values without fractions.
    """
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def from_json(values: dict[str, Any]) -> Record:
    """Return the record that `to_json` wrote."""
    approved_at = values["approved_at"]
    return Record(
        meeting_uid=values["meeting_uid"],
        titles=Texts(values["titles"]),
        starts_at=datetime.fromisoformat(values["starts_at"]),
        zone=values["zone"],
        duration_minutes=values["duration_minutes"],
        attendance=tuple(
            AttendanceLine(_person(line["person"]), Presence(line["presence"]), line["representative"])
            for line in values["attendance"]
        ),
        items=tuple(
            RecordItem(item["item_id"], Texts(item["titles"]), tuple(_entry(one) for one in item["entries"]))
            for item in values["items"]
        ),
        approved_by=values["approved_by"],
        approved_at=datetime.fromisoformat(approved_at) if approved_at else None,
    )


def _person(values: dict[str, Any]) -> Person:
    return Person(values["participant_id"], Texts(values["city"]), values["country"], Texts(values["called"]))


def _entry(values: dict[str, Any]) -> RecordEntry:
    return RecordEntry(
        id=values["id"],
        kind=EntryKind(values["kind"]),
        language=values["language"],
        texts=Texts(values["texts"]),
        on_record=values["on_record"],
        speaker=_person(values["speaker"]) if values["speaker"] else None,
        owner=_person(values["owner"]) if values["owner"] else None,
        due_on=date.fromisoformat(values["due_on"]) if values["due_on"] else None,
    )
