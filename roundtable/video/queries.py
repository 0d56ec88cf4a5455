"""Reads of rooms and passages."""

from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager

from roundtable import clock
from roundtable.conferences.models import Meeting
from roundtable.db import db
from roundtable.guests.models import Contact, Participant
from roundtable.invitations.models import Invitation
from roundtable.invitations.queries import may_come_in
from roundtable.video.kinds import OPENS_MINUTES, Door, Hours, RoomKind, Ticket, door, hours
from roundtable.video.models import Passage, ProviderChoice, Room
from roundtable.video.providers import PROVIDERS


def room_of(meeting: Meeting) -> Room | None:
    """Return the room of a meeting, if it has one."""
    return db.session.scalar(_room(), {"meeting": meeting.id})


@cache
def _room() -> Select[Room]:
    return select(Room).where(Room.meeting_id == bindparam("meeting"))


def hours_of(meeting: Meeting, room: Room | None) -> Hours:
    """Return when the door is open; before there is a room, as if it had the usual one."""
    opens = room.opens_minutes if room else OPENS_MINUTES
    return hours(meeting.starts_at, meeting.ends_at, opens)


def door_for(contact: Contact, invitation: Invitation, room: Room | None) -> Door:
    """Return what a contact finds at the door of the meeting now."""
    meeting = invitation.meeting
    return door(
        clock.now(),
        hours_of(meeting, room),
        is_cancelled=meeting.is_cancelled,
        has_seat=may_come_in(contact, invitation),
        has_room=room is not None,
    )


def options_of(conference_id: int, kind: RoomKind) -> dict[str, bool]:
    """Return what a conference chose for a provider, with the usual where it chose nothing."""
    usual = {one.key: one.default for one in PROVIDERS[kind].options} if kind in PROVIDERS else {}
    chosen = db.session.scalar(
        select(ProviderChoice).where(
            ProviderChoice.conference_id == conference_id, ProviderChoice.kind == kind
        )
    )
    return {**usual, **(chosen.options if chosen else {})}


def ticket_for(room: Room, *, person: str, called: str, is_host: bool, language: str) -> Ticket:
    """Return the ticket of one person to a room."""
    meeting = room.meeting
    return Ticket(
        room=room.name,
        title=meeting.titles.in_language(language),
        person=person,
        called=called,
        is_host=is_host,
        hours=room.hours,
        options=options_of(meeting.conference_id, room.kind),
    )


def passages_of(meeting: Meeting) -> list[Passage]:
    """Return who came through the door, the first one first."""
    return list(
        db.session.scalars(
            select(Passage)
            .join(Passage.participant)
            .join(Participant.city)
            .options(contains_eager(Passage.participant).contains_eager(Participant.city))
            .where(Passage.meeting_id == meeting.id)
            .order_by(Passage.at, Passage.id)
        )
    )
