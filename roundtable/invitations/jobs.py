"""What the background thread and the command line run for the invitations."""

from roundtable.invitations import link_service, reminder_service
from roundtable.mail.jobs import one_by_one


def remind() -> int:
    """Write the reminders that are due, one meeting a transaction."""
    return one_by_one(reminder_service.meetings_to_remind, reminder_service.remind)


def answer_link_requests() -> int:
    """Send the links that people have asked for, one wish a transaction."""
    return one_by_one(link_service.open_requests, link_service.answer_request)
