"""Sending letters about a meeting, with what each mailbox's calendar needs."""

from dataclasses import dataclass, replace

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from roundtable import clock
from roundtable.conferences.models import Conference, Meeting
from roundtable.conferences.service import pace_key
from roundtable.db import db
from roundtable.guests.models import Contact, Participant
from roundtable.ical import Entry, Method
from roundtable.invitations import calendar
from roundtable.invitations.calendar import Standing
from roundtable.invitations.letters import Occasion
from roundtable.invitations.mailboxes import Mailbox
from roundtable.invitations.models import CalendarEntry, Invitation
from roundtable.invitations.queries import topic
from roundtable.invitations.rsvp import Answer, DeputyState
from roundtable.mail import outbox
from roundtable.mail.outbox import Draft, Envelope

STRENGTH = ("ACCEPTED", "TENTATIVE", "NEEDS-ACTION")
"""Where one mailbox has several roles, the strongest of its answers stands in its calendar."""


def first_key(meeting: Meeting, box: Mailbox) -> str:
    """Return the key of the first letter about a meeting to a mailbox: the others hang on to it."""
    return f"invitation/{meeting.id}/{box.first.id}"


def envelope(
    conference: Conference,
    box: Mailbox,
    sender_name: str,
    *,
    key: str,
    topic: str,
    first_key: str,
    is_reminder: bool = False,
) -> Envelope:
    """Return how a letter of a conference goes to a guest's mailbox: from whom, answered to whom, how fast.

    It hangs on to the letter with `first_key`, which may be itself.
    """
    return Envelope(
        key=key,
        topic=topic,
        recipient=(box.first.name, box.first.email),
        sender=(sender_name, conference.sender_email),
        reply_to=(conference.contact_name, conference.contact_email),
        link_owner=box.first.id,
        first_key=first_key if key != first_key else "",
        unsubscribe_path="/reminders" if is_reminder else "",
        pace_key=pace_key(conference),
    )


@dataclass(frozen=True)
class ForCalendar:
    """A calendar entry with what the receiving calendar shall do with it."""

    entry: Entry
    method: Method


def post(
    about: Occasion,
    box: Mailbox,
    draft: Draft,
    *,
    key: str,
    for_calendar: ForCalendar | None = None,
    is_reminder: bool = False,
    has_link: bool = True,
) -> bool:
    """Queue a letter to a mailbox; return whether it is a new one.

    `has_link` is False for somebody who is about to leave the guest list and gets this letter still.
    """
    hung_on = first_key(about.meeting, box)
    letter = outbox.queue(
        draft,
        replace(
            envelope(
                about.conference,
                box,
                about.sender_name(box.language),
                key=key,
                topic=topic(about.meeting),
                first_key=hung_on,
                is_reminder=is_reminder,
            ),
            link_owner=box.first.id if has_link else None,
            calendar=for_calendar.entry if for_calendar else None,
            calendar_method=for_calendar.method if for_calendar else None,
        ),
    )
    return letter is not None


def post_under(
    topic: str, about: Occasion, box: Mailbox, draft: Draft, *, key: str, is_reminder: bool = False
) -> bool:
    """Queue a letter that stands under a topic of its own, as what comes after a session does.

    Returns whether it is a new one; it brings nothing for calendars.
    """
    letter = outbox.queue(
        draft,
        envelope(
            about.conference,
            box,
            about.sender_name(box.language),
            key=key,
            topic=topic,
            first_key=first_key(about.meeting, box),
            is_reminder=is_reminder,
        ),
    )
    return letter is not None


@dataclass(frozen=True)
class _Wanted:
    contact: Contact
    invitation: Invitation
    partstat: str


def for_calendar(
    about: Occasion, box: Mailbox, *, has_changed: bool = False, has_moved: bool = False
) -> ForCalendar | None:
    """Return what the mailbox's calendar needs now, and note that it has been told.

    An entry that shall stand there is put or kept, under a higher SEQUENCE where it was away or says
    something new; one that shall not is taken out. Only a plain repetition keeps its SEQUENCE. Where
    nothing has to be done, None.
    """
    row = db.session.scalar(
        select(CalendarEntry).where(
            CalendarEntry.meeting_id == about.meeting.id, CalendarEntry.email_key == box.key
        )
    )
    is_present = row is not None and row.is_present
    wanted = _wanted(about.meeting, box)
    if wanted is not None and wanted.partstat != "ACCEPTED" and not is_present and not about.reads_replies:
        wanted = None
    if wanted is None:
        if row is None or not is_present:
            return None
        row.sequence += 1
        row.is_present = False
        return ForCalendar(_last_entry(about, box, row.sequence), Method.CANCEL)
    if row is None:
        row = CalendarEntry(meeting=about.meeting, email_key=box.key, sequence=0, time_sequence=0)
        db.session.add(row)
    elif not is_present or has_changed or row.partstat != wanted.partstat:
        row.sequence += 1
        if not is_present or has_moved:
            row.time_sequence = row.sequence
    row.is_present, row.partstat = True, wanted.partstat
    db.session.flush()
    return ForCalendar(
        calendar.entry(
            about,
            wanted.invitation,
            wanted.contact,
            Standing(row.sequence, wanted.partstat, clock.now()),
            organizer=organizer_of(about, box.language),
            language=box.language,
        ),
        Method.REQUEST,
    )


def organizer_of(about: Occasion, language: str) -> tuple[str, str]:
    """Return name and address of the organizer, as calendars know it: the sender of the letters."""
    address = about.conference.sender_email or current_app.config["ROUNDTABLE"].mail_from
    return about.sender_name(language), address


def _last_entry(about: Occasion, box: Mailbox, sequence: int) -> Entry:
    invitation = db.session.scalar(
        select(Invitation).where(
            Invitation.meeting_id == about.meeting.id, Invitation.participant_id == box.first.participant_id
        )
    )
    assert invitation is not None
    partstat = "DECLINED" if invitation.answer is Answer.DECLINED else "NEEDS-ACTION"
    return calendar.entry(
        about,
        invitation,
        box.first,
        Standing(sequence, partstat, clock.now(), is_cancelled=True),
        organizer=organizer_of(about, box.language),
        language=box.language,
    )


def _wanted(meeting: Meeting, box: Mailbox) -> _Wanted | None:
    """Return for which contact the entry shall stand in the mailbox's calendar, if for any."""
    if meeting.is_cancelled:
        return None
    rows = db.session.execute(
        select(Contact, Invitation)
        .join(Invitation, Invitation.participant_id == Contact.participant_id)
        .join(Contact.participant)
        .options(joinedload(Contact.participant).joinedload(Participant.city))
        .where(Contact.email_key == box.key, Invitation.meeting_id == meeting.id)
        .order_by(Contact.id)
    )
    found = [
        _Wanted(contact, invitation, partstat)
        for contact, invitation in rows
        if (partstat := _partstat(contact, invitation)) is not None
    ]
    return min(found, key=lambda one: STRENGTH.index(one.partstat), default=None)


def _partstat(contact: Contact, invitation: Invitation) -> str | None:
    if contact.id == invitation.deputy_contact_id and invitation.deputy_state is DeputyState.ACCEPTED:
        return "ACCEPTED"
    stands = invitation.answer in {Answer.ACCEPTED, Answer.TENTATIVE, Answer.NEEDS_ACTION}
    if contact.is_deputy or not stands or not (contact.gets_invitation or contact.may_answer):
        return None
    return invitation.answer.partstat
