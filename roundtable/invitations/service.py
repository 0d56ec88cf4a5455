"""The verbs of invitations: invite, tell of a change, cancel, take place after all."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from roundtable import clock
from roundtable.conferences.models import Meeting
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Participant
from roundtable.guests.queries import participants_of
from roundtable.invitations import letters, queries
from roundtable.invitations.changes import Told, asks_again
from roundtable.invitations.deputy_service import withdraw_deputy
from roundtable.invitations.letter_kinds import KINDS
from roundtable.invitations.letters import Occasion, Saying
from roundtable.invitations.mailboxes import Mailbox, mailboxes
from roundtable.invitations.models import Announcement, Invitation
from roundtable.invitations.post_service import first_key, for_calendar, post
from roundtable.invitations.queries import occasion
from roundtable.invitations.rsvp import CANCELLED
from roundtable.mail.outbox import Draft

NOTHING_NEW = sentence("The guests know everything already; there is nothing to tell.")
INVITED = sentence(
    "%(city)s has been invited already and stays on the list. You can take its contacts away, or record that it does "
    "not take part."
)
IN_A_RECORD = sentence(
    "%(city)s stands in the record of a session, so it cannot be taken off the list any more."
)
DEADLINE_PAST = sentence(
    "The time has changed, so the guests are asked again, but answers are closed. Please set a new deadline first."
)
NOBODY_LEFT = sentence("Everybody on the guest list has been invited already.")
NOT_CANCELLED = sentence("This session is not cancelled.")
PAST = sentence("This session lies in the past. Please set a new date first.")


@dataclass(frozen=True)
class Planned:
    """A letter that would go to a mailbox: what the preview shows."""

    box: Mailbox
    draft: Draft


def planned_invitations(meeting: Meeting) -> list[Planned]:
    """Return the letters that `invite` would send now, and store nothing."""
    about = occasion(meeting)
    return [Planned(box, _invitation_letter(about, box)) for box in _to_invite(meeting)]


def _to_invite(meeting: Meeting) -> list[Mailbox]:
    """Return the mailboxes that have no invitation to the meeting yet.

    Those of new participants, and those that were added to an invited one afterwards.
    """
    people = [one for one in queries.offices(meeting.conference_id) if one.gets_invitation]
    written_to = queries.written_to(meeting)
    known = {one.email_key for one in people if one.id in written_to}
    return mailboxes(one for one in people if one.email_key not in known)


def _invitation_letter(about: Occasion, box: Mailbox) -> Draft:
    said = letters.after_invitation(about, box.language)
    return letters.compose(KINDS["invitation"], about, box, Saying(next=said))


def _uninvited(meeting: Meeting) -> list[Participant]:
    invited = {invitation.participant_id for invitation in queries.invitations_to(meeting)}
    return [one for one in participants_of(meeting.conference_id) if one.id not in invited]


def invite(meeting: Meeting) -> int:
    """Invite everybody on the guest list who has no invitation yet; return the number of letters.

    A contact that was added after its participant had been invited gets the invitation now.

    Raises:
        Refusal: if the meeting is cancelled or nobody is left to invite.
    """
    if meeting.is_cancelled:
        raise Refusal(CANCELLED)
    new, boxes = _uninvited(meeting), _to_invite(meeting)
    if not new and not boxes:
        raise Refusal(NOBODY_LEFT)
    if queries.last_announcement(meeting) is None:
        _announce(meeting)
    now = clock.now()
    for participant in new:
        db.session.add(
            Invitation(
                meeting=meeting,
                participant=participant,
                invited_at=now,
                asked_at=now,
                told_revision=meeting.revision,
            )
        )
    db.session.flush()
    about = occasion(meeting)
    return sum(
        post(
            about,
            box,
            _invitation_letter(about, box),
            key=first_key(meeting, box),
            # Without an inbox an invitation carries no entry; nothing has to be looked up for it.
            for_calendar=for_calendar(about, box) if about.reads_replies else None,
        )
        for box in boxes
    )


def _announce(meeting: Meeting) -> None:
    db.session.add(
        Announcement(
            meeting=meeting,
            revision=meeting.revision,
            titles=meeting.titles,
            wall_time=meeting.wall_time,
            zone=meeting.zone,
            starts_at=meeting.starts_at,
            duration_minutes=meeting.duration_minutes,
            is_cancelled=meeting.is_cancelled,
            at=clock.now(),
        )
    )


def told_before(meeting: Meeting) -> Told | None:
    """Return what guests were told last, or None if nobody has been told anything."""
    last = queries.last_announcement(meeting)
    if last is None:
        return None
    return Told(
        last.titles,
        last.starts_at,
        last.zone,
        last.duration_minutes,
        is_cancelled=last.is_cancelled,
        wall_time=last.wall_time,
    )


def planned_changes(meeting: Meeting) -> list[Planned]:
    """Return the letters that `tell_changes` would send now, and store nothing."""
    old = told_before(meeting)
    if old is None or meeting.is_cancelled:
        return []
    about = occasion(meeting)
    untold = _untold(meeting)
    # Who is asked again answers anew, so no deputy is left of the old answer.
    again = asks_again(old, about.told())
    people = (
        queries.offices_of((one.participant for one in untold), meeting.conference_id)
        if again
        else queries.recipients_of(untold, meeting.conference_id)
    )
    return [Planned(box, _change_letter(about, box, old, is_asked_again=again)) for box in mailboxes(people)]


def _change_letter(about: Occasion, box: Mailbox, old: Told, *, is_asked_again: bool) -> Draft:
    said = letters.after_change(about, box.language, asks_again=is_asked_again)
    return letters.compose(KINDS["change"], about, box, Saying(changes_since=old, next=said))


def _untold(meeting: Meeting) -> list[Invitation]:
    return [one for one in queries.invitations_to(meeting) if one.told_revision < meeting.revision]


def tell_changes(meeting: Meeting) -> int:
    """Tell those concerned what has changed; return the number of letters.

    Where the time has changed, or a cancelled meeting takes place after all, the old answers fall,
    for they were given for another question; entries in calendars move along with a higher SEQUENCE.

    Raises:
        Refusal: if there is nothing to tell, or the guests could not answer any more.
    """
    old = told_before(meeting)
    untold = _untold(meeting)
    if old is None or not untold or meeting.is_cancelled:
        raise Refusal(NOTHING_NEW)
    about = occasion(meeting)
    again = asks_again(old, about.told())
    if again and meeting.answers_close_at is not None and meeting.answers_close_at <= clock.now():
        raise Refusal(DEADLINE_PAST)
    for invitation in untold:
        if again:
            withdraw_deputy(about, invitation, cause=f"revision-{meeting.revision}")
            invitation.ask_again(now=clock.now())
        invitation.told_revision = meeting.revision
    db.session.flush()
    _announce(meeting)
    return sum(
        post(
            about,
            box,
            _change_letter(about, box, old, is_asked_again=again),
            key=f"change/{meeting.id}/{meeting.revision}/{box.first.id}",
            for_calendar=for_calendar(
                about, box, has_changed=True, has_moved=old.starts_at != meeting.starts_at
            ),
        )
        for box in mailboxes(queries.recipients_of(untold, meeting.conference_id))
    )


def planned_cancellations(meeting: Meeting) -> list[Planned]:
    """Return the letters that `cancel` would send now, and store nothing."""
    about = occasion(meeting)
    return [Planned(box, _cancellation_letter(about, box)) for box in _concerned(meeting)]


def _concerned(meeting: Meeting) -> list[Mailbox]:
    invited = queries.invitations_to(meeting)
    return mailboxes(queries.recipients_of(invited, meeting.conference_id))


def _cancellation_letter(about: Occasion, box: Mailbox) -> Draft:
    return letters.compose(KINDS["cancellation"], about, box)


def cancel(meeting: Meeting) -> int:
    """Call the meeting off and tell everybody invited, once; return the number of letters.

    Raises:
        Refusal: if it is cancelled already.
    """
    if meeting.is_cancelled:
        raise Refusal(CANCELLED)
    boxes = _concerned(meeting)
    meeting.cancel()
    for invitation in queries.invitations_to(meeting):
        invitation.told_revision = meeting.revision
    if boxes:
        _announce(meeting)
    about = occasion(meeting)
    return sum(
        post(
            about,
            box,
            _cancellation_letter(about, box),
            key=f"cancellation/{meeting.id}/{meeting.revision}/{box.first.id}",
            for_calendar=for_calendar(about, box),
        )
        for box in boxes
    )


def revive(meeting: Meeting) -> None:
    """Let a cancelled meeting take place after all; nobody is told by this alone.

    Raises:
        Refusal: if it is not cancelled, or lies in the past.
    """
    if not meeting.is_cancelled:
        raise Refusal(NOT_CANCELLED)
    if meeting.starts_at <= clock.now():
        raise Refusal(PAST)
    meeting.revive()


def remove_participant(participant: Participant) -> None:
    """Take a city off the guest list, with its contacts and speaking slots.

    Raises:
        Refusal: once it has been invited, or stands in a record: answers and records stay readable.
    """
    city = participant.city.names.in_language("")
    if queries.is_invited(participant):
        raise Refusal(INVITED, city=city)
    db.session.delete(participant)
    try:
        db.session.flush()
    except IntegrityError as error:
        # Records are kept by a part above this one; the database knows them.
        raise Refusal(IN_A_RECORD, city=city) from error


@dataclass(frozen=True)
class Missing:
    """How many still lack the invitation: participants, and contacts added to invited ones."""

    cities: int
    contacts: int


def count_missing(meeting: Meeting, invitations: list[Invitation]) -> Missing:
    """Return who would be invited now, beside those who have these invitations to the meeting."""
    if meeting.is_cancelled:
        return Missing(0, 0)
    invited = {one.participant_id for one in invitations}
    cities = [one.id for one in participants_of(meeting.conference_id) if one.id not in invited]
    late = [box for box in _to_invite(meeting) if invited & {one.id for one in box.participants}]
    return Missing(len(cities), len(late))
