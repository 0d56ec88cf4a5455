"""Looking after the clocks: meetings whose instant a new clock law has moved are flagged, never changed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from roundtable import clock
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import MeetingStage
from roundtable.db import db


@dataclass(frozen=True)
class Drift:
    """A meeting whose wall time means another instant than the one that was agreed."""

    meeting: Meeting
    agreed: datetime
    now_means: datetime


def check_zones() -> list[Drift]:
    """Flag the coming meetings whose wall time means another instant by the present zone data.

    Those that agree again lose their flag. Nothing else is changed: an organizer decides on the
    meeting's page.
    """
    coming = db.session.scalars(
        select(Meeting)
        .where(Meeting.starts_at > clock.now(), Meeting.stage == MeetingStage.PLANNED)
        .order_by(Meeting.starts_at)
    )
    found = []
    for meeting in coming:
        # A wall time that the new law swallows or doubles is read by its first meaning: it only warns.
        means = meeting.wall_time.replace(tzinfo=ZoneInfo(meeting.zone)).astimezone(UTC)
        meeting.drifted_to = means if means != meeting.starts_at else None
        if meeting.drifted_to is not None:
            found.append(Drift(meeting, meeting.starts_at, means))
    return found
