"""The verbs of composing: begin, write a part, add, move and remove parts. Nobody overwrites anybody."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select

from roundtable import clock, storage
from roundtable.conferences.models import Meeting
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.minutes import translations
from roundtable.minutes.kinds import EntryKind
from roundtable.minutes.queries import amendments_in, minutes_of, record_of
from roundtable.minutes.record import Record, RecordEntry
from roundtable.order import moved
from roundtable.press import composing, queries
from roundtable.press.kinds import BlockKind, ClearanceState, PictureShape
from roundtable.press.models import Block, Clearance, PressPicture, PressSummary
from roundtable.press.pictures import Prepared

NOT_APPROVED = sentence(
    "The minutes of this session are not approved yet. The press summary begins with them."
)
NOT_QUOTABLE = sentence("Only statements on the record can be quoted.")
QUOTED = sentence("This statement is quoted already.")
NO_WORDS = sentence("A quote needs its words in one language at least.")
FIXED = sentence("Headline, lead and facts belong to every press summary. You can leave them empty.")
NOT_ADDED = sentence("Only paragraphs and boxes can be added here.")
TOO_MANY = sentence("A press summary can have at most %(count)d parts.")
CHANGED = sentence("Somebody else has changed this part since you opened it. Please compare and save again.")
MOST_BLOCKS = 80


class Conflict(Refusal):
    """Somebody else has changed the part meanwhile; `block` is what stands there now."""

    def __init__(self, block: Block) -> None:
        super().__init__(CHANGED)
        self.block = block


def approved_record(meeting: Meeting) -> Record:
    """Return what the press desk may read: the approved record as amended, without off-the-record statements.

    Raises:
        Refusal: before the minutes are approved.
    """
    minutes = minutes_of(meeting)
    if minutes is None or not minutes.is_sealed:
        raise Refusal(NOT_APPROVED)
    record = record_of(minutes).common()
    amended = {one.entry_id: one.new for one in amendments_in(minutes, record)}
    if not amended:
        return record
    items = tuple(
        replace(
            item,
            entries=tuple(
                replace(one, texts=amended[one.id]) if one.id in amended else one for one in item.entries
            ),
        )
        for item in record.items
    )
    return replace(record, items=items)


def begin(meeting: Meeting, *, by: str) -> PressSummary:
    """Begin the summary with a first draft from the approved record; return it if it stands already.

    Raises:
        Refusal: before the minutes are approved.
    """
    found = queries.summary_of(meeting)
    if found is not None:
        return found
    languages = meeting.conference.languages
    summary = PressSummary(meeting=meeting)
    db.session.add(summary)
    for position, part in enumerate(composing.draft(approved_record(meeting), languages)):
        db.session.add(
            Block(
                summary=summary,
                kind=part.kind,
                position=position,
                texts=part.texts,
                language=part.texts.language_for(languages[0]),
                based_on=translations.rebased(
                    Texts(), Texts(), part.texts, part.texts.language_for(languages[0])
                ),
                sources=list(part.sources),
                changed_by=by,
                changed_at=clock.now(),
            )
        )
    return summary


@dataclass(frozen=True)
class PictureWords:
    """What stands with a picture beside its caption, and how it is cut."""

    alternatives: Texts
    credit: str
    rights: str
    consent: str
    focal_x: int
    focal_y: int
    shape: PictureShape


@dataclass(frozen=True)
class Written:
    """A part as somebody writes it; `confirmed` are the languages whose translation still holds."""

    texts: Texts
    language: str
    confirmed: frozenset[str] = field(default_factory=frozenset)
    picture: PictureWords | None = None


def write(block: Block, written: Written, *, version: int, by: str) -> bool:
    """Set the words of a part of which the writer has seen `version`; return whether anything has changed.

    If one letter of a quote differs, an open request for its release is obsolete.

    Raises:
        Conflict: if somebody else has changed it meanwhile, and to other words.
        Refusal: if a quote would have no words.
    """
    if block.kind is BlockKind.QUOTE and not written.texts:
        raise Refusal(NO_WORDS)
    based_on = translations.rebased(
        block.texts, block.based_on, written.texts, written.language, confirmed=written.confirmed
    )
    changed_words = written.texts != block.texts
    is_same = not changed_words and (block.language, block.based_on) == (written.language, based_on)
    if is_same and not _differs(block.picture, written.picture):
        return False
    if block.version != version:
        raise Conflict(block)
    block.texts, block.language, block.based_on = written.texts, written.language, based_on
    if block.picture is not None and written.picture is not None:
        _describe(block.picture, written.picture)
    _touch(block, by)
    if changed_words and block.kind is BlockKind.QUOTE:
        _make_obsolete(block)
    return True


def _differs(picture: PressPicture | None, words: PictureWords | None) -> bool:
    return (
        picture is not None
        and words is not None
        and any(getattr(picture, name) != value for name, value in vars(words).items())
    )


def _describe(picture: PressPicture, words: PictureWords) -> None:
    for name, value in vars(words).items():
        setattr(picture, name, value)


def _touch(block: Block, by: str) -> None:
    block.version += 1
    block.changed_by, block.changed_at = by, clock.now()


def _make_obsolete(block: Block) -> None:
    open_ones = db.session.scalars(
        select(Clearance).where(Clearance.block_id == block.id, Clearance.state == ClearanceState.ASKED)
    )
    for request in open_ones:
        request.state = ClearanceState.OBSOLETE


def _next_position(summary: PressSummary) -> int:
    number, last = db.session.execute(
        select(func.count(Block.id), func.max(Block.position)).where(Block.summary_id == summary.id)
    ).one()
    if number >= MOST_BLOCKS:
        raise Refusal(TOO_MANY, count=MOST_BLOCKS)
    return 0 if last is None else int(last) + 1


def _add(summary: PressSummary, kind: BlockKind, *, by: str, **columns: object) -> Block:
    block = Block(
        summary=summary,
        kind=kind,
        position=_next_position(summary),
        **{"language": summary.meeting.conference.languages[0], **columns},
        changed_by=by,
        changed_at=clock.now(),
    )
    db.session.add(block)
    return block


def add_words(summary: PressSummary, kind: BlockKind, *, by: str) -> Block:
    """Add an empty paragraph or box at the end.

    Raises:
        Refusal: if it is to be something else, or there are too many parts.
    """
    if kind not in {BlockKind.PARAGRAPH, BlockKind.BOX}:
        raise Refusal(NOT_ADDED)
    return _add(summary, kind, by=by)


def add_quote(summary: PressSummary, entry_id: int, *, by: str) -> Block:
    """Quote a statement: its words as the record has them, not yet released.

    Raises:
        Refusal: if it is no on-the-record statement of the approved record, or quoted already.
    """
    entry = _quotable(summary, entry_id)
    if db.session.scalar(select(Block.id).where(Block.summary_id == summary.id, Block.entry_id == entry_id)):
        raise Refusal(QUOTED)
    stale = set(entry.stale)
    # A translation that lags behind its original is not what was said.
    texts = Texts({language: words for language, words in entry.texts.items() if language not in stale})
    return _add(
        summary,
        BlockKind.QUOTE,
        by=by,
        texts=texts,
        language=entry.language,
        based_on=translations.rebased(Texts(), Texts(), texts, entry.language),
        entry_id=entry.id,
        sources=[entry.id],
    )


def _quotable(summary: PressSummary, entry_id: int) -> RecordEntry:
    for entry in approved_record(summary.meeting).entries(EntryKind.STATEMENT):
        if entry.id == entry_id and entry.speaker is not None:
            return entry
    raise Refusal(NOT_QUOTABLE)


def add_picture(
    summary: PressSummary, ready: Prepared, *, by: str, captions: Texts | None = None, **columns: object
) -> Block:
    """Add a picture at the end; nothing is printed before it has caption, text alternative, credit and rights.

    Raises:
        Refusal: if there are too many parts.
    """
    picture = PressPicture(
        summary_id=summary.id,
        key=storage.keep(ready.small.content, kind="pictures", ending="jpg"),
        width=ready.small.width,
        height=ready.small.height,
        print_key=storage.keep(ready.large.content, kind="pictures", ending="jpg"),
        print_width=ready.large.width,
        print_height=ready.large.height,
        uploaded_by=by,
        uploaded_at=clock.now(),
        **columns,
    )
    return _add(summary, BlockKind.PICTURE, by=by, picture=picture, texts=captions or Texts())


def remove(block: Block) -> None:
    """Take a part out; what has been published stays as it is.

    Raises:
        Refusal: if every summary has it.
    """
    if block.kind.is_fixed:
        raise Refusal(FIXED)
    db.session.delete(block)
    if block.picture is not None:
        # Its files stay: a published version may show them.
        db.session.delete(block.picture)


def move(block: Block, by: int) -> None:
    """Move a part up (negative) or down among those that can be moved, as far as there is room.

    Raises:
        Refusal: if it always stands at the same place.
    """
    if block.kind.is_fixed:
        raise Refusal(FIXED)
    fixed, others = _parted(queries.blocks_of(block.summary))
    _number([*fixed, *moved(others, block, by)])


def reorder(summary: PressSummary, keys: Sequence[int]) -> None:
    """Put the parts into the order of these keys; parts that are not named keep their order behind them.

    Keys that are none of this summary's are left out: somebody may have removed such a part meanwhile.
    """
    fixed, others = _parted(queries.blocks_of(summary))
    place = {key: index for index, key in enumerate(dict.fromkeys(keys))}
    _number([*fixed, *sorted(others, key=lambda one: place.get(one.id, len(place)))])


def _number(blocks: Sequence[Block]) -> None:
    for position, one in enumerate(blocks):
        one.position = position


def _parted(blocks: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    return [one for one in blocks if one.kind.is_fixed], [one for one in blocks if not one.kind.is_fixed]
