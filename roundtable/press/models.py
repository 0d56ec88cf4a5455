"""Press summaries in the making, the release of their quotes, and what has been published."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    event,
    inspect,
    text,
)
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column, relationship

from roundtable import clock
from roundtable.conferences.models import Meeting
from roundtable.db import Base, Texts, enum_column, no_texts
from roundtable.errors import Refusal, sentence
from roundtable.minutes.models import Entry
from roundtable.press.kinds import BlockKind, ClearanceState, PictureShape, PublicationStage

IMMUTABLE = sentence("A published version never changes. Please publish a corrected version.")


class PressSummary(Base):
    """The text for the press about one meeting; its parts are blocks."""

    __tablename__ = "press_summary"
    __table_args__ = (UniqueConstraint("meeting_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))

    meeting: Mapped[Meeting] = relationship()


class PressPicture(Base):
    """A picture of a summary: a small copy for page and PDF, a large one for printing.

    `focal_x` and `focal_y` say, in per cent from the left and from above, what stays when it is cut.
    `rights` is printed in the press kit, `consent` is for the press desk only.
    """

    __tablename__ = "press_picture"
    __table_args__ = (
        CheckConstraint("focal_x BETWEEN 0 AND 100", name="focal_x"),
        CheckConstraint("focal_y BETWEEN 0 AND 100", name="focal_y"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    summary_id: Mapped[int] = mapped_column(ForeignKey("press_summary.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(120))
    width: Mapped[int]
    height: Mapped[int]
    print_key: Mapped[str] = mapped_column(String(120))
    print_width: Mapped[int]
    print_height: Mapped[int]
    focal_x: Mapped[int] = mapped_column(default=50)
    focal_y: Mapped[int] = mapped_column(default=50)
    shape: Mapped[PictureShape] = mapped_column(enum_column(PictureShape), default=PictureShape.WHOLE)
    alternatives: Mapped[Texts] = mapped_column(default=no_texts)
    credit: Mapped[str] = mapped_column(String(200), default="")
    rights: Mapped[str] = mapped_column(String(500), default="")
    consent: Mapped[str] = mapped_column(String(500), default="")
    uploaded_by: Mapped[str] = mapped_column(String(200))
    uploaded_at: Mapped[datetime]


class Block(Base):
    """One part of a summary: headline, lead, facts, paragraph, quote, picture or box.

    `texts` are its words (the caption, of a picture); `language` is the one in which they were written
    first, and `based_on` says of which original each translation was made. `sources` are the
    entries of the record that it came from. `version` rises with every change of its words.
    """

    __tablename__ = "press_block"
    __table_args__ = (
        UniqueConstraint("summary_id", "entry_id"),
        CheckConstraint("(kind = 'quote') = (entry_id IS NOT NULL)", name="entry"),
        CheckConstraint("(kind = 'picture') = (picture_id IS NOT NULL)", name="picture"),
        Index(
            "uq_press_block_fixed",
            "summary_id",
            "kind",
            unique=True,
            sqlite_where=text("kind IN ('headline', 'lead', 'facts')"),
            postgresql_where=text("kind IN ('headline', 'lead', 'facts')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    summary_id: Mapped[int] = mapped_column(ForeignKey("press_summary.id", ondelete="CASCADE"))
    kind: Mapped[BlockKind] = mapped_column(enum_column(BlockKind))
    position: Mapped[int]
    texts: Mapped[Texts] = mapped_column(default=no_texts)
    language: Mapped[str] = mapped_column(String(8))
    based_on: Mapped[Texts] = mapped_column(default=no_texts)
    sources: Mapped[list[int]] = mapped_column(JSON, default=list)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True, default=None)
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("press_picture.id"), index=True, default=None)
    version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(200), default="")
    changed_at: Mapped[datetime | None] = mapped_column(default=None)

    summary: Mapped[PressSummary] = relationship()
    entry: Mapped[Entry | None] = relationship()
    picture: Mapped[PressPicture | None] = relationship()


class Clearance(Base):
    """One request to release a quote: the very words that were shown, and what the office said to them.

    `released` are the words that are free, per language; `told` says how the press desk learnt of an
    answer that did not come through the office's page.
    """

    __tablename__ = "clearance"
    __table_args__ = (Index("ix_clearance_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("press_block.id", ondelete="CASCADE"), index=True)
    state: Mapped[ClearanceState] = mapped_column(enum_column(ClearanceState))
    words: Mapped[Texts]
    released: Mapped[Texts] = mapped_column(default=no_texts)
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime | None] = mapped_column(default=None)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    told: Mapped[str] = mapped_column(String(300), default="")
    note: Mapped[str] = mapped_column(String(1000), default="")

    block: Mapped[Block] = relationship()


class Publication(Base):
    """One version of a summary; once it is released nothing in it changes. `slug` is its public address.

    It is seen by the public from `visible_at` on, the later of its release and its embargo: every reader
    asks the clock, and no job has to lift anything. A withdrawn one leaves a notice.
    """

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("slug", "number"),
        UniqueConstraint("summary_id", "number"),
        CheckConstraint("(stage = 'released') = (visible_at IS NOT NULL)", name="visible"),
        Index("ix_publication_visible_at_id", "visible_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    summary_id: Mapped[int] = mapped_column(ForeignKey("press_summary.id"))
    slug: Mapped[str] = mapped_column(String(120))
    number: Mapped[int]
    stage: Mapped[PublicationStage] = mapped_column(enum_column(PublicationStage))
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(200))
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), default=None)
    released_at: Mapped[datetime | None] = mapped_column(default=None)
    released_by: Mapped[str] = mapped_column(String(200), default="")
    embargo_until: Mapped[datetime | None] = mapped_column(default=None)
    lifted_by: Mapped[str] = mapped_column(String(200), default="")
    visible_at: Mapped[datetime | None] = mapped_column(default=None)
    correction: Mapped[Texts] = mapped_column(default=no_texts)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn_by: Mapped[str] = mapped_column(String(200), default="")
    withdrawal: Mapped[Texts] = mapped_column(default=no_texts)

    summary: Mapped[PressSummary] = relationship()

    @property
    def is_under_embargo(self) -> bool:
        """Whether the version is released and its hour has not come."""
        return self.withdrawn_at is None and self.visible_at is not None and self.visible_at > clock.now()


class PublicationText(Base):
    """One language of a publication: all that its page shows, and its PDF once it is released.

    `rendered_sha256` names the PDF before it was signed: the same content renders to it again.
    """

    __tablename__ = "publication_text"
    __table_args__ = (UniqueConstraint("publication_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    headline: Mapped[str] = mapped_column(String(300))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    pdf_key: Mapped[str] = mapped_column(String(120), default="")
    pdf_sha256: Mapped[str] = mapped_column(String(64), default="", index=True)
    rendered_sha256: Mapped[str] = mapped_column(String(64), default="")

    publication: Mapped[Publication] = relationship()


class PreviewLink(Base):
    """The way in under embargo for one accredited journalist; it ends by itself and can be ended before."""

    __tablename__ = "preview_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(8))
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    publication: Mapped[Publication] = relationship()


class PreviewVisit(Base):
    """That somebody has opened something by a preview link: `what` is a page or a file, with its language."""

    __tablename__ = "preview_visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("preview_link.id", ondelete="CASCADE"), index=True)
    what: Mapped[str] = mapped_column(String(40))
    visited_at: Mapped[datetime]

    link: Mapped[PreviewLink] = relationship()


# --- What is published never changes ----------------------------------------------------------------


@event.listens_for(Session, "before_flush")
def _keep_published(session: Session, _context: UOWTransaction, _rows: Any) -> None:
    """Refuse every change of a text that has its PDF, whichever service, page or command asks for it.

    A trigger of the database keeps it from statements that do not pass here.
    """
    for row in (*session.dirty, *session.deleted):
        if not isinstance(row, PublicationText):
            continue
        if row in session.deleted:
            visible_at = row.publication.visible_at
            if row.pdf_sha256 and visible_at is not None and visible_at <= clock.now():
                raise Refusal(IMMUTABLE)
        elif session.is_modified(row):
            before = inspect(row).attrs.pdf_sha256.history
            if before.deleted[0] if before.deleted else row.pdf_sha256:
                raise Refusal(IMMUTABLE)
