"""Reads of invitations that more than one place needs."""

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from roundtable.conferences.models import Meeting
from roundtable.db import db
from roundtable.guests.models import Contact, Participant
from roundtable.invitations.models import Announcement, AnswerGiven, Invitation


def invitations_to(meeting: Meeting) -> list[Invitation]:
    """Return the invitations to a meeting with participants and cities, in protocol order."""
    return list(
        db.session.scalars(
            select(Invitation)
            .join(Invitation.participant)
            .join(Participant.city)
            .options(contains_eager(Invitation.participant).contains_eager(Participant.city))
            .where(Invitation.meeting_id == meeting.id)
            .order_by(Participant.precedence, Participant.id)
        )
    )


def invitations_of(participant: Participant) -> list[Invitation]:
    """Return a participant's invitations with their meetings, the earliest meeting first."""
    return list(
        db.session.scalars(
            select(Invitation)
            .join(Invitation.meeting)
            .options(contains_eager(Invitation.meeting))
            .where(Invitation.participant_id == participant.id)
            .order_by(Meeting.starts_at)
        )
    )


def invitation_for(participant: Participant, meeting_id: int) -> Invitation | None:
    """Return the participant's invitation to one meeting."""
    return db.session.scalar(
        select(Invitation)
        .join(Invitation.meeting)
        .options(contains_eager(Invitation.meeting))
        .where(Invitation.participant_id == participant.id, Invitation.meeting_id == meeting_id)
    )


def history_of(invitation: Invitation) -> list[AnswerGiven]:
    """Return the answers given to an invitation, the newest first."""
    return list(
        db.session.scalars(
            select(AnswerGiven)
            .where(AnswerGiven.invitation_id == invitation.id)
            .order_by(AnswerGiven.id.desc())
        )
    )


def recipients_of(meeting: Meeting) -> dict[int, list[Contact]]:
    """Return, by participant, the contacts of the conference that get letters."""
    found: dict[int, list[Contact]] = {}
    rows = db.session.scalars(
        select(Contact)
        .join(Contact.participant)
        .where(Participant.conference_id == meeting.conference_id, Contact.gets_invitation)
        .order_by(Contact.id)
    )
    for contact in rows:
        found.setdefault(contact.participant_id, []).append(contact)
    return found


def last_announcement(meeting: Meeting) -> Announcement | None:
    """Return what the guests of the meeting were last told."""
    return db.session.scalar(
        select(Announcement)
        .where(Announcement.meeting_id == meeting.id)
        .order_by(Announcement.revision.desc())
        .limit(1)
    )
