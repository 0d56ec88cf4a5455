"""What the background thread and the command line run for polls."""

from roundtable.db import db, reading
from roundtable.scheduling import reminder_service


def remind() -> int:
    """Write the reminders that are due, one poll a transaction."""
    with reading():
        polls = reminder_service.polls_to_remind()
        db.session.rollback()
    count = 0
    for poll_id in polls:
        count += reminder_service.remind(poll_id)
        db.session.commit()
    return count
