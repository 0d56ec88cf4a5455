"""Reads of press summaries and publications."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased, contains_eager, joinedload

from roundtable import clock
from roundtable.conferences.models import Meeting
from roundtable.db import UtcInstant, db
from roundtable.minutes.models import Entry
from roundtable.press.kinds import BlockKind, PublicationStage
from roundtable.press.models import (
    Block,
    Clearance,
    PressSummary,
    PreviewLink,
    PreviewVisit,
    Publication,
    PublicationText,
)


def summary_of(meeting: Meeting) -> PressSummary | None:
    """Return the press summary of a meeting, if somebody has begun it."""
    return db.session.scalar(_summary(), {"meeting": meeting.id})


@cache
def _summary() -> Select[PressSummary]:
    return (
        select(PressSummary)
        .where(PressSummary.meeting_id == bindparam("meeting"))
        .options(joinedload(PressSummary.meeting).joinedload(Meeting.conference))
    )


def blocks_of(summary: PressSummary) -> list[Block]:
    """Return the parts of a summary in their order, with pictures, speakers and cities."""
    return list(
        db.session.scalars(
            select(Block)
            .options(joinedload(Block.picture), joinedload(Block.entry).joinedload(Entry.speaker))
            .where(Block.summary_id == summary.id)
            .order_by(Block.position, Block.id)
        )
    )


def clearances_of(blocks: Sequence[Block]) -> dict[int, list[Clearance]]:
    """Return the requests about each quote among these parts, the oldest first."""
    keys = [block.id for block in blocks if block.kind is BlockKind.QUOTE]
    found: dict[int, list[Clearance]] = {key: [] for key in keys}
    if keys:
        rows = db.session.scalars(
            select(Clearance).where(Clearance.block_id.in_(keys)).order_by(Clearance.id)
        )
        for row in rows:
            found[row.block_id].append(row)
    return found


def publications_of(summary: PressSummary) -> list[Publication]:
    """Return the publications of a summary, the newest first."""
    return list(
        db.session.scalars(
            select(Publication)
            .where(Publication.summary_id == summary.id)
            .order_by(Publication.number.desc())
        )
    )


def texts_of(publication: Publication) -> dict[str, PublicationText]:
    """Return the texts of a publication by language."""
    rows = db.session.scalars(
        select(PublicationText)
        .where(PublicationText.publication_id == publication.id)
        .order_by(PublicationText.id)
    )
    return {row.language: row for row in rows}


def preview_links_of(publications: Sequence[Publication]) -> list[tuple[PreviewLink, int]]:
    """Return the preview links of these versions with how often each was used, the newest first."""
    visits = (
        select(PreviewVisit.link_id, func.count().label("number")).group_by(PreviewVisit.link_id).subquery()
    )
    rows = db.session.execute(
        select(PreviewLink, func.coalesce(visits.c.number, 0))
        .outerjoin(visits, visits.c.link_id == PreviewLink.id)
        .where(PreviewLink.publication_id.in_([one.id for one in publications]))
        .order_by(PreviewLink.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def visits_by(link: PreviewLink) -> list[PreviewVisit]:
    """Return what was opened by a preview link, the newest first."""
    return list(
        db.session.scalars(
            select(PreviewVisit)
            .where(PreviewVisit.link_id == link.id)
            .order_by(PreviewVisit.id.desc())
            .limit(200)
        )
    )


# --- What the public sees: everything below asks the clock ------------------------------------------------


def is_public(
    publication: type[Publication] = Publication, now: BindParameter[datetime] | None = None
) -> ColumnElement[bool]:
    """Return the condition under which the public may know of a version: it is released and its hour has come."""
    hour = clock.now() if now is None else now
    return (publication.stage == PublicationStage.RELEASED) & (publication.visible_at <= hour)


def public_version(slug: str, number: int | None = None) -> Publication | None:
    """Return the newest version that the public sees under an address, or the one with the number."""
    found = select(Publication).where(Publication.slug == slug, is_public())
    if number is not None:
        found = found.where(Publication.number == number)
    return db.session.scalar(
        found.order_by(Publication.number.desc()).limit(1).options(joinedload(Publication.summary))
    )


def public_text(
    slug: str, language: str, number: int | None = None
) -> tuple[PublicationText, int, datetime] | None:
    """Return one language of the newest public version, or of the one with the number.

    With it come the number of the newest public version and the instant at which the first one became public.
    """
    wanted = {"slug": slug, "language": language, "number": number, "now": clock.now()}
    row = db.session.execute(_public_text(), wanted).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


@cache
def _public_text() -> Select[PublicationText, int, datetime]:
    """Return the statement of `public_text`; it is asked most of all, and to build it takes longer than to ask it."""
    now = bindparam("now", type_=UtcInstant)
    other = aliased(Publication)
    others = select(func.max(other.number)).where(other.slug == bindparam("slug"))
    newest = others.where(is_public(other, now)).scalar_subquery()
    first = (
        select(func.min(other.visible_at))
        .where(other.summary_id == Publication.summary_id, is_public(other, now))
        .correlate(Publication)
        .scalar_subquery()
    )
    return (
        select(PublicationText, newest, first)
        .join(PublicationText.publication)
        .options(contains_eager(PublicationText.publication))
        .where(
            Publication.slug == bindparam("slug"),
            PublicationText.language == bindparam("language"),
            Publication.number == func.coalesce(bindparam("number", type_=Integer), newest),
            is_public(Publication, now),
        )
    )


_NEWEST_FIRST = (Publication.visible_at.desc(), Publication.id.desc())


def _is_newest() -> ColumnElement[bool]:
    """Whether a publication is the newest public version of its summary, and was not withdrawn."""
    other = aliased(Publication)
    newest = (
        select(func.max(other.number))
        .where(other.slug == Publication.slug, is_public(other))
        .scalar_subquery()
    )
    return and_(Publication.number == newest, is_public(), Publication.withdrawn_at.is_(None))


def _texts() -> Select[PublicationText]:
    return (
        select(PublicationText)
        .join(PublicationText.publication)
        .options(contains_eager(PublicationText.publication))
        .order_by(*_NEWEST_FIRST)
    )


def public_texts(*, language: str | None = None, most: int = 100) -> list[PublicationText]:
    """Return the newest public version of every summary, the newest first; withdrawn ones are left out."""
    found = _texts().where(_is_newest()).limit(most)
    if language is not None:
        found = found.where(PublicationText.language == language)
    return list(db.session.scalars(found))


def public_page(before: Publication | None, most: int) -> list[PublicationText]:
    """Return the texts, in all languages, of the newest public version of so many summaries, the newest first.

    With `before`, of those that stand after this one in the list.
    """
    ids = select(Publication.id).where(_is_newest()).order_by(*_NEWEST_FIRST).limit(most)
    if before is not None:
        place = tuple_(literal(before.visible_at), literal(before.id))
        ids = ids.where(tuple_(Publication.visible_at, Publication.id) < place)
    return list(db.session.scalars(_texts().where(Publication.id.in_(ids.scalar_subquery()))))


def public_publication(key: int) -> Publication | None:
    """Return a publication that the public may see."""
    return db.session.scalar(select(Publication).where(Publication.id == key, is_public()))


def public_hash(digest: str) -> PublicationText | None:
    """Return the public text whose PDF has this SHA-256; one under embargo is not known to anybody."""
    return db.session.scalar(
        select(PublicationText)
        .join(PublicationText.publication)
        .options(contains_eager(PublicationText.publication))
        .where(PublicationText.pdf_sha256 == digest, is_public())
        .limit(1)
    )
