"""The verbs of the room: set it, change its address, note who comes through the door."""

import secrets
from datetime import timedelta

from sqlalchemy import select

from roundtable import clock
from roundtable.conferences.models import Conference, Meeting
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Contact
from roundtable.invitations.models import Invitation
from roundtable.video import queries
from roundtable.video.kinds import RoomKind
from roundtable.video.models import Passage, ProviderChoice, Room
from roundtable.video.providers import NOT_SET_UP, PROVIDERS

AGAIN = timedelta(minutes=1)
NO_LINK = sentence("Please enter the link to the room.")


def _new_name() -> str:
    """Return a name that nobody can guess, of letters that every provider takes."""
    return f"rt-{secrets.token_hex(16)}"


def set_room(
    meeting: Meeting, kind: RoomKind, link: str, opens_minutes: int, *, by: str, is_ready: bool
) -> Room:
    """Say where the meeting takes place; whoever comes to the door from now on is led there.

    Raises:
        Refusal: without a link where one is needed, or if the server is not set up.
    """
    meeting.check_open()
    if kind is RoomKind.LINK and not link:
        raise Refusal(NO_LINK)
    if kind is not RoomKind.LINK and not is_ready:
        raise Refusal(NOT_SET_UP)
    room = queries.room_of(meeting)
    if room is None:
        room = Room(meeting=meeting, name=_new_name())
        db.session.add(room)
    elif room.kind is not kind:
        room.name = _new_name()
    room.kind, room.link, room.opens_minutes = kind, link, opens_minutes
    room.changed_by, room.changed_at = by, clock.now()
    return room


def renew(room: Room, *, by: str) -> None:
    """Give the room another name: who has the old address stands before an empty room."""
    room.meeting.check_open()
    room.name = _new_name()
    room.changed_by, room.changed_at = by, clock.now()


def choose_options(conference: Conference, kind: RoomKind, options: dict[str, bool]) -> None:
    """Keep what a conference chose for a provider."""
    known = {one.key for one in PROVIDERS[kind].options}
    kept = {key: value for key, value in options.items() if key in known}
    found = db.session.scalar(
        select(ProviderChoice).where(
            ProviderChoice.conference_id == conference.id, ProviderChoice.kind == kind
        )
    )
    if found is None:
        db.session.add(ProviderChoice(conference=conference, kind=kind, options=kept))
    else:
        found.options = kept


def note_passage(contact: Contact, invitation: Invitation) -> None:
    """Note that a city came through the door; coming again within a minute is the same passage."""
    is_deputy = contact.id == invitation.deputy_contact_id
    called = invitation.deputy_called() if is_deputy else contact.name
    same = select(Passage.id).where(
        Passage.meeting_id == invitation.meeting_id,
        Passage.participant_id == contact.participant_id,
        Passage.called == called,
        Passage.at > clock.now() - AGAIN,
    )
    if db.session.scalar(same.limit(1)) is not None:
        return
    db.session.add(
        Passage(
            meeting_id=invitation.meeting_id,
            participant_id=contact.participant_id,
            called=called,
            is_deputy=is_deputy,
            at=clock.now(),
        )
    )
