"""The verbs of replies from calendars: take one as an answer, or let a person look at it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from roundtable import addresses, clock
from roundtable.calendars.replies import NotAReply, Reply, parse
from roundtable.conferences.models import Conference, Meeting
from roundtable.conferences.turn_service import take_turn
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.models import Contact
from roundtable.invitations import answer_service
from roundtable.invitations.models import CalendarEntry, CalendarReply, GivenAnswer, Invitation
from roundtable.invitations.queries import takes_answers
from roundtable.invitations.rsvp import Channel
from roundtable.mail.incoming import CalendarPart


def take(part: CalendarPart, sender: str, authentic: bool, key: str) -> tuple[str, str]:
    """Take a calendar that came by mail; return what was done with it, and the detail.

    It becomes an answer by itself only where the sender is authentic and is the invited contact, the
    reply is not older than the question, and it names exactly one invitation.
    """
    try:
        reply = parse(part.content, part.method)
    except NotAReply as error:
        return "no-reply", str(error)
    take_turn(
        lambda: (
            select(Conference.id)
            .join(Meeting, Meeting.conference_id == Conference.id)
            .where(Meeting.uid == reply.uid)
        )
    )
    meeting = db.session.scalar(select(Meeting).where(Meeting.uid == reply.uid))
    if meeting is None:
        return "unknown-session", ""
    found = _invitations(meeting, reply.attendee)
    entry = db.session.scalar(
        select(CalendarEntry).where(
            CalendarEntry.meeting_id == meeting.id, CalendarEntry.email_key == reply.attendee
        )
    )
    if not found or entry is None:
        return "foreign-attendee", ""
    if _is_stale(reply, entry):
        return "stale", f"SEQUENCE {reply.sequence}, expected {entry.time_sequence}"
    letter = _Letter(reply, sender, key, is_verified=authentic and addresses.key(sender) == reply.attendee)
    reason = _reason(reply, found, is_verified=letter.is_verified)
    if reason:
        return _ask(letter, meeting, found, reason)
    # Only what is believed moves the mark: a forged reply must not make the true one look old.
    entry.reply_stamped_at = reply.stamped_at
    return _answer(letter, *found[0])


@dataclass(frozen=True)
class _Letter:
    """A reply with the mail that it came in."""

    reply: Reply
    sender: str
    key: str
    is_verified: bool


def _is_stale(reply: Reply, entry: CalendarEntry) -> bool:
    """Whether the reply answers an older question, or is older than one that was taken already."""
    taken = entry.reply_stamped_at
    return reply.sequence < entry.time_sequence or (taken is not None and reply.stamped_at <= taken)


def _ask(
    letter: _Letter, meeting: Meeting, found: list[tuple[Contact, Invitation]], reason: str
) -> tuple[str, str]:
    """Park the reply, and ask the offices through their links where they can tell."""
    _park(letter, found[0][1], reason)
    if reason == "proposal":
        answer_service.tell_of_proposal(
            found[0][1], said_by=letter.sender, note=letter.reply.comment, key=letter.key
        )
    if reason in {"unverified", "several"} and takes_answers(meeting):
        for contact, invitation in found:
            key = f"reply-question/{letter.key[:32]}/{contact.id}"
            answer_service.ask_about_reply(invitation, contact, letter.reply.said, key=key)
    return ("proposal" if reason == "proposal" else "parked"), reason


def _answer(letter: _Letter, contact: Contact, invitation: Invitation) -> tuple[str, str]:
    reply = letter.reply
    if invitation.answer is reply.said and not reply.comment:
        return "answer", "known already"
    try:
        answer_service.answer(
            invitation,
            GivenAnswer(reply.said, note=reply.comment),
            contact=contact,
            said_by=contact.name,
            channel=Channel.CALENDAR,
        )
    except Refusal:
        _park(letter, invitation, "closed")
        return "parked", "closed"
    return "answer", reply.said.value


def _invitations(meeting: Meeting, email_key: str) -> list[tuple[Contact, Invitation]]:
    rows = db.session.execute(
        select(Contact, Invitation)
        .join(Invitation, Invitation.participant_id == Contact.participant_id)
        .options(joinedload(Contact.participant))
        .where(
            Contact.email_key == email_key,
            Contact.is_deputy.is_(False),
            Invitation.meeting_id == meeting.id,
        )
        .order_by(Contact.id)
    )
    return [(contact, invitation) for contact, invitation in rows]


def _reason(reply: Reply, found: list[tuple[Contact, Invitation]], *, is_verified: bool) -> str:
    """Return why a person has to look at the reply, or nothing where it can be taken as it is."""
    if reply.proposes_at is not None:
        return "proposal"
    if not any(contact.may_answer for contact, _ in found):
        return "may-not-answer"
    if not is_verified:
        return "unverified"
    return "several" if len(found) > 1 else ""


def _park(letter: _Letter, invitation: Invitation, reason: str) -> None:
    reply = letter.reply
    db.session.add(
        CalendarReply(
            invitation=invitation,
            message_key=letter.key,
            received_at=clock.now(),
            sender=letter.sender[:254],
            said=reply.said,
            comment=reply.comment,
            proposes_at=reply.proposes_at,
            is_verified=letter.is_verified,
            reason=reason,
        )
    )
