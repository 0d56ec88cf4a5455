"""Colleagues: inviting them into a conference, and letting in who follows the invitation."""

from flask import url_for
from sqlalchemy import select

from roundtable.accounts import door_service, invitation_letters
from roundtable.accounts.models import AccountDoor, User
from roundtable.conferences.forms import ROLE_NAMES
from roundtable.conferences.models import Conference, Membership
from roundtable.conferences.roles import Role
from roundtable.conferences.service import add_member
from roundtable.db import db
from roundtable.languages import speaking


def invite(conference: Conference, email: str, role: Role, *, language: str, by: str) -> None:
    """Invite somebody by a letter; whether the address has an account already makes no difference."""
    door = door_service.invite(email, language=language, by=by, conference_id=conference.id, role=role)
    with speaking(language):
        name = str(ROLE_NAMES[role])
    invitation_letters.post(door, title=conference.titles.in_language(language), role=name)


def title_of(door: AccountDoor) -> str:
    """Return the title of the conference that an invitation leads to, in its language."""
    conference = db.session.get(Conference, door.conference_id)
    return conference.titles.in_language(door.language) if conference else ""


def enter(door: AccountDoor, user: User) -> str:
    """Give the invited user the role; return the path of the conference.

    The last organizer of a conference, invited as something else, stays its organizer.
    """
    conference = db.session.get(Conference, door.conference_id)
    if conference is None:
        return url_for("home.index")
    role = Role(door.role)
    if role is Role.ORGANIZER or not _is_organizer(conference, user):
        add_member(conference, user, role)
    return url_for("conferences.show", conference_id=conference.id)


def _is_organizer(conference: Conference, user: User) -> bool:
    role = db.session.scalar(
        select(Membership.role).where(
            Membership.conference_id == conference.id, Membership.user_id == user.id
        )
    )
    return role is Role.ORGANIZER


def roles_of(user: User) -> set[str]:
    """Return the roles that a user has in any conference."""
    return {
        role.value
        for role in db.session.scalars(select(Membership.role).where(Membership.user_id == user.id))
    }
