"""Agendas to begin with: the program's own, and the form in which an organizer keeps one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from roundtable.agenda.kinds import ItemKind
from roundtable.db import Texts
from roundtable.errors import sentence
from roundtable.languages import later as _l
from roundtable.languages import speaking


@dataclass(frozen=True)
class PatternItem:
    """An item of a pattern; in a round `minutes_each` counts and `minutes` is the buffer."""

    kind: ItemKind
    titles: Texts
    minutes: int
    minutes_each: int = 0
    details: Texts | None = None


@dataclass(frozen=True)
class _Own:
    kind: ItemKind
    title: str
    minutes: int
    minutes_each: int = 0


_WELCOME = sentence("Welcome and introduction")
_ROUND = sentence("Statements of the cities")
_DISCUSSION = sentence("Discussion")
_BREAK = sentence("Break")
_CLOSING = sentence("Summary and farewell")

_OWN = {
    "round-table": (
        _Own(ItemKind.WELCOME, _WELCOME, 10),
        _Own(ItemKind.ROUND, _ROUND, 5, 3),
        _Own(ItemKind.TOPIC, _DISCUSSION, 15),
        _Own(ItemKind.CLOSING, _CLOSING, 5),
    ),
    "working-session": (
        _Own(ItemKind.WELCOME, _WELCOME, 5),
        _Own(ItemKind.TOPIC, _DISCUSSION, 45),
        _Own(ItemKind.BREAK, _BREAK, 10),
        _Own(ItemKind.TOPIC, _DISCUSSION, 45),
        _Own(ItemKind.CLOSING, _CLOSING, 10),
    ),
}
OWN_NAMES = {
    "round-table": _l("Round table: welcome, statements, discussion, farewell"),
    "working-session": _l("Working session: two discussions and a break"),
}
"""The program's own patterns, by what they are called on the page."""


def own(name: str, languages: Sequence[str]) -> list[PatternItem]:
    """Return one of the program's own patterns, with titles in these languages."""
    found = []
    for one in _OWN[name]:
        titles = {}
        for language in languages:
            with speaking(language):
                titles[language] = gettext(one.title)
        found.append(PatternItem(one.kind, Texts(titles), one.minutes, one.minutes_each))
    return found


def to_values(items: Sequence[PatternItem]) -> list[dict[str, Any]]:
    """Return the items as JSON holds them."""
    return [
        {
            "kind": one.kind.value,
            "titles": dict(one.titles),
            "minutes": one.minutes,
            "minutes_each": one.minutes_each,
            "details": dict(one.details or {}),
        }
        for one in items
    ]


def from_values(values: Sequence[Mapping[str, Any]]) -> list[PatternItem]:
    """Return the items that JSON holds."""
    return [
        PatternItem(
            ItemKind(one["kind"]),
            Texts(one["titles"]),
            one["minutes"],
            one["minutes_each"],
            Texts(one["details"]),
        )
        for one in values
    ]
