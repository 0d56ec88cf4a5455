"""What goes on beside the requests for the invitations."""

from roundtable.invitations import link_service, reminder_service
from roundtable.jobs import Pieces

remind = Pieces(reminder_service.meetings_to_remind, reminder_service.remind)
"""Writes the reminders that are due."""
answer_link_requests = Pieces(link_service.open_requests, link_service.answer_request)
"""Sends the links that people have asked for."""
