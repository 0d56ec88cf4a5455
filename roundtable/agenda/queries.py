"""Reads of the agenda: the whole running order in two queries, whatever its length."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from roundtable.agenda.models import AgendaItem, SpeakingSlot
from roundtable.agenda.timing import Stretch, running_order
from roundtable.conferences.models import Meeting
from roundtable.db import db
from roundtable.guests.models import Participant


@dataclass(frozen=True)
class PlannedItem:
    """An agenda item with its times and, in a round, its slots with theirs."""

    item: AgendaItem
    time: Stretch
    slots: list[tuple[SpeakingSlot, Stretch]] = field(default_factory=list)


def items_of(meeting: Meeting) -> list[AgendaItem]:
    """Return the items of a meeting in their order."""
    return list(
        db.session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting.id)
            .order_by(AgendaItem.position, AgendaItem.id)
        )
    )


def items_by_meeting(meetings: Iterable[Meeting]) -> dict[int, list[PlannedItem]]:
    """Return the running orders of several meetings, without the slots of their rounds, in one query."""
    by_id = {meeting.id: meeting for meeting in meetings}
    rows = db.session.scalars(
        select(AgendaItem)
        .where(AgendaItem.meeting_id.in_(by_id))
        .order_by(AgendaItem.position, AgendaItem.id)
    )
    items: dict[int, list[AgendaItem]] = {}
    for item in rows:
        items.setdefault(item.meeting_id, []).append(item)
    return {
        key: [
            PlannedItem(item, time)
            for item, time in zip(
                own,
                running_order(by_id[key].starts_at, [item.duration_minutes for item in own]),
                strict=True,
            )
        ]
        for key, own in items.items()
    }


def agenda_of(meeting: Meeting) -> list[PlannedItem]:
    """Return the running order of a meeting."""
    items = items_of(meeting)
    slots: dict[int, list[SpeakingSlot]] = {}
    found = db.session.scalars(
        select(SpeakingSlot)
        .join(SpeakingSlot.item)
        .join(SpeakingSlot.participant)
        .join(Participant.city)
        .options(contains_eager(SpeakingSlot.participant).contains_eager(Participant.city))
        .where(AgendaItem.meeting_id == meeting.id)
        .order_by(SpeakingSlot.position, SpeakingSlot.id)
    )
    for slot in found:
        slots.setdefault(slot.item_id, []).append(slot)
    times = running_order(meeting.starts_at, [item.duration_minutes for item in items])
    planned = []
    for item, time in zip(items, times, strict=True):
        own = slots.get(item.id, [])
        own_times = running_order(time.starts_at, [slot.minutes for slot in own])
        planned.append(PlannedItem(item, time, list(zip(own, own_times, strict=True))))
    return planned
