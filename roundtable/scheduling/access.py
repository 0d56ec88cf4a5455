"""Which poll is meant, and whether this user may see or change it."""

from flask import abort

from roundtable.conferences.access import conference_or_404
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.scheduling.models import DateOption, DatePoll, DateQuestion


def poll_or_404(poll_id: int, right: Right = Right.ORGANIZE) -> DatePoll:
    """Return the poll if the present user has the right in its conference."""
    poll = db.session.get(DatePoll, poll_id)
    if poll is None:
        abort(404)
    conference_or_404(poll.conference_id, right)
    return poll


def option_or_404(poll: DatePoll, option_id: int) -> DateOption:
    """Return an option of the poll."""
    option = db.session.get(DateOption, option_id)
    if option is None or option.poll_id != poll.id:
        abort(404)
    return option


def question_or_404(poll: DatePoll, question_id: int) -> DateQuestion:
    """Return who is asked in the poll."""
    question = db.session.get(DateQuestion, question_id)
    if question is None or question.poll_id != poll.id:
        abort(404)
    return question
