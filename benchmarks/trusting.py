"""What is measured of the log: what an entry costs the change that causes it, and following the chain."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import event, select

from roundtable.audit import recording_service, service
from roundtable.audit.models import AuditDetail
from roundtable.db import db
from roundtable.guests.models import Participant

_numbers = count()
_HOOKS = (
    ("after_flush", recording_service._after_flush),
    ("before_commit", recording_service._before_commit),
)


def change() -> None:
    """Change one guest in a transaction of its own."""
    one = db.session.scalars(select(Participant).order_by(Participant.id).limit(1)).one()
    one.person = f"Person {next(_numbers)}"
    db.session.commit()


def unlogged_change() -> None:
    """Do the same while nothing is written down."""
    with _unlogged():
        change()


@contextmanager
def _unlogged() -> Iterator[None]:
    for name, hook in _HOOKS:
        event.remove(db.session, name, hook)
    try:
        yield
    finally:
        for name, hook in _HOOKS:
            event.listen(db.session, name, hook)


def fill(entries: int) -> int:
    """Let the log have at least so many entries; return how many."""
    while (found := service.verify().entries) < entries:
        for _ in range(min(500, entries - found)):
            service.note("read", "bench/1", what="a detail of some length, as most have " * 4)
        db.session.commit()
    return found


def following() -> None:
    """Follow the whole chain."""
    assert service.verify().fault == ""
    db.session.rollback()


def hashing() -> Callable[[], object]:
    """Return a call that only hashes what the chain covers, read before."""
    contents = list(db.session.scalars(select(AuditDetail.content)))

    def call() -> None:
        for content in contents:
            hashlib.sha256(content.encode()).hexdigest()
            hashlib.sha256(b"0" * 300).hexdigest()

    return call
