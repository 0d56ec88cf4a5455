"""Press summaries in the making, their quotes, and what has been published."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roundtable.conferences.models import Meeting
from roundtable.db import Base, Texts, no_texts
from roundtable.minutes.models import Entry


class PressSummary(Base):
    """The text for the press about one meeting, in the languages of its conference."""

    __tablename__ = "press_summary"
    __table_args__ = (UniqueConstraint("meeting_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    headlines: Mapped[Texts] = mapped_column(default=no_texts)
    leads: Mapped[Texts] = mapped_column(default=no_texts)
    bodies: Mapped[Texts] = mapped_column(default=no_texts)
    picture_key: Mapped[str] = mapped_column(String(120), default="")
    picture_width: Mapped[int] = mapped_column(default=0)
    picture_height: Mapped[int] = mapped_column(default=0)
    picture_credit: Mapped[str] = mapped_column(String(200), default="")
    picture_captions: Mapped[Texts] = mapped_column(default=no_texts)
    picture_alternatives: Mapped[Texts] = mapped_column(default=no_texts)
    version: Mapped[int] = mapped_column(default=1)

    meeting: Mapped[Meeting] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class Quote(Base):
    """A statement's words in the summary. `cleared_hash` names the very words that were released."""

    __tablename__ = "quote"
    __table_args__ = (UniqueConstraint("summary_id", "entry_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    summary_id: Mapped[int] = mapped_column(ForeignKey("press_summary.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    position: Mapped[int]
    texts: Mapped[Texts]
    cleared_by: Mapped[str] = mapped_column(String(300), default="")
    cleared_at: Mapped[datetime | None] = mapped_column(default=None)
    cleared_hash: Mapped[str] = mapped_column(String(64), default="")

    summary: Mapped[PressSummary] = relationship()
    entry: Mapped[Entry] = relationship()


class Publication(Base):
    """One published, immutable version of a summary. `slug` is its public address."""

    __tablename__ = "publication"
    __table_args__ = (UniqueConstraint("slug", "number"), UniqueConstraint("summary_id", "number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    summary_id: Mapped[int] = mapped_column(ForeignKey("press_summary.id"))
    slug: Mapped[str] = mapped_column(String(120))
    number: Mapped[int]
    published_at: Mapped[datetime] = mapped_column(index=True)
    published_by: Mapped[str] = mapped_column(String(200))
    correction: Mapped[Texts] = mapped_column(default=no_texts)
    picture_key: Mapped[str] = mapped_column(String(120), default="")

    summary: Mapped[PressSummary] = relationship()


class PublicationText(Base):
    """One language of a publication: all that its page shows, and its PDF."""

    __tablename__ = "publication_text"
    __table_args__ = (UniqueConstraint("publication_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    language: Mapped[str] = mapped_column(String(8))
    headline: Mapped[str] = mapped_column(String(300))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    pdf_key: Mapped[str] = mapped_column(String(120))
    pdf_sha256: Mapped[str] = mapped_column(String(64))

    publication: Mapped[Publication] = relationship()
