"""What the background thread and the command line run: removing what has had its time."""

from roundtable.accounts import door_service
from roundtable.db import db
from roundtable.mail.jobs import one_by_one
from roundtable.privacy import retention_service


def remove_what_is_due() -> int:
    """Remove what has had its time, one conference a transaction."""
    count = one_by_one(retention_service.due_conferences, retention_service.remove_due)
    count += retention_service.remove_of_program() + door_service.forget_old()
    db.session.commit()
    return count
