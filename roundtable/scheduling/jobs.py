"""What goes on beside the requests for polls."""

from roundtable.jobs import Pieces
from roundtable.scheduling import reminder_service

remind = Pieces(reminder_service.polls_to_remind, reminder_service.remind)
"""Writes the reminders that are due."""
