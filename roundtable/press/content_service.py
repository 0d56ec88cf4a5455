"""Gathering what a version of a summary says in each language, from its parts as they stand now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from roundtable import dates, times
from roundtable.conferences.queries import bodies_of
from roundtable.db import Texts
from roundtable.guests.queries import zone_names_at
from roundtable.minutes.kinds import EntryKind
from roundtable.minutes.record import Person, Record
from roundtable.press import clearing, queries
from roundtable.press.block_service import approved_record
from roundtable.press.composing import AT_THE_TABLE
from roundtable.press.content import BodyShown, Content, Part, PictureShown, QuoteShown
from roundtable.press.kinds import BlockKind
from roundtable.press.models import Block, Clearance, PressSummary
from roundtable.press.readiness import PictureGiven, Readiness, Reading, reading
from roundtable.words import paragraphs


@dataclass(frozen=True)
class Gathered:
    """A summary with all that its pages and documents are made of, read once."""

    summary: PressSummary
    record: Record
    blocks: Sequence[Block]
    requests: Mapping[int, Sequence[Clearance]]

    def one(self, kind: BlockKind) -> Block | None:
        """Return the part of a kind of which there is one."""
        return next((block for block in self.blocks if block.kind is kind), None)

    def texts(self, kind: BlockKind) -> Texts:
        """Return the words of such a part."""
        block = self.one(kind)
        return block.texts if block else Texts()

    def speaker(self, block: Block) -> Person | None:
        """Return whose words a quote has."""
        entries = self.record.entries(EntryKind.STATEMENT)
        return next((entry.speaker for entry in entries if entry.id == block.entry_id), None)

    def unreleased(self, block: Block) -> list[str]:
        """Return the languages of a quote whose words are not released."""
        return clearing.unreleased(block.texts, clearing.released_words(self.requests[block.id]))


def gathered(summary: PressSummary) -> Gathered:
    """Read a summary.

    Raises:
        Refusal: if its minutes are not approved.
    """
    blocks = queries.blocks_of(summary)
    return Gathered(summary, approved_record(summary.meeting), blocks, queries.clearances_of(blocks))


def readiness(found: Gathered) -> Readiness:
    """Return what publishing asks about a summary."""
    conference = found.summary.meeting.conference
    language = conference.languages[0]
    uncleared = []
    for block in found.blocks:
        if block.kind is BlockKind.QUOTE and (languages := found.unreleased(block)):
            speaker = found.speaker(block)
            uncleared.append((speaker.city.in_language(language) if speaker else "", languages))
    return Readiness(
        languages=conference.languages,
        headline=found.texts(BlockKind.HEADLINE),
        lead=found.texts(BlockKind.LEAD),
        paragraphs=[one.texts for one in found.blocks if one.kind is BlockKind.PARAGRAPH],
        pictures=[
            PictureGiven(one.picture.credit, one.picture.rights, one.texts, one.picture.alternatives)
            for one in found.blocks
            if one.picture
        ],
        uncleared=uncleared,
    )


@dataclass(frozen=True)
class Edition:
    """What a version says of itself: its number, from when it is free, its languages, what it corrects."""

    number: int
    free_from: datetime | None
    languages: Sequence[str]
    correction: Texts = field(default_factory=Texts)


def content_in(found: Gathered, language: str, edition: Edition, *, is_draft: bool = False) -> Content:
    """Return what one language shows. Only a draft has quotes that are not released, and says so."""
    conference = found.summary.meeting.conference
    return Content(
        headline=found.texts(BlockKind.HEADLINE).in_language(language),
        lead=found.texts(BlockKind.LEAD).in_language(language),
        parts=[
            part
            for block in found.blocks
            if not block.kind.is_fixed
            for part in _parts(found, block, language, is_draft=is_draft)
        ],
        facts=_lines(found.texts(BlockKind.FACTS).get(language, "")),
        bodies=[
            BodyShown(body.names.in_language(language), body.boilerplates.in_language(language))
            for body in bodies_of(conference)
        ],
        contact=[
            part
            for part in (conference.contact_name, conference.contact_email, conference.contact_phone)
            if part
        ],
        release=free_from(found.summary, edition.free_from, language),
        free_at=times.stamp(edition.free_from) if edition.free_from else "",
        languages=list(edition.languages),
        number=edition.number,
        correction=edition.correction.in_language(language),
        cities=[
            line.person.city.in_language(language)
            for line in found.record.attendance
            if line.presence in AT_THE_TABLE
        ],
    )


def free_from(summary: PressSummary, moment: datetime | None, language: str) -> str:
    """Return the instant from which a version is free, in every zone at the table."""
    if moment is None:
        return ""
    meeting = summary.meeting
    return dates.said(moment, meeting.zone, zone_names_at(meeting.conference_id), language)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _parts(found: Gathered, block: Block, language: str, *, is_draft: bool) -> list[Part]:
    if block.kind is BlockKind.QUOTE:
        quote = _quote(found, block, language, is_draft=is_draft)
        return [Part(block.kind, quote=quote)] if quote else []
    if block.picture is not None:
        return [Part(block.kind, picture=_picture(block, language))]
    words = block.texts.get(language, "")
    if block.kind is BlockKind.BOX:
        return [Part(block.kind, words)] if words else []
    return [Part(block.kind, one) for one in paragraphs(words)]


def _quote(found: Gathered, block: Block, language: str, *, is_draft: bool) -> QuoteShown | None:
    speaker = found.speaker(block)
    spoken = block.texts.language_for(language)
    is_free = spoken not in found.unreleased(block)
    if speaker is None or not block.texts or not (is_free or is_draft):
        return None
    day = ""
    answered = [one for one in found.requests[block.id] if one.answered_at and one.state.releases]
    if is_free and answered and answered[-1].answered_at:
        zone = ZoneInfo(found.summary.meeting.zone)
        day = dates.plain_day(times.wall(answered[-1].answered_at, zone).date(), language)
    return QuoteShown(
        words=block.texts[spoken],
        language=spoken,
        who=speaker.called.in_language(language),
        city=speaker.city.in_language(language),
        day=day,
    )


def _picture(block: Block, language: str) -> PictureShown:
    picture = block.picture
    assert picture is not None
    return PictureShown(
        caption=block.texts.in_language(language),
        alternative=picture.alternatives.in_language(language),
        credit=picture.credit,
        rights=picture.rights,
        key=picture.key,
        width=picture.width,
        height=picture.height,
        print_key=picture.print_key,
        print_width=picture.print_width,
        print_height=picture.print_height,
        focal_x=picture.focal_x,
        focal_y=picture.focal_y,
        shape=picture.shape,
    )


def reading_in(content: Content) -> Reading:
    """Measure a text and return what could read better."""
    return reading(
        content.headline,
        content.lead,
        content.paragraphs,
        has_quote=bool(content.quotes),
        picture_widths=[picture.print_width for picture in content.pictures],
    )
