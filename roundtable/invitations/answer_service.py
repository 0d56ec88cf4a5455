"""The verbs of answers: take one, by whichever channel, confirm it and tell the organizers."""

from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy import update

from roundtable import clock
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import DeputyRule
from roundtable.conferences.service import pace_key
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Contact
from roundtable.invitations import letters, queries
from roundtable.invitations.deputy_service import confirm, seat_deputy, withdraw_deputy
from roundtable.invitations.letter_kinds import KINDS
from roundtable.invitations.letters import Occasion, Saying
from roundtable.invitations.mailboxes import Mailbox
from roundtable.invitations.models import AnswerGiven, CalendarReply, GivenAnswer, Invitation, Needs
from roundtable.invitations.post_service import post
from roundtable.invitations.queries import topic
from roundtable.invitations.rsvp import (
    CANCELLED,
    CLOSED,
    OVER,
    Answer,
    Channel,
    DeputyState,
    check_answer,
    last_day_to_decide,
)
from roundtable.languages import speaking
from roundtable.mail import outbox
from roundtable.mail.letters import public_address
from roundtable.mail.outbox import Envelope

TOO_LATE = sentence("Please name a day before answers close, %(day)s at the latest.")
TOO_EARLY = sentence("Please name a day that is still to come.")
NO_SEAT = sentence("These details are asked of those who take part.")


def answer(
    invitation: Invitation,
    given: GivenAnswer,
    *,
    contact: Contact | None,
    said_by: str,
    channel: Channel = Channel.LINK,
) -> AnswerGiven:
    """Record an answer, confirm it to the offices and tell the organizers.

    The last answer holds, whoever gives it and however. One by telephone is recorded by an organizer
    and may come after the deadline. The same answer by the same contact again, as a double click sends
    it, is neither recorded nor confirmed a second time.

    Raises:
        Refusal: if answers have closed; then nothing is changed and nothing is queued.
    """
    meeting = invitation.meeting
    now = clock.now()
    check_answer(
        now=now,
        deadline=None if channel is Channel.TELEPHONE else meeting.answers_close_at,
        starts_at=meeting.starts_at,
        is_cancelled=meeting.is_cancelled,
        answer=given.answer,
        deputies=meeting.deputies,
    )
    _check_day(invitation, given)
    last = next(iter(queries.history_of(invitation)), None)
    same = last is not None and (last.contact, last.channel, last.said_by) == (contact, channel, said_by)
    if last is not None and same and _holds(invitation, given):
        return last
    about = queries.occasion(meeting)
    had_deputy = invitation.deputy_contact
    called_before = invitation.deputy_called()
    needs_approval = meeting.deputies is DeputyRule.NEEDS_APPROVAL and channel is not Channel.TELEPHONE
    stays = _is_same_deputy(invitation, given)
    record = AnswerGiven(
        invitation=invitation,
        at=now,
        answer=given.answer,
        note=given.note,
        deputy=given.deputy_called(),
        channel=channel,
        contact=contact,
        said_by=said_by,
    )
    db.session.add(record)
    # What a calendar said before is settled by what the office says now.
    db.session.execute(
        update(CalendarReply)
        .where(CalendarReply.invitation_id == invitation.id, CalendarReply.proposes_at.is_(None))
        .values(is_settled=True)
    )
    db.session.flush()
    if had_deputy is not None and not stays:
        withdraw_deputy(about, invitation, cause=str(record.id))
    state = invitation.deputy_state if stays else _state_of(given, needs_approval=needs_approval)
    invitation.take(given, now=now, deputy_state=state)
    db.session.flush()
    seated = None
    if invitation.answer is Answer.DELEGATED and state is DeputyState.ACCEPTED and not stays:
        seated = seat_deputy(about, invitation, cause=str(record.id))
    confirm(about, invitation, record, seated)
    _tell_organizers(about, invitation, record, called_before)
    return record


def _holds(invitation: Invitation, given: GivenAnswer) -> bool:
    """Whether this very answer holds already."""
    held = GivenAnswer(
        invitation.answer,
        invitation.note,
        invitation.sure_by,
        invitation.deputy_name,
        invitation.deputy_office,
        invitation.deputy_email,
        invitation.deputy_language,
    )
    return held == given.tidied()


def _check_day(invitation: Invitation, given: GivenAnswer) -> None:
    if given.answer is not Answer.TENTATIVE or given.sure_by is None:
        return
    meeting = invitation.meeting
    zone = ZoneInfo(meeting.zone)
    last = last_day_to_decide(meeting.answers_close_at, meeting.starts_at, zone)
    if given.sure_by < clock.now().astimezone(zone).date():
        raise Refusal(TOO_EARLY)
    if given.sure_by > last:
        raise Refusal(TOO_LATE, day=last)


def _is_same_deputy(invitation: Invitation, given: GivenAnswer) -> bool:
    """Whether an office sends again whom it has sent already: then nobody is invited twice."""
    return (
        invitation.answer is Answer.DELEGATED
        and given.answer is Answer.DELEGATED
        and (invitation.deputy_name, invitation.deputy_email) == (given.deputy_name, given.deputy_email)
    )


def _state_of(given: GivenAnswer, *, needs_approval: bool) -> DeputyState:
    if given.answer is not Answer.DELEGATED:
        return DeputyState.NONE
    return DeputyState.PROPOSED if needs_approval else DeputyState.ACCEPTED


def _tell_organizers(
    about: Occasion, invitation: Invitation, record: AnswerGiven, called_before: str
) -> None:
    conference = about.conference
    language = conference.languages[0]
    board = public_address("invitations.show", meeting_id=about.meeting.id)
    saying = Saying(
        words={"said_by": record.said_by, "note": record.note},
        answer=letters.said_of(invitation, language),
        next=letters.for_organizers(invitation, language, called_before),
    )
    tell_organizers(about, letters.notice(about, invitation, saying, board), f"notice/{record.id}")


def tell_of_proposal(invitation: Invitation, *, said_by: str, note: str, key: str) -> None:
    """Tell the organizers that an office's calendar proposes another time; nothing is changed by it."""
    about = queries.occasion(invitation.meeting)
    with speaking(about.conference.languages[0]):
        saying = Saying(
            words={"said_by": said_by, "note": note},
            next=[gettext("The office proposes another time. You find it on the page of the invitations.")],
        )
    board = public_address("invitations.show", meeting_id=about.meeting.id)
    tell_organizers(about, letters.notice(about, invitation, saying, board), f"proposal/{key[:40]}")


def tell_organizers(about: Occasion, draft: outbox.Draft, key: str) -> None:
    """Queue a notice to the contact person of the conference."""
    conference = about.conference
    outbox.queue(
        draft,
        Envelope(
            key=key,
            topic=topic(about.meeting),
            recipient=(conference.contact_name, conference.contact_email),
            sender=("Roundtable", ""),
            pace_key=pace_key(conference),
        ),
    )


def tell_what_an_office_said(
    meeting: Meeting,
    participant_id: int,
    *,
    state: str,
    said_by: str,
    following: str,
    page: str,
    key: str,
) -> None:
    """Tell the organizers that an office has said something about what came after a session.

    `state` and `following` are sentences of the catalogue; `page` is where it is read.
    """
    about = queries.occasion(meeting)
    invitations = queries.invitations_to(meeting)
    invitation = next((one for one in invitations if one.participant_id == participant_id), None)
    if invitation is None:
        return
    with speaking(about.conference.languages[0]):
        saying = Saying(words={"state": gettext(state), "said_by": said_by}, next=[gettext(following)])
    tell_organizers(about, letters.notice(about, invitation, saying, page), key)


def note_needs(invitation: Invitation, needs: Needs) -> None:
    """Note what the organizers must prepare for who takes the seat.

    Raises:
        Refusal: if nobody takes it, or answers have closed.
    """
    meeting = invitation.meeting
    if meeting.is_cancelled:
        raise Refusal(CANCELLED)
    if clock.now() >= meeting.starts_at:
        raise Refusal(OVER)
    if meeting.answers_close_at is not None and clock.now() >= meeting.answers_close_at:
        raise Refusal(CLOSED)
    if not invitation.answer.takes_seat:
        raise Refusal(NO_SEAT)
    invitation.need(needs)


def ask_about_reply(invitation: Invitation, contact: Contact, said: Answer, *, key: str) -> None:
    """Ask an office, through its link, whether a reply that came from a calendar is its own."""
    about = queries.occasion(invitation.meeting)
    box = Mailbox((contact,))
    with speaking(contact.language):
        words = letters.answer_words(said, deputy="", sure_by="")
    saying = Saying(answer=words, query=f"?answer={said.value}")
    draft = letters.compose(KINDS["reply-question"], about, box, saying)
    post(about, box, draft, key=key)
