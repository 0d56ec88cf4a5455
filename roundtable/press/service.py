"""The verbs of the press desk: begin, write, quote, clear, publish."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from roundtable import clock, dates, storage, times
from roundtable.conferences.models import Meeting
from roundtable.conferences.queries import bodies_of
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.guests.queries import zone_names_at
from roundtable.minutes.kinds import EntryKind
from roundtable.minutes.queries import minutes_of, record_of
from roundtable.minutes.record import Record, RecordEntry
from roundtable.press import composing, queries
from roundtable.press.content import (
    NO_CORRECTION,
    NOT_APPROVED,
    BodyShown,
    Content,
    PictureShown,
    QuoteShown,
    Readiness,
    ready_languages,
    words_hash,
)
from roundtable.press.document import picture_bytes, press_pdf
from roundtable.press.models import PressSummary, Publication, PublicationText, Quote
from roundtable.press.pictures import Picture
from roundtable.press.slugs import slug
from roundtable.words import paragraphs

NOT_QUOTABLE = sentence("Only statements on the record can be quoted.")
QUOTED = sentence("This statement is quoted already.")
NO_WORDS = sentence("A quote needs its words in one language at least.")
CHANGED = sentence(
    "Somebody else has changed this press summary since you opened it. Please compare and save again."
)


def approved_record(meeting: Meeting) -> Record:
    """Return what the press desk may read: the approved record without off-the-record statements.

    Raises:
        Refusal: before the minutes are approved.
    """
    minutes = minutes_of(meeting)
    if minutes is None or not minutes.is_sealed:
        raise Refusal(NOT_APPROVED)
    return record_of(minutes).common()


def begin(meeting: Meeting) -> PressSummary:
    """Begin the summary with a first draft from the approved record; return it if it stands already.

    Raises:
        Refusal: before the minutes are approved.
    """
    found = queries.summary_of(meeting)
    if found is not None:
        return found
    record = approved_record(meeting)
    languages = meeting.conference.languages
    summary = PressSummary(
        meeting=meeting,
        headlines=composing.headlines(record, languages),
        leads=composing.leads(record, languages),
        bodies=composing.bodies(record, languages),
    )
    db.session.add(summary)
    return summary


@dataclass(frozen=True)
class Words:
    """The texts of a summary, per language."""

    headlines: Texts
    leads: Texts
    bodies: Texts
    credit: str
    captions: Texts
    alternatives: Texts


def write(summary: PressSummary, words: Words, *, version: int) -> None:
    """Set the texts of a summary of which the writer has seen `version`.

    Raises:
        Refusal: if somebody else has changed it meanwhile.
    """
    if summary.version != version:
        raise Refusal(CHANGED)
    summary.headlines, summary.leads, summary.bodies = words.headlines, words.leads, words.bodies
    summary.picture_credit = words.credit
    summary.picture_captions, summary.picture_alternatives = words.captions, words.alternatives


def set_picture(summary: PressSummary, picture: Picture | None) -> None:
    """Give the summary its picture, or take it away."""
    summary.picture_key = storage.keep(picture.content, kind="pictures", ending="jpg") if picture else ""
    summary.picture_width = picture.width if picture else 0
    summary.picture_height = picture.height if picture else 0


def add_quote(summary: PressSummary, entry_id: int) -> Quote:
    """Quote a statement: its words as the record has them, not yet released.

    Raises:
        Refusal: if it is no on-the-record statement of the approved record, or quoted already.
    """
    entry = _quotable(summary, entry_id)
    if any(quote.entry_id == entry_id for quote in queries.quotes_of(summary)):
        raise Refusal(QUOTED)
    last = db.session.scalar(select(func.max(Quote.position)).where(Quote.summary_id == summary.id))
    quote = Quote(
        summary=summary, entry_id=entry.id, texts=entry.texts, position=0 if last is None else last + 1
    )
    db.session.add(quote)
    return quote


def _quotable(summary: PressSummary, entry_id: int) -> RecordEntry:
    for entry in approved_record(summary.meeting).entries(EntryKind.STATEMENT):
        if entry.id == entry_id:
            return entry
    raise Refusal(NOT_QUOTABLE)


def word_quote(quote: Quote, texts: Texts) -> None:
    """Set the words of a quote. If one letter differs, an earlier release is void.

    Raises:
        Refusal: if no language has any words.
    """
    if not texts:
        raise Refusal(NO_WORDS)
    quote.texts = texts
    if quote.cleared_hash != words_hash(texts):
        quote.cleared_by, quote.cleared_at, quote.cleared_hash = "", None, ""


def clear_quote(quote: Quote, *, by: str) -> None:
    """Record that the speaker's office has released exactly these words; `by` says who told us."""
    quote.cleared_by, quote.cleared_at = by, clock.now()
    quote.cleared_hash = words_hash(quote.texts)


def is_cleared(quote: Quote) -> bool:
    """Whether exactly the present words are released; silence is never consent."""
    return bool(quote.cleared_hash) and quote.cleared_hash == words_hash(quote.texts)


def content_in(
    summary: PressSummary,
    language: str,
    *,
    languages: list[str],
    moment: datetime,
    number: int,
    correction: Texts,
) -> Content:
    """Gather all that one language shows, as of the given instant; uncleared quotes stay out."""
    meeting = summary.meeting
    conference = meeting.conference
    zones = zone_names_at(conference.id)
    record = approved_record(meeting)
    picture = None
    if summary.picture_key:
        picture = PictureShown(
            summary.picture_captions.in_language(language),
            summary.picture_alternatives.in_language(language),
            summary.picture_credit,
            summary.picture_width,
            summary.picture_height,
        )
    return Content(
        headline=summary.headlines.in_language(language),
        lead=summary.leads.in_language(language),
        paragraphs=paragraphs(summary.bodies.in_language(language)),
        quotes=[
            _shown(quote, record, language, meeting)
            for quote in queries.quotes_of(summary)
            if is_cleared(quote)
        ],
        picture=picture,
        facts=composing.facts(record, conference.languages, language),
        bodies=[
            BodyShown(body.names.in_language(language), body.boilerplates.in_language(language))
            for body in bodies_of(conference)
        ],
        contact=[
            part
            for part in (conference.contact_name, conference.contact_email, conference.contact_phone)
            if part
        ],
        release=dates.said(moment, meeting.zone, zones, language),
        languages=languages,
        number=number,
        correction=correction.in_language(language),
    )


def _shown(quote: Quote, record: Record, language: str, meeting: Meeting) -> QuoteShown:
    entry = next(one for one in record.entries(EntryKind.STATEMENT) if one.id == quote.entry_id)
    assert entry.speaker is not None
    assert quote.cleared_at is not None
    return QuoteShown(
        words=quote.texts.in_language(language),
        language=quote.texts.language_for(language),
        who=entry.speaker.called.in_language(language),
        city=entry.speaker.city.in_language(language),
        day=dates.plain_day(times.wall(quote.cleared_at, ZoneInfo(meeting.zone)).date(), language),
    )


def _readiness(summary: PressSummary) -> Readiness:
    language = summary.meeting.conference.languages[0]
    return Readiness(
        languages=summary.meeting.conference.languages,
        headlines=summary.headlines,
        leads=summary.leads,
        bodies=summary.bodies,
        has_picture=bool(summary.picture_key),
        credit=summary.picture_credit,
        captions=summary.picture_captions,
        alternatives=summary.picture_alternatives,
        uncleared=[
            quote.entry.speaker.city.names.in_language(language) if quote.entry.speaker else ""
            for quote in queries.quotes_of(summary)
            if not is_cleared(quote)
        ],
    )


def preview(summary: PressSummary, language: str) -> bytes:
    """Return the PDF as it would be published now, marked as a draft."""
    content = content_in(
        summary,
        language,
        languages=list(summary.meeting.conference.languages),
        moment=clock.now(),
        number=len(queries.publications_of(summary)) + 1,
        correction=Texts(),
    )
    return press_pdf(content, picture_bytes(summary.picture_key), language, is_preview=True)


@dataclass(frozen=True)
class Prepared:
    """A version before it is published: what it says in each language, as of one state of the summary."""

    summary_id: int
    summary_version: int
    slug: str
    number: int
    moment: datetime
    correction: Texts
    picture_key: str
    contents: dict[str, Content]


def prepare(summary: PressSummary, *, correction: Texts) -> Prepared:
    """Gather the next version in every finished language.

    Raises:
        Refusal: if something is missing, a quote is not released, or a later version does not
            say what it corrects.
    """
    languages = ready_languages(_readiness(summary))
    earlier = queries.publications_of(summary)
    if earlier and not correction:
        raise Refusal(NO_CORRECTION)
    moment, number = clock.now(), len(earlier) + 1
    return Prepared(
        summary_id=summary.id,
        summary_version=summary.version,
        slug=earlier[0].slug if earlier else _new_slug(summary.meeting),
        number=number,
        moment=moment,
        correction=correction,
        picture_key=summary.picture_key,
        contents={
            language: content_in(
                summary, language, languages=languages, moment=moment, number=number, correction=correction
            )
            for language in languages
        },
    )


def rendered(prepared: Prepared) -> dict[str, bytes]:
    """Make the PDFs. It takes seconds and asks the database nothing: end the transaction before.

    Raises:
        Refusal: if a document cannot be made.
    """
    picture = picture_bytes(prepared.picture_key)
    return {
        language: press_pdf(content, picture, language) for language, content in prepared.contents.items()
    }


def publish(prepared: Prepared, pdfs: dict[str, bytes], *, by: str) -> Publication:
    """Make a new, immutable version of what was prepared and rendered.

    Raises:
        Refusal: if somebody has changed or published the summary in the meantime.
    """
    summary = db.session.get_one(PressSummary, prepared.summary_id)
    number = len(queries.publications_of(summary)) + 1
    if (summary.version, number) != (prepared.summary_version, prepared.number):
        raise Refusal(CHANGED)
    publication = Publication(
        summary=summary,
        slug=prepared.slug,
        number=prepared.number,
        published_at=prepared.moment,
        published_by=by,
        correction=prepared.correction,
        picture_key=prepared.picture_key,
    )
    db.session.add(publication)
    for language, content in prepared.contents.items():
        db.session.add(
            PublicationText(
                publication=publication,
                language=language,
                headline=content.headline,
                content=content.to_json(),
                pdf_key=storage.keep(pdfs[language], kind="publications", ending="pdf"),
                pdf_sha256=hashlib.sha256(pdfs[language]).hexdigest(),
            )
        )
    return publication


def _new_slug(meeting: Meeting) -> str:
    day = times.wall(meeting.starts_at, ZoneInfo(meeting.zone)).date()
    wanted = slug(day, meeting.titles.in_language("en"))
    taken = set(db.session.scalars(select(Publication.slug).where(Publication.slug.startswith(wanted))))
    number = 2
    chosen = wanted
    while chosen in taken:
        chosen, number = f"{wanted}-{number}", number + 1
    return chosen
