"""The speaking order of a round: by a rule, with pinned speakers, and what a change of answers means."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from roundtable.order import alternating, fewest_moves, sort_key


class SpeakingRule(StrEnum):
    """A rule for the order in which cities speak."""

    HOST_FIRST = "host-first"
    ALPHABETICAL = "alphabetical"
    SENIORITY = "seniority"
    ALTERNATING = "alternating"
    LOT = "lot"
    BY_HAND = "by-hand"


@dataclass(frozen=True)
class Speaker:
    """Somebody who may speak: a participant, with what the rules look at.

    `names` are the city's by language; `since` is the day of taking office, None if it is not known.
    """

    id: int
    names: Mapping[str, str]
    country: str
    precedence: int
    is_host: bool = False
    since: date | None = None

    def name_in(self, language: str) -> str:
        """Return the city's name in the language, else in any."""
        return self.names.get(language) or next(iter(self.names.values()), "")


@dataclass(frozen=True)
class Order:
    """A rule with what belongs to it: the language of the alphabet, the seed of the lot."""

    rule: SpeakingRule
    language: str = "en"
    seed: int = 0


def in_order(
    speakers: Sequence[Speaker],
    order: Order,
    *,
    present: Sequence[int] = (),
    pinned: frozenset[int] = frozenset(),
) -> list[int]:
    """Return the speakers in the order of the rule.

    `present` is the order that stands now; who is `pinned` in it keeps the place, as far as there are
    so many speakers. By hand, those who speak already keep their order and new ones come at the end.
    """
    by_id = {one.id: one for one in speakers}
    ruled = [one.id for one in _ruled(list(speakers), order, present)]
    fixed = {place: key for place, key in enumerate(present) if key in pinned and key in by_id}
    rest = [key for key in ruled if key not in fixed.values()]
    result: list[int] = []
    for place in range(len(ruled)):
        if place in fixed:
            result.append(fixed[place])
        elif rest:
            result.append(rest.pop(0))
    # Where the round has become shorter than a pinned place, the pinned one comes last.
    return result + [key for key in fixed.values() if key not in result] + rest


def _ruled(speakers: list[Speaker], order: Order, present: Sequence[int]) -> list[Speaker]:
    by_precedence = sorted(speakers, key=lambda one: (one.precedence, one.id))
    hosts_first = sorted(by_precedence, key=lambda one: not one.is_host)
    match order.rule:
        case SpeakingRule.ALPHABETICAL:
            return sorted(
                speakers, key=lambda one: (sort_key(one.name_in(order.language), order.language), one.id)
            )
        case SpeakingRule.SENIORITY:
            # Who has been in office longest speaks first; whose day is not known comes after all others.
            return sorted(by_precedence, key=lambda one: (one.since is None, one.since or date.max))
        case SpeakingRule.ALTERNATING:
            return alternating(hosts_first, lambda one: one.country)
        case SpeakingRule.LOT:
            return sorted(speakers, key=lambda one: _lot(order.seed, one.id))
        case SpeakingRule.BY_HAND:
            places = {key: place for place, key in enumerate(present)}
            return sorted(by_precedence, key=lambda one: places.get(one.id, len(places)))
        case _:
            return hosts_first


def _lot(seed: int, key: int) -> bytes:
    """Return what decides a drawing: anybody who knows the seed can draw it again, in any later version."""
    return hashlib.sha256(f"{seed}/{key}".encode()).digest()


@dataclass(frozen=True)
class OrderChange:
    """What a new speaking order changes: who joins, who leaves, and who moves (old and new place, from 1).

    Who only closes a gap, or makes room, does not move.
    """

    wanted: tuple[int, ...]
    joining: tuple[int, ...]
    leaving: tuple[int, ...]
    moving: tuple[tuple[int, int, int], ...]

    @property
    def is_empty(self) -> bool:
        return not (self.joining or self.leaving or self.moving)


def order_change(present: Sequence[int], wanted: Sequence[int]) -> OrderChange:
    """Return what has to be done to come from one order to the other."""
    old = {key: place for place, key in enumerate(present, start=1)}
    new = {key: place for place, key in enumerate(wanted, start=1)}
    moves = fewest_moves([key for key in present if key in new], [key for key in wanted if key in old])
    return OrderChange(
        tuple(wanted),
        tuple(key for key in wanted if key not in old),
        tuple(key for key in present if key not in new),
        tuple((key, old[key], new[key]) for key in wanted if key in moves),
    )
