"""Reminders of quotes that wait for an office's answer."""

from roundtable.clearance import service
from roundtable.mail.jobs import one_by_one


def remind_about_quotes() -> int:
    """Remind the offices whose time is half over; return how many letters' causes there were."""
    return one_by_one(service.due_for_reminder, service.remind_by_itself)
