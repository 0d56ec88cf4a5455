"""Finding entries: one function for both databases, and one rule about who finds what."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, TextClause, and_, or_, select, text
from sqlalchemy.orm import contains_eager, joinedload

from roundtable.accounts.models import User
from roundtable.conferences.models import Meeting, Membership
from roundtable.conferences.roles import RIGHTS, Right
from roundtable.db import db
from roundtable.minutes.kinds import MinutesStage
from roundtable.minutes.models import Entry, Minutes
from roundtable.search.words import marked

MOST = 50


def matching(words: Sequence[str], conference_ids: Sequence[int]) -> TextClause:
    """Return the condition that an entry of these conferences holds every word, or one that begins with it.

    The words are folded (see `words`), so they hold letters and digits only.
    """
    by_conference = [marked(" ".join(words), one) for one in conference_ids]
    if db.engine.dialect.name == "sqlite":
        asked = " OR ".join("(" + " AND ".join(f'"{word}"*' for word in one) + ")" for one in by_conference)
        return text("entry.id IN (SELECT rowid FROM entry_words WHERE entry_words MATCH :asked)").bindparams(
            asked=asked
        )
    asked = " | ".join("(" + " & ".join(f"'{word}':*" for word in one) + ")" for one in by_conference)
    return text(
        "entry.id IN (SELECT rowid FROM entry_words "
        "WHERE to_tsvector('simple', words) @@ to_tsquery('simple', :asked))"
    ).bindparams(asked=asked)


def readable_by(user: User, conference_id: int | None = None) -> tuple[list[int], ColumnElement[bool]]:
    """Return the conferences that a user may search, all or the one, and the condition that they may read an entry.

    Who keeps the record of a conference reads all of it; the other members read what is on the record
    in approved minutes; nobody else reads anything.
    """
    query = select(Membership.conference_id, Membership.role).where(Membership.user_id == user.id)
    if conference_id is not None:
        query = query.where(Membership.conference_id == conference_id)
    rows = db.session.execute(query).all()
    keeps = [key for key, role in rows if Right.KEEP_RECORD in RIGHTS[role]]
    reads = [key for key, role in rows if Right.READ in RIGHTS[role] and key not in keeps]
    return keeps + reads, or_(
        Meeting.conference_id.in_(keeps),
        and_(
            Meeting.conference_id.in_(reads),
            Minutes.stage == MinutesStage.APPROVED,
            Entry.on_record.is_(True),
        ),
    )


@dataclass(frozen=True)
class Found:
    """What was found: at most fifty entries, the newest session first, and whether there are more."""

    entries: list[Entry]
    has_more: bool


def find(user: User, words: Sequence[str], conference_id: int | None = None) -> Found:
    """Return the entries that hold all words and that the user may read."""
    conference_ids, may_read = readable_by(user, conference_id)
    if not words or not conference_ids:
        return Found([], has_more=False)
    query = (
        select(Entry)
        .join(Entry.minutes)
        .join(Minutes.meeting)
        .join(Meeting.conference)
        .options(
            contains_eager(Entry.minutes).contains_eager(Minutes.meeting).contains_eager(Meeting.conference),
            joinedload(Entry.speaker),
            joinedload(Entry.owner),
        )
        .where(matching(words, conference_ids), may_read, Entry.removed_at.is_(None))
        .order_by(Meeting.starts_at.desc(), Entry.position, Entry.id)
        .limit(MOST + 1)
    )
    found = list(db.session.scalars(query))
    return Found(found[:MOST], has_more=len(found) > MOST)
