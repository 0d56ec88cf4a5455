"""The verbs about deputies: who sits for a mayor, with an own link and an own letter."""

from sqlalchemy import func, select

from roundtable import addresses, clock
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Contact
from roundtable.invitations import letters, queries
from roundtable.invitations.letter_kinds import KINDS
from roundtable.invitations.letters import Occasion, Saying
from roundtable.invitations.mailboxes import Mailbox, mailboxes
from roundtable.invitations.models import AnswerGiven, Invitation
from roundtable.invitations.post_service import for_calendar, post
from roundtable.invitations.rsvp import Answer, Channel, DeputyState

NOBODY_PROPOSED = sentence(
    "No deputy is waiting for a decision here. Somebody else may have decided already."
)


def seat_deputy(about: Occasion, invitation: Invitation, *, cause: str) -> Contact | None:
    """Give the seat to the deputy who has been named: an own link, an own letter, the calendar entry.

    A deputy without an address gets none of them; the office passes on what there is to know. Returns
    whom the letter went to.
    """
    invitation.deputy_state = DeputyState.ACCEPTED
    if not invitation.deputy_email:
        return None
    contact = _contact_for(invitation)
    invitation.deputy_contact = contact
    db.session.flush()
    box = Mailbox((contact,))
    draft = letters.compose(KINDS["deputy"], about, box, Saying(words={"deputy": invitation.deputy_called()}))
    post(
        about,
        box,
        draft,
        key=f"deputy/{invitation.id}/{cause}/{contact.id}",
        for_calendar=for_calendar(about, box),
    )
    return contact


def _contact_for(invitation: Invitation) -> Contact:
    """Return the deputy's contact: one of the office itself, where it has the same address, else a new one."""
    key = addresses.key(invitation.deputy_email)
    known = db.session.scalar(
        select(Contact).where(Contact.participant_id == invitation.participant_id, Contact.email_key == key)
    )
    if known is not None:
        return known
    contact = Contact(
        participant=invitation.participant,
        name=invitation.deputy_name,
        email=invitation.deputy_email,
        email_key=key,
        language=invitation.deputy_language or _language_of_office(invitation),
        gets_invitation=False,
        may_answer=False,
        gets_reminders=True,
        gets_join_link=True,
        clears_quotes=False,
        is_deputy=True,
    )
    db.session.add(contact)
    return contact


def _language_of_office(invitation: Invitation) -> str:
    """Return the language of the office that sends the deputy."""
    first = select(Contact.language).where(Contact.participant_id == invitation.participant_id)
    found = db.session.scalar(first.order_by(Contact.id).limit(1))
    return found or invitation.meeting.conference.languages[0]


def withdraw_deputy(about: Occasion, invitation: Invitation, *, cause: str) -> None:
    """Take the seat back from the deputy: told by letter, out of the calendar, the link is dead."""
    contact = invitation.deputy_contact
    called = invitation.deputy_called()
    invitation.deputy_contact = None
    invitation.deputy_state = DeputyState.NONE
    if contact is None or not contact.is_deputy:
        return
    db.session.flush()
    box = Mailbox((contact,))
    draft = letters.compose(KINDS["deputy-withdrawn"], about, box, Saying(words={"deputy": called}))
    post(
        about,
        box,
        draft,
        key=f"deputy-withdrawn/{invitation.id}/{cause}/{contact.id}",
        for_calendar=for_calendar(about, box),
        has_link=False,
    )
    still = db.session.scalar(
        select(func.count()).select_from(Invitation).where(Invitation.deputy_contact_id == contact.id)
    )
    if not still:
        db.session.delete(contact)
        db.session.flush()


def accept_deputy(invitation: Invitation, *, by: str) -> None:
    """Agree to a deputy who was proposed; the office and the deputy are told.

    Raises:
        Refusal: if nobody is proposed any more.
    """
    about = _about_proposal(invitation)
    record = _decision(invitation, Answer.DELEGATED, by, note="")
    seated = seat_deputy(about, invitation, cause=str(record.id))
    confirm(about, invitation, record, seated)


def confirm(about: Occasion, invitation: Invitation, record: AnswerGiven, seated: Contact | None) -> None:
    """Write the confirmation to every office of the participant, with what its calendar needs.

    All of them are told, so that two offices of one mayor cannot answer past each other; but for a
    colleague who has just been written to as the deputy.
    """
    for box in mailboxes(one for one in queries.informed_offices(invitation) if one is not seated):
        entry = for_calendar(about, box)
        saying = Saying(
            words={"said_by": record.said_by, "deputy": invitation.deputy_called()},
            answer=letters.said_of(invitation, box.language),
            next=letters.after_answer(invitation, box.language, in_calendar=entry is not None),
        )
        draft = letters.compose(KINDS["confirmation"], about, box, saying)
        post(about, box, draft, key=f"confirmation/{record.id}/{box.first.id}", for_calendar=entry)


def refuse_deputy(invitation: Invitation, *, by: str, reason: str) -> None:
    """Say no to a deputy who was proposed; the office is asked for another answer.

    Raises:
        Refusal: if nobody is proposed any more.
    """
    about = _about_proposal(invitation)
    called = invitation.deputy_called()
    record = _decision(invitation, Answer.NEEDS_ACTION, by, note=reason)
    invitation.ask_again(now=clock.now())
    db.session.flush()
    for box in mailboxes(queries.informed_offices(invitation)):
        draft = letters.compose(
            KINDS["deputy-refused"], about, box, Saying(words={"deputy": called, "reason": reason})
        )
        post(about, box, draft, key=f"deputy-refused/{record.id}/{box.first.id}")


def _about_proposal(invitation: Invitation) -> Occasion:
    if invitation.deputy_state is not DeputyState.PROPOSED:
        raise Refusal(NOBODY_PROPOSED)
    return queries.occasion(invitation.meeting)


def _decision(invitation: Invitation, answer: Answer, by: str, *, note: str) -> AnswerGiven:
    record = AnswerGiven(
        invitation=invitation,
        at=clock.now(),
        answer=answer,
        note=note,
        deputy=invitation.deputy_called(),
        channel=Channel.ORGANIZER,
        said_by=by,
    )
    db.session.add(record)
    db.session.flush()
    return record
