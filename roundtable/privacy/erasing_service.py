"""Erasing what is stored about the person behind an address.

What cannot go is said: approved minutes and published texts stay as they are, as records must (GDPR Art.
17(3)); backups keep it until they are thrown away. What happened stays in the log as numbers; the details are
erased, and the chain still stands.
"""

from collections import Counter
from collections.abc import Iterable

from markupsafe import escape
from sqlalchemy import delete, or_, select, update

from roundtable import addresses, clock
from roundtable.accounts.models import AccountDoor, OutsideIdentity, Passkey, RecoveryCode, SignIn, User
from roundtable.accounts.service import set_administrator
from roundtable.audit.models import AuditDetail, AuditEntry
from roundtable.audit.service import forgetful, note
from roundtable.conferences.models import Conference, Membership
from roundtable.conferences.service import pace_key
from roundtable.db import db
from roundtable.distribution.models import Newsroom
from roundtable.guest_list.models import GuestImport, GuestListFile
from roundtable.guests.models import Contact
from roundtable.invitations.models import AnswerGiven, CalendarEntry, CalendarReply, Invitation, LinkRequest
from roundtable.mail.models import Letter
from roundtable.minutes.models import ActionReport, Minutes, Remark
from roundtable.press.models import Clearance, PreviewLink
from roundtable.privacy.person_queries import contacts_with, deputies_with, letters_to
from roundtable.privacy.retention_service import NOBODY
from roundtable.privacy.scope_queries import blocks_in, entries_in
from roundtable.scheduling.models import DateQuestion
from roundtable.video.models import Passage


def erase(email: str) -> Counter[str]:
    """Erase the person; return how much of what went, and `stays:…` for what has to stay.

    Raises:
        Refusal: for the last administrator.
    """
    with forgetful():
        return _erase(email)


def _erase(email: str) -> Counter[str]:
    key, found = addresses.key(email), Counter[str]()
    contacts = contacts_with(email)
    subjects = [f"contact/{one.id}" for one in contacts]
    for letter in letters_to(email):
        db.session.delete(letter)
        found["letters"] += 1
    for contact in contacts:
        found["contacts"] += 1
        _unname(contact)
        found["letters"] += _unname_letters(contact)
    for invitation in deputies_with(email):
        _unname_deputy(invitation)
        invitation.deputy_name = invitation.deputy_office = invitation.deputy_email = ""
        invitation.deputy_language = ""
        found["deputies"] += 1
    db.session.flush()
    for contact in contacts:
        db.session.delete(contact)
    for row in db.session.scalars(
        select(CalendarReply).where(CalendarReply.sender.ilike(email, escape="\\"))
    ):
        row.sender, row.comment = NOBODY, ""
        found["calendar replies"] += 1
    for link in db.session.scalars(select(PreviewLink).where(PreviewLink.email.ilike(email, escape="\\"))):
        link.name, link.email, link.ended_at = NOBODY, "", link.ended_at or clock.now()
        found["links for journalists"] += 1
    for table, column in (
        (CalendarEntry, CalendarEntry.email_key),
        (LinkRequest, LinkRequest.email_key),
        (Newsroom, Newsroom.email_key),
        (AccountDoor, AccountDoor.email_key),
    ):
        gone = db.session.execute(delete(table).where(column == key))
        found[str(table.__tablename__).replace("_", " ")] += gone.rowcount  # type: ignore[attr-defined]
    _forget_imports(email)
    subjects += _erase_account(key, found)
    db.session.flush()
    found["details in the log"] += _erase_details(subjects, email)
    _say_what_stays(email, contacts, found)
    note("erased", "person/0", counts={name: count for name, count in found.items() if count})
    return +found


def _unname(contact: Contact) -> None:
    """Take a contact's name out of what the office has answered; the answers themselves are the city's."""
    for table in (AnswerGiven, DateQuestion, Remark):
        db.session.execute(update(table).where(table.contact_id == contact.id).values(said_by=NOBODY))
    conference_id = contact.participant.conference_id
    db.session.execute(
        update(ActionReport)
        .where(ActionReport.entry_id.in_(entries_in(conference_id)), ActionReport.said_by == contact.name)
        .values(said_by=NOBODY)
    )
    db.session.execute(
        update(Clearance)
        .where(Clearance.block_id.in_(blocks_in(conference_id)), Clearance.answered_by == contact.name)
        .values(answered_by=NOBODY)
    )


def _unname_deputy(invitation: Invitation) -> None:
    """Take a deputy's name out of the history of the answer and of who came through the door."""
    db.session.execute(
        update(AnswerGiven)
        .where(
            AnswerGiven.invitation_id == invitation.id,
            AnswerGiven.deputy.contains(invitation.deputy_name, autoescape=True),
        )
        .values(deputy=NOBODY)
    )
    db.session.execute(
        update(Passage)
        .where(
            Passage.meeting_id == invitation.meeting_id,
            Passage.participant_id == invitation.participant_id,
            Passage.is_deputy,
        )
        .values(called=NOBODY)
    )


def _unname_letters(contact: Contact) -> int:
    """Take name and address out of letters to other people, such as the organizers; return how many named them."""
    words = [word for word in (contact.email, contact.name) if len(word) > 2]
    named = db.session.scalars(
        select(Letter).where(
            Letter.pace_key == pace_key(contact.participant.conference),
            or_(*(Letter.text.contains(word, autoescape=True) for word in words)),
        )
    ).all()
    for letter in named:
        for word in words:
            letter.text = letter.text.replace(word, NOBODY)
            letter.html = letter.html.replace(str(escape(word)), NOBODY)
            letter.subject = letter.subject.replace(word, NOBODY)
    return len(named)


def _forget_imports(email: str) -> None:
    """Throw away uploaded lists that name the address, and what an import remembers for being undone."""
    for file in db.session.scalars(select(GuestListFile)):
        if email.lower().encode() in file.content.lower():
            db.session.delete(file)
    for journal in db.session.scalars(select(GuestImport)):
        kept = [one for one in journal.changed if email.lower() not in str(one).lower()]
        if len(kept) != len(journal.changed):
            journal.changed = kept


def _erase_account(key: str, found: Counter[str]) -> list[str]:
    user = db.session.scalar(select(User).where(User.email_key == key))
    if user is None:
        return []
    set_administrator(user, is_administrator=False)
    for table in (SignIn, Passkey, RecoveryCode, OutsideIdentity, Membership):
        db.session.execute(delete(table).where(table.user_id == user.id))
    # The row stays without a person: what the account has done refers to it.
    user.email = user.email_key = f"erased-{user.id}@erased.invalid"
    user.name, user.password_hash, user.totp_secret, user.is_enabled = NOBODY, "", "", False
    found["account"] += 1
    return [f"user/{user.id}"]


def _erase_details(subjects: Iterable[str], email: str) -> int:
    """Erase the details of every entry that is about the person, was written by them, or names the address."""
    names = list(subjects)
    about = select(AuditEntry.id).where(or_(AuditEntry.subject.in_(names), AuditEntry.actor.in_(names)))
    gone = db.session.execute(
        delete(AuditDetail).where(
            or_(AuditDetail.entry_id.in_(about), AuditDetail.content.icontains(email, autoescape=True))
        )
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # of a DELETE


def _say_what_stays(email: str, contacts: list[Contact], found: Counter[str]) -> None:
    key = addresses.key(email)
    for conference in db.session.scalars(select(Conference)):
        if addresses.key(conference.contact_email) == key:
            found["stays: contact person of a conference"] += 1
    names = {one.name for one in contacts if one.name}
    for minutes in db.session.scalars(select(Minutes).where(Minutes.sealed.is_not(None))):
        if any(name in str(minutes.sealed) for name in names):
            found["stays: approved minutes"] += 1
