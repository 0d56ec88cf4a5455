"""Kinds of agenda items."""

from enum import StrEnum


class ItemKind(StrEnum):
    """What an item is; a round has one speaking slot per city."""

    WELCOME = "welcome"
    ROUND = "round"
    TOPIC = "topic"
    BREAK = "break"
    CLOSING = "closing"
