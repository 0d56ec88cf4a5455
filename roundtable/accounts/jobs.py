"""What goes on beside the requests for the accounts."""

from roundtable.accounts import door_service
from roundtable.jobs import Pieces

answer_reset_requests = Pieces(door_service.open_requests, door_service.answer_request)
"""Writes the letters for new passwords that people have asked for."""
