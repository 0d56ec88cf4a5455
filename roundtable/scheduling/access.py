"""Which poll is meant, and whether this user may see or change it."""

from roundtable.conferences.access import conference_or_404
from roundtable.conferences.roles import Right
from roundtable.scheduling.models import DateOption, DatePoll, DateQuestion
from roundtable.web.access import row_or_404


def poll_or_404(poll_id: int, right: Right = Right.ORGANIZE) -> DatePoll:
    """Return the poll if the present user has the right in its conference."""
    poll = row_or_404(DatePoll, poll_id)
    conference_or_404(poll.conference_id, right)
    return poll


def option_or_404(poll: DatePoll, option_id: int) -> DateOption:
    """Return an option of the poll."""
    return row_or_404(DateOption, option_id, poll_id=poll.id)


def question_or_404(poll: DatePoll, question_id: int) -> DateQuestion:
    """Return who is asked in the poll."""
    return row_or_404(DateQuestion, question_id, poll_id=poll.id)
