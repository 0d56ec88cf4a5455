"""Reminding the owners of action items."""

from roundtable.actions import service
from roundtable.jobs import Pieces

remind_about_actions = Pieces(service.due_for_reminders, service.remind)
"""Queues the reminders that are due."""
