"""Reads of the press room: what a reader may see, with all its addresses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort
from sqlalchemy import func, select

from roundtable.db import db
from roundtable.mail.letters import public_address
from roundtable.press import queries
from roundtable.press.content import from_json
from roundtable.press.models import Publication, PublicationText
from roundtable.press_room.editions import Edition


def _first_instants(summary_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when the first version of each summary became public."""
    rows = db.session.execute(
        select(Publication.summary_id, func.min(Publication.visible_at))
        .where(Publication.summary_id.in_(summary_ids), queries.is_public())
        .group_by(Publication.summary_id)
    )
    return {key: first for key, first in rows if first is not None}


def editions(texts: Sequence[PublicationText]) -> list[Edition]:
    """Return what these public texts say, with the addresses of everything about them; one question to the database."""
    first = _first_instants([one.publication.summary_id for one in texts]) if texts else {}
    return [_edition(one, first[one.publication.summary_id]) for one in texts]


def _edition(text: PublicationText, first_at: datetime) -> Edition:
    publication = text.publication
    content = from_json(text.content)
    assert publication.visible_at is not None
    here = {"slug": publication.slug, "number": publication.number}
    return Edition(
        slug=publication.slug,
        number=publication.number,
        language=text.language,
        content=content,
        first_at=first_at,
        visible_at=publication.visible_at,
        pdf_sha256=text.pdf_sha256,
        is_signed=bool(text.rendered_sha256) and text.rendered_sha256 != text.pdf_sha256,
        address=public_address("room.page", slug=publication.slug, language=text.language),
        addresses={
            code: public_address("room.page", slug=publication.slug, language=code)
            for code in content.languages
        },
        pdf=public_address("room.pdf", **here, language=text.language),
        pictures=tuple(
            public_address("room.picture", **here, place=place)
            for place in range(1, len(content.pictures) + 1)
        ),
    )


def under_embargo(text: PublicationText, address_of: Callable[..., str]) -> Edition:
    """Return what a text says to a journalist; `address_of` makes the addresses behind the link."""
    content = from_json(text.content)
    visible_at = text.publication.visible_at
    assert visible_at is not None
    return Edition(
        slug=text.publication.slug,
        number=text.publication.number,
        language=text.language,
        content=content,
        first_at=visible_at,
        visible_at=visible_at,
        pdf_sha256="",
        is_signed=False,
        address=address_of("preview.page", language=text.language),
        addresses={code: address_of("preview.page", language=code) for code in content.languages},
        pdf=address_of("preview.pdf", language=text.language),
        pictures=tuple(
            address_of("preview.picture", place=place) for place in range(1, len(content.pictures) + 1)
        ),
    )


@dataclass(frozen=True)
class Found:
    """A public version with one of its texts, the number of the newest one, and since when the first is public."""

    text: PublicationText
    publication: Publication
    newest: int
    first_at: datetime

    @property
    def is_newest(self) -> bool:
        return self.newest == self.publication.number


def found_or_404(slug: str, language: str, number: int | None = None) -> Found:
    """Return one language of a public version, the newest where no number is given.

    What is not public is not there: the same 404 as for an address that was never given.
    """
    found = queries.public_text(slug, language, number)
    if found is None:
        abort(404)
    text, newest, first_at = found
    return Found(text, text.publication, newest, first_at)


def not_withdrawn(publication: Publication) -> Publication:
    """Return the publication unless it is withdrawn: its files are gone then."""
    if publication.withdrawn_at is not None:
        abort(410)
    return publication


def edition_of(found: Found) -> Edition:
    """Return what a public text says."""
    return _edition(found.text, found.first_at)
