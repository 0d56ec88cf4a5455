"""The verbs of conferences: create, describe, add bodies and meetings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from roundtable import clock, storage
from roundtable.accounts.models import User
from roundtable.conferences.models import Body, Conference, Meeting, Membership
from roundtable.conferences.queries import bodies_of
from roundtable.conferences.roles import BodyRole, DeputyRule, Role
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.mail.outbox import has_letters, set_pace
from roundtable.order import moved

SENDER_STAYS = sentence(
    "Letters have gone out already, and calendars know the sessions by the sender’s address, so it stays as it is."
)
NOT_BEFORE = sentence("Answers must close before the session begins.")


@dataclass(frozen=True)
class Description:
    """What a conference says about itself; `languages` are codes, the first is its own."""

    titles: Texts
    home_zone: str
    languages: Sequence[str]
    contact_name: str
    contact_email: str
    contact_phone: str
    sender_names: Texts = field(default_factory=Texts)
    sender_email: str = ""
    letters_per_minute: int | None = None
    second_pair_of_eyes: bool = False


def create(description: Description, user: User) -> Conference:
    """Create a conference; who creates it is its first organizer."""
    conference = Conference(created_at=clock.now())
    db.session.add(conference)
    describe(conference, description)
    db.session.add(Membership(user=user, conference=conference, role=Role.ORGANIZER))
    return conference


def describe(conference: Conference, description: Description) -> None:
    """Set what the conference says about itself, and how its letters go out.

    Raises:
        Refusal: if the sender's address would change though letters have gone out under it: calendars
            match a session's changes by it.
    """
    moves = conference.id is not None and conference.sender_email != description.sender_email
    if moves and has_letters(pace_key(conference)):
        raise Refusal(SENDER_STAYS)
    conference.titles = description.titles
    conference.home_zone = description.home_zone
    conference.languages = list(description.languages)
    conference.contact_name = description.contact_name
    conference.contact_email = description.contact_email
    conference.contact_phone = description.contact_phone
    conference.sender_names = description.sender_names
    conference.sender_email = description.sender_email
    conference.letters_per_minute = description.letters_per_minute
    conference.second_pair_of_eyes = description.second_pair_of_eyes
    db.session.flush()
    set_pace(pace_key(conference), description.letters_per_minute)


def pace_key(conference: Conference) -> str:
    """Return the key against whose pace a conference's letters count."""
    return f"conference/{conference.id}"


def add_member(conference: Conference, user: User, role: Role) -> Membership:
    """Give a user a role in the conference, in place of an earlier one."""
    membership = db.session.scalar(
        select(Membership).where(Membership.conference == conference, Membership.user == user)
    )
    if membership is None:
        membership = Membership(conference=conference, user=user, role=role)
        db.session.add(membership)
    membership.role = role
    return membership


def add_body(conference: Conference, names: Texts, role: BodyRole, boilerplates: Texts) -> Body:
    """Add a body at the end of the list."""
    last = db.session.scalar(select(func.max(Body.position)).where(Body.conference == conference))
    position = 0 if last is None else last + 1
    body = Body(conference=conference, names=names, role=role, boilerplates=boilerplates, position=position)
    db.session.add(body)
    return body


def set_logo(body: Body, content: bytes | None) -> None:
    """Give a body a ready logo, or take it away. Documents that were published keep theirs."""
    body.logo_key = storage.keep(content, kind="logos", ending="png") if content else ""


def logo_of(body: Body) -> bytes | None:
    """Return the logo of a body, if it has one and its file is there."""
    if not body.logo_key:
        return None
    try:
        return storage.read(body.logo_key)
    except FileNotFoundError:
        return None


def move_body(body: Body, by: int) -> None:
    """Move a body up (negative) or down."""
    for place, one in enumerate(moved(bodies_of(body.conference), body, by)):
        one.position = place


@dataclass(frozen=True)
class Plan:
    """When and how a meeting shall be; `wall_time` is naive and means clocks in `zone`."""

    titles: Texts
    wall_time: datetime
    zone: str
    duration_minutes: int
    answers_close_at: datetime | None
    deputies: DeputyRule = DeputyRule.ALLOWED
    reminder_days: int | None = 7
    last_reminder_days: int | None = 2
    session_reminder_hours: int | None = 24


def plan_meeting(conference: Conference, plan: Plan) -> Meeting:
    """Add a meeting to the conference.

    Raises:
        Refusal: as `change_meeting`.
    """
    meeting = Meeting(conference=conference)
    change_meeting(meeting, plan)
    meeting.revision = 0  # nobody has been told of anything yet
    db.session.add(meeting)
    return meeting


def change_meeting(meeting: Meeting, plan: Plan) -> bool:
    """Set date, hour, titles and rules of a meeting; return whether guests must learn of it.

    Raises:
        Refusal: if the wall time does not exist or comes twice, or answers would close after the
            start.
    """
    changed = meeting.arrange(plan.titles, plan.wall_time, plan.zone, plan.duration_minutes)
    if plan.answers_close_at is not None and plan.answers_close_at > meeting.starts_at:
        raise Refusal(NOT_BEFORE)
    meeting.answers_close_at = plan.answers_close_at
    meeting.deputies = plan.deputies
    meeting.reminder_days, meeting.last_reminder_days = plan.reminder_days, plan.last_reminder_days
    meeting.session_reminder_hours = plan.session_reminder_hours
    return changed
