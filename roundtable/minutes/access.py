"""Which record is meant; whether the present user may see the meeting has been asked before."""

from flask import abort

from roundtable.conferences.models import Meeting
from roundtable.minutes import queries
from roundtable.minutes.models import Minutes


def minutes_or_404(meeting: Meeting) -> Minutes:
    """Return the minutes of a meeting; before somebody has begun them there is no such page."""
    minutes = queries.minutes_of(meeting)
    if minutes is None:
        abort(404)
    return minutes
