"""Removing what has had its time, beside the requests and from the command line."""

from roundtable.accounts import door_service
from roundtable.db import db
from roundtable.jobs import Pieces
from roundtable.privacy import retention_service

remove_from_conferences = Pieces(retention_service.conferences_to_look_at, retention_service.remove_due)
"""Removes what is due, one conference a transaction."""


def remove_from_program() -> int:
    """Remove what belongs to no conference; return how many rows went."""
    count = retention_service.remove_of_program() + door_service.forget_old()
    db.session.commit()
    return count


def remove_what_is_due() -> int:
    """Remove everything that has had its time; return how many rows went."""
    return remove_from_conferences() + remove_from_program()
