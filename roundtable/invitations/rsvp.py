"""Answers and the rules about them."""

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from roundtable import times
from roundtable.conferences.roles import DeputyRule
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

    @property
    def partstat(self) -> str:
        """The answer as calendars write it."""
        return self.value.upper()


class Channel(StrEnum):
    """How an answer reached us; the organizers speak where they refuse a deputy."""

    LINK = "link"
    TELEPHONE = "telephone"
    CALENDAR = "calendar"
    ORGANIZER = "organizer"


class DeputyState(StrEnum):
    """Whether a deputy who has been named sits at the table."""

    NONE = "none"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"


def check_answer(
    *,
    now: datetime,
    deadline: datetime | None,
    starts_at: datetime,
    is_cancelled: bool,
    answer: Answer,
    deputies: DeputyRule,
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
    if answer is Answer.DELEGATED and deputies is DeputyRule.NOT_ALLOWED:
        raise Refusal(NO_DEPUTIES)


def is_open(*, now: datetime, deadline: datetime | None, starts_at: datetime, is_cancelled: bool) -> bool:
    """Whether the office may still answer by itself."""
    return not is_cancelled and now < starts_at and (deadline is None or now < deadline)


def last_day_to_decide(deadline: datetime | None, starts_at: datetime, zone: ZoneInfo) -> date:
    """Return the last day, at the meeting's home, on which who is not sure yet can still answer."""
    return times.wall(min(deadline or starts_at, starts_at), zone).date()


def may_join(
    answer: Answer, deputy: DeputyState, *, gets_join_link: bool, is_the_deputy: bool, is_a_deputy: bool
) -> bool:
    """Whether a contact may come through the door for a participant who gave this answer.

    Who sends a deputy gives the seat away: then the deputy's link opens the door and no other.
    `is_the_deputy` means the deputy of this answer, `is_a_deputy` one who was made a contact as such.
    """
    if answer is Answer.DELEGATED:
        return is_the_deputy and deputy is DeputyState.ACCEPTED
    return answer is Answer.ACCEPTED and gets_join_link and not is_a_deputy
