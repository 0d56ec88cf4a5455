"""Adopting minutes by silence when their time has come."""

from roundtable.circulation import service
from roundtable.mail.jobs import one_by_one


def adopt_by_silence() -> int:
    """Adopt what nobody objected to; return how many records were settled."""
    return one_by_one(service.due_for_silence, service.adopt)
