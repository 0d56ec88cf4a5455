"""Reads of invitations that more than one place needs."""

from collections.abc import Iterable
from functools import cache

from flask import current_app
from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import contains_eager, joinedload

from roundtable import clock
from roundtable.agenda.queries import released_agenda
from roundtable.conferences.models import Meeting
from roundtable.conferences.queries import bodies_of
from roundtable.db import db
from roundtable.guests.models import Contact, Participant
from roundtable.guests.queries import zone_names_at
from roundtable.invitations.letters import Occasion
from roundtable.invitations.models import Announcement, AnswerGiven, CalendarReply, Invitation, Wording
from roundtable.invitations.rsvp import DeputyState, is_open, may_join
from roundtable.mail.models import Letter


def occasion(meeting: Meeting) -> Occasion:
    """Return what all letters about the meeting share."""
    return Occasion(
        meeting,
        bodies_of(meeting.conference),
        zone_names_at(meeting.conference_id),
        released_agenda(meeting),
        wordings_of(meeting.conference_id),
        reads_replies=bool(current_app.config["ROUNDTABLE"].inbox_url),
    )


def wordings_of(conference_id: int) -> dict[tuple[str, str], Wording]:
    """Return the conference's own wordings by kind and language."""
    rows = db.session.scalars(select(Wording).where(Wording.conference_id == conference_id))
    return {(one.kind, one.language): one for one in rows}


def invitations_to(meeting: Meeting) -> list[Invitation]:
    """Return the invitations to a meeting with participants and cities, in protocol order."""
    return list(db.session.scalars(_invitations(), {"meeting": meeting.id}))


@cache
def _invitations() -> Select[Invitation]:
    return (
        select(Invitation)
        .join(Invitation.participant)
        .join(Participant.city)
        .options(
            contains_eager(Invitation.participant).contains_eager(Participant.city),
            joinedload(Invitation.deputy_contact),
        )
        .where(Invitation.meeting_id == bindparam("meeting"))
        .order_by(Participant.precedence, Participant.id)
    )


def invitations_for(contact: Contact) -> list[Invitation]:
    """Return the invitations that a contact's page shows, the earliest meeting first."""
    return list(db.session.scalars(_shown(is_deputy=contact.is_deputy), _whose(contact)))


def invitation_for(contact: Contact, meeting_id: int) -> Invitation | None:
    """Return the invitation to one meeting that a contact's page shows."""
    asked = {**_whose(contact), "meeting": meeting_id}
    return db.session.scalar(_shown_one(is_deputy=contact.is_deputy), asked)


def _whose(contact: Contact) -> dict[str, int]:
    return {"participant": contact.participant_id, "contact": contact.id}


@cache
def _shown(*, is_deputy: bool) -> Select[Invitation]:
    """What a contact's page shows: an office sees its mayor's invitations, a deputy those at which it sits."""
    query = (
        select(Invitation)
        .join(Invitation.meeting)
        .options(contains_eager(Invitation.meeting))
        .where(Invitation.participant_id == bindparam("participant"))
        .order_by(Meeting.starts_at)
    )
    return query.where(Invitation.deputy_contact_id == bindparam("contact")) if is_deputy else query


@cache
def _shown_one(*, is_deputy: bool) -> Select[Invitation]:
    return _shown(is_deputy=is_deputy).where(Invitation.meeting_id == bindparam("meeting"))


def is_invited(participant: Participant) -> bool:
    """Whether a participant has ever been invited."""
    found = select(Invitation.id).where(Invitation.participant_id == participant.id).limit(1)
    return db.session.scalar(found) is not None


def history_of(invitation: Invitation) -> list[AnswerGiven]:
    """Return the answers given to an invitation, the newest first."""
    return list(db.session.scalars(_history(), {"invitation": invitation.id}))


@cache
def _history() -> Select[AnswerGiven]:
    return (
        select(AnswerGiven)
        .where(AnswerGiven.invitation_id == bindparam("invitation"))
        .order_by(AnswerGiven.id.desc())
    )


def offices(conference_id: int) -> list[Contact]:
    """Return the contacts of a conference that are no deputies, in protocol order."""
    return _offices(Participant.conference_id == conference_id)


def offices_of_one(participant_id: int) -> list[Contact]:
    """Return the contacts of one participant that are no deputies."""
    return _offices(Participant.id == participant_id)


def _offices(which: ColumnElement[bool]) -> list[Contact]:
    return list(
        db.session.scalars(
            select(Contact)
            .join(Contact.participant)
            .join(Participant.city)
            .options(contains_eager(Contact.participant).contains_eager(Participant.city))
            .where(which, Contact.is_deputy.is_(False))
            .order_by(Participant.precedence, Participant.id, Contact.id)
        )
    )


def offices_of(participants: Iterable[Participant], conference_id: int) -> list[Contact]:
    """Return the contacts that get letters about these participants' invitations."""
    wanted = {one.id for one in participants}
    return [one for one in offices(conference_id) if one.participant_id in wanted and one.gets_invitation]


def informed_offices(invitation: Invitation) -> list[Contact]:
    """Return the offices of a participant that learn of every answer: who is written to, or may answer."""
    found = offices_of_one(invitation.participant_id)
    return [one for one in found if one.gets_invitation or one.may_answer]


def recipients_of(invitations: Iterable[Invitation], conference_id: int) -> list[Contact]:
    """Return who is told about a meeting: the offices invited, and the deputies who have been accepted."""
    found = list(invitations)
    deputies = [
        one.deputy_contact
        for one in found
        if one.deputy_contact is not None and one.deputy_state is DeputyState.ACCEPTED
    ]
    told = offices_of((one.participant for one in found), conference_id)
    return told + [one for one in deputies if one not in told]


def written_to(meeting: Meeting) -> set[int]:
    """Return the contacts to whom an invitation to the meeting was written."""
    rows = db.session.scalars(
        select(Letter.link_owner).where(Letter.topic == topic(meeting), Letter.kind == "invitation")
    )
    return {one for one in rows if one is not None}


def topic(meeting: Meeting) -> str:
    """Return the topic under which the letters about a meeting stand in the outbox."""
    return f"meeting/{meeting.id}"


def takes_answers(meeting: Meeting) -> bool:
    """Whether offices may answer by themselves now."""
    return is_open(
        now=clock.now(),
        deadline=meeting.answers_close_at,
        starts_at=meeting.starts_at,
        is_cancelled=meeting.is_cancelled,
    )


def may_come_in(contact: Contact, invitation: Invitation) -> bool:
    """Whether the contact's link opens the door of the meeting, when it is time."""
    return not invitation.meeting.is_cancelled and may_join(
        invitation.answer,
        invitation.deputy_state,
        gets_join_link=contact.gets_join_link,
        is_the_deputy=contact.id == invitation.deputy_contact_id,
        is_a_deputy=contact.is_deputy,
    )


def waiting_replies(meeting: Meeting) -> list[CalendarReply]:
    """Return the replies from calendars that wait for a person, the newest first."""
    return list(
        db.session.scalars(
            select(CalendarReply)
            .join(CalendarReply.invitation)
            .join(Invitation.participant)
            .join(Participant.city)
            .options(
                contains_eager(CalendarReply.invitation)
                .contains_eager(Invitation.participant)
                .contains_eager(Participant.city)
            )
            .where(Invitation.meeting_id == meeting.id, CalendarReply.is_settled.is_(False))
            .order_by(CalendarReply.id.desc())
            .limit(100)
        )
    )


def last_announcement(meeting: Meeting) -> Announcement | None:
    """Return what the guests of the meeting were last told."""
    return db.session.scalar(
        select(Announcement)
        .where(Announcement.meeting_id == meeting.id)
        .order_by(Announcement.revision.desc())
        .limit(1)
    )
