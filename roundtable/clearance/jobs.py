"""Reminders of quotes that wait for an office's answer."""

from roundtable.clearance import service
from roundtable.jobs import Pieces

remind_about_quotes = Pieces(service.due_for_reminder, service.remind_by_itself)
"""Reminds the offices whose time is half over."""
