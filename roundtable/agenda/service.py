"""The verbs of the agenda."""

from sqlalchemy import delete, func, select

from roundtable.agenda import queries
from roundtable.agenda.kinds import ItemKind
from roundtable.agenda.models import AgendaItem, SpeakingSlot
from roundtable.conferences.models import Meeting
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Participant
from roundtable.guests.queries import participants_of
from roundtable.order import moved

NOBODY = sentence("Nobody can speak yet: please add participants to the guest list first.")


def add_item(
    meeting: Meeting, kind: ItemKind, titles: Texts, details: Texts, duration_minutes: int
) -> AgendaItem:
    """Add an item at the end of the agenda.

    Raises:
        Refusal: once the minutes are approved.
    """
    meeting.check_open()
    last = db.session.scalar(select(func.max(AgendaItem.position)).where(AgendaItem.meeting == meeting))
    item = AgendaItem(
        meeting=meeting,
        kind=kind,
        titles=titles,
        details=details,
        duration_minutes=duration_minutes,
        position=0 if last is None else last + 1,
    )
    db.session.add(item)
    return item


def set_round(
    item: AgendaItem, speakers: list[Participant], minutes_each: int, buffer_minutes: int = 0
) -> None:
    """Make one speaking slot per speaker in the order given; the item's duration follows.

    Raises:
        Refusal: if there is nobody to speak.
    """
    item.meeting.check_open()
    if not speakers:
        raise Refusal(NOBODY)
    db.session.flush()
    db.session.execute(delete(SpeakingSlot).where(SpeakingSlot.item_id == item.id))
    for place, participant in enumerate(speakers):
        db.session.add(SpeakingSlot(item=item, participant=participant, position=place, minutes=minutes_each))
    item.duration_minutes = len(speakers) * minutes_each + buffer_minutes


def speakers_of(meeting: Meeting) -> list[Participant]:
    """Return who has a seat and therefore speaks in a round, in protocol order."""
    return [one for one in participants_of(meeting.conference_id) if one.has_seat]


def move_item(item: AgendaItem, by: int) -> None:
    """Move an item up (negative) or down; all times follow by themselves."""
    item.meeting.check_open()
    for place, one in enumerate(moved(queries.items_of(item.meeting), item, by)):
        one.position = place


def move_slot(slot: SpeakingSlot, by: int) -> None:
    """Move a speaker up (negative) or down in the round."""
    slot.item.meeting.check_open()
    slots = db.session.scalars(
        select(SpeakingSlot)
        .where(SpeakingSlot.item_id == slot.item_id)
        .order_by(SpeakingSlot.position, SpeakingSlot.id)
    )
    for place, one in enumerate(moved(slots, slot, by)):
        one.position = place


def clear_round(item: AgendaItem) -> None:
    """Take the speaking slots out of an item that is no round any more."""
    db.session.execute(delete(SpeakingSlot).where(SpeakingSlot.item_id == item.id))


def remove_item(item: AgendaItem) -> None:
    """Take an item off the agenda; entries of the record that stood under it stay."""
    item.meeting.check_open()
    db.session.delete(item)
