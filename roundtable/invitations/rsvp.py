"""Answers and the rules about them."""

from datetime import datetime
from enum import StrEnum

from roundtable.errors import Refusal, sentence

CANCELLED = sentence("This session has been cancelled, so there is nothing to answer any more.")
CLOSED = sentence("Answers closed at the deadline. Please call the organizers to change yours.")
OVER = sentence("This session has already begun. Please call the organizers.")
NO_DEPUTIES = sentence("For this session deputies are not foreseen. Please call the organizers.")


class Answer(StrEnum):
    """The answer to an invitation: the participation status of RFC 5545, section 3.2.12."""

    NEEDS_ACTION = "needs-action"
    ACCEPTED = "accepted"
    DELEGATED = "delegated"
    TENTATIVE = "tentative"
    DECLINED = "declined"

    @property
    def takes_seat(self) -> bool:
        """Whether somebody will sit on the city's seat."""
        return self in {Answer.ACCEPTED, Answer.DELEGATED}


class Channel(StrEnum):
    """How an answer reached us."""

    LINK = "link"
    TELEPHONE = "telephone"


def check_answer(
    *,
    now: datetime,
    deadline: datetime | None,
    starts_at: datetime,
    is_cancelled: bool,
    answer: Answer,
    deputies_allowed: bool,
) -> None:
    """Check that an office may give this answer now.

    Raises:
        Refusal: after the deadline or the start, for a cancelled meeting, or for a deputy where
            the meeting takes none.
    """
    if is_cancelled:
        raise Refusal(CANCELLED)
    if now >= starts_at:
        raise Refusal(OVER)
    if deadline is not None and now >= deadline:
        raise Refusal(CLOSED)
    if answer is Answer.DELEGATED and not deputies_allowed:
        raise Refusal(NO_DEPUTIES)


def is_open(*, now: datetime, deadline: datetime | None, starts_at: datetime, is_cancelled: bool) -> bool:
    """Whether the office may still answer by itself."""
    return not is_cancelled and now < starts_at and (deadline is None or now < deadline)
