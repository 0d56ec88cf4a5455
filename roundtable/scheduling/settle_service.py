"""Settling the date: the meeting stands, those concerned are told, the poll is closed."""

from roundtable import clock
from roundtable.conferences import service as conferences
from roundtable.conferences.models import Meeting
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.invitations import letters, queries, service
from roundtable.invitations.letter_kinds import KINDS
from roundtable.invitations.letters import Occasion
from roundtable.invitations.mailboxes import Mailbox, mailboxes
from roundtable.invitations.service import Planned
from roundtable.mail.outbox import Draft
from roundtable.scheduling.asking_service import asked_boxes, post, search_about
from roundtable.scheduling.choices import PollStage
from roundtable.scheduling.models import DateOption, DatePoll
from roundtable.scheduling.service import MEETING_CANCELLED, NOT_OPEN, PAST


def _concerned(option: DateOption) -> tuple[list[Mailbox], list[Mailbox]]:
    """Return (who learns of a change of its invitation, who learns that the date is settled)."""
    poll = option.poll
    told: set[str] = set()
    changed: list[Mailbox] = []
    if poll.meeting is not None and _moves(poll.meeting, option):
        invited = queries.invitations_to(poll.meeting)
        changed = mailboxes(queries.recipients_of(invited, poll.conference_id))
        told = {one.key for one in changed}
    return changed, [one for one in asked_boxes(poll) if one.key not in told]


def _moves(meeting: Meeting, option: DateOption) -> bool:
    """Whether settling changes what the guests of the meeting know."""
    poll = option.poll
    known = (dict(meeting.titles), meeting.wall_time, meeting.zone, meeting.duration_minutes)
    return known != (dict(poll.titles), option.wall_time, poll.zone, poll.duration_minutes)


def _letter(about: Occasion, poll: DatePoll, box: Mailbox) -> Draft:
    return letters.compose(KINDS["poll-settled"], about, box, page=f"/polls/{poll.id}")


def planned_settlement(option: DateOption) -> tuple[list[Planned], list[Mailbox]]:
    """Return (letters that say the date is settled, mailboxes whose invitation changes); store nothing."""
    poll = option.poll
    search = search_about(poll)
    # A meeting that is never added to the database: only the letters look at it.
    meeting = Meeting(
        conference=poll.conference,
        titles=poll.titles,
        wall_time=option.wall_time,
        zone=poll.zone,
        starts_at=option.starts_at,
        duration_minutes=poll.duration_minutes,
    )
    about = Occasion(meeting, search.bodies, search.zones, wordings=search.wordings)
    changed, told = _concerned(option)
    return [Planned(box, _letter(about, poll, box)) for box in told], changed


def settle(option: DateOption) -> tuple[Meeting, int]:
    """Settle the date in one act: the meeting stands, those concerned are told, the poll is closed.

    Returns the meeting and the number of letters.

    Raises:
        Refusal: if the poll is over, the date is past, or the meeting cannot be moved.
    """
    poll = option.poll
    if poll.stage is not PollStage.OPEN:
        raise Refusal(NOT_OPEN)
    if option.starts_at <= clock.now():
        raise Refusal(PAST)
    changed, boxes = _concerned(option)
    meeting = _fixed(option)
    option.is_chosen, poll.stage, poll.meeting = True, PollStage.SETTLED, meeting
    db.session.flush()
    count = service.tell_changes(meeting) if changed else 0
    about, search = queries.occasion(meeting), search_about(poll)
    count += sum(
        post(search, box, _letter(about, poll, box), key=f"poll-settled/{poll.id}/{box.first.id}")
        for box in boxes
    )
    return meeting, count


def _fixed(option: DateOption) -> Meeting:
    """Return the meeting at the chosen hour: a new one, or the one for which the hour was looked for.

    Raises:
        Refusal: if that one is cancelled, or its minutes are approved.
    """
    poll = option.poll
    if poll.meeting is None:
        plan = conferences.Plan(poll.titles, option.wall_time, poll.zone, poll.duration_minutes, None)
        return conferences.plan_meeting(poll.conference, plan)
    meeting = poll.meeting
    if meeting.is_cancelled:
        raise Refusal(MEETING_CANCELLED)
    closes = meeting.answers_close_at
    if closes is not None and not clock.now() < closes <= option.starts_at:
        meeting.answers_close_at = None  # it was set for the old date
    meeting.arrange(poll.titles, option.wall_time, poll.zone, poll.duration_minutes)
    return meeting
