"""Sending versions to lists as soon as they are public."""

from roundtable.distribution import service
from roundtable.mail.jobs import one_by_one


def send_dispatches() -> int:
    """Write the letters of what has become public; return how many were written."""
    return one_by_one(service.due, service.send)
