"""The verbs after the session: circulate the minutes, answer remarks, approve, adopt by silence."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select

from roundtable import clock, dates
from roundtable.conferences.models import Conference, Meeting
from roundtable.conferences.turn_service import take_turn
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Contact
from roundtable.invitations import letters
from roundtable.invitations import queries as invitations
from roundtable.invitations.answer_service import tell_what_an_office_said
from roundtable.invitations.letter_kinds import KINDS
from roundtable.invitations.letters import Occasion, Saying
from roundtable.invitations.mailboxes import Mailbox, mailboxes
from roundtable.invitations.post_service import post_under
from roundtable.invitations.service import Planned
from roundtable.languages import speaking
from roundtable.mail.letters import public_address
from roundtable.mail.outbox import Draft
from roundtable.minutes import entry_service, queries
from roundtable.minutes import service as minutes_service
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import MinutesStage, RemarkState
from roundtable.minutes.kinds import Occasion as Why
from roundtable.minutes.models import WAITS, Entry, Minutes, Remark
from roundtable.minutes.queries import votes_of

PAST = sentence("The deadline for corrections has to lie in the future.")
NOT_CIRCULATED = sentence("The minutes are not open for corrections. Please call the organizers.")
TOO_LATE = sentence("The time for corrections is over. Please call the organizers.")
NO_WORDS = sentence("Please write what you want to tell us.")
NOT_SHOWN = sentence("This entry is not in the minutes that you see.")
ANSWERED = sentence("This remark has been answered already.")
NO_ANSWER = sentence("Please answer the office with one sentence.")
NO_PROPOSAL = sentence("The office has proposed no words. Please change the entry itself.")


def topic(minutes: Minutes) -> str:
    """Return the topic under which letters about a record stand in the outbox."""
    return f"minutes/{minutes.id}"


def boxes_of(minutes: Minutes) -> list[Mailbox]:
    """Return the mailboxes to which the minutes go: the offices invited, and the deputies who sat there."""
    found = invitations.invitations_to(minutes.meeting)
    return mailboxes(invitations.recipients_of(found, minutes.meeting.conference_id))


def _post(about: Occasion, minutes: Minutes, box: Mailbox, draft: Draft, key: str) -> bool:
    return post_under(topic(minutes), about, box, draft, key=key)


def page_of(minutes: Minutes) -> str:
    """Return where the minutes stand below a personal link."""
    return f"/meetings/{minutes.meeting_id}/minutes"


@dataclass(frozen=True)
class Circulation:
    """How the minutes go round: corrections until an instant, and whether silence adopts them then."""

    until: datetime
    by_silence: bool


def _letter(about: Occasion, minutes: Minutes, box: Mailbox, how: Circulation) -> Draft:
    language = box.language
    with speaking(language):
        if how.by_silence:
            following = gettext("If nobody has objected by then, the minutes are adopted as they stand.")
        else:
            following = gettext("After that the chair decides and approves the minutes.")
    words = {"deadline": dates.said(how.until, about.meeting.zone, about.zones, language)}
    return letters.compose(
        KINDS["minutes"], about, box, Saying(words=words, next=[following]), page=page_of(minutes)
    )


def planned_letters(minutes: Minutes, how: Circulation) -> list[Planned]:
    """Return the letters that `circulate` would send, and store nothing.

    Raises:
        Refusal: if there is nothing to send round, or the record is approved.
    """
    minutes_service.check_written(minutes)
    about = invitations.occasion(minutes.meeting)
    return [Planned(box, _letter(about, minutes, box, how)) for box in boxes_of(minutes)]


def circulate(minutes: Minutes, how: Circulation, *, by: str) -> int:
    """Send the minutes round for corrections, and keep the version; return the number of letters.

    Going round again after changes keeps another version and writes to everybody again.

    Raises:
        Refusal: if the record cannot be approved yet but for open remarks, or the deadline is over.
    """
    minutes_service.check_written(minutes)
    if how.until <= clock.now():
        raise Refusal(PAST)
    minutes.stage, minutes.circulated_at = MinutesStage.CIRCULATED, clock.now()
    minutes.corrections_until, minutes.adopts_by_silence = how.until, how.by_silence
    kept = minutes_service.keep_version(minutes, Why.CIRCULATED, by=by)
    db.session.flush()
    about = invitations.occasion(minutes.meeting)
    return sum(
        _post(about, minutes, box, _letter(about, minutes, box, how), f"minutes/{kept.id}/{box.first.id}")
        for box in boxes_of(minutes)
    )


def take_back(minutes: Minutes) -> None:
    """Make circulated minutes a draft again: offices see them no more. Remarks stay.

    Raises:
        Refusal: once the record is approved.
    """
    minutes_service.check_open(minutes)
    minutes.stage = MinutesStage.DRAFT
    minutes.corrections_until = None


# --- Remarks ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What an office says about an entry, or about the record as a whole."""

    entry_id: int | None
    is_correction: bool
    text: str
    proposed: str
    language: str


def takes_remarks(minutes: Minutes) -> bool:
    """Whether offices may remark now."""
    until = minutes.corrections_until
    return minutes.stage is MinutesStage.CIRCULATED and until is not None and clock.now() < until


def remark(minutes: Minutes, contact: Contact, said: Said) -> Remark:
    """Take an office's remark; saying the same twice stores it once.

    Raises:
        Refusal: if it is too late or too early, nothing is said, or the office does not see the entry.
    """
    if minutes.stage is not MinutesStage.CIRCULATED:
        raise Refusal(NOT_CIRCULATED)
    if not takes_remarks(minutes):
        raise Refusal(TOO_LATE)
    if not said.text and not said.proposed:
        raise Refusal(NO_WORDS)
    shown = queries.record_of(minutes).for_office(contact.participant_id)
    if said.entry_id is not None and said.entry_id not in {one.id for one in shown.entries()}:
        raise Refusal(NOT_SHOWN)
    for other in queries.remarks_on(minutes, by_participant=contact.participant_id):
        if (other.entry_id, other.text, other.proposed) == (said.entry_id, said.text, said.proposed):
            return other
    made = Remark(
        minutes=minutes,
        entry_id=said.entry_id,
        participant_id=contact.participant_id,
        contact=contact,
        is_correction=said.is_correction or bool(said.proposed),
        text=said.text,
        proposed=said.proposed,
        language=said.language,
        said_by=contact.name,
        said_at=clock.now(),
        state=RemarkState.OPEN,
    )
    db.session.add(made)
    db.session.flush()
    _tell_organizers(made, _WAITS, f"remark/{made.id}")
    return made


_REMARKED = sentence("remark on the minutes")
_WAITS = sentence("The remark waits for an answer on the page of the minutes.")
_OBJECTED = sentence("Somebody has objected, so silence does not adopt the minutes: the chair decides.")


def _tell_organizers(remark: Remark, following: str, key: str) -> None:
    """Tell the organizers that something waits; a letter says nothing of what was remarked on."""
    meeting = remark.minutes.meeting
    tell_what_an_office_said(
        meeting,
        remark.participant_id,
        state=_REMARKED,
        said_by=remark.said_by,
        following=following,
        page=public_address("circulation.show", meeting_id=meeting.id),
        key=key,
    )


def answer(remark: Remark, state: RemarkState, text: str, *, takes_words: bool, by: str) -> None:
    """Accept or refuse a remark with a sentence, and write to the office that made it.

    `takes_words` puts the proposed words into the entry, in the language of the proposal.

    Raises:
        Refusal: if it is answered already, no sentence is given, or there are no words to take.
    """
    minutes_service.check_open(remark.minutes)
    if remark.state is not RemarkState.OPEN:
        raise Refusal(ANSWERED)
    if not text:
        raise Refusal(NO_ANSWER)
    if takes_words and state is RemarkState.ACCEPTED:
        if not remark.proposed or remark.entry is None:
            raise Refusal(NO_PROPOSAL)
        _take_words(remark.entry, remark, by)
    remark.state, remark.answer = state, text
    remark.answered_by, remark.answered_at = by, clock.now()
    _tell_answer(remark)


def _take_words(entry: Entry, remark: Remark, by: str) -> None:
    texts = Texts({**entry.texts, remark.language: remark.proposed})
    written = Written(
        kind=entry.kind,
        language=entry.language,
        texts=texts,
        item_id=entry.item_id,
        speaker_id=entry.speaker_id,
        on_record=entry.on_record,
        owner_id=entry.owner_id,
        due_on=entry.due_on,
        adoption=entry.adoption,
        votes=votes_of(entry),
    )
    entry_service.change_entry(entry, written, Writer(by), version=entry.version)


def _tell_answer(remark: Remark) -> None:
    contact = remark.contact
    if contact is None:
        return
    about = invitations.occasion(remark.minutes.meeting)
    box = Mailbox((contact,))
    with speaking(box.language):
        said = (
            gettext("Accepted: %(answer)s", answer=remark.answer)
            if remark.state is RemarkState.ACCEPTED
            else gettext("Not accepted: %(answer)s", answer=remark.answer)
        )
    draft = letters.compose(
        KINDS["minutes-answer"], about, box, Saying(answer=said), page=page_of(remark.minutes)
    )
    _post(about, remark.minutes, box, draft, f"minutes-answer/{remark.id}")


# --- Approval ------------------------------------------------------------------------------------------


def approve(minutes: Minutes, *, by: str) -> int:
    """Approve and seal the record, and tell the offices; return the number of letters.

    Raises:
        Refusal: if it cannot be approved now; see `minutes.service.check_approvable`.
    """
    minutes_service.approve(minutes, by=by)
    db.session.flush()
    about = invitations.occasion(minutes.meeting)
    owners = {one.owner_id for one in queries.entries_of(minutes) if one.owner_id is not None}
    return sum(
        _post(
            about,
            minutes,
            box,
            _approved(about, minutes, box, owns=any(one.participant_id in owners for one in box.contacts)),
            f"minutes-approved/{minutes.id}/{box.first.id}",
        )
        for box in boxes_of(minutes)
    )


def _approved(about: Occasion, minutes: Minutes, box: Mailbox, *, owns: bool) -> Draft:
    with speaking(box.language):
        following = (
            [
                gettext(
                    "There is something for you to do among what was agreed; the page says what, and until when."
                )
            ]
            if owns
            else []
        )
    return letters.compose(
        KINDS["minutes-approved"], about, box, Saying(next=following), page=page_of(minutes)
    )


def due_for_silence() -> list[int]:
    """Return the records whose deadline is over and which silence may adopt."""
    return list(
        db.session.scalars(
            select(Minutes.id).where(
                WAITS,
                Minutes.adopts_by_silence.is_(True),
                Minutes.corrections_until <= clock.now(),
            )
        )
    )


def adopt(minutes_id: int) -> bool:
    """Adopt a record by silence; if anybody objected, the chair decides, and nothing happens."""
    take_turn(lambda: select(Conference.id).join(Meeting).join(Minutes).where(Minutes.id == minutes_id))
    minutes = db.session.get(Minutes, minutes_id)
    if minutes is None or minutes_id not in due_for_silence():
        return False
    objections = [
        one for one in queries.remarks_on(minutes) if one.is_correction or one.state is RemarkState.OPEN
    ]
    if objections:
        minutes.adopts_by_silence = False
        _tell_organizers(
            objections[0], _OBJECTED, f"objected/{minutes.id}/{minutes.corrections_until:%Y%m%d%H%M}"
        )
        return True
    approve(minutes, by="")
    return True
