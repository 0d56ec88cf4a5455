"""Telling the guests of a new agenda: only those concerned, or all who come; nobody twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask_babel import gettext

from roundtable import dates
from roundtable.agenda import queries, releases, service
from roundtable.agenda.models import AgendaRelease
from roundtable.agenda.queries import PlannedItem
from roundtable.agenda.releases import Difference, ReleasedItem, ReleasedSlot
from roundtable.conferences.models import Meeting
from roundtable.db import db
from roundtable.invitations import letters
from roundtable.invitations import queries as invitations
from roundtable.invitations.changes import Change
from roundtable.invitations.letter_kinds import KINDS
from roundtable.invitations.letters import Occasion, Saying
from roundtable.invitations.mailboxes import Mailbox, mailboxes
from roundtable.invitations.models import Invitation
from roundtable.invitations.post_service import for_calendar, post
from roundtable.invitations.rsvp import Answer
from roundtable.invitations.service import Planned
from roundtable.languages import speaking
from roundtable.mail.outbox import Draft


class Whom(StrEnum):
    """Who is told of a new version."""

    CONCERNED = "concerned"
    EVERYBODY = "everybody"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Proposed:
    """What a release would let the guests know, and what it changes for them."""

    known: list[ReleasedItem]
    items: list[ReleasedItem]
    change: Difference
    last: AgendaRelease | None


def proposed(meeting: Meeting) -> Proposed:
    """Return what `release` would do now, and store nothing."""
    return compared(meeting, queries.agenda_of(meeting))


def compared(meeting: Meeting, agenda: list[PlannedItem]) -> Proposed:
    """Return the same for an agenda that is at hand already."""
    last = queries.last_release(meeting)
    known = releases.from_values(last.items) if last else []
    items = queries.as_released(meeting, agenda)
    return Proposed(known, items, releases.difference(known, items), last)


def absent(meeting: Meeting) -> set[int]:
    """Return the participants who do not come, so do not speak."""
    return absent_in(invitations.invitations_to(meeting))


def absent_in(found: list[Invitation]) -> set[int]:
    """Return those of the invited who do not come."""
    return {one.participant_id for one in found if one.answer is Answer.DECLINED}


def told_by(meeting: Meeting, change: Difference, whom: Whom) -> list[Mailbox]:
    """Return the mailboxes of those who are told: who declined learns nothing of agendas."""
    if whom is Whom.NOBODY or meeting.is_cancelled:
        return []
    wanted: list[Invitation] = [
        one
        for one in invitations.invitations_to(meeting)
        if one.answer is not Answer.DECLINED
        and (whom is Whom.EVERYBODY or one.participant_id in change.slots)
    ]
    return mailboxes(invitations.recipients_of(wanted, meeting.conference_id))


def _letter(about: Occasion, box: Mailbox, change: Difference) -> Draft:
    with speaking(box.language):
        said = _changes(about, box, change, box.language)
    return letters.compose(KINDS["agenda"], about, box, Saying(changes=said))


def _changes(about: Occasion, box: Mailbox, change: Difference, language: str) -> Sequence[Change]:
    """Return what has changed for the cities of a mailbox, in the current language."""
    found = []
    several = len(box.participants) > 1
    for participant in box.participants:
        name = gettext("Your statement")
        if several:
            name = f"{name}, {participant.city.names.in_language(language)}"
        found += [
            Change(name, _slot_said(about, one.old, language), _slot_said(about, one.new, language))
            for one in change.slots.get(participant.id, ())
        ]
    return found


def _slot_said(about: Occasion, slot: ReleasedSlot | None, language: str) -> str:
    if slot is None:
        return gettext("not on the agenda")
    meeting = about.meeting
    starts_at = meeting.starts_at + timedelta(minutes=slot.starts)
    hours = dates.hours_said(dates.clocks(starts_at, 0, meeting.zone, about.zones, language))
    return gettext("%(hours)s, %(minutes)d min", hours=hours, minutes=slot.minutes)


def planned_letters(meeting: Meeting, whom: Whom) -> list[Planned]:
    """Return the letters that `release` would send, and store nothing."""
    change = proposed(meeting).change
    return composed(meeting, change, told_by(meeting, change, whom))


def composed(meeting: Meeting, change: Difference, boxes: Sequence[Mailbox]) -> list[Planned]:
    """Return the letters about this change to these mailboxes, and store nothing."""
    about = invitations.occasion(meeting)
    return [Planned(box, _letter(about, box, change)) for box in boxes]


def release(meeting: Meeting, whom: Whom, *, by: str) -> int:
    """Let the guests know the agenda as it stands, and tell those who are to be told.

    Returns the number of letters. Entries in calendars get the new agenda with the letter.

    Raises:
        Refusal: if the agenda is empty, or the guests know it already.
    """
    last = queries.last_release(meeting)
    known = releases.from_values(last.items) if last else []
    found = service.release(meeting, by=by)
    db.session.flush()
    change = releases.difference(known, releases.from_values(found.items))
    about = invitations.occasion(meeting)
    return sum(
        post(
            about,
            box,
            _letter(about, box, change),
            key=f"agenda/{meeting.id}/{found.number}/{box.first.id}",
            for_calendar=for_calendar(about, box, has_changed=True),
        )
        for box in told_by(meeting, change, whom)
    )
