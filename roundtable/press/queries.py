"""Reads of press summaries and publications."""

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from roundtable.conferences.models import Meeting
from roundtable.db import db
from roundtable.minutes.models import Entry
from roundtable.press.models import PressSummary, Publication, PublicationText, Quote


def summary_of(meeting: Meeting) -> PressSummary | None:
    """Return the press summary of a meeting, if somebody has begun it."""
    return db.session.scalar(
        select(PressSummary)
        .where(PressSummary.meeting_id == meeting.id)
        .options(joinedload(PressSummary.meeting))
    )


def quotes_of(summary: PressSummary) -> list[Quote]:
    """Return the quotes of a summary in their order, with speakers and cities."""
    return list(
        db.session.scalars(
            select(Quote)
            .options(joinedload(Quote.entry).joinedload(Entry.speaker))
            .where(Quote.summary_id == summary.id)
            .order_by(Quote.position, Quote.id)
        )
    )


def publications_of(summary: PressSummary) -> list[Publication]:
    """Return the publications of a summary, the newest first."""
    return list(
        db.session.scalars(
            select(Publication)
            .where(Publication.summary_id == summary.id)
            .order_by(Publication.number.desc())
        )
    )


def newest_text(slug: str, language: str, number: int | None = None) -> PublicationText | None:
    """Return one language of a publication: its newest version, or the one with the number."""
    found = (
        select(PublicationText)
        .join(PublicationText.publication)
        .options(contains_eager(PublicationText.publication))
        .where(Publication.slug == slug, PublicationText.language == language)
        .order_by(Publication.number.desc())
        .limit(1)
    )
    if number is not None:
        found = found.where(Publication.number == number)
    return db.session.scalar(found)


def newest_publication(slug: str) -> Publication | None:
    """Return the newest publication under an address."""
    return db.session.scalar(
        select(Publication).where(Publication.slug == slug).order_by(Publication.number.desc()).limit(1)
    )


def published(language: str, *, most: int = 100) -> list[PublicationText]:
    """Return the newest version of every summary in the language, the newest first."""
    other = aliased(Publication)
    newest = select(func.max(other.number)).where(other.slug == Publication.slug).scalar_subquery()
    return list(
        db.session.scalars(
            select(PublicationText)
            .join(PublicationText.publication)
            .options(contains_eager(PublicationText.publication))
            .where(PublicationText.language == language, Publication.number == newest)
            .order_by(Publication.published_at.desc(), Publication.id.desc())
            .limit(most)
        )
    )
