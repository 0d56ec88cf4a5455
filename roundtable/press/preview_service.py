"""Preview links: journalists who are told beforehand read under embargo, each by an own link."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload

from roundtable import clock, dates, tokens
from roundtable.audit.service import came_by
from roundtable.conferences.queries import bodies_of
from roundtable.conferences.service import pace_key
from roundtable.db import db, writing
from roundtable.errors import Refusal, sentence
from roundtable.guests.queries import zone_names_at
from roundtable.invitations import letters
from roundtable.invitations.letter_kind import GREETING, LetterKind
from roundtable.languages import later as _l
from roundtable.languages import speaking
from roundtable.links import Owner, Purpose, owner_id_in
from roundtable.mail import outbox
from roundtable.mail.filling import link_placeholder
from roundtable.mail.letters import public_address
from roundtable.mail.outbox import Envelope
from roundtable.press.models import PreviewLink, PreviewVisit, Publication

NOT_UNDER_EMBARGO = sentence(
    "Preview links are for a released version under embargo. This one is not under embargo now."
)


PREVIEW = LetterKind(
    "preview",
    _l("Preview under embargo to a journalist"),
    sentence("Under embargo: {title}"),
    (
        GREETING,
        sentence("The press release about “{title}” is ready for you to read before it is published:"),
        "{link}",
        sentence("It is under embargo until {when}."),
        sentence("The link is for {who} only and ends {deadline}; please do not pass it on."),
    ),
    frozenset({"link"}),
    frozenset({"when", "deadline"}),
    sentence("Read under embargo"),
)


@dataclass(frozen=True)
class Journalist:
    """For whom a link is: name and newsroom, mail address if it shall go by letter, language of the page."""

    name: str
    email: str
    language: str


def add_link(publication: Publication, journalist: Journalist, *, days: int, by: str) -> PreviewLink:
    """Make a link for a journalist that ends by itself after so many days.

    Raises:
        Refusal: if the version is not under embargo.
    """
    if not publication.is_under_embargo:
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
    if journalist.email:
        db.session.flush()
        _write(link)
    return link


def _write(link: PreviewLink) -> None:
    """Send the journalist the link. The letter says what it is about, and nothing of what the text says."""
    meeting = link.publication.summary.meeting
    conference, language = meeting.conference, link.language
    bodies = bodies_of(conference)
    zones = zone_names_at(conference.id)
    until = link.publication.visible_at
    assert until is not None
    with speaking(language):
        subject, body = letters.worded(PREVIEW, None)
        sheet = letters.Sheet(
            PREVIEW, language, subject, body, [(link.name, link_placeholder("preview", link.id))], link.name
        )
        title = meeting.titles.in_language(language)
        words = {
            "title": title,
            "when": dates.said(until, meeting.zone, zones, language),
            "deadline": dates.said(link.ends_at, meeting.zone, zones, language),
        }
        sender = letters.sender_of(conference, bodies, language)
        draft = letters.without_session(sheet, conference, bodies, title=title, over=sender, words=words)
    outbox.queue(
        draft,
        Envelope(
            key=f"preview/{link.id}",
            topic=f"previews/{link.publication_id}",
            recipient=(link.name, link.email),
            sender=(sender, conference.sender_email),
            reply_to=(conference.contact_name, conference.contact_email),
            pace_key=pace_key(conference),
        ),
    )


def end_link(link: PreviewLink) -> None:
    """End a link now; ending it twice is one end."""
    link.ended_at = link.ended_at or clock.now()


def _owner(link: PreviewLink) -> Owner:
    return Owner(link.id, link.publication_id, 1)


def address_of(link: PreviewLink) -> str:
    """Return the whole address of a preview link; it is made from what we know, never stored."""
    return public_address("preview.entry", token=tokens.token_of(_owner(link), Purpose.PREVIEW))


def addresses_of(keys: Iterable[int]) -> dict[int, str]:
    """Return the addresses of those of these preview links that still open something: for letters."""
    found = db.session.scalars(
        select(PreviewLink).where(PreviewLink.id.in_(set(keys)), PreviewLink.ended_at.is_(None))
    )
    return {link.id: address_of(link) for link in found}


def link_of(token: str) -> PreviewLink | None:
    """Return the link with this token while it opens anything; wrong, old and ended ones are alike None."""
    link = db.session.scalar(
        select(PreviewLink)
        .where(PreviewLink.id == (owner_id_in(token) or 0))
        .options(joinedload(PreviewLink.publication).joinedload(Publication.summary))
    )
    owner = _owner(link) if link is not None else Owner(0, 0, 0)
    if not tokens.opens(token, owner, Purpose.PREVIEW) or link is None:
        return None
    if link.ended_at is not None or link.ends_at <= clock.now() or link.publication.withdrawn_at is not None:
        return None
    if link.publication.released_at is None:
        return None
    came_by("preview_link", link.id, 1)
    return link


def note_visit(link: PreviewLink, what: str) -> None:
    """Note that something was opened by a link.

    On a connection of its own: the page is only read, and its transaction must not become a writing one.
    """
    row = {"link_id": link.id, "what": what[:40], "visited_at": clock.now()}
    with writing(), db.engine.begin() as connection:
        connection.execute(insert(PreviewVisit).values(row))
