"""Sending versions to lists as soon as they are public."""

from roundtable.distribution import service
from roundtable.jobs import Pieces

send_dispatches = Pieces(service.due, service.send)
"""Writes the letters of what has become public."""
