"""What the background thread and the command line run for the mail."""

from roundtable.mail.delivery import deliver_due


def deliver() -> int:
    """Hand over what is due."""
    return deliver_due()
