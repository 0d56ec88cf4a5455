"""The index of words: one row for each entry that stands, kept by the database beside the entry.

It is a full-text table of SQLite (FTS5), or a plain table with a full-text index on PostgreSQL; both
have the columns `rowid`, the entry, and `words`, its folded words in all languages, each marked with the conference.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import event, select, text
from sqlalchemy.engine import Connection

from roundtable.conferences.models import Meeting
from roundtable.minutes.models import Amendment, Entry, Minutes
from roundtable.search.words import folded, marked

TABLE = "entry_words"


def _marked(connection: Connection, minutes_id: int, texts: Iterable[str]) -> str:
    meeting = select(Meeting.conference_id).join(Minutes, Minutes.meeting_id == Meeting.id)
    conference_id = connection.scalar(meeting.where(Minutes.id == minutes_id)) or 0
    return " ".join(marked(folded(" ".join(texts)), conference_id))


def _forget(connection: Connection, entry_id: int) -> None:
    connection.execute(text("DELETE FROM entry_words WHERE rowid = :id"), {"id": entry_id})


@event.listens_for(Entry, "after_insert")
@event.listens_for(Entry, "after_update")
def _remember(_mapper: Any, connection: Connection, entry: Entry) -> None:
    _forget(connection, entry.id)
    if entry.removed_at is None:
        connection.execute(
            text("INSERT INTO entry_words (rowid, words) VALUES (:id, :words)"),
            {"id": entry.id, "words": _marked(connection, entry.minutes_id, entry.texts.values())},
        )


@event.listens_for(Entry, "after_delete")
def _remove(_mapper: Any, connection: Connection, entry: Entry) -> None:
    _forget(connection, entry.id)


@event.listens_for(Amendment, "after_insert")
def _amend(_mapper: Any, connection: Connection, amendment: Amendment) -> None:
    minutes_id = connection.scalar(select(Entry.minutes_id).where(Entry.id == amendment.entry_id)) or 0
    connection.execute(
        text("UPDATE entry_words SET words = words || ' ' || :more WHERE rowid = :id"),
        {"id": amendment.entry_id, "more": _marked(connection, minutes_id, amendment.new.values())},
    )
