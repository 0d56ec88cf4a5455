"""The verbs of invitations: invite, answer, tell of a change, cancel."""

from dataclasses import dataclass

from flask import current_app

from roundtable import clock
from roundtable.conferences.models import Meeting
from roundtable.conferences.queries import bodies_of
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Contact, Participant
from roundtable.guests.queries import participants_of, zone_names_at
from roundtable.ical import Entry, Method
from roundtable.invitations import calendar, letters, queries
from roundtable.invitations.changes import Told, time_changed
from roundtable.invitations.models import Announcement, AnswerGiven, GivenAnswer, Invitation
from roundtable.invitations.rsvp import CANCELLED, Answer, Channel, check_answer
from roundtable.mail import outbox
from roundtable.mail.letters import public_address
from roundtable.mail.models import Letter
from roundtable.mail.outbox import Draft, Envelope

NOTHING_NEW = sentence("The guests know everything already; there is nothing to tell.")
INVITED = sentence(
    "%(city)s has been invited already and stays on the list. You can take its contacts away, or record that it does "
    "not take part."
)
DEADLINE_PAST = sentence(
    "The time has changed, so the guests are asked again, but answers are closed. Please set a new deadline first."
)
NOBODY_LEFT = sentence("Everybody on the guest list has been invited already.")


def topic(meeting: Meeting) -> str:
    """Return the topic under which the letters about a meeting stand in the outbox."""
    return f"meeting/{meeting.id}"


def occasion(meeting: Meeting) -> letters.Occasion:
    """Return what all letters about the meeting share."""
    return letters.Occasion(meeting, bodies_of(meeting.conference), zone_names_at(meeting.conference_id))


@dataclass(frozen=True)
class Planned:
    """A letter that would go to a contact: what the preview shows."""

    participant: Participant
    contact: Contact
    draft: Draft


def planned_invitations(meeting: Meeting) -> list[Planned]:
    """Return the letters that `invite` would send now, and store nothing."""
    about = occasion(meeting)
    recipients = queries.recipients_of(meeting)
    return [
        Planned(participant, contact, letters.invitation_letter(about, participant, contact))
        for participant in _uninvited(meeting)
        for contact in recipients.get(participant.id, [])
    ]


def _uninvited(meeting: Meeting) -> list[Participant]:
    invited = {invitation.participant_id for invitation in queries.invitations_to(meeting)}
    return [one for one in participants_of(meeting.conference_id) if one.id not in invited]


def invite(meeting: Meeting) -> int:
    """Invite everybody on the guest list who has no invitation yet; return the number of letters.

    Raises:
        Refusal: if the meeting is cancelled or nobody is left to invite.
    """
    if meeting.is_cancelled:
        raise Refusal(CANCELLED)
    about = occasion(meeting)
    recipients = queries.recipients_of(meeting)
    new = _uninvited(meeting)
    if not new:
        raise Refusal(NOBODY_LEFT)
    if queries.last_announcement(meeting) is None:
        _announce(meeting)
    count = 0
    for participant in new:
        invitation = Invitation(
            meeting=meeting,
            participant=participant,
            invited_at=clock.now(),
            told_revision=meeting.revision,
        )
        db.session.add(invitation)
        for contact in recipients.get(participant.id, []):
            draft = letters.invitation_letter(about, participant, contact)
            _queue(about, draft, contact, key=_first_key(meeting, contact))
            count += 1
    return count


def _first_key(meeting: Meeting, contact: Contact) -> str:
    return f"invitation/{meeting.id}/{contact.id}"


def _announce(meeting: Meeting) -> None:
    db.session.add(
        Announcement(
            meeting=meeting,
            revision=meeting.revision,
            titles=meeting.titles,
            wall_time=meeting.wall_time,
            zone=meeting.zone,
            starts_at=meeting.starts_at,
            duration_minutes=meeting.duration_minutes,
            at=clock.now(),
        )
    )


def _queue(
    about: letters.Occasion,
    draft: Draft,
    contact: Contact,
    *,
    key: str,
    entry: Entry | None = None,
    method: Method | None = None,
) -> None:
    meeting = about.meeting
    first_key = _first_key(meeting, contact)
    outbox.queue(
        draft,
        Envelope(
            key=key,
            topic=topic(meeting),
            recipient=(contact.name, contact.email),
            sender_name=about.sender_name(contact.language),
            reply_to=meeting.conference.contact_email,
            link_owner=contact.id,
            first_key=first_key if key != first_key else "",
            calendar=entry,
            calendar_method=method,
        ),
    )


def answer(
    invitation: Invitation,
    given: GivenAnswer,
    *,
    contact: Contact | None,
    said_by: str,
    channel: Channel = Channel.LINK,
) -> None:
    """Record an answer, confirm it to the office and tell the organizers.

    An answer by telephone is recorded by an organizer and may come after the deadline.

    Raises:
        Refusal: if answers have closed; then nothing is changed and nothing is queued.
    """
    meeting = invitation.meeting
    now = clock.now()
    check_answer(
        now=now,
        deadline=meeting.answers_close_at if channel is Channel.LINK else None,
        starts_at=meeting.starts_at,
        is_cancelled=meeting.is_cancelled,
        answer=given.answer,
        deputies_allowed=meeting.deputies_allowed,
    )
    invitation.take(given, now=now)
    record = AnswerGiven(
        invitation=invitation,
        at=now,
        answer=given.answer,
        note=given.note,
        channel=channel,
        contact=contact,
        said_by=said_by,
    )
    db.session.add(record)
    db.session.flush()
    about = occasion(meeting)
    _confirm(about, invitation, record)
    _tell_organizers(about, invitation, record)


def _confirm(about: letters.Occasion, invitation: Invitation, record: AnswerGiven) -> None:
    """Write the confirmation to every contact of the participant, with what its calendar needs."""
    method = _calendar_method(invitation)
    for contact in queries.recipients_of(about.meeting).get(invitation.participant_id, []):
        draft = letters.confirmation_letter(about, invitation, contact, record.said_by)
        entry = _entry(about, invitation, contact) if method else None
        key = f"confirmation/{record.id}/{contact.id}"
        _queue(about, draft, contact, key=key, entry=entry, method=method)


def _calendar_method(invitation: Invitation) -> Method | None:
    """Decide what the calendars of the participant need after an answer, and note it.

    A yes puts the entry there (again with a higher SEQUENCE if it was taken out before); any
    other answer takes it out if it stands there.
    """
    if invitation.answer is Answer.ACCEPTED:
        if not invitation.in_calendar and invitation.sequence > 0:
            invitation.next_sequence()
        invitation.in_calendar = True
        return Method.REQUEST
    if invitation.in_calendar and invitation.answer in {Answer.DECLINED, Answer.DELEGATED}:
        invitation.in_calendar = False
        invitation.next_sequence()
        return Method.CANCEL
    return None


def _entry(about: letters.Occasion, invitation: Invitation, contact: Contact) -> Entry:
    settings = current_app.config["ROUNDTABLE"]
    return calendar.entry(
        invitation,
        contact,
        zones=about.zones,
        # The same address for the life of the meeting: calendars match updates by it.
        organizer=(about.sender_name(contact.language), settings.mail_from),
        language=contact.language,
        stamped_at=clock.now(),
    )


def _tell_organizers(about: letters.Occasion, invitation: Invitation, record: AnswerGiven) -> None:
    conference = about.meeting.conference
    board = public_address("board.show", meeting_id=about.meeting.id)
    outbox.queue(
        letters.notice_letter(about, invitation, record.said_by, board),
        Envelope(
            key=f"notice/{record.id}",
            topic=topic(about.meeting),
            recipient=(conference.contact_name, conference.contact_email),
            sender_name="Roundtable",
        ),
    )


def told_before(meeting: Meeting) -> Told | None:
    """Return what guests were told last, or None if nobody has been told anything."""
    last = queries.last_announcement(meeting)
    return Told(last.titles, last.starts_at, last.zone, last.duration_minutes) if last else None


def planned_changes(meeting: Meeting) -> list[Planned]:
    """Return the letters that `tell_changes` would send now, and store nothing."""
    old = told_before(meeting)
    if old is None or meeting.is_cancelled:
        return []
    about = occasion(meeting)
    recipients = queries.recipients_of(meeting)
    asks_again = time_changed(old, about.told())
    return [
        Planned(
            invitation.participant,
            contact,
            letters.change_letter(about, invitation.participant, contact, old, asks_again=asks_again),
        )
        for invitation in _untold(meeting)
        for contact in recipients.get(invitation.participant_id, [])
    ]


def _untold(meeting: Meeting) -> list[Invitation]:
    return [one for one in queries.invitations_to(meeting) if one.told_revision < meeting.revision]


def tell_changes(meeting: Meeting) -> int:
    """Tell those concerned what has changed; return the number of letters.

    Where the time has changed the old answers fall, for they were given for another time, and
    entries in calendars move along with a higher SEQUENCE.

    Raises:
        Refusal: if there is nothing to tell, or the guests could not answer any more.
    """
    planned = planned_changes(meeting)
    old = told_before(meeting)
    if not planned or old is None:
        raise Refusal(NOTHING_NEW)
    about = occasion(meeting)
    asks_again = time_changed(old, about.told())
    if asks_again and meeting.answers_close_at is not None and meeting.answers_close_at <= clock.now():
        raise Refusal(DEADLINE_PAST)
    invitations = {one.participant_id: one for one in _untold(meeting)}
    for invitation in invitations.values():
        if asks_again:
            invitation.ask_again()
        if invitation.in_calendar:
            invitation.next_sequence()
        invitation.told_revision = meeting.revision
    for letter in planned:
        invitation = invitations[letter.participant.id]
        _queue(
            about,
            letter.draft,
            letter.contact,
            key=f"change/{meeting.id}/{meeting.revision}/{letter.contact.id}",
            entry=_entry(about, invitation, letter.contact) if invitation.in_calendar else None,
            method=Method.REQUEST if invitation.in_calendar else None,
        )
    _announce(meeting)
    return len(planned)


def planned_cancellations(meeting: Meeting) -> list[Planned]:
    """Return the letters that `cancel` would send now, and store nothing."""
    about = occasion(meeting)
    recipients = queries.recipients_of(meeting)
    return [
        Planned(
            invitation.participant,
            contact,
            letters.cancellation_letter(about, invitation.participant, contact),
        )
        for invitation in queries.invitations_to(meeting)
        for contact in recipients.get(invitation.participant_id, [])
    ]


def cancel(meeting: Meeting) -> int:
    """Call the meeting off and tell everybody invited, once; return the number of letters.

    Raises:
        Refusal: if it is cancelled already.
    """
    if meeting.is_cancelled:
        raise Refusal(CANCELLED)
    planned = planned_cancellations(meeting)
    about = occasion(meeting)
    meeting.cancel()
    invitations = {one.participant_id: one for one in queries.invitations_to(meeting)}
    for invitation in invitations.values():
        if invitation.in_calendar:
            invitation.next_sequence()
    for letter in planned:
        invitation = invitations[letter.participant.id]
        _queue(
            about,
            letter.draft,
            letter.contact,
            key=f"cancellation/{meeting.id}/{meeting.revision}/{letter.contact.id}",
            entry=_entry(about, invitation, letter.contact) if invitation.in_calendar else None,
            method=Method.CANCEL if invitation.in_calendar else None,
        )
    for invitation in invitations.values():
        invitation.in_calendar = False
        invitation.told_revision = meeting.revision
    return len(planned)


def remove_participant(participant: Participant) -> None:
    """Take a city off the guest list, with its contacts and speaking slots.

    Raises:
        Refusal: once it has been invited: answers and records stay readable.
    """
    if queries.invitations_of(participant):
        raise Refusal(INVITED, city=participant.city.names.in_language(""))
    db.session.delete(participant)


def count_uninvited(meeting: Meeting) -> int:
    """Return how many participants of the conference have no invitation to the meeting."""
    return len(_uninvited(meeting)) if not meeting.is_cancelled else 0


def count_untold(meeting: Meeting) -> int:
    """Return how many invited participants do not know of the latest change."""
    return len(_untold(meeting)) if not meeting.is_cancelled else 0


def send_again(letter: Letter) -> None:
    """Queue a refused letter once more, to the contact's present name and address."""
    contact = db.session.get(Contact, letter.link_owner) if letter.link_owner else None
    if contact is not None:
        letter.recipient_name, letter.recipient_email = contact.name, contact.email
    outbox.send_again(letter)
