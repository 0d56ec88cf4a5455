"""What the background thread and the command line run for the mail."""

from roundtable.db import db
from roundtable.mail import inbox
from roundtable.mail.delivery import deliver_due


def deliver() -> int:
    """Hand over what is due."""
    return deliver_due()


def read_inbox() -> int:
    """Take what has come into the inbox."""
    return inbox.fetch_new(db.session.commit)


def receive(raw: bytes) -> str:
    """Take one mail, and say in a word what was done with it."""
    received = inbox.receive(raw)
    outcome = received.outcome if received is not None else "known"
    db.session.commit()
    return outcome
