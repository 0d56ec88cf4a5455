"""Everything that is stored about the person behind an address, without other people's data."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload

from roundtable import addresses, clock
from roundtable.accounts.models import AccountDoor, OutsideIdentity, Passkey, SignIn, User
from roundtable.audit.models import AuditEntry
from roundtable.conferences.models import Conference, Membership
from roundtable.db import db
from roundtable.distribution.models import Newsroom
from roundtable.guests.models import Contact, Participant
from roundtable.invitations.models import AnswerGiven, CalendarEntry, CalendarReply, Invitation
from roundtable.mail.filling import without_links
from roundtable.mail.models import Letter
from roundtable.minutes.models import Remark
from roundtable.press.models import PreviewLink
from roundtable.scheduling.models import DateQuestion

SECRET = frozenset(
    {"password_hash", "totp_secret", "handle", "public_key", "credential_id", "code_hash", "key_hash"}
)
"""Columns that would open something; that they are there is said by other columns."""


def contacts_with(email: str) -> list[Contact]:
    """Return the contacts with this address, in every conference."""
    return list(
        db.session.scalars(
            select(Contact)
            .where(Contact.email_key == addresses.key(email))
            .options(joinedload(Contact.participant).joinedload(Participant.conference))
            .order_by(Contact.id)
        )
    )


def letters_to(email: str) -> list[Letter]:
    """Return the letters to this address, in whatever case it was typed then."""
    key = addresses.key(email)
    found = db.session.scalars(select(Letter).where(Letter.recipient_email.ilike(email, escape="\\")))
    return [one for one in found if addresses.key(one.recipient_email) == key]


def gathered(email: str) -> dict[str, Any]:
    """Return, ready for JSON, what is stored about the person (GDPR Art. 15, KVKK Art. 11)."""
    key = addresses.key(email)
    user = db.session.scalar(select(User).where(User.email_key == key))
    contacts = contacts_with(email)
    contact_ids = [one.id for one in contacts]
    actors = [f"contact/{one}" for one in contact_ids] + ([f"user/{user.id}"] if user else [])
    return {
        "address": email,
        "gathered_at": clock.now().isoformat(),
        "account": _account(user) if user else None,
        "contacts": [
            {
                **_row(one),
                "conference": one.participant.conference.titles,
                "city": one.participant.city.names,
                "office": one.participant.offices,
            }
            for one in contacts
        ],
        "answers": _rows(select(AnswerGiven).where(AnswerGiven.contact_id.in_(contact_ids))),
        "answers_about_dates": _rows(select(DateQuestion).where(DateQuestion.contact_id.in_(contact_ids))),
        "deputy_in": [
            {
                "invitation": one.id,
                "name": one.deputy_name,
                "office": one.deputy_office,
                "state": one.deputy_state,
            }
            for one in deputies_with(email)
        ],
        "remarks_on_minutes": _rows(select(Remark).where(Remark.contact_id.in_(contact_ids))),
        "calendar_entries": _rows(select(CalendarEntry).where(CalendarEntry.email_key == key)),
        "replies_from_calendars": _rows(
            select(CalendarReply).where(CalendarReply.sender.ilike(email, escape="\\"))
        ),
        "letters": [
            {
                "subject": one.subject,
                "text": without_links(one.text, "(personal link)"),
                "language": one.language,
                "state": one.state.value,
                "written_at": one.created_at.isoformat(),
            }
            for one in letters_to(email)
        ],
        "newsrooms": _rows(select(Newsroom).where(Newsroom.email_key == key)),
        "links_for_journalists": _rows(
            select(PreviewLink).where(PreviewLink.email.ilike(email, escape="\\"))
        ),
        "invitations_to_accounts": _rows(select(AccountDoor).where(AccountDoor.email_key == key)),
        "contact_person_of": [
            one.titles
            for one in db.session.scalars(select(Conference))
            if addresses.key(one.contact_email) == key
        ],
        "done_by_this_person": [
            {"at": one.at.isoformat(), "act": one.act, "what": one.subject}
            for one in db.session.scalars(
                select(AuditEntry).where(AuditEntry.actor.in_(actors)).order_by(AuditEntry.id)
            )
        ],
    }


def deputies_with(email: str) -> list[Invitation]:
    """Return the invitations in which this address is the deputy's."""
    key = addresses.key(email)
    found = db.session.scalars(
        select(Invitation).where(Invitation.deputy_email.ilike(email, escape="\\")).order_by(Invitation.id)
    )
    return [one for one in found if addresses.key(one.deputy_email) == key]


def _account(user: User) -> Mapping[str, Any]:
    memberships = db.session.scalars(
        select(Membership).where(Membership.user_id == user.id).options(joinedload(Membership.conference))
    )
    return {
        **_row(user),
        "second_factor_by_app": bool(user.totp_secret),
        "passkeys": _rows(select(Passkey).where(Passkey.user_id == user.id)),
        "outside_sign_ins": _rows(select(OutsideIdentity).where(OutsideIdentity.user_id == user.id)),
        "sign_ins": _rows(select(SignIn).where(SignIn.user_id == user.id)),
        "roles": [{"conference": one.conference.titles, "role": one.role.value} for one in memberships],
    }


def _rows(query: Any) -> Sequence[Mapping[str, Any]]:
    return [_row(one) for one in db.session.scalars(query)]


def _row(one: Any) -> dict[str, Any]:
    """Return a row's columns, without what would open something and without keys to other tables."""
    found = {}
    for name in [attribute.key for attribute in inspect(one).mapper.column_attrs]:
        value = getattr(one, name)
        if name in SECRET or name.endswith("_key"):
            continue
        is_plain = value is None or isinstance(value, bool | int | float | str | dict | list)
        found[name] = value if is_plain else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return found
