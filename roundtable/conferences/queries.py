"""Reads of conferences that more than one place needs."""

from functools import cache

from sqlalchemy import Select, bindparam, select

from roundtable.accounts.models import User
from roundtable.conferences.models import Body, Conference, Meeting, Membership
from roundtable.db import db


def of_user(user: User) -> list[tuple[Conference, Membership]]:
    """Return the conferences of a user with the user's role, the newest first."""
    rows = db.session.execute(
        select(Conference, Membership)
        .join(Membership, Membership.conference_id == Conference.id)
        .where(Membership.user_id == user.id)
        .order_by(Conference.created_at.desc(), Conference.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def meetings_of(conference_ids: list[int]) -> list[Meeting]:
    """Return the meetings of these conferences, the earliest first."""
    found = db.session.scalars(
        select(Meeting).where(Meeting.conference_id.in_(conference_ids)).order_by(Meeting.starts_at)
    )
    return list(found)


def bodies_of(conference: Conference) -> list[Body]:
    """Return the bodies of a conference in their order."""
    return list(db.session.scalars(_bodies(), {"conference": conference.id}))


@cache
def _bodies() -> Select[Body]:
    return select(Body).where(Body.conference_id == bindparam("conference")).order_by(Body.position, Body.id)


def members_of(conference: Conference) -> list[tuple[Membership, User]]:
    """Return who works on a conference, by name."""
    rows = db.session.execute(
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.conference_id == conference.id)
        .order_by(User.name)
    )
    return [(row[0], row[1]) for row in rows]
