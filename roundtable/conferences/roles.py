"""Who may do what in a conference: the one table of roles and rights."""

from enum import StrEnum


class Role(StrEnum):
    """What a user is in one conference."""

    ORGANIZER = "organizer"
    MINUTE_TAKER = "minute-taker"
    PRESS_OFFICER = "press-officer"
    OBSERVER = "observer"


class Right(StrEnum):
    """What a view asks for."""

    READ = "read"
    ORGANIZE = "organize"
    KEEP_RECORD = "keep-record"
    APPROVE_RECORD = "approve-record"
    WRITE_PRESS = "write-press"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ORGANIZER: frozenset(Right),
    Role.MINUTE_TAKER: frozenset({Right.READ, Right.KEEP_RECORD}),
    Role.PRESS_OFFICER: frozenset({Right.READ, Right.WRITE_PRESS}),
    Role.OBSERVER: frozenset({Right.READ}),
}
"""Off-the-record statements are seen by those who keep the record, and by nobody else."""


class BodyRole(StrEnum):
    """What a body does for the conference."""

    HOST = "host"
    CO_ORGANIZER = "co-organizer"
    SUPPORTER = "supporter"


class DeputyRule(StrEnum):
    """Whether an office may send somebody else to a meeting."""

    ALLOWED = "allowed"
    NEEDS_APPROVAL = "needs-approval"
    NOT_ALLOWED = "not-allowed"


class MeetingStage(StrEnum):
    """Whether a meeting will take place. Everything else about it follows from what has been done."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
