"""What the background thread and the command line run for the invitations."""

from collections.abc import Callable

from roundtable.db import db, reading
from roundtable.invitations import link_service, reminder_service


def remind() -> int:
    """Write the reminders that are due, one meeting a transaction."""
    return one_by_one(reminder_service.meetings_to_remind, reminder_service.remind)


def answer_link_requests() -> int:
    """Send the links that people have asked for, one wish a transaction."""
    return one_by_one(link_service.open_requests, link_service.answer_request)


def one_by_one(waiting: Callable[[], list[int]], do: Callable[[int], int]) -> int:
    """Do what waits, each in a transaction of its own; return how much was done. An idle look takes no lock."""
    with reading():
        keys = waiting()
        db.session.rollback()
    count = 0
    for key in keys:
        count += do(key)
        db.session.commit()
    return count
