"""The verbs of distribution: keep lists, send a version to them once it is public, let newsrooms leave."""

import hashlib
from collections.abc import Iterable, Sequence

from flask_babel import gettext
from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

from roundtable import addresses, clock, tokens
from roundtable.audit.service import came_by
from roundtable.conferences.models import Body, Conference
from roundtable.conferences.queries import bodies_of
from roundtable.conferences.service import pace_key
from roundtable.db import db
from roundtable.distribution.entering import Entered
from roundtable.distribution.models import Dispatch, Newsroom, PressList
from roundtable.errors import Refusal, sentence
from roundtable.invitations import letters
from roundtable.invitations.letter_kind import GREETING, LetterKind
from roundtable.languages import later as _l
from roundtable.languages import speaking
from roundtable.links import Owner, Purpose, owner_id_in
from roundtable.mail import outbox
from roundtable.mail.filling import link_placeholder
from roundtable.mail.letters import public_address
from roundtable.mail.models import FAILED, Letter
from roundtable.mail.outbox import Draft, Envelope
from roundtable.press.kinds import PublicationStage
from roundtable.press.models import Publication, PublicationText
from roundtable.press.queries import is_public, texts_of

NAMED = sentence("There is a list with this name already.")
NOT_RELEASED = sentence("Only a released version can be sent. Please release it first.")

PRESS_RELEASE = LetterKind(
    "press-release",
    _l("Press release to a newsroom"),
    sentence("Press release: {headline}"),
    (
        GREETING,
        "{lead}",
        sentence("The whole text, with PDF and pictures for printing:"),
        "{link}",
        "{next}",
        "{links}",
    ),
    frozenset({"link"}),
    frozenset({"headline", "lead", "next", "links"}),
    sentence("Read the press release"),
)


def topic(press_list_id: int) -> str:
    """Return the topic under which letters to a list stand in the outbox."""
    return f"press-list/{press_list_id}"


def add_list(conference: Conference, name: str) -> PressList:
    """Add a list.

    Raises:
        Refusal: if there is one with this name.
    """
    if db.session.scalar(
        select(PressList.id).where(PressList.conference_id == conference.id, PressList.name == name)
    ):
        raise Refusal(NAMED)
    made = PressList(conference=conference, name=name)
    db.session.add(made)
    return made


def add_newsrooms(press_list: PressList, entered: Sequence[Entered], *, language: str, by: str) -> int:
    """Put newsrooms on a list, each once; those that have unsubscribed stay away. Return how many are new."""
    known = set(db.session.scalars(select(Newsroom.email_key).where(Newsroom.list_id == press_list.id)))
    new = [one for one in entered if addresses.key(one.email) not in known]
    db.session.add_all(
        Newsroom(
            press_list=press_list,
            name=one.name,
            email=one.email,
            email_key=addresses.key(one.email),
            language=language,
            added_by=by,
            added_at=clock.now(),
        )
        for one in new
    )
    return len(new)


def lists_of(conference: Conference) -> list[tuple[PressList, int]]:
    """Return the lists of a conference with how many newsrooms get letters by each."""
    counts = (
        select(Newsroom.list_id, func.count().label("number"))
        .where(Newsroom.unsubscribed_at.is_(None))
        .group_by(Newsroom.list_id)
        .subquery()
    )
    rows = db.session.execute(
        select(PressList, func.coalesce(counts.c.number, 0))
        .outerjoin(counts, counts.c.list_id == PressList.id)
        .where(PressList.conference_id == conference.id)
        .order_by(PressList.name, PressList.id)
    )
    return [(row[0], row[1]) for row in rows]


def newsrooms_of(press_list: PressList) -> list[Newsroom]:
    """Return who is on a list, by name."""
    return list(
        db.session.scalars(
            select(Newsroom).where(Newsroom.list_id == press_list.id).order_by(Newsroom.name, Newsroom.id)
        )
    )


def unreachable(press_list: PressList) -> dict[str, str]:
    """Return the addresses whose newest letter was refused or came back, with what the mail server said."""
    newest = (
        select(func.max(Letter.id))
        .where(Letter.topic == topic(press_list.id))
        .group_by(Letter.recipient_email)
    )
    rows = db.session.execute(
        select(Letter.recipient_email, Letter.last_error).where(
            Letter.id.in_(newest), Letter.state.in_(FAILED)
        )
    )
    return {addresses.key(email): error for email, error in rows}


def remove_list(press_list: PressList) -> None:
    """Remove a list with everybody on it."""
    db.session.execute(delete(Newsroom).where(Newsroom.list_id == press_list.id))
    db.session.execute(delete(Dispatch).where(Dispatch.list_id == press_list.id))
    db.session.delete(press_list)


# --- Sending ---------------------------------------------------------------------------------------------


def send_to(publication: Publication, press_lists: Sequence[PressList], *, by: str) -> int:
    """Note that a version shall go to these lists; return to how many it was not going already.

    The letters are written when the version is public, never before.

    Raises:
        Refusal: if the version is not released.
    """
    if publication.stage is not PublicationStage.RELEASED or publication.withdrawn_at is not None:
        raise Refusal(NOT_RELEASED)
    known = set(db.session.scalars(select(Dispatch.list_id).where(Dispatch.publication_id == publication.id)))
    new = [one for one in press_lists if one.id not in known]
    db.session.add_all(
        Dispatch(publication=publication, press_list=one, asked_by=by, asked_at=clock.now()) for one in new
    )
    return len(new)


def dispatches_of(publication: Publication) -> list[Dispatch]:
    """Return where a version goes, or has gone."""
    return list(
        db.session.scalars(
            select(Dispatch)
            .where(Dispatch.publication_id == publication.id)
            .options(joinedload(Dispatch.press_list))
            .order_by(Dispatch.id)
        )
    )


def due() -> list[int]:
    """Return the dispatches that wait, and whose version the public sees now."""
    return list(
        db.session.scalars(
            select(Dispatch.id)
            .join(Dispatch.publication)
            .where(Dispatch.sent_at.is_(None), is_public(), Publication.withdrawn_at.is_(None))
            .order_by(Dispatch.id)
        )
    )


def send(dispatch_id: int) -> int:
    """Write the letters of a dispatch: one to each newsroom that can be reached; return their number."""
    dispatch = db.session.get(Dispatch, dispatch_id, with_for_update=True)
    if dispatch is None or dispatch_id not in due():
        return 0
    press_list, publication = dispatch.press_list, dispatch.publication
    lost = unreachable(press_list)
    texts = texts_of(publication)
    # Asked once: a list may have thousands.
    bodies = bodies_of(press_list.conference)
    sent = 0
    for newsroom in newsrooms_of(press_list):
        if newsroom.unsubscribed_at is None and newsroom.email_key not in lost:
            text = texts.get(newsroom.language) or next(iter(texts.values()))
            sent += _post(newsroom, text, press_list.conference, bodies)
    dispatch.sent_at, dispatch.letters = clock.now(), sent
    return max(1, sent)


def _post(newsroom: Newsroom, text: PublicationText, conference: Conference, bodies: Sequence[Body]) -> bool:
    publication = text.publication
    sender = letters.sender_of(conference, bodies, text.language)
    letter = outbox.queue(
        _draft(newsroom, text, conference, bodies, sender),
        Envelope(
            # One letter for each address and version, on however many lists it stands.
            key=f"press/{publication.id}/{hashlib.sha256(newsroom.email_key.encode()).hexdigest()}",
            topic=topic(newsroom.list_id),
            recipient=(newsroom.name, newsroom.email),
            sender=(sender, conference.sender_email),
            reply_to=(conference.contact_name, conference.contact_email),
            unsubscribe_path=link_placeholder("newsroom", newsroom.id),
            pace_key=pace_key(conference),
        ),
    )
    return letter is not None


def _draft(
    newsroom: Newsroom, text: PublicationText, conference: Conference, bodies: Sequence[Body], sender: str
) -> Draft:
    language = text.language
    page = public_address("room.page", slug=text.publication.slug, language=language)
    pdf = public_address(
        "room.pdf", slug=text.publication.slug, number=text.publication.number, language=language
    )
    with speaking(language):
        correction = text.content["correction"]
        following = [gettext("Corrected version: %(what)s", what=correction)] if correction else []
        addresses = [
            (gettext("Download as PDF"), pdf),
            (
                gettext("Get none of these letters any more; the press desk has put you on its list"),
                link_placeholder("newsroom", newsroom.id),
            ),
        ]
        subject, body = letters.worded(PRESS_RELEASE, None)
        sheet = letters.Sheet(PRESS_RELEASE, language, subject, body, [(newsroom.name, page)], newsroom.name)
        words = {
            "headline": text.headline,
            "lead": text.content["lead"],
            "next": " ".join(following),
            "links": "; ".join(f"{said}: {address}" for said, address in addresses),
        }
        return letters.without_session(
            sheet,
            conference,
            bodies,
            title=text.headline,
            over=sender,
            words=words,
            blocks={"next": following, "links": addresses},
        )


# --- Leaving ---------------------------------------------------------------------------------------------


def _owner(newsroom: Newsroom) -> Owner:
    return Owner(newsroom.id, newsroom.list_id, 1)


def leaving_addresses(keys: Iterable[int]) -> dict[int, str]:
    """Return where those of these newsrooms that are still on a list leave it: for letters."""
    found = db.session.scalars(select(Newsroom).where(Newsroom.id.in_(set(keys))))
    return {
        one.id: public_address("newsrooms.leave", token=tokens.token_of(_owner(one), Purpose.NEWSROOM))
        for one in found
    }


def newsroom_of(token: str) -> Newsroom | None:
    """Return whose link this is; wrong ones are None."""
    newsroom = db.session.scalar(
        select(Newsroom)
        .where(Newsroom.id == (owner_id_in(token) or 0))
        .options(joinedload(Newsroom.press_list).joinedload(PressList.conference))
    )
    owner = _owner(newsroom) if newsroom is not None else Owner(0, 0, 0)
    if not tokens.opens(token, owner, Purpose.NEWSROOM) or newsroom is None:
        return None
    came_by("newsroom", newsroom.id, 1)
    return newsroom


def leave(newsroom: Newsroom) -> None:
    """Let a newsroom leave every list of the conference: it has asked for no letters, not for fewer."""
    same = db.session.scalars(
        select(Newsroom)
        .join(Newsroom.press_list)
        .where(
            PressList.conference_id == newsroom.press_list.conference_id,
            Newsroom.email_key == newsroom.email_key,
            Newsroom.unsubscribed_at.is_(None),
        )
    )
    for one in same:
        one.unsubscribed_at = clock.now()


def come_back(newsroom: Newsroom) -> None:
    """Let a newsroom onto this list again; it has said so itself, on its own page."""
    newsroom.unsubscribed_at = None
