"""The verbs of the agenda."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import time

from sqlalchemy import delete, func, select

from roundtable import clock
from roundtable.accounts.models import User
from roundtable.agenda import patterns, queries, releases
from roundtable.agenda.kinds import ItemKind
from roundtable.agenda.models import AgendaItem, AgendaPattern, AgendaRelease, SpeakingSlot
from roundtable.agenda.patterns import PatternItem
from roundtable.agenda.speaking import Order, OrderChange, Speaker, SpeakingRule, in_order, order_change
from roundtable.conferences.models import Meeting
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Participant
from roundtable.guests.queries import participants_of
from roundtable.guests.roles import ParticipantRole
from roundtable.order import moved

NOBODY = sentence("Nobody can speak yet: please add participants to the guest list first.")
OTHER_ORDER = sentence("The agenda has changed meanwhile. Please look at it once more.")
NOTHING_NEW = sentence("The guests know this agenda already.")
EMPTY = sentence("The agenda is empty, so there is nothing to release.")
NO_NAME = sentence("Please give the template a name of at most 200 characters.")


@dataclass(frozen=True)
class Content:
    """What an item says beside its place; the words are those of `AgendaItem`."""

    kind: ItemKind
    titles: Texts
    details: Texts = field(default_factory=Texts)
    duration_minutes: int = 0
    speakers: str = ""
    internal_notes: str = ""
    fixed_time: time | None = None


def add_item(
    meeting: Meeting, kind: ItemKind, titles: Texts, details: Texts, duration_minutes: int
) -> AgendaItem:
    """Add an item at the end of the agenda.

    Raises:
        Refusal: once the minutes are approved.
    """
    return add(meeting, Content(kind, titles, details, duration_minutes))


def add(meeting: Meeting, content: Content) -> AgendaItem:
    """Add an item at the end of the agenda.

    Raises:
        Refusal: once the minutes are approved.
    """
    meeting.check_open()
    last = db.session.scalar(select(func.max(AgendaItem.position)).where(AgendaItem.meeting == meeting))
    item = AgendaItem(meeting=meeting, position=0 if last is None else last + 1)
    _fill(item, content)
    db.session.add(item)
    return item


def change(item: AgendaItem, content: Content) -> None:
    """Change what an item says; one that is no round any more loses its slots.

    Raises:
        Refusal: once the minutes are approved.
    """
    item.meeting.check_open()
    was_round = item.kind is ItemKind.ROUND
    _fill(item, content)
    if was_round and content.kind is not ItemKind.ROUND:
        clear_round(item)
    elif was_round:
        _measure(item)


def _fill(item: AgendaItem, content: Content) -> None:
    for name, value in vars(content).items():
        setattr(item, name, value)


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
    pinned = {one.participant_id for one in _slots_of(item) if one.is_pinned}
    db.session.execute(delete(SpeakingSlot).where(SpeakingSlot.item_id == item.id))
    for place, participant in enumerate(speakers):
        db.session.add(
            SpeakingSlot(
                item=item,
                participant=participant,
                position=place,
                minutes=minutes_each,
                is_pinned=participant.id in pinned,
            )
        )
    item.buffer_minutes = buffer_minutes
    item.duration_minutes = len(speakers) * minutes_each + buffer_minutes


def _slots_of(item: AgendaItem) -> list[SpeakingSlot]:
    return list(
        db.session.scalars(
            select(SpeakingSlot)
            .where(SpeakingSlot.item_id == item.id)
            .order_by(SpeakingSlot.position, SpeakingSlot.id)
        )
    )


def _measure(item: AgendaItem) -> None:
    """Let the duration of a round follow from its slots and its buffer."""
    db.session.flush()
    item.duration_minutes = sum(slot.minutes for slot in _slots_of(item)) + item.buffer_minutes


def speakers_of(meeting: Meeting, absent: Collection[int] = ()) -> list[Participant]:
    """Return who has a seat and therefore speaks in a round, in protocol order; `absent` have declined."""
    return [one for one in participants_of(meeting.conference_id) if one.has_seat and one.id not in absent]


def _as_speaker(one: Participant) -> Speaker:
    return Speaker(
        one.id,
        one.city.names,
        one.city.country,
        one.precedence,
        is_host=one.role is ParticipantRole.CHAIR,
        since=one.in_office_since,
    )


def new_order(
    item: AgendaItem, slots: Sequence[SpeakingSlot], speakers: Sequence[Participant]
) -> OrderChange:
    """Return what the item's rule would change now; nothing is changed by asking."""
    present = [one.participant_id for one in slots]
    wanted = in_order(
        [_as_speaker(one) for one in speakers],
        Order(item.order_rule, item.order_language, item.order_seed),
        present=present,
        pinned=frozenset(one.participant_id for one in slots if one.is_pinned),
    )
    return order_change(present, wanted)


def set_rule(item: AgendaItem, rule: SpeakingRule, language: str, *, draw_again: bool = False) -> None:
    """Choose the rule of a round; the order itself changes only by `apply_order`."""
    item.meeting.check_open()
    item.order_rule, item.order_language = rule, language
    if rule is SpeakingRule.LOT and (draw_again or not item.order_seed):
        item.order_seed = secrets.randbelow(2**31 - 1) + 1


def apply_order(item: AgendaItem, wanted: Sequence[int], minutes_each: int) -> None:
    """Let the cities speak in this order; who is new gets the usual minutes, who is gone loses the slot.

    Raises:
        Refusal: if somebody in the order is not on the guest list, or nobody is.
    """
    item.meeting.check_open()
    people = {one.id: one for one in speakers_of(item.meeting)}
    if not wanted:
        raise Refusal(NOBODY)
    if len(set(wanted)) != len(wanted) or not set(wanted) <= set(people):
        raise Refusal(OTHER_ORDER)
    present = {one.participant_id: one for one in _slots_of(item)}
    for key, slot in present.items():
        if key not in wanted:
            db.session.delete(slot)
    for place, key in enumerate(wanted):
        found = present.get(key)
        if found is None:
            slot = SpeakingSlot(item=item, participant=people[key], position=place, minutes=minutes_each)
            db.session.add(slot)
        else:
            found.position = place
    _measure(item)


def usual_minutes(slots: Sequence[SpeakingSlot]) -> int:
    """Return the minutes that most speakers of a round have."""
    minutes = [one.minutes for one in slots]
    return max(set(minutes), key=lambda one: (minutes.count(one), -one), default=3)


def move_item(item: AgendaItem, by: int) -> None:
    """Move an item up (negative) or down; all times follow by themselves."""
    item.meeting.check_open()
    for place, one in enumerate(moved(queries.items_of(item.meeting), item, by)):
        one.position = place


def order_items(meeting: Meeting, wanted: Sequence[int]) -> None:
    """Put the items into this order, all at once.

    Raises:
        Refusal: if these are not the items of the agenda: somebody else has changed it meanwhile.
    """
    meeting.check_open()
    items = {one.id: one for one in queries.items_of(meeting)}
    if sorted(wanted) != sorted(items):
        raise Refusal(OTHER_ORDER)
    for place, key in enumerate(wanted):
        items[key].position = place


def move_slot(slot: SpeakingSlot, by: int) -> None:
    """Move a speaker up (negative) or down in the round, which is ordered by hand from now on."""
    slot.item.meeting.check_open()
    slot.item.order_rule = SpeakingRule.BY_HAND
    for place, one in enumerate(moved(_slots_of(slot.item), slot, by)):
        one.position = place


def order_slots(item: AgendaItem, wanted: Sequence[int]) -> None:
    """Put the speakers into this order of slots, by hand.

    Raises:
        Refusal: if these are not the slots of the round.
    """
    item.meeting.check_open()
    slots = {one.id: one for one in _slots_of(item)}
    if sorted(wanted) != sorted(slots):
        raise Refusal(OTHER_ORDER)
    item.order_rule = SpeakingRule.BY_HAND
    for place, key in enumerate(wanted):
        slots[key].position = place


def change_slot(slot: SpeakingSlot, *, minutes: int, is_pinned: bool) -> None:
    """Give a speaker other minutes, or pin the place; the round's duration follows."""
    slot.item.meeting.check_open()
    slot.minutes, slot.is_pinned = minutes, is_pinned
    _measure(slot.item)


def clear_round(item: AgendaItem) -> None:
    """Take the speaking slots out of an item that is no round any more."""
    db.session.execute(delete(SpeakingSlot).where(SpeakingSlot.item_id == item.id))
    item.buffer_minutes = 0


def remove_item(item: AgendaItem) -> None:
    """Take an item off the agenda; entries of the record that stood under it stay."""
    item.meeting.check_open()
    db.session.delete(item)


def begin_with(meeting: Meeting, pattern: Sequence[PatternItem], absent: Collection[int] = ()) -> None:
    """Add the items of a pattern; a round gets a slot for everybody who speaks."""
    meeting.check_open()
    speakers = speakers_of(meeting, absent)
    for one in pattern:
        item = add(meeting, Content(one.kind, one.titles, one.details or Texts(), one.minutes))
        db.session.flush()
        if one.kind is ItemKind.ROUND and speakers:
            set_round(item, speakers, one.minutes_each or 3, one.minutes)
            change_order = new_order(item, _slots_of(item), speakers)
            apply_order(item, change_order.wanted, one.minutes_each or 3)


def pattern_of(meeting: Meeting) -> list[PatternItem]:
    """Return the agenda of a meeting as a pattern: without hours, speakers and notes."""
    slots = queries.slots_in(meeting)
    return [
        PatternItem(
            one.kind,
            one.titles,
            one.buffer_minutes if one.kind is ItemKind.ROUND else one.duration_minutes,
            usual_minutes(slots.get(one.id, [])) if one.kind is ItemKind.ROUND else 0,
            one.details,
        )
        for one in queries.items_of(meeting)
    ]


def keep_pattern(user: User, meeting: Meeting, name: str) -> AgendaPattern:
    """Keep the agenda of a meeting as a pattern; one with the same name is replaced.

    Raises:
        Refusal: if the name or the agenda is empty.
    """
    if not name or len(name) > 200:
        raise Refusal(NO_NAME)
    items = pattern_of(meeting)
    if not items:
        raise Refusal(EMPTY)
    found = db.session.scalar(
        select(AgendaPattern).where(AgendaPattern.user_id == user.id, AgendaPattern.name == name)
    )
    pattern = found or AgendaPattern(user=user, name=name)
    pattern.items = patterns.to_values(items)
    db.session.add(pattern)
    return pattern


def patterns_of(user: User) -> list[AgendaPattern]:
    """Return the patterns that a user keeps, by name."""
    return list(
        db.session.scalars(
            select(AgendaPattern).where(AgendaPattern.user_id == user.id).order_by(AgendaPattern.name)
        )
    )


def release(meeting: Meeting, *, by: str) -> AgendaRelease:
    """Let the guests know the agenda as it stands now; nobody is told by this alone.

    Raises:
        Refusal: if it is empty, or they know it already.
    """
    meeting.check_open()
    now = queries.as_released(meeting, queries.agenda_of(meeting))
    last = queries.last_release(meeting)
    if not now:
        raise Refusal(EMPTY)
    known = releases.from_values(last.items) if last else []
    if releases.difference(known, now).is_empty:
        raise Refusal(NOTHING_NEW)
    found = AgendaRelease(
        meeting=meeting,
        number=last.number + 1 if last else 1,
        released_at=clock.now(),
        released_by=by,
        items=releases.to_values(now),
    )
    db.session.add(found)
    return found
