"""Lists of newsrooms, who is on them, and what was sent to them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.conferences.models import Conference
from roundtable.db import Base
from roundtable.press.models import Publication


class PressList(Base):
    """A list of newsrooms of one conference."""

    __tablename__ = "press_list"
    __table_args__ = (UniqueConstraint("conference_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))

    conference: Mapped[Conference] = relationship()


class Newsroom(Base):
    """A mailbox on a list. Whoever has unsubscribed stays on it, so that nobody adds it again unawares."""

    __tablename__ = "newsroom"
    __table_args__ = (UniqueConstraint("list_id", "email_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("press_list.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(8))
    added_by: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime]
    unsubscribed_at: Mapped[datetime | None] = mapped_column(default=None)

    press_list: Mapped[PressList] = relationship()


class Dispatch(Base):
    """That a version shall go to a list: at once, or when its embargo ends."""

    __tablename__ = "dispatch"
    __table_args__ = (UniqueConstraint("publication_id", "list_id"), Index("ix_dispatch_sent_at", "sent_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    list_id: Mapped[int] = mapped_column(ForeignKey("press_list.id", ondelete="CASCADE"))
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    letters: Mapped[int] = mapped_column(default=0)

    publication: Mapped[Publication] = relationship()
    press_list: Mapped[PressList] = relationship()
