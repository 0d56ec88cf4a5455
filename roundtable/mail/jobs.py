"""What goes on beside the requests, and from the command line, for the mail."""

from roundtable.db import db
from roundtable.mail import inbox
from roundtable.mail.delivery import BATCH, deliver_due


def deliver() -> int:
    """Hand over a batch of what is due; whoever calls comes back at once while there was something.

    So a server that is told to stop has no more than a batch in hand.
    """
    return deliver_due(limit=BATCH)


def read_inbox() -> int:
    """Take what has come into the inbox."""
    return inbox.fetch_new(db.session.commit)


def receive(raw: bytes) -> str:
    """Take one mail, and say in a word what was done with it."""
    received = inbox.receive(raw)
    outcome = received.outcome if received is not None else "known"
    db.session.commit()
    return outcome
