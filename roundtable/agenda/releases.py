"""What guests know of an agenda, kept as plain values, and what a new version changes for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from roundtable.db import Texts
from roundtable.order import fewest_moves


@dataclass(frozen=True)
class ReleasedSlot:
    """A speaker's minutes; `starts` counts minutes from the start of the meeting."""

    participant_id: int
    starts: int
    minutes: int


@dataclass(frozen=True)
class ReleasedItem:
    """An item as it was released; `key` is that of the item in the draft."""

    key: int
    kind: str
    titles: Texts
    details: Texts
    speakers: str
    starts: int
    minutes: int
    slots: tuple[ReleasedSlot, ...] = ()


def to_values(items: Sequence[ReleasedItem]) -> list[dict[str, Any]]:
    """Return the items as JSON holds them."""
    return [asdict(one) for one in items]


def from_values(values: Sequence[Mapping[str, Any]]) -> list[ReleasedItem]:
    """Return the items that JSON holds."""
    return [
        ReleasedItem(
            **{
                **one,
                "titles": Texts(one["titles"]),
                "details": Texts(one["details"]),
                "slots": tuple(ReleasedSlot(**slot) for slot in one["slots"]),
            }
        )
        for one in values
    ]


@dataclass(frozen=True)
class ItemChange:
    """What became of one item: `what` is added, removed, renamed, moved, timed or changed.

    `old` and `new` are the item in both versions; one is None where it is new or gone.
    """

    what: str
    old: ReleasedItem | None
    new: ReleasedItem | None


@dataclass(frozen=True)
class SlotChange:
    """Another time for one speaker: minutes from the start; None where the slot is new or gone."""

    participant_id: int
    old: ReleasedSlot | None
    new: ReleasedSlot | None


@dataclass(frozen=True)
class Difference:
    """What a new version changes: items in their order, and slots by participant."""

    items: tuple[ItemChange, ...]
    slots: Mapping[int, tuple[SlotChange, ...]]

    @property
    def is_empty(self) -> bool:
        return not (self.items or self.slots)


def difference(old: Sequence[ReleasedItem], new: Sequence[ReleasedItem]) -> Difference:
    """Return what the new version of an agenda changes against the old one."""
    before = {one.key: one for one in old}
    after = {one.key: one for one in new}
    kept_before = [one.key for one in old if one.key in after]
    kept_after = [one.key for one in new if one.key in before]
    moved = fewest_moves(kept_before, kept_after)
    changes = [
        ItemChange(what, before.get(one.key), one)
        for one in new
        if (what := _what(before.get(one.key), one, is_moved=one.key in moved))
    ]
    changes += [ItemChange("removed", one, None) for one in old if one.key not in after]
    return Difference(tuple(changes), _slots(old, new))


def _what(old: ReleasedItem | None, new: ReleasedItem, *, is_moved: bool) -> str:
    if old is None:
        return "added"
    if is_moved:
        return "moved"
    if old.titles != new.titles:
        return "renamed"
    if (old.starts, old.minutes) != (new.starts, new.minutes):
        return "timed"
    if (old.details, old.speakers, old.kind) != (new.details, new.speakers, new.kind):
        return "changed"
    return ""


def _slots(old: Sequence[ReleasedItem], new: Sequence[ReleasedItem]) -> dict[int, tuple[SlotChange, ...]]:
    before = {(one.key, slot.participant_id): slot for one in old for slot in one.slots}
    after = {(one.key, slot.participant_id): slot for one in new for slot in one.slots}
    found: dict[int, list[SlotChange]] = {}
    for key in dict.fromkeys([*after, *before]):
        if before.get(key) != after.get(key):
            found.setdefault(key[1], []).append(SlotChange(key[1], before.get(key), after.get(key)))
    return {participant: tuple(changes) for participant, changes in found.items()}
