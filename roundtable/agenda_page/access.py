"""Which item or slot is meant."""

from roundtable.agenda.models import AgendaItem, SpeakingSlot
from roundtable.conferences.models import Meeting
from roundtable.web.access import row_or_404


def item_or_404(meeting: Meeting, item_id: int) -> AgendaItem:
    """Return an item of the meeting's agenda."""
    return row_or_404(AgendaItem, item_id, meeting_id=meeting.id)


def slot_or_404(item: AgendaItem, slot_id: int) -> SpeakingSlot:
    """Return a speaking slot of the item."""
    return row_or_404(SpeakingSlot, slot_id, item_id=item.id)
