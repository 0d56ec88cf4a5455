"""Which rows of minutes and press summaries belong to a conference: for statements about all of them."""

from sqlalchemy import Select, select

from roundtable.conferences.models import Meeting
from roundtable.minutes.models import Entry, Minutes
from roundtable.press.models import Block, PressSummary


def meetings_in(conference_id: int) -> Select[int]:
    """Return the keys of the sessions of a conference."""
    return select(Meeting.id).where(Meeting.conference_id == conference_id)


def minutes_in(conference_id: int) -> Select[int]:
    """Return the keys of the minutes of a conference."""
    return select(Minutes.id).where(Minutes.meeting_id.in_(meetings_in(conference_id)))


def entries_in(conference_id: int) -> Select[int]:
    """Return the keys of the entries in these minutes."""
    return select(Entry.id).where(Entry.minutes_id.in_(minutes_in(conference_id)))


def blocks_in(conference_id: int) -> Select[int]:
    """Return the keys of the parts of a conference's press summaries."""
    summaries = select(PressSummary.id).where(PressSummary.meeting_id.in_(meetings_in(conference_id)))
    return select(Block.id).where(Block.summary_id.in_(summaries))
