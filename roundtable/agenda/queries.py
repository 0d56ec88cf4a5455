"""Reads of the agenda: the whole running order in two queries, whatever its length."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import contains_eager

from roundtable.agenda import releases
from roundtable.agenda.models import AgendaItem, AgendaRelease, SpeakingSlot
from roundtable.agenda.releases import ReleasedItem, ReleasedSlot
from roundtable.agenda.timing import Laid, Planned, Stretch, laid_out, running_order
from roundtable.conferences.models import Meeting
from roundtable.db import Texts, db
from roundtable.guests.models import Participant


@dataclass(frozen=True)
class ShownSlot:
    """A slot as guests see it; the words are those of `SpeakingSlot`."""

    participant: Participant
    minutes: int
    id: int = 0
    is_pinned: bool = False

    @property
    def participant_id(self) -> int:
        return self.participant.id


@dataclass(frozen=True)
class ShownItem:
    """An item as guests see it; the words are those of `AgendaItem`."""

    id: int
    kind: str
    titles: Texts
    details: Texts
    speakers: str
    duration_minutes: int
    fixed_time: None = None


@dataclass(frozen=True)
class PlannedItem:
    """An agenda item with its times and, in a round, its slots with theirs.

    `gap_minutes` stands before a pinned item: free where it is positive, taken where it is negative.
    """

    item: AgendaItem | ShownItem
    time: Stretch
    slots: list[tuple[SpeakingSlot | ShownSlot, Stretch]] = field(default_factory=list)
    gap_minutes: int = 0


def items_of(meeting: Meeting) -> list[AgendaItem]:
    """Return the items of a meeting in their order."""
    return list(db.session.scalars(_items(), {"meeting": meeting.id}))


@cache
def _items() -> Select[AgendaItem]:
    return (
        select(AgendaItem)
        .where(AgendaItem.meeting_id == bindparam("meeting"))
        .order_by(AgendaItem.position, AgendaItem.id)
    )


def slots_in(meeting: Meeting) -> dict[int, list[SpeakingSlot]]:
    """Return the speaking slots of a meeting by item, in their order."""
    slots: dict[int, list[SpeakingSlot]] = {}
    for slot in db.session.scalars(_slots(), {"meeting": meeting.id}):
        slots.setdefault(slot.item_id, []).append(slot)
    return slots


@cache
def _slots() -> Select[SpeakingSlot]:
    return (
        select(SpeakingSlot)
        .join(SpeakingSlot.item)
        .join(SpeakingSlot.participant)
        .join(Participant.city)
        .options(contains_eager(SpeakingSlot.participant).contains_eager(Participant.city))
        .where(AgendaItem.meeting_id == bindparam("meeting"))
        .order_by(SpeakingSlot.position, SpeakingSlot.id)
    )


def agenda_of(meeting: Meeting) -> list[PlannedItem]:
    """Return the running order of a meeting as organizers see it: the draft."""
    items, slots = items_of(meeting), slots_in(meeting)
    planned = []
    for item, laid in zip(items, _laid(meeting, items), strict=True):
        own = slots.get(item.id, [])
        times = running_order(laid.time.starts_at, [slot.minutes for slot in own])
        planned.append(PlannedItem(item, laid.time, list(zip(own, times, strict=True)), laid.gap_minutes))
    return planned


def _laid(meeting: Meeting, items: Iterable[AgendaItem]) -> list[Laid]:
    plans = [Planned(item.duration_minutes, item.fixed_time) for item in items]
    return laid_out(meeting.starts_at, ZoneInfo(meeting.zone), plans)


def as_released(meeting: Meeting, agenda: Iterable[PlannedItem]) -> list[ReleasedItem]:
    """Return the agenda as guests would know it if it were released now."""
    return [
        ReleasedItem(
            key=planned.item.id,
            kind=str(planned.item.kind),
            titles=planned.item.titles,
            details=planned.item.details,
            speakers=planned.item.speakers,
            starts=_minutes_from(meeting, planned.time.starts_at),
            minutes=planned.item.duration_minutes,
            slots=tuple(
                ReleasedSlot(slot.participant_id, _minutes_from(meeting, time.starts_at), slot.minutes)
                for slot, time in planned.slots
            ),
        )
        for planned in agenda
    ]


def _minutes_from(meeting: Meeting, moment: datetime) -> int:
    return int((moment - meeting.starts_at).total_seconds()) // 60


def last_release(meeting: Meeting) -> AgendaRelease | None:
    """Return the version that the guests know."""
    return db.session.scalar(_last_release(), {"meeting": meeting.id})


@cache
def _last_release() -> Select[AgendaRelease]:
    return (
        select(AgendaRelease)
        .where(AgendaRelease.meeting_id == bindparam("meeting"))
        .order_by(AgendaRelease.number.desc())
        .limit(1)
    )


def released_agenda(meeting: Meeting) -> list[PlannedItem]:
    """Return the running order that the guests of a meeting know; nothing before the first release."""
    release = last_release(meeting)
    if release is None:
        return []
    items = releases.from_values(release.items)
    participants = _participants({slot.participant_id for one in items for slot in one.slots})
    return [_shown(meeting, one, participants) for one in items]


def released_by_meeting(meetings: Iterable[Meeting]) -> dict[int, list[PlannedItem]]:
    """Return what the guests of several meetings know, without the slots of the rounds, in one query."""
    by_id = {meeting.id: meeting for meeting in meetings}
    newest = (
        select(func.max(AgendaRelease.id))
        .where(AgendaRelease.meeting_id.in_(by_id))
        .group_by(AgendaRelease.meeting_id)
    )
    found = db.session.scalars(select(AgendaRelease).where(AgendaRelease.id.in_(newest)))
    return {
        one.meeting_id: [_shown(by_id[one.meeting_id], item, {}) for item in releases.from_values(one.items)]
        for one in found
    }


def _participants(ids: set[int]) -> dict[int, Participant]:
    if not ids:
        return {}
    return {one.id: one for one in db.session.scalars(_with_cities(), {"ids": sorted(ids)})}


@cache
def _with_cities() -> Select[Participant]:
    return (
        select(Participant)
        .join(Participant.city)
        .options(contains_eager(Participant.city))
        .where(Participant.id.in_(bindparam("ids", expanding=True)))
    )


def _shown(meeting: Meeting, one: ReleasedItem, participants: dict[int, Participant]) -> PlannedItem:
    """Return a released item with its times; a slot of somebody who has left the list is left out."""
    item = ShownItem(one.key, one.kind, one.titles, one.details, one.speakers, one.minutes)
    slots: list[tuple[SpeakingSlot | ShownSlot, Stretch]] = [
        (
            ShownSlot(participants[slot.participant_id], slot.minutes),
            _stretch(meeting, slot.starts, slot.minutes),
        )
        for slot in one.slots
        if slot.participant_id in participants
    ]
    return PlannedItem(item, _stretch(meeting, one.starts, one.minutes), slots)


def _stretch(meeting: Meeting, starts: int, minutes: int) -> Stretch:
    begins = meeting.starts_at + timedelta(minutes=starts)
    return Stretch(begins, begins + timedelta(minutes=minutes))
