"""Reminding the owners of action items."""

from roundtable.actions import service
from roundtable.mail.jobs import one_by_one


def remind_about_actions() -> int:
    """Queue the reminders that are due; return how many are new."""
    return one_by_one(service.due_for_reminders, service.remind)
