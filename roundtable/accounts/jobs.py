"""What the background thread and the command line run for the accounts."""

from roundtable.accounts import door_service
from roundtable.mail.jobs import one_by_one


def answer_reset_requests() -> int:
    """Write the letters for new passwords that people have asked for, one wish a transaction."""
    return one_by_one(door_service.open_requests, door_service.answer_request)
