"""Preview links: journalists who are told beforehand read under embargo, each by an own link."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload

from roundtable import clock
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.guests import links
from roundtable.guests.links import Owner
from roundtable.guests.queries import key_for
from roundtable.mail.letters import public_address
from roundtable.press.kinds import PublicationStage
from roundtable.press.models import PreviewLink, PreviewVisit, Publication

NOT_UNDER_EMBARGO = sentence(
    "Preview links are for a released version under embargo. This one is not under embargo now."
)


@dataclass(frozen=True)
class Journalist:
    """For whom a link is: name and newsroom, mail address if known, language of the page."""

    name: str
    email: str
    language: str


def is_under_embargo(publication: Publication) -> bool:
    """Whether a version is released, and its hour has not come."""
    return (
        publication.stage is PublicationStage.RELEASED
        and publication.withdrawn_at is None
        and publication.visible_at is not None
        and publication.visible_at > clock.now()
    )


def add_link(publication: Publication, journalist: Journalist, *, days: int, by: str) -> PreviewLink:
    """Make a link for a journalist that ends by itself after so many days.

    Raises:
        Refusal: if the version is not under embargo.
    """
    if not is_under_embargo(publication):
        raise Refusal(NOT_UNDER_EMBARGO)
    link = PreviewLink(
        publication=publication,
        name=journalist.name,
        email=journalist.email,
        language=journalist.language,
        made_by=by,
        made_at=clock.now(),
        ends_at=clock.now() + timedelta(days=days),
    )
    db.session.add(link)
    return link


def end_link(link: PreviewLink) -> None:
    """End a link now; ending it twice is one end."""
    link.ended_at = link.ended_at or clock.now()


def _owner(link: PreviewLink) -> Owner:
    return Owner(link.id, link.publication_id, 1)


def address_of(link: PreviewLink) -> str:
    """Return the whole address of a preview link; it is made from what we know, never stored."""
    token = links.token(_owner(link), key_for(links.Purpose.PREVIEW))
    return public_address("preview.entry", token=token)


def link_of(token: str) -> PreviewLink | None:
    """Return the link with this token while it opens anything; wrong, old and ended ones are alike None."""
    link = db.session.scalar(
        select(PreviewLink)
        .where(PreviewLink.id == (links.owner_id_in(token) or 0))
        .options(joinedload(PreviewLink.publication).joinedload(Publication.summary))
    )
    owner = _owner(link) if link is not None else Owner(0, 0, 0)
    if not links.proves(token, owner, key_for(links.Purpose.PREVIEW)) or link is None:
        return None
    if link.ended_at is not None or link.ends_at <= clock.now() or link.publication.withdrawn_at is not None:
        return None
    return link


def note_visit(link: PreviewLink, what: str) -> None:
    """Note that something was opened by a link.

    On a connection of its own: the page is only read, and its transaction must not become a writing one.
    """
    row = {"link_id": link.id, "what": what[:40], "visited_at": clock.now()}
    with db.engine.begin() as connection:
        connection.execute(insert(PreviewVisit).values(row))
