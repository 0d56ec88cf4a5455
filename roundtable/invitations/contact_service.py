"""Taking a contact off the list, and its entries out of its calendar."""

from sqlalchemy import select

from roundtable import clock
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import MeetingStage
from roundtable.db import db
from roundtable.guests.models import Contact, Participant
from roundtable.invitations import letters, queries
from roundtable.invitations.letter_kinds import KINDS
from roundtable.invitations.mailboxes import Mailbox
from roundtable.invitations.models import CalendarEntry, Invitation
from roundtable.invitations.post_service import for_calendar, post


def remove_contact(contact: Contact) -> None:
    """Take a contact off the list; its link ends with it.

    Where an entry of a coming session stands in its calendar, a last letter takes it out, unless the
    same address acts for somebody else there.
    """
    for invitation in db.session.scalars(
        select(Invitation).where(Invitation.deputy_contact_id == contact.id)
    ):
        invitation.deputy_contact = None
    contact.gets_invitation = contact.may_answer = False
    db.session.flush()
    if not _acts_elsewhere(contact):
        for meeting in _in_calendar(contact):
            _take_out(contact, meeting)
    db.session.delete(contact)


def _acts_elsewhere(contact: Contact) -> bool:
    others = (
        select(Contact.id)
        .join(Contact.participant)
        .where(
            Contact.email_key == contact.email_key,
            Contact.id != contact.id,
            Participant.conference_id == contact.participant.conference_id,
        )
    )
    return db.session.scalar(others.limit(1)) is not None


def _in_calendar(contact: Contact) -> list[Meeting]:
    return list(
        db.session.scalars(
            select(Meeting)
            .join(CalendarEntry, CalendarEntry.meeting_id == Meeting.id)
            .where(
                CalendarEntry.email_key == contact.email_key,
                CalendarEntry.is_present,
                Meeting.conference_id == contact.participant.conference_id,
                Meeting.stage == MeetingStage.PLANNED,
                Meeting.starts_at > clock.now(),
            )
        )
    )


def _take_out(contact: Contact, meeting: Meeting) -> None:
    about, box = queries.occasion(meeting), Mailbox((contact,))
    post(
        about,
        box,
        letters.compose(KINDS["removed"], about, box),
        key=f"removed/{meeting.id}/{contact.id}",
        for_calendar=for_calendar(about, box),
        has_link=False,
    )
