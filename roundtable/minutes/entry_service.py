"""The verbs of entries: write, change, take out, move. No accepted writing is ever lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update

from roundtable import clock
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.minutes import queries, translations
from roundtable.minutes.kinds import Adoption, EntryKind
from roundtable.minutes.models import Entry, EntryVersion, Minutes
from roundtable.minutes.record import Votes
from roundtable.minutes.service import check_open, touch
from roundtable.order import moved

NOT_AT_TABLE = sentence("The speaker or owner must be on the guest list of this conference.")
NO_ITEM = sentence("This agenda item is not one of this session. Please choose another one.")
NO_WORDS = sentence("Please write the text in its original language.")
CHANGED = sentence(
    "Somebody else has changed this entry since you opened it. Your words are below; "
    "please compare them with the present ones and save again."
)
REMOVED = sentence(
    "Somebody else has taken this entry out. Your words are below; save them again to put it back."
)


class Conflict(Refusal):
    """Somebody else has changed the entry meanwhile; `entry` is what stands there now."""

    def __init__(self, text: str, entry: Entry) -> None:
        super().__init__(text)
        self.entry = entry


@dataclass(frozen=True)
class Written:
    """An entry as it is written down; `texts` holds the original and its translations.

    `confirmed` names the languages whose unchanged translation still holds for the present original.
    """

    kind: EntryKind
    language: str
    texts: Texts
    item_id: int | None = None
    speaker_id: int | None = None
    on_record: bool = True
    owner_id: int | None = None
    due_on: date | None = None
    adoption: Adoption | None = None
    votes: Votes | None = None
    confirmed: frozenset[str] = field(default_factory=frozenset)

    def columns(self) -> dict[str, Any]:
        """Return what the kind of the entry keeps, by column; the rest is empty."""
        is_decision = self.kind is EntryKind.DECISION
        adoption = (self.adoption or Adoption.CONSENSUS) if is_decision else None
        votes = self.votes if adoption is Adoption.VOTE else None
        return {
            "kind": self.kind,
            "language": self.language,
            "texts": self.texts,
            "item_id": self.item_id,
            "speaker_id": self.speaker_id if self.kind is EntryKind.STATEMENT else None,
            "on_record": self.on_record or self.kind is not EntryKind.STATEMENT,
            "owner_id": self.owner_id if self.kind is EntryKind.ACTION else None,
            "due_on": self.due_on if self.kind is EntryKind.ACTION else None,
            "adoption": adoption,
            "votes_for": votes.votes_for if votes else None,
            "votes_against": votes.votes_against if votes else None,
            "abstentions": votes.abstentions if votes else None,
        }


@dataclass(frozen=True)
class Writer:
    """Who writes: the name, and the page (`desk`) from which it comes, where there is one."""

    name: str
    desk: str = ""


def save(
    minutes: Minutes, key: str, version: int, written: Written, by: Writer, *, age: timedelta = timedelta()
) -> Entry:
    """Store what a desk has written under its own key; sending the same twice stores it once.

    `version` is the last one that the desk has seen, 0 for a new entry; `age` is how long ago it was
    begun: what was written without a network finds its place among what others wrote meanwhile.

    Raises:
        Conflict: if somebody else has changed the entry since `version`; nothing is stored.
        Refusal: once the record is approved, or if speaker, owner or item do not belong here.
    """
    entry = queries.entry_by_key(minutes, key)
    if entry is not None:
        return change_entry(entry, written, by, version=version)
    begun_at = max(clock.now() - max(age, timedelta()), minutes.meeting.starts_at - timedelta(days=1))
    return add_entry(minutes, written, by, key=key, begun_at=min(begun_at, clock.now()))


def add_entry(
    minutes: Minutes, written: Written, by: Writer, *, key: str = "", begun_at: datetime | None = None
) -> Entry:
    """Write an entry into its agenda item, after what was begun before it.

    Raises:
        Refusal: once the record is approved, or if speaker, owner or item do not belong here.
    """
    check_open(minutes)
    _check(minutes, written)
    begun_at = begun_at or clock.now()
    change = touch(minutes)
    entry = Entry(
        minutes=minutes,
        position=_place(minutes, written.item_id, begun_at, change),
        begun_at=begun_at,
        written_by=by.name,
        written_at=clock.now(),
        change=change,
        based_on=translations.rebased(Texts(), Texts(), written.texts, written.language),
        **written.columns(),
        **({"key": key} if key else {}),
    )
    db.session.add(entry)
    _remember(entry, by)
    return entry


def _place(minutes: Minutes, item_id: int | None, begun_at: datetime, change: int) -> int:
    """Return the position for an entry begun then; entries behind it make room."""
    placed = queries.places_of(minutes)
    behind = [one.position for one in placed if one.item_id == item_id and one.begun_at > begun_at]
    if not behind:
        return max((one.position for one in placed), default=-1) + 1
    position = min(behind)
    # Not through the entries themselves: making room is no writing, so it raises no version.
    db.session.execute(
        update(Entry)
        .where(Entry.minutes_id == minutes.id, Entry.position >= position)
        .values(position=Entry.position + 1, change=change)
    )
    return position


def change_entry(entry: Entry, written: Written, by: Writer, *, version: int) -> Entry:
    """Change an entry of which the writer has seen `version`; writing the same again changes nothing.

    Raises:
        Conflict: if somebody else has changed it since, or taken it out; nothing is stored.
        Refusal: once the record is approved, or if speaker, owner or item do not belong here.
    """
    check_open(entry.minutes)
    columns = written.columns()
    is_new = {name for name, value in columns.items() if getattr(entry, name) != value}
    if not is_new and not written.confirmed and entry.removed_at is None:
        return entry
    if entry.version != version and not _only_own(entry, version, by.desk):
        raise Conflict(CHANGED if entry.removed_at is None else REMOVED, entry)
    _check(entry.minutes, written)
    # Before anything is set: the whole writing is one flush, so that it raises the version once.
    change = touch(entry.minutes)
    before = Texts(entry.texts)
    entry.based_on = translations.rebased(
        before, entry.based_on, written.texts, written.language, confirmed=written.confirmed
    )
    for name in is_new:
        setattr(entry, name, columns[name])
    entry.removed_at = None
    entry.written_by, entry.written_at = by.name, clock.now()
    entry.change = change
    _remember(entry, by)
    return entry


def _only_own(entry: Entry, version: int, desk: str) -> bool:
    """Whether all that was written since `version` came from this very page, as the history proves."""
    since = [one for one in queries.history_of(entry) if one.version > version]
    is_whole = len(since) == entry.version - version
    return bool(desk) and is_whole and all(one.desk == desk for one in since)


def _check(minutes: Minutes, written: Written) -> None:
    columns = written.columns()
    needed = {
        EntryKind.STATEMENT: [columns["speaker_id"]],
        EntryKind.ACTION: [columns["owner_id"]],
    }.get(written.kind, [])
    if needed and not set(needed) <= queries.guest_ids(minutes):
        raise Refusal(NOT_AT_TABLE)
    if written.item_id is not None and written.item_id not in queries.item_ids(minutes):
        raise Refusal(NO_ITEM)
    if not written.texts.get(written.language):
        raise Refusal(NO_WORDS)


def _remember(entry: Entry, by: Writer) -> None:
    """Keep what the entry says now in its history."""
    db.session.flush()
    db.session.add(
        EntryVersion(
            entry=entry,
            version=entry.version,
            values=values_of(entry),
            desk=by.desk,
            written_by=by.name,
            written_at=clock.now(),
        )
    )


def values_of(entry: Entry) -> Mapping[str, Any]:
    """Return what an entry says, as plain JSON."""
    return {
        "kind": entry.kind.value,
        "language": entry.language,
        "texts": dict(entry.texts),
        "item_id": entry.item_id,
        "speaker_id": entry.speaker_id,
        "on_record": entry.on_record,
        "owner_id": entry.owner_id,
        "due_on": entry.due_on.isoformat() if entry.due_on else None,
        "adoption": entry.adoption.value if entry.adoption else None,
        "votes": [entry.votes_for, entry.votes_against, entry.abstentions]
        if entry.votes_for is not None
        else None,
        "is_removed": entry.removed_at is not None,
    }


def remove_entry(entry: Entry, by: Writer, *, version: int | None = None) -> None:
    """Take an entry out of the draft; its history stays.

    Raises:
        Conflict: if somebody else has changed it since `version`.
        Refusal: once the record is approved.
    """
    check_open(entry.minutes)
    if entry.removed_at is not None:
        return
    if version is not None and entry.version != version and not _only_own(entry, version, by.desk):
        raise Conflict(CHANGED, entry)
    entry.change = touch(entry.minutes)
    entry.removed_at = clock.now()
    entry.written_by, entry.written_at = by.name, clock.now()
    _remember(entry, by)


def move_entry(entry: Entry, by: int) -> None:
    """Move an entry up (negative) or down among those of its agenda item.

    Raises:
        Refusal: once the record is approved.
    """
    mine = [one for one in queries.entries_of(entry.minutes) if one.item_id == entry.item_id]
    order_entries(entry.minutes, entry.item_id, [one.id for one in moved(mine, entry, by)])


def order_entries(minutes: Minutes, item_id: int | None, ids: list[int]) -> None:
    """Put entries into an agenda item, in this order; those of the item that are not named come after.

    Entries of other items that are named move here.

    Raises:
        Refusal: once the record is approved, or if the item is not one of the session.
    """
    check_open(minutes)
    if item_id is not None and item_id not in queries.item_ids(minutes):
        raise Refusal(NO_ITEM)
    known = {one.id: one for one in queries.entries_of(minutes)}
    wanted = [known[key] for key in dict.fromkeys(ids) if key in known]
    rest = [one for one in known.values() if one.item_id == item_id and one not in wanted]
    mine = wanted + rest
    places = sorted(one.position for one in mine)
    change = touch(minutes)
    for place, one in zip(places, mine, strict=True):
        if (one.position, one.item_id) != (place, item_id):
            # The place is not part of what two people write, so it raises no version.
            db.session.execute(
                update(Entry).where(Entry.id == one.id).values(position=place, item_id=item_id, change=change)
            )
