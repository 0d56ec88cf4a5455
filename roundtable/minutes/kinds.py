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
    """A draft, with the offices for corrections, or approved and sealed."""

    DRAFT = "draft"
    CIRCULATED = "circulated"
    APPROVED = "approved"


class Adoption(StrEnum):
    """How a decision was taken."""

    CONSENSUS = "consensus"
    VOTE = "vote"


class ActionState(StrEnum):
    """How far an action item is."""

    OPEN = "open"
    IN_PROGRESS = "in-progress"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do, so that it is not carried over any more."""
        return self in {ActionState.DONE, ActionState.DROPPED}


class Occasion(StrEnum):
    """Why a version of the record was kept."""

    CIRCULATED = "circulated"
    APPROVED = "approved"


class RemarkState(StrEnum):
    """What became of an office's remark on circulated minutes."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
