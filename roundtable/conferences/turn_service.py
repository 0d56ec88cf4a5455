"""Changes of one conference come one after the other, on every database.

SQLite lets one transaction write at a time. PostgreSQL lets many, and two of them may each miss what the other
does: the last seat given twice, a number used twice. There, whoever changes something of a conference waits
for its row first (docs/decisions/0030).
"""

from collections.abc import Callable

from sqlalchemy import Select, select

from roundtable.conferences.models import Conference, Meeting
from roundtable.db import db, reads_only


def take_turn(conference: Callable[[], Select[int]]) -> None:
    """Wait until no other transaction changes this conference, and keep others waiting until this one ends.

    `conference` makes the statement that selects its id: pages that are only read do not build it. Nothing is locked by pages that are only read.
    """
    if db.engine.dialect.name != "sqlite" and not reads_only():
        # Whoever only refers to the conference by a foreign key does not wait.
        db.session.execute(conference().with_for_update(of=Conference, key_share=True))


def take_turn_of_meeting(meeting_id: int) -> None:
    """Take the turn of the conference that a meeting belongs to (see `take_turn`)."""
    take_turn(lambda: select(Conference.id).join(Meeting).where(Meeting.id == meeting_id))
