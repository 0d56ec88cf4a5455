"""Kinds of entries, of presence, and the stages of the record."""

from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry of the record is."""

    STATEMENT = "statement"
    DECISION = "decision"
    ACTION = "action"
    NOTE = "note"


class Presence(StrEnum):
    """How a participant took part."""

    PRESENT = "present"
    REPRESENTED = "represented"
    APOLOGIES = "apologies"
    ABSENT = "absent"


class MinutesStage(StrEnum):
    """Draft, or approved and sealed."""

    DRAFT = "draft"
    APPROVED = "approved"
