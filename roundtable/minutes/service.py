"""The verbs of the record: begin, note attendance, write entries, approve."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from roundtable import clock
from roundtable.conferences.models import SEALED, Meeting
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.guests.queries import participants_of
from roundtable.invitations.models import Invitation
from roundtable.invitations.queries import invitations_to
from roundtable.invitations.rsvp import Answer, DeputyState
from roundtable.minutes import queries
from roundtable.minutes.kinds import EntryKind, MinutesStage, Presence
from roundtable.minutes.models import Attendance, Entry, Minutes
from roundtable.minutes.record import content_hash
from roundtable.order import moved

EMPTY = sentence("There is nothing to approve yet: please write at least one entry.")
NOT_YET = sentence("The session has not begun yet. Its minutes can be approved afterwards.")
NOT_AT_TABLE = sentence("The speaker or owner must be on the guest list of this conference.")
CHANGED = sentence(
    "Somebody else has changed this entry since you opened it. Your words are below; "
    "please compare them with the present ones and save again."
)

_PROPOSED = {
    Answer.ACCEPTED: Presence.PRESENT,
    Answer.DELEGATED: Presence.REPRESENTED,
    Answer.DECLINED: Presence.APOLOGIES,
}


def begin(meeting: Meeting) -> Minutes:
    """Begin the record, with the attendance that the answers promise; return it if it stands already."""
    found = queries.minutes_of(meeting)
    if found is not None:
        return found
    minutes = Minutes(meeting=meeting, stage=MinutesStage.DRAFT)
    db.session.add(minutes)
    invitations = {one.participant_id: one for one in invitations_to(meeting)}
    for participant in participants_of(meeting.conference_id):
        invitation = invitations.get(participant.id)
        db.session.add(
            Attendance(
                minutes=minutes,
                participant=participant,
                presence=_presence(invitation),
                representative=_deputy(invitation),
            )
        )
    return minutes


def _presence(invitation: Invitation | None) -> Presence:
    """Return what the answer promises; a deputy who was never accepted promises nothing."""
    if invitation is None or invitation.deputy_state is DeputyState.PROPOSED:
        return Presence.ABSENT
    return _PROPOSED.get(invitation.answer, Presence.ABSENT)


def _deputy(invitation: Invitation | None) -> str:
    return invitation.deputy_called() if _presence(invitation) is Presence.REPRESENTED and invitation else ""


def check_open(minutes: Minutes) -> None:
    """Check that the record may still be changed.

    Raises:
        Refusal: once it is approved.
    """
    if minutes.is_sealed:
        raise Refusal(SEALED)


def set_attendance(minutes: Minutes, lines: Mapping[int, tuple[Presence, str]]) -> None:
    """Set how participants took part: participant id -> (presence, representative).

    Raises:
        Refusal: once the record is approved.
    """
    check_open(minutes)
    for row in queries.attendance_of(minutes):
        if row.participant_id in lines:
            row.presence, representative = lines[row.participant_id]
            row.representative = representative if row.presence is Presence.REPRESENTED else ""


@dataclass(frozen=True)
class Written:
    """An entry as it is written down; `texts` holds the original and its translations."""

    kind: EntryKind
    language: str
    texts: Texts
    item_id: int | None = None
    speaker_id: int | None = None
    on_record: bool = True
    owner_id: int | None = None
    due_on: date | None = None


def add_entry(minutes: Minutes, written: Written, *, by: str) -> Entry:
    """Write an entry at the end of its agenda item.

    Raises:
        Refusal: once the record is approved, or if the speaker or owner is not on the guest list.
    """
    check_open(minutes)
    db.session.flush()
    last = db.session.scalar(select(func.max(Entry.position)).where(Entry.minutes_id == minutes.id))
    entry = Entry(minutes=minutes, position=0 if last is None else last + 1)
    _write(entry, written, by=by)
    db.session.add(entry)
    return entry


def change_entry(entry: Entry, written: Written, *, by: str, version: int) -> None:
    """Change an entry of which the writer has seen `version`.

    Raises:
        Refusal: once the record is approved, if somebody else has changed it meanwhile, or if
            the speaker or owner is not on the guest list.
    """
    check_open(entry.minutes)
    if entry.version != version:
        raise Refusal(CHANGED)
    _write(entry, written, by=by)


def _write(entry: Entry, written: Written, *, by: str) -> None:
    is_statement, is_action = written.kind is EntryKind.STATEMENT, written.kind is EntryKind.ACTION
    guests = {one.id for one in participants_of(entry.minutes.meeting.conference_id)}
    for needed, chosen in ((is_statement, written.speaker_id), (is_action, written.owner_id)):
        if needed and chosen not in guests:
            raise Refusal(NOT_AT_TABLE)
    entry.kind = written.kind
    entry.language = written.language
    entry.texts = written.texts
    entry.item_id = written.item_id
    entry.speaker_id = written.speaker_id if is_statement else None
    entry.on_record = written.on_record if is_statement else True
    entry.owner_id = written.owner_id if is_action else None
    entry.due_on = written.due_on if is_action else None
    entry.written_by = by
    entry.written_at = clock.now()


def remove_entry(entry: Entry) -> None:
    """Take an entry out of the draft.

    Raises:
        Refusal: once the record is approved.
    """
    check_open(entry.minutes)
    db.session.delete(entry)


def move_entry(entry: Entry, by: int) -> None:
    """Move an entry up (negative) or down among those of its agenda item.

    Raises:
        Refusal: once the record is approved.
    """
    check_open(entry.minutes)
    entries = queries.entries_of(entry.minutes)
    mine = [one for one in entries if one.item_id == entry.item_id]
    places = [one.position for one in mine]
    for place, one in zip(places, moved(mine, entry, by), strict=True):
        one.position = place


def approve(minutes: Minutes, *, by: str) -> None:
    """Approve the record in the name of the chair, and seal it.

    Raises:
        Refusal: if it is approved already, holds no entry, or the meeting has not begun.
    """
    check_open(minutes)
    now = clock.now()
    if now < minutes.meeting.starts_at:
        raise Refusal(NOT_YET)
    if not queries.entries_of(minutes):
        raise Refusal(EMPTY)
    minutes.approved_by, minutes.approved_at = by, now
    minutes.stage = MinutesStage.APPROVED
    with db.session.no_autoflush:
        minutes.sealed = queries.draft_record(minutes).to_json()
    minutes.content_hash = content_hash(minutes.sealed)
    minutes.meeting.sealed_at = now
