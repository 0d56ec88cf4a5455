"""The verbs of the record: begin it, note who was there, approve and seal it."""

from collections.abc import Mapping
from enum import StrEnum

from roundtable import clock
from roundtable.conferences.models import SEALED, Meeting
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.guests.queries import participants_of
from roundtable.invitations.models import Invitation
from roundtable.invitations.queries import invitations_to
from roundtable.invitations.rsvp import Answer, DeputyState
from roundtable.minutes import queries
from roundtable.minutes.kinds import MinutesStage, Occasion, Presence
from roundtable.minutes.models import Attendance, Minutes, RecordVersion
from roundtable.minutes.record import content_hash, from_json

EMPTY = sentence("There is nothing to approve yet: please write at least one entry.")
NOT_YET = sentence("The session has not begun yet. Its minutes can be approved afterwards.")
UNANSWERED = sentence("An office waits for an answer to its remark. Please answer every remark first.")
NOT_EXPECTED = sentence("This city is not in the attendance of this session.")
WHO_REPRESENTS = sentence("Please say who represents the city.")

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
    minutes = Minutes(meeting=meeting, stage=MinutesStage.DRAFT, last_change=0)
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


def touch(minutes: Minutes) -> int:
    """Count one more change of the record and return its number: desks ask for what came after one."""
    db.session.flush()
    # Added by the database: two people at the desk never get the same number.
    minutes.last_change = Minutes.last_change + 1
    db.session.flush()
    return minutes.last_change


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
    touch(minutes)


class Arrival(StrEnum):
    """What one click at the desk says about a city."""

    ARRIVED = "arrived"
    LEFT = "left"
    REPRESENTED = "represented"
    APOLOGIES = "apologies"
    ABSENT = "absent"


def note_arrival(minutes: Minutes, participant_id: int, arrival: Arrival, representative: str = "") -> None:
    """Note that a city has come, gone, is represented, has excused itself or is not there.

    Who comes back has not left: only the last leaving counts, and the first coming.

    Raises:
        Refusal: once the record is approved, if the city is not expected, or is represented by nobody.
    """
    check_open(minutes)
    row = queries.attendance_at(minutes, participant_id)
    if row is None:
        raise Refusal(NOT_EXPECTED)
    now = clock.now()
    if arrival is Arrival.LEFT:
        row.came_at, row.left_at = row.came_at or now, now
    elif arrival is Arrival.ARRIVED:
        row.came_at, row.left_at = row.came_at or now, None
        if row.presence is not Presence.REPRESENTED:
            row.presence = Presence.PRESENT
    elif arrival is Arrival.REPRESENTED:
        if not representative and not row.representative:
            raise Refusal(WHO_REPRESENTS)
        row.presence, row.representative = Presence.REPRESENTED, representative or row.representative
        row.came_at, row.left_at = row.came_at or now, None
    else:
        row.presence = Presence.APOLOGIES if arrival is Arrival.APOLOGIES else Presence.ABSENT
        row.representative, row.came_at, row.left_at = "", None, None
    touch(minutes)


def keep_version(minutes: Minutes, occasion: Occasion, *, by: str) -> RecordVersion:
    """Keep the record as it is now."""
    kept = RecordVersion(
        minutes=minutes,
        number=queries.last_version_number(minutes) + 1,
        occasion=occasion,
        made_at=clock.now(),
        made_by=by,
        content=queries.draft_record(minutes).to_json(),
    )
    db.session.add(kept)
    return kept


def check_written(minutes: Minutes) -> None:
    """Check that there is a record to show: the meeting has begun, and something is written down.

    Raises:
        Refusal: if it is approved already, holds no entry, or the meeting has not begun.
    """
    check_open(minutes)
    if clock.now() < minutes.meeting.starts_at:
        raise Refusal(NOT_YET)
    if not queries.entries_of(minutes):
        raise Refusal(EMPTY)


def check_approvable(minutes: Minutes) -> None:
    """Check that the record can be approved now.

    Raises:
        Refusal: as `check_written`, or if an office waits for an answer to its remark.
    """
    check_written(minutes)
    if queries.open_remarks(minutes):
        raise Refusal(UNANSWERED)


def approve(minutes: Minutes, *, by: str) -> None:
    """Approve the record in the name of the chair, and seal it; adopted by silence, `by` is nobody.

    Raises:
        Refusal: if it cannot be approved now; see `check_approvable`.
    """
    check_approvable(minutes)
    now = clock.now()
    with db.session.no_autoflush:
        minutes.approved_by, minutes.approved_at = by, now
        minutes.stage = MinutesStage.APPROVED
        kept = keep_version(minutes, Occasion.APPROVED, by=by)
        minutes.sealed = kept.content
        minutes.content_hash = content_hash(kept.content)
        minutes.common_hash = content_hash(from_json(kept.content).common().to_json())
        minutes.meeting.sealed_at = now
