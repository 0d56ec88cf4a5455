"""Signs of life of what goes on by itself: when it last went well, and what went wrong since."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from roundtable import clock
from roundtable.db import Base, db

CLOCKWORK = "clockwork"
"""Letters, reminders and jobs."""
INBOX = "inbox"
SIGNER = "signer"
"""The certificate that signs published documents."""
SITE = "site"
"""The certificate that browsers are shown."""


class Beat(Base):
    """What goes on under a name: when it was last tried and last went well, and the fault of the last try.

    `until` is when what was found ends, where it ends by itself.
    """

    __tablename__ = "beat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    tried_at: Mapped[datetime]
    well_at: Mapped[datetime | None] = mapped_column(default=None)
    until: Mapped[datetime | None] = mapped_column(default=None)
    fault: Mapped[str] = mapped_column(String(300), default="")


def note(name: str, fault: str = "", *, until: datetime | None = None) -> None:
    """Note that something was done, or went wrong; the caller commits."""
    now = clock.now()
    beat = db.session.get(Beat, name) or _first(name, now)
    beat.tried_at = now
    beat.fault = fault[:300]
    if not fault:
        beat.well_at, beat.until = now, until


def _first(name: str, now: datetime) -> Beat:
    """Return the row under a name of which nobody has noted anything, unless another process does so in this instant."""
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.add(Beat(name=name, tried_at=now))
    return db.session.get_one(Beat, name)


def last(name: str) -> Beat | None:
    """Return the last sign of life under a name."""
    return db.session.get(Beat, name)
