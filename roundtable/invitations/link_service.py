"""The verbs about personal links: send one again, on request or by an organizer's hand."""

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from roundtable import addresses, clock
from roundtable.conferences.models import Conference
from roundtable.conferences.queries import bodies_of
from roundtable.conferences.service import pace_key
from roundtable.db import db
from roundtable.guests.models import Contact, Participant
from roundtable.invitations import letters
from roundtable.invitations.mailboxes import Mailbox
from roundtable.invitations.models import LinkRequest
from roundtable.invitations.queries import wordings_of
from roundtable.mail import outbox
from roundtable.mail.outbox import Envelope


def ask_for_link(email: str) -> None:
    """Note that somebody wants the personal links of an address; whether it is known shows nowhere."""
    db.session.add(LinkRequest(email_key=addresses.key(email), at=clock.now()))


def open_requests() -> list[int]:
    """Return the wishes that wait."""
    return list(db.session.scalars(select(LinkRequest.id).order_by(LinkRequest.id).limit(100)))


def answer_request(request_id: int) -> int:
    """Write the letters that a wish asks for, one for each conference, and forget it."""
    request = db.session.get(LinkRequest, request_id, with_for_update={"skip_locked": True})
    if request is None:
        return 0
    contacts = db.session.scalars(
        select(Contact)
        .join(Contact.participant)
        .join(Participant.city)
        .options(contains_eager(Contact.participant).contains_eager(Participant.city))
        .where(Contact.email_key == request.email_key)
        .order_by(Participant.conference_id, Participant.precedence, Contact.id)
    )
    by_conference: dict[int, list[Contact]] = {}
    for contact in contacts:
        by_conference.setdefault(contact.participant.conference_id, []).append(contact)
    for same in by_conference.values():
        # One letter an hour and address: the page must not become a way to flood a mailbox.
        key = f"link-again/{clock.now():%Y%m%d%H}/{same[0].id}"
        _send(same[0].participant.conference, Mailbox(tuple(same)), key)
    db.session.delete(request)
    return len(by_conference)


def send_link(contact: Contact) -> None:
    """Send a contact the personal link now; a second click in the same minute writes nothing more."""
    key = f"link-by-hand/{clock.now():%Y%m%d%H%M}/{contact.id}/{contact.link_generation}"
    _send(contact.participant.conference, Mailbox((contact,)), key)


def _send(conference: Conference, box: Mailbox, key: str) -> None:
    bodies = bodies_of(conference)
    sender = letters.sender_of(conference, bodies, box.language)
    own = wordings_of(conference.id).get(("link-again", box.language))
    outbox.queue(
        letters.link_letter(conference, box, sender, bodies, own),
        Envelope(
            key=key,
            topic=pace_key(conference),
            recipient=(box.first.name, box.first.email),
            sender=(sender, conference.sender_email),
            reply_to=(conference.contact_name, conference.contact_email),
            link_owner=box.first.id,
            pace_key=pace_key(conference),
        ),
    )
