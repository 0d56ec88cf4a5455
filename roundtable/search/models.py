"""The index of words: one row for each entry that stands, kept by the database beside the entry.

It is a full-text table of SQLite (FTS5), or a plain table with a full-text index on PostgreSQL; both
have the columns `rowid`, the entry, and `words`, its folded words in all languages.
"""

from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Connection

from roundtable.minutes.models import Amendment, Entry
from roundtable.search.words import folded

TABLE = "entry_words"


def _forget(connection: Connection, entry_id: int) -> None:
    connection.execute(text("DELETE FROM entry_words WHERE rowid = :id"), {"id": entry_id})


@event.listens_for(Entry, "after_insert")
@event.listens_for(Entry, "after_update")
def _remember(_mapper: Any, connection: Connection, entry: Entry) -> None:
    _forget(connection, entry.id)
    if entry.removed_at is None:
        words = folded(" ".join(entry.texts.values()))
        connection.execute(
            text("INSERT INTO entry_words (rowid, words) VALUES (:id, :words)"),
            {"id": entry.id, "words": words},
        )


@event.listens_for(Entry, "after_delete")
def _remove(_mapper: Any, connection: Connection, entry: Entry) -> None:
    _forget(connection, entry.id)


@event.listens_for(Amendment, "after_insert")
def _amend(_mapper: Any, connection: Connection, amendment: Amendment) -> None:
    connection.execute(
        text("UPDATE entry_words SET words = words || ' ' || :more WHERE rowid = :id"),
        {"id": amendment.entry_id, "more": folded(" ".join(amendment.new.values()))},
    )
