"""What has changed between two versions of a text or of a whole record."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from roundtable.db import Texts
from roundtable.minutes.record import AttendanceLine, Record, RecordEntry


class Change(StrEnum):
    """What happened to a stretch of words, or to an entry."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Stretch:
    """Some words with what happened to them; the stretches of a text, put together, give both versions."""

    change: Change
    words: str


def word_difference(before: str, after: str) -> list[Stretch]:
    """Return the words of both texts: what stayed, what went, what came, in reading order."""
    # A word takes the blank before it along, so that one word more is one stretch more.
    old, new = re.findall(r"\s*\S+|\s+$", before), re.findall(r"\s*\S+|\s+$", after)
    found: list[Stretch] = []
    for kind, from_old, to_old, from_new, to_new in SequenceMatcher(None, old, new, False).get_opcodes():
        if kind == "equal":
            found.append(Stretch(Change.SAME, "".join(old[from_old:to_old])))
            continue
        if to_old > from_old:
            found.append(Stretch(Change.REMOVED, "".join(old[from_old:to_old])))
        if to_new > from_new:
            found.append(Stretch(Change.ADDED, "".join(new[from_new:to_new])))
    return found


@dataclass(frozen=True)
class EntryDifference:
    """An entry that differs: `texts` by language; `is_moved` if only its place is another."""

    change: Change
    before: RecordEntry | None
    after: RecordEntry | None
    texts: dict[str, list[Stretch]]
    is_moved: bool = False

    @property
    def entry(self) -> RecordEntry:
        """The entry as it is now, or was."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True)
class RecordDifference:
    """What differs between two versions of a record."""

    entries: list[EntryDifference]
    attendance: list[tuple[AttendanceLine, AttendanceLine]]

    def __bool__(self) -> bool:
        return bool(self.entries or self.attendance)


def record_difference(before: Record, after: Record) -> RecordDifference:
    """Return the entries that came, went, changed or moved, and the attendance lines that changed.

    Entries are matched by their id, so a moved one is not taken for a new one.
    """
    return RecordDifference(list(_entries(before, after)), list(_attendance(before, after)))


def _places(record: Record) -> dict[int, tuple[int | None, RecordEntry]]:
    return {entry.id: (item.item_id, entry) for item in record.items for entry in item.entries}


def _entries(before: Record, after: Record) -> Iterator[EntryDifference]:
    old, new = _places(before), _places(after)
    for key, (item, entry) in new.items():
        if key not in old:
            yield EntryDifference(Change.ADDED, None, entry, _texts(Texts(), entry.texts))
            continue
        item_before, entry_before = old[key]
        # Numbers follow from the order; they are no change of the entry itself.
        if _said(entry_before) != _said(entry):
            texts = _texts(entry_before.texts, entry.texts)
            yield EntryDifference(Change.CHANGED, entry_before, entry, texts)
        elif item_before != item:
            yield EntryDifference(Change.CHANGED, entry_before, entry, {}, is_moved=True)
    for key, (_, entry) in old.items():
        if key not in new:
            yield EntryDifference(Change.REMOVED, entry, None, _texts(entry.texts, Texts()))


def _said(entry: RecordEntry) -> tuple[object, ...]:
    return (
        entry.kind,
        entry.language,
        dict(entry.texts),
        entry.on_record,
        entry.speaker and entry.speaker.participant_id,
        entry.owner and entry.owner.participant_id,
        entry.due_on,
        entry.adoption,
        entry.votes,
    )


def _texts(before: Texts, after: Texts) -> dict[str, list[Stretch]]:
    codes = dict.fromkeys([*after, *before])
    return {
        code: word_difference(before.get(code, ""), after.get(code, ""))
        for code in codes
        if before.get(code) != after.get(code)
    }


def _attendance(before: Record, after: Record) -> Iterator[tuple[AttendanceLine, AttendanceLine]]:
    old = {line.person.participant_id: line for line in before.attendance}
    for line in after.attendance:
        other = old.get(line.person.participant_id)
        if other is not None and other != line:
            yield other, line
