"""The verbs of publishing: propose a version, release it, lift its embargo, withdraw it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from roundtable import clock, signing, storage, times
from roundtable.accounts.models import User
from roundtable.conferences.models import Meeting
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.press import queries
from roundtable.press.content import Content, digest, from_json
from roundtable.press.content_service import (
    Edition,
    Gathered,
    content_in,
    free_from,
    gathered,
    readiness,
)
from roundtable.press.document import assets_of, press_pdf
from roundtable.press.kinds import PublicationStage
from roundtable.press.models import PressSummary, Publication, PublicationText
from roundtable.press.readiness import ready_languages
from roundtable.press.slugs import slug

NO_CORRECTION = sentence("Please say in one sentence what this version corrects.")
PAST_EMBARGO = sentence("The embargo has to end in the future. Leave it empty to publish at once.")
WAITS = sentence("A version waits for its release already. Please release it or take it back first.")
UNDER_EMBARGO = sentence(
    "The last version is still under embargo. Please wait until it is public, or withdraw it first."
)
CHANGED = sentence(
    "Somebody else has changed this press summary meanwhile. Please look at it once more and publish again."
)
NOT_PROPOSED = sentence("This version does not wait for a release any more.")
SAME_PERSON = sentence(
    "This conference asks for a second pair of eyes: somebody else than who proposed the version has to "
    "release it."
)
NOT_EMBARGOED = sentence("This version is not under embargo.")
IS_WITHDRAWN = sentence("This press summary is withdrawn already.")
NOT_RELEASED = sentence("There is no released version that could be withdrawn.")
NO_REASON = sentence("Please say in one sentence why it is withdrawn; the page shows it.")


@dataclass(frozen=True)
class Wish:
    """What the press desk wants of a version: what it corrects, and until when it is under embargo."""

    correction: Texts
    embargo_until: datetime | None = None


def propose(summary: PressSummary, wish: Wish, *, by: str, user: User | None = None) -> Publication:
    """Freeze the summary as its next version, in every finished language; nobody outside sees it yet.

    Raises:
        Refusal: if something is missing, a quote is not released, another version waits, or a later
            version does not say what it corrects.
    """
    earlier = queries.publications_of(summary)
    if earlier and earlier[0].stage is PublicationStage.PROPOSED:
        raise Refusal(WAITS)
    if earlier and earlier[0].is_under_embargo:
        raise Refusal(UNDER_EMBARGO)
    if wish.embargo_until is not None and wish.embargo_until <= clock.now():
        raise Refusal(PAST_EMBARGO)
    found = gathered(summary)
    languages = ready_languages(readiness(found))
    if earlier and not wish.correction:
        raise Refusal(NO_CORRECTION)
    publication = Publication(
        summary=summary,
        slug=earlier[0].slug if earlier else _new_slug(summary.meeting),
        number=earlier[0].number + 1 if earlier else 1,
        stage=PublicationStage.PROPOSED,
        proposed_at=clock.now(),
        proposed_by=by,
        proposer_id=user.id if user else None,
        embargo_until=wish.embargo_until,
        correction=wish.correction,
    )
    db.session.add(publication)
    for language, content in _contents(found, publication, languages).items():
        db.session.add(
            PublicationText(
                publication=publication,
                language=language,
                headline=content.headline,
                content=content.to_json(),
            )
        )
    return publication


def _contents(found: Gathered, publication: Publication, languages: list[str]) -> dict[str, Content]:
    edition = Edition(publication.number, publication.embargo_until, languages, publication.correction)
    return {language: content_in(found, language, edition) for language in languages}


def contents_of(publication: Publication) -> dict[str, Content]:
    """Return what a version says, by language."""
    return {language: from_json(text.content) for language, text in queries.texts_of(publication).items()}


def has_moved_on(publication: Publication) -> bool:
    """Whether the summary says something else by now than the version that was made of it."""
    contents = contents_of(publication)
    try:
        now = _contents(gathered(publication.summary), publication, list(contents))
    except Refusal:
        return True
    return digest(now) != digest(contents)


def take_back(publication: Publication) -> None:
    """Drop a proposed version: it was never released, and its number is free again.

    Raises:
        Refusal: once it is released.
    """
    if publication.stage is not PublicationStage.PROPOSED:
        raise Refusal(NOT_PROPOSED)
    db.session.delete(publication)


# --- Release ------------------------------------------------------------------------------------------


def may_release(publication: Publication, user: User) -> bool:
    """Whether this person may release the version: where a second pair of eyes is asked for, not the proposer."""
    conference = publication.summary.meeting.conference
    return not conference.second_pair_of_eyes or user.id != publication.proposer_id


@dataclass(frozen=True)
class Ready:
    """A version before it is released: what is rendered of it, as of one instant."""

    publication_id: int
    digest: str
    moment: datetime
    contents: dict[str, Content]


def prepare_release(publication: Publication, *, by: User | None) -> Ready:
    """Check that a version may be released now, and return what has to be rendered for it.

    Raises:
        Refusal: if it is released already, the same person has proposed it where a second pair of eyes is
            asked for, or a quote in it is no longer free.
    """
    if publication.stage is not PublicationStage.PROPOSED:
        raise Refusal(NOT_PROPOSED)
    if by is not None and not may_release(publication, by):
        raise Refusal(SAME_PERSON)
    # What holds the quotes free may have changed since the version was proposed.
    ready_languages(readiness(gathered(publication.summary)))
    if has_moved_on(publication):
        raise Refusal(CHANGED)
    moment = clock.now()
    free = max(moment, publication.embargo_until or moment)
    return _ready(publication, moment, free)


def _ready(publication: Publication, moment: datetime, free: datetime) -> Ready:
    contents = contents_of(publication)
    return Ready(
        publication.id,
        digest(contents),
        moment,
        {
            language: content.free_from(free_from(publication.summary, free, language), times.stamp(free))
            for language, content in contents.items()
        },
    )


@dataclass(frozen=True)
class Rendered:
    """A finished PDF, and the hash that it had before it was signed."""

    pdf: bytes
    unsigned_sha256: str


def rendered(ready: Ready) -> dict[str, Rendered]:
    """Make and sign the PDFs. It takes seconds and asks the database nothing: end the transaction before.

    Raises:
        Refusal: if a document cannot be made or signed.
    """
    made = {}
    for language, content in ready.contents.items():
        pdf = press_pdf(content, language, assets_of(content))
        made[language] = Rendered(signing.signed(pdf, name=content.headline), hashlib.sha256(pdf).hexdigest())
    return made


def release(ready: Ready, made: dict[str, Rendered], *, by: str) -> Publication:
    """Release a version with its PDFs: the public sees it at once, or when its embargo ends.

    Raises:
        Refusal: if somebody has changed, released or taken it back in the meantime.
    """
    publication = db.session.get(Publication, ready.publication_id, with_for_update=True)
    if publication is None or publication.stage is not PublicationStage.PROPOSED:
        raise Refusal(NOT_PROPOSED)
    if digest(contents_of(publication)) != ready.digest:
        raise Refusal(CHANGED)
    # An office may have taken its release back while the documents were made.
    ready_languages(readiness(gathered(publication.summary)))
    _keep(publication, ready, made)
    publication.stage = PublicationStage.RELEASED
    publication.released_at, publication.released_by = ready.moment, by
    publication.visible_at = max(ready.moment, publication.embargo_until or ready.moment)
    return publication


def _keep(publication: Publication, ready: Ready, made: dict[str, Rendered]) -> None:
    # New rows: one that has its PDF never changes, not even before its hour.
    for text in queries.texts_of(publication).values():
        db.session.delete(text)
    db.session.flush()
    for language, content in ready.contents.items():
        pdf = made[language].pdf
        db.session.add(
            PublicationText(
                publication=publication,
                language=language,
                headline=content.headline,
                content=content.to_json(),
                pdf_key=storage.keep(pdf, kind="publications", ending="pdf"),
                pdf_sha256=hashlib.sha256(pdf).hexdigest(),
                rendered_sha256=made[language].unsigned_sha256,
            )
        )


def prepare_lifting(publication: Publication) -> Ready:
    """Return what has to be rendered anew when an embargo ends before its time.

    Raises:
        Refusal: if the version is not under embargo.
    """
    if not publication.is_under_embargo:
        raise Refusal(NOT_EMBARGOED)
    moment = clock.now()
    return _ready(publication, moment, moment)


def lift(ready: Ready, made: dict[str, Rendered], *, by: str) -> Publication:
    """End an embargo now. Nobody has seen the documents that say another hour.

    Raises:
        Refusal: if the embargo has ended meanwhile.
    """
    publication = db.session.get(Publication, ready.publication_id, with_for_update=True)
    if publication is None or not publication.is_under_embargo:
        raise Refusal(NOT_EMBARGOED)
    _keep(publication, ready, made)
    publication.visible_at, publication.lifted_by = ready.moment, by
    return publication


def withdraw(summary: PressSummary, reason: Texts, *, by: str) -> Publication:
    """Withdraw what was released: pages keep a notice, documents and pictures are gone.

    Raises:
        Refusal: if nothing is released, it is withdrawn already, or no reason is given.
    """
    released = [one for one in queries.publications_of(summary) if one.stage is PublicationStage.RELEASED]
    if not released:
        raise Refusal(NOT_RELEASED)
    if released[0].withdrawn_at is not None:
        raise Refusal(IS_WITHDRAWN)
    if not reason:
        raise Refusal(NO_REASON)
    for one in released:
        if one.withdrawn_at is None:
            one.withdrawn_at, one.withdrawn_by, one.withdrawal = clock.now(), by, reason
    return released[0]


def _new_slug(meeting: Meeting) -> str:
    day = times.wall(meeting.starts_at, ZoneInfo(meeting.zone)).date()
    wanted = slug(day, meeting.titles.in_language("en"))
    taken = set(db.session.scalars(select(Publication.slug).where(Publication.slug.startswith(wanted))))
    number = 2
    chosen = wanted
    while chosen in taken:
        chosen, number = f"{wanted}-{number}", number + 1
    return chosen
