"""What an office can say to a proposed hour, and how far a poll has come."""

from enum import StrEnum

from roundtable.languages import later as _l


class Choice(StrEnum):
    """How a proposed hour suits an office."""

    YES = "yes"
    IF_NEED_BE = "if-need-be"
    NO = "no"


CHOICE_NAMES = {
    Choice.YES: _l("Yes"),
    Choice.IF_NEED_BE: _l("If need be"),
    Choice.NO: _l("No"),
}
MARKS = {Choice.YES: "✓", Choice.IF_NEED_BE: "(✓)", Choice.NO: "✗"}


class PollStage(StrEnum):
    """How far a poll has come: prepared, asking, decided, or given up."""

    DRAFT = "draft"
    OPEN = "open"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
