"""What the background thread and the command line run for the invitations."""

from roundtable.db import db, reading
from roundtable.invitations import link_service, reminder_service


def remind() -> int:
    """Write the reminders that are due, one meeting a transaction."""
    with reading():
        meetings = reminder_service.meetings_to_remind()
        db.session.rollback()
    count = 0
    for meeting_id in meetings:
        count += reminder_service.remind(meeting_id)
        db.session.commit()
    return count


def answer_link_requests() -> int:
    """Send the links that people have asked for, one wish a transaction."""
    with reading():
        waiting = link_service.open_requests()
        db.session.rollback()
    count = 0
    for request_id in waiting:
        count += link_service.answer_request(request_id)
        db.session.commit()
    return count
