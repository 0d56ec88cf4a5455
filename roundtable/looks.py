"""When something has to be looked at next: so that a round of reminders asks about what may be due, not about everything.

A look that finds nothing, or has done what there was, says until when nothing new can come by the clock alone. What
people change meanwhile is seen at the next look, an hour later at the most.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, String, and_, or_
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from roundtable import clock
from roundtable.db import Base, db

LONGEST = timedelta(hours=1)
MOST = 1000
"""So many in one round; the others come with the next."""


class Look(Base):
    """Nothing of this kind is due about the row with this key before an instant."""

    __tablename__ = "look"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    not_before: Mapped[datetime]


def due(kind: str, rows: Select[int], key: InstrumentedAttribute[int]) -> list[int]:
    """Return those of the rows that have to be looked at now, a thousand at the most."""
    mine: ColumnElement[bool] = and_(Look.kind == kind, Look.key == key)
    time_has_come = or_(Look.not_before.is_(None), Look.not_before <= clock.now())
    return list(db.session.scalars(rows.outerjoin(Look, mine).where(time_has_come).limit(MOST)))


def note(kind: str, key: int, *moments: datetime | None, longest: timedelta = LONGEST) -> None:
    """Note that something was looked at now: not again before the next of these moments, or after the longest time."""
    now = clock.now()
    coming = [one for one in moments if one is not None and one > now]
    not_before = min([now + longest, *coming])
    look = db.session.get(Look, (kind, key))
    if look is None:
        db.session.add(Look(kind=kind, key=key, not_before=not_before))
    else:
        look.not_before = not_before


def forget(kind: str, key: int) -> None:
    """Look again at the next round: something has changed that has to be done soon."""
    look = db.session.get(Look, (kind, key))
    if look is not None:
        db.session.delete(look)
