"""Whether this user may do that in this conference."""

from functools import cache

from flask import abort, g
from flask_login import current_user
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from roundtable.conferences.models import Conference, Meeting, Membership
from roundtable.conferences.roles import RIGHTS, Right, Role
from roundtable.conferences.turn_service import take_turn, take_turn_of_meeting
from roundtable.db import db


def rights_in(conference: Conference) -> frozenset[Right]:
    """Return what the present user may do in the conference; nothing for strangers.

    The database is asked once per request: the view and its page both want to know.
    """
    known: dict[int, frozenset[Right]] = g.setdefault("rights", {})
    if conference.id not in known:
        role = db.session.scalar(_role(), {"conference": conference.id, "user": current_user.id})
        known[conference.id] = RIGHTS[role] if role is not None else frozenset()
    return known[conference.id]


def conference_or_404(conference_id: int, right: Right) -> Conference:
    """Return the conference if the present user has the right in it.

    Strangers get 404, as if there were no such conference; members without the right get 403.
    """
    take_turn(lambda: select(Conference.id).where(Conference.id == conference_id))
    conference = db.session.get(Conference, conference_id)
    if conference is None:
        abort(404)
    _check(conference, right)
    return conference


def meeting_or_404(meeting_id: int, right: Right) -> Meeting:
    """Return the meeting if the present user has the right in its conference; see above."""
    take_turn_of_meeting(meeting_id)
    meeting = db.session.scalar(_meeting(), {"meeting": meeting_id})
    if meeting is None:
        abort(404)
    _check(meeting.conference, right)
    return meeting


def _check(conference: Conference, right: Right) -> None:
    rights = rights_in(conference)
    if Right.READ not in rights:
        abort(404)
    if right not in rights:
        abort(403)


@cache
def _role() -> Select[Role]:
    return select(Membership.role).where(
        Membership.conference_id == bindparam("conference"), Membership.user_id == bindparam("user")
    )


@cache
def _meeting() -> Select[Meeting]:
    return select(Meeting).where(Meeting.id == bindparam("meeting")).options(joinedload(Meeting.conference))
