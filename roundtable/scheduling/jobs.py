"""What the background thread and the command line run for polls."""

from roundtable.mail.jobs import one_by_one
from roundtable.scheduling import reminder_service


def remind() -> int:
    """Write the reminders that are due, one poll a transaction."""
    return one_by_one(reminder_service.polls_to_remind, reminder_service.remind)
