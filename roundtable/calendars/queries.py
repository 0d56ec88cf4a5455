"""Reads for the feeds: whose they are, what they show, and whether it has changed."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Any

from flask import abort, current_app
from sqlalchemy import ColumnElement, Executable, Select, bindparam, func, select
from sqlalchemy.orm import contains_eager, joinedload

from roundtable import clock, tokens
from roundtable.agenda.models import AgendaRelease
from roundtable.conferences.models import Conference, Meeting, Membership
from roundtable.db import db
from roundtable.guests.models import Contact, Participant
from roundtable.guests.queries import token_of, zone_names_at, zone_names_in, zones_in_words
from roundtable.invitations.models import CalendarEntry, Invitation
from roundtable.languages import current_language, prefer
from roundtable.links import Owner, Purpose, owner_id_in

KEPT = timedelta(days=366)
"""How long past sessions stay in a feed; cancelled ones stay as long, marked as such."""
FORMAT = "1"
"""Part of every ETag: raised when the same rows are written otherwise."""


def feed_address(contact: Contact) -> str:
    """Return the address of a contact's own calendar, for subscribing."""
    return _address("calendars.feed", token_of(contact, Purpose.FEED))


def organizers_feed_address(membership: Membership) -> str:
    """Return the address of the calendar of a conference for one of its organizers."""
    token = tokens.token_of(_owner(membership), Purpose.ORGANIZERS_FEED)
    return _address("calendars.organizers_feed", token)


def _address(endpoint: str, token: str) -> str:
    path = current_app.url_map.bind("").build(endpoint, {"token": token})
    return f"{current_app.config['ROUNDTABLE'].public_url}{path}"


def _owner(membership: Membership) -> Owner:
    return Owner(membership.id, membership.conference_id, membership.feed_generation)


def membership_or_404(token: str) -> Membership:
    """Return whose organizers' feed this is; wrong, old and revoked addresses are all alike 404."""
    membership_id = owner_id_in(token)
    membership = db.session.scalar(
        select(Membership)
        .where(Membership.id == (membership_id or 0))
        .options(joinedload(Membership.conference), joinedload(Membership.user))
    )
    owner = _owner(membership) if membership is not None else Owner(0, 0, 0)
    if not tokens.opens(token, owner, Purpose.ORGANIZERS_FEED) or membership is None:
        abort(404)
    if not membership.user.is_enabled:
        abort(404)
    prefer(membership.user.language)
    return membership


def _of_contact(contact: Contact) -> Select[Invitation]:
    query = (
        select(Invitation)
        .join(Invitation.meeting)
        .where(
            Invitation.participant_id == contact.participant_id,
            Meeting.starts_at > clock.now() - KEPT,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    if contact.is_deputy:
        return query.where(Invitation.deputy_contact_id == contact.id)
    return query


def feed_invitations(contact: Contact) -> list[Invitation]:
    """Return the invitations that a contact's feed shows, the earliest session first."""
    return list(db.session.scalars(_of_contact(contact).options(contains_eager(Invitation.meeting))))


def sequences(contact: Contact, meetings: Iterable[Meeting]) -> dict[int, int]:
    """Return, by session, the SEQUENCE that the contact's mailbox was sent last."""
    rows = db.session.execute(
        select(CalendarEntry.meeting_id, CalendarEntry.sequence).where(
            CalendarEntry.email_key == contact.email_key,
            CalendarEntry.meeting_id.in_([one.id for one in meetings]),
        )
    )
    return {row[0]: row[1] for row in rows}


def feed_etag_or_404(token: str) -> str:
    """Return what names the state of a contact's feed: a hash of the rows that it is written from.

    No calendar is built for it, and nobody has to remember to raise a number: whatever stands in the
    rows stands in the hash. Calendars ask for it all day long, so it is one statement that is always the same;
    who may ask is looked at here as `contact_or_404` does it.
    """
    values = {"contact": owner_id_in(token) or 0, "since": clock.now() - KEPT}
    rows = db.session.connection().execute(_feed(), values).all()
    row = rows[0] if rows else None
    owner = Owner(row.contact_id, row.conference_id, row.link_generation) if row else Owner(0, 0, 0)
    if not tokens.opens(token, owner, Purpose.FEED) or row is None:
        abort(404)
    prefer(row.language)
    return _Digest(
        FORMAT, current_language(), zone_names_in(row.zones), *(one[1:] for one in rows)
    ).hexdigest()


def organizers_feed_etag(membership: Membership, language: str) -> str:
    """Return what names the state of an organizers' feed."""
    digest = _Digest(FORMAT, language, membership.feed_generation)
    meetings = select(Meeting.id, *_MEETING).where(_shown_to_organizers(membership)).order_by(Meeting.id)
    ids = digest.rows(meetings, first_is_key=True)
    digest.rows(
        select(Invitation.id, Invitation.meeting_id, Invitation.answer)
        .where(Invitation.meeting_id.in_(ids))
        .order_by(Invitation.id)
    )
    digest.rows(
        select(AgendaRelease.meeting_id, AgendaRelease.number)
        .where(AgendaRelease.meeting_id.in_(ids))
        .order_by(AgendaRelease.id)
    )
    digest.rows(select(Conference.titles).where(Conference.id == membership.conference_id))
    digest.zones(membership.conference_id)
    return digest.hexdigest()


def organizers_meetings(membership: Membership) -> list[Meeting]:
    """Return the sessions that an organizers' feed shows."""
    return list(
        db.session.scalars(
            select(Meeting).where(_shown_to_organizers(membership)).order_by(Meeting.starts_at, Meeting.id)
        )
    )


def answers_by_meeting(meetings: Iterable[Meeting]) -> dict[int, list[Invitation]]:
    """Return the invitations to these sessions."""
    found: dict[int, list[Invitation]] = {}
    rows = db.session.scalars(
        select(Invitation).where(Invitation.meeting_id.in_([one.id for one in meetings]))
    )
    for invitation in rows:
        found.setdefault(invitation.meeting_id, []).append(invitation)
    return found


def _shown_to_organizers(membership: Membership) -> ColumnElement[bool]:
    return (Meeting.conference_id == membership.conference_id) & (Meeting.starts_at > clock.now() - KEPT)


_MEETING = (
    Meeting.titles,
    Meeting.starts_at,
    Meeting.zone,
    Meeting.duration_minutes,
    Meeting.stage,
    Meeting.revision,
)
_INVITATION = (
    Invitation.answer,
    Invitation.answered_at,
    Invitation.deputy_state,
    Invitation.deputy_contact_id,
    Invitation.asked_at,
)


@cache
def _feed() -> Select[*tuple[Any, ...]]:
    """Whose feed it is, with a row for each session in it (see `feed_invitations`); rows without one are older."""
    return (
        select(
            # Of the one conference, so that it is counted once and not for each row.
            zones_in_words(
                select(Participant.conference_id)
                .join(Contact, Contact.participant_id == Participant.id)
                .where(Contact.id == bindparam("contact"))
                .correlate(None)
                .scalar_subquery()
            ).label("zones"),
            Contact.id.label("contact_id"),
            Contact.name,
            Contact.email,
            Contact.language,
            Contact.is_deputy,
            Contact.link_generation,
            Participant.conference_id,
            Conference.titles,
            Meeting.id,
            *_MEETING,
            *_INVITATION,
            CalendarEntry.sequence,
            select(func.max(AgendaRelease.number))
            .where(AgendaRelease.meeting_id == Meeting.id)
            .correlate(Meeting)
            .scalar_subquery(),
        )
        .select_from(Contact)
        .join(Participant, Participant.id == Contact.participant_id)
        .join(Conference, Conference.id == Participant.conference_id)
        .outerjoin(
            Invitation,
            (Invitation.participant_id == Participant.id)
            & (Contact.is_deputy.is_(False) | (Invitation.deputy_contact_id == Contact.id)),
        )
        .outerjoin(Meeting, (Meeting.id == Invitation.meeting_id) & (Meeting.starts_at > bindparam("since")))
        .outerjoin(
            CalendarEntry,
            (CalendarEntry.meeting_id == Meeting.id) & (CalendarEntry.email_key == Contact.email_key),
        )
        .where(Contact.id == bindparam("contact"))
        .order_by(Meeting.starts_at, Meeting.id, Invitation.id)
    )


class _Digest:
    """Hashes plain rows, in the order in which the database gives them."""

    def __init__(self, *values: object) -> None:
        self._hash = hashlib.sha256(repr(values).encode())

    def rows(self, query: Executable, *, first_is_key: bool = False) -> list[int]:
        keys = []
        for row in db.session.execute(query):
            self._hash.update(repr(tuple(row)).encode())
            if first_is_key:
                keys.append(row[0])
        self._hash.update(b"|")
        return keys

    def zones(self, conference_id: int) -> None:
        """Take in the zones at the table in the order in which they are said."""
        self._hash.update(repr(zone_names_at(conference_id)).encode())

    def hexdigest(self) -> str:
        return self._hash.hexdigest()[:32]
