"""What a participant is at the table."""

from enum import StrEnum


class ParticipantRole(StrEnum):
    """The role of a participant; only the first two have a seat and speak."""

    CHAIR = "chair"
    SPEAKER = "speaker"
    OBSERVER = "observer"


class OrderRule(StrEnum):
    """A rule for the protocol order of the seats."""

    ALPHABETICAL = "alphabetical"
    ALTERNATING = "alternating"
