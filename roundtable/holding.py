"""Holding everything that would go out by itself: after a restore, until somebody has looked.

A database from yesterday holds letters that have left since, and reminders that were written. Until
`roundtable resume` nothing is sent and no job runs; pages and answers work as always.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from roundtable import clock
from roundtable.db import Base, db


class Hold(Base):
    """While there is this one row, nothing goes out."""

    __tablename__ = "hold"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[datetime]


def hold() -> None:
    """Hold everything from now on."""
    if db.session.get(Hold, 1) is None:
        db.session.add(Hold(id=1, since=clock.now()))


def is_held() -> bool:
    """Whether everything is held."""
    return db.session.scalar(select(Hold.id)) is not None


def resume() -> None:
    """Let everything go out again."""
    db.session.execute(delete(Hold))
