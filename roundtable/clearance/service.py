"""The verbs of clearance: ask an office for its words, take its answer, remind it. Silence releases nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from roundtable import clock, dates
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Contact
from roundtable.guests.queries import contacts_of
from roundtable.invitations import letters
from roundtable.invitations import queries as invitations
from roundtable.invitations.answer_service import tell_what_an_office_said
from roundtable.invitations.letter_kinds import KINDS
from roundtable.invitations.letters import Occasion, Saying
from roundtable.invitations.mailboxes import Mailbox, mailboxes
from roundtable.invitations.post_service import post_under
from roundtable.languages import speaking
from roundtable.mail.letters import public_address
from roundtable.minutes.models import Entry
from roundtable.press import clearing
from roundtable.press.clearing import words_mark
from roundtable.press.kinds import BlockKind, ClearanceState
from roundtable.press.models import Block, Clearance, PressSummary
from roundtable.press.queries import clearances_of

NO_OFFICE = sentence(
    "No contact of this city may release quotes. Please give one the right on the city's page, or note what "
    "you were told."
)
IS_FREE = sentence("These words are released already.")
IS_ASKED = sentence("The office has been asked for these words already.")
PAST = sentence("The day by which you ask for an answer has to lie in the future.")
NOT_OPEN = sentence("This quote does not wait for an answer any more. Please look at it once more.")
OTHER_WORDS = sentence("The words have changed since you opened this page. Please read them once more.")
NO_CHANGE = sentence("You have not changed any words. Please change them, or release them as they are.")
EMPTY = sentence("A quote needs its words. To have it left out, please refuse it.")
NO_REMINDER = sentence("The office was reminded less than a day ago.")
ANSWER_IN = timedelta(days=2)
"""How long before the day asked for a silent office is reminded at the earliest."""


def topic(summary: PressSummary) -> str:
    """Return the topic under which letters about quotes stand in the outbox."""
    return f"quotes/{summary.id}"


def speaker_id(block: Block) -> int:
    """Return the participant whose words a quote has."""
    assert block.entry is not None
    assert block.entry.speaker_id is not None
    return block.entry.speaker_id


def _boxes(block: Block) -> list[Mailbox]:
    contacts = contacts_of(block.summary.meeting.conference_id).get(speaker_id(block), [])
    return mailboxes(one for one in contacts if one.clears_quotes)


def _requests(block: Block) -> list[Clearance]:
    return clearances_of([block])[block.id]


def newest(block: Block) -> Clearance | None:
    """Return the newest request about a quote."""
    return next(reversed(_requests(block)), None)


def ask(block: Block, *, answer_by: datetime, by: str) -> Clearance:
    """Ask the speaker's office to release exactly the present words, in every language; it gets a letter.

    Raises:
        Refusal: if nobody there may release quotes, the words are free or asked for already, or the day
            is over.
    """
    if answer_by <= clock.now():
        raise Refusal(PAST)
    requests = _requests(block)
    if not clearing.unreleased(block.texts, clearing.released_words(requests)):
        raise Refusal(IS_FREE)
    if requests and requests[-1].state is ClearanceState.ASKED:
        raise Refusal(IS_ASKED)
    boxes = _boxes(block)
    if not boxes:
        raise Refusal(NO_OFFICE)
    request = Clearance(
        block=block,
        state=ClearanceState.ASKED,
        words=Texts(block.texts),
        asked_by=by,
        asked_at=clock.now(),
        answer_by=answer_by,
    )
    db.session.add(request)
    db.session.flush()
    _write(request, boxes, "quote", f"quote/{request.id}")
    return request


def _write(request: Clearance, boxes: Sequence[Mailbox], kind: str, key: str) -> None:
    about = invitations.occasion(request.block.summary.meeting)
    for box in boxes:
        draft = letters.compose(
            KINDS[kind], about, box, _saying(request, about, box.language), page="/quotes"
        )
        post_under(topic(request.block.summary), about, box, draft, key=f"{key}/{box.first.id}")


def _saying(request: Clearance, about: Occasion, language: str) -> Saying:
    assert request.answer_by is not None
    deadline = dates.said(request.answer_by, about.meeting.zone, about.zones, language)
    with speaking(language):
        words = gettext("“%(words)s”", words=request.words.in_language(language))
    return Saying(words={"deadline": deadline}, options=[words])


def note_told(block: Block, told: str, *, by: str) -> Clearance:
    """Note that the office has released exactly the present words by another way than its page.

    Raises:
        Refusal: if the words are free already.
    """
    requests = _requests(block)
    if not clearing.unreleased(block.texts, clearing.released_words(requests)):
        raise Refusal(IS_FREE)
    open_one = requests[-1] if requests and requests[-1].state is ClearanceState.ASKED else None
    request = open_one or Clearance(block=block, words=Texts(block.texts), asked_by=by, asked_at=clock.now())
    request.state, request.released = ClearanceState.RELEASED, Texts(block.texts)
    request.answered_by, request.answered_at, request.told = by, clock.now(), told
    db.session.add(request)
    return request


@dataclass(frozen=True)
class Answer:
    """What an office says to a quote: `texts` are its words where it changes any; `mark` names what it saw."""

    state: ClearanceState
    texts: Texts
    note: str
    mark: str


def answer(request: Clearance, given: Answer, *, by: str) -> None:
    """Take an office's answer. Released are exactly the words that it saw, or those that it wrote.

    A release can be taken back until the quote is published: that is a refusal.

    Raises:
        Refusal: if the request is no longer open, or shows other words by now.
    """
    taken_back = given.state is ClearanceState.REFUSED and request.state.releases
    if request.state is not ClearanceState.ASKED and not taken_back:
        raise Refusal(NOT_OPEN)
    block = request.block
    if words_mark(request.words) != given.mark:
        raise Refusal(OTHER_WORDS)
    if given.state is ClearanceState.REFUSED:
        request.state, request.released = ClearanceState.REFUSED, Texts()
    else:
        _release(request, block, given, by)
    request.answered_by, request.answered_at, request.note = by, clock.now(), given.note
    db.session.flush()
    _tell(request)


def _release(request: Clearance, block: Block, given: Answer, by: str) -> None:
    if given.state is ClearanceState.RELEASED:
        request.state, request.released = ClearanceState.RELEASED, Texts(request.words)
        return
    if set(given.texts) != set(request.words):
        raise Refusal(EMPTY)
    result = clearing.answered(request.words, given.texts, block.language)
    if not result.is_changed:
        raise Refusal(NO_CHANGE)
    request.state, request.released = ClearanceState.CHANGED, result.released
    # The office's words are the quote's words now; what it did not touch may lag behind them.
    block.texts, block.changed_by, block.changed_at = result.texts, by, clock.now()
    block.version += 1


_SAID = {
    ClearanceState.RELEASED: sentence("quote released"),
    ClearanceState.CHANGED: sentence("quote released with a change"),
    ClearanceState.REFUSED: sentence("quote refused"),
}
_SHOWN = sentence("The press desk shows the words.")


def _tell(request: Clearance) -> None:
    """Tell the organizers what the office has said; what it wrote stands at the press desk."""
    meeting = request.block.summary.meeting
    tell_what_an_office_said(
        meeting,
        speaker_id(request.block),
        state=_SAID[request.state],
        said_by=request.answered_by,
        following=_SHOWN,
        page=public_address("press.show", meeting_id=meeting.id),
        key=f"quote-answer/{request.id}/{request.state.value}",
    )


# --- Reminders ------------------------------------------------------------------------------------------


def remind(request: Clearance) -> None:
    """Remind an office of a quote that waits, at most once a day.

    Raises:
        Refusal: if it does not wait any more, or was reminded less than a day ago.
    """
    if request.state is not ClearanceState.ASKED:
        raise Refusal(NOT_OPEN)
    last = request.reminded_at or request.asked_at
    if clock.now() - last < timedelta(days=1):
        raise Refusal(NO_REMINDER)
    request.reminded_at = clock.now()
    _write(
        request, _boxes(request.block), "quote-reminder", f"quote-reminder/{request.id}/{clock.now():%Y%m%d}"
    )


def due_for_reminder() -> list[int]:
    """Return the requests of which a silent office is reminded now, each once by itself."""
    now = clock.now()
    rows = db.session.scalars(
        select(Clearance).where(
            Clearance.state == ClearanceState.ASKED,
            Clearance.reminded_at.is_(None),
            Clearance.answer_by > now,
        )
    )
    return [one.id for one in rows if now >= reminder_at(one.asked_at, one.answer_by)]


def reminder_at(asked_at: datetime, answer_by: datetime | None) -> datetime:
    """Return when a silent office is reminded: two days before the day asked for, or after half of the time.

    Whichever comes later, and never within a day of the letter itself.
    """
    assert answer_by is not None
    half = asked_at + (answer_by - asked_at) / 2
    return max(half, answer_by - ANSWER_IN, asked_at + timedelta(days=1))


def remind_by_itself(request_id: int) -> bool:
    """Send one such reminder; one that was answered meanwhile gets none."""
    request = db.session.get(Clearance, request_id, with_for_update=True)
    if request is None or request.state is not ClearanceState.ASKED or request.reminded_at is not None:
        return False
    remind(request)
    return True


# --- What an office sees --------------------------------------------------------------------------------


def asked_of(contact: Contact) -> list[Clearance]:
    """Return the requests about the words of the contact's mayor, the newest first, one for each quote.

    A request that the words have outrun is shown as long as no newer one stands.
    """
    if contact.is_deputy:
        return []
    rows = db.session.scalars(
        select(Clearance)
        .join(Clearance.block)
        .join(Block.entry)
        .options(
            contains_eager(Clearance.block).contains_eager(Block.entry).joinedload(Entry.speaker),
            contains_eager(Clearance.block).joinedload(Block.summary).joinedload(PressSummary.meeting),
        )
        .where(
            Entry.speaker_id == contact.participant_id,
            Block.kind == BlockKind.QUOTE,
        )
        .order_by(Clearance.id.desc())
    )
    found: dict[int, Clearance] = {}
    for row in rows:
        found.setdefault(row.block_id, row)
    return list(found.values())


def request_of(contact: Contact, request_id: int) -> Clearance | None:
    """Return one of these requests."""
    return next((one for one in asked_of(contact) if one.id == request_id), None)
