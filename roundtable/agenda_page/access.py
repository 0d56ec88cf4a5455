"""Which item or slot is meant."""

from flask import abort

from roundtable.agenda.models import AgendaItem, SpeakingSlot
from roundtable.conferences.models import Meeting
from roundtable.db import db


def item_or_404(meeting: Meeting, item_id: int) -> AgendaItem:
    """Return an item of the meeting's agenda."""
    item = db.session.get(AgendaItem, item_id)
    if item is None or item.meeting_id != meeting.id:
        abort(404)
    return item


def slot_or_404(item: AgendaItem, slot_id: int) -> SpeakingSlot:
    """Return a speaking slot of the item."""
    slot = db.session.get(SpeakingSlot, slot_id)
    if slot is None or slot.item_id != item.id:
        abort(404)
    return slot
