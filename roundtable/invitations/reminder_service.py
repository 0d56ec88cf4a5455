"""The verbs of reminders: by themselves when their moment comes, and by hand to a selection."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.engine import Row
from sqlalchemy.orm import joinedload

from roundtable import clock, looks
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import MeetingStage
from roundtable.conferences.turn_service import take_turn_of_meeting
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Contact
from roundtable.invitations import letters, queries
from roundtable.invitations.letter_kinds import KINDS
from roundtable.invitations.letters import Occasion
from roundtable.invitations.mailboxes import Mailbox, mailboxes
from roundtable.invitations.models import Invitation
from roundtable.invitations.post_service import post
from roundtable.invitations.reminders import Due, Schedule, due, moments
from roundtable.invitations.rsvp import Answer
from roundtable.invitations.service import Planned
from roundtable.mail import outbox

FARTHEST = timedelta(days=90 + 90)
"""No reminder comes earlier before the start: ninety days before a deadline ninety days before it."""
NOBODY = sentence(
    "Nobody in this selection has to be reminded: they have answered, or were reminded today already."
)
LOOK = "session-reminder"
CHASING = frozenset({"reminder", "last-reminder", "unsure-reminder"})
NOT_AFTER_THE_END = frozenset(
    {
        "invitation",
        "change",
        "agenda",
        "deputy",
        "deputy-refused",
        "reply-question",
        "session-reminder",
        *CHASING,
    }
)


def meetings_to_remind() -> list[int]:
    """Return the meetings whose reminders may have come due."""
    now = clock.now()
    coming = select(Meeting.id).where(
        Meeting.starts_at > now, Meeting.starts_at < now + FARTHEST, Meeting.stage == MeetingStage.PLANNED
    )
    return looks.due(LOOK, coming, Meeting.id)


def schedule_of(meeting: Meeting) -> Schedule:
    """Return when the meeting reminds."""
    return Schedule(
        meeting.starts_at,
        meeting.answers_close_at,
        meeting.zone,
        meeting.reminder_days,
        meeting.last_reminder_days,
        meeting.session_reminder_hours,
    )


def remind(meeting_id: int) -> int:
    """Queue the reminders of a meeting whose moment has come; return how many are new.

    The key of each names the question that was asked, so none is ever written twice.
    """
    take_turn_of_meeting(meeting_id)
    meeting = db.session.get(Meeting, meeting_id)
    if meeting is None or meeting.is_cancelled:
        return 0
    schedule, now = schedule_of(meeting), clock.now()
    waiting: dict[Due, list[Invitation]] = {}
    invited = queries.invitations_to(meeting)
    looks.note(LOOK, meeting_id, *moments(schedule, {one.sure_by for one in invited if one.sure_by}))
    for one in invited:
        found = due(
            schedule,
            answer=one.answer,
            asked_at=one.asked_at,
            answered_at=one.answered_at,
            sure_by=one.sure_by,
            now=now,
        )
        if found is not None and one.told_revision >= meeting.revision:
            waiting.setdefault(found, []).append(one)
    if not waiting:
        return 0
    about = queries.occasion(meeting)
    count = 0
    for found, invitations in waiting.items():
        rounds = {one.participant_id: one.asked_round for one in invitations}
        for box in _boxes(found.kind, invitations, meeting):
            first = box.first
            mark = f"{found.mark}/{rounds[first.participant_id]}"
            key = f"{found.kind}/{meeting.id}/{mark}/{first.id}"
            # Most rounds find everything sent already, and then nothing has to be composed.
            if not outbox.is_queued(key):
                count += _send(about, box, found.kind, key)
    return count


def _send(about: Occasion, box: Mailbox, kind: str, key: str) -> bool:
    return post(about, box, letters.compose(KINDS[kind], about, box), key=key, is_reminder=True)


def _boxes(kind: str, invitations: Sequence[Invitation], meeting: Meeting) -> list[Mailbox]:
    """Return who is reminded for these invitations: offices that may answer, or whoever comes in."""
    by_participant = {one.participant_id: one for one in invitations}
    people: Iterable[Contact] = queries.offices(meeting.conference_id)
    deputies = [one.deputy_contact for one in invitations if one.deputy_contact is not None]
    people = [*people, *(one for one in deputies if one.is_deputy)]
    mine = [one for one in people if one.participant_id in by_participant and one.gets_reminders]
    if kind == "session-reminder":
        chosen = [one for one in mine if queries.may_come_in(one, by_participant[one.participant_id])]
    else:
        chosen = [one for one in mine if one.may_answer]
    return mailboxes(chosen)


def planned_reminders(meeting: Meeting, invitation_ids: set[int]) -> list[Planned]:
    """Return the letters that `remind_by_hand` would send now, and store nothing."""
    about = queries.occasion(meeting)
    return [
        Planned(box, letters.compose(KINDS[kind], about, box))
        for kind, box, _ in _by_hand(meeting, invitation_ids)
    ]


def _by_hand(meeting: Meeting, invitation_ids: set[int]) -> list[tuple[str, Mailbox, str]]:
    """Return (kind, mailbox, key) of every reminder by hand that has not been written today.

    One a day and mailbox: a second click, or a second organizer, writes nothing more.
    """
    today = clock.now().astimezone(ZoneInfo(meeting.zone)).date()
    if not queries.takes_answers(meeting):
        return []
    chosen = [one for one in queries.invitations_to(meeting) if one.id in invitation_ids]
    found = []
    for kind, answer in (("reminder", Answer.NEEDS_ACTION), ("unsure-reminder", Answer.TENTATIVE)):
        for box in _boxes(kind, [one for one in chosen if one.answer is answer], meeting):
            key = f"by-hand/{meeting.id}/{today}/{box.first.id}"
            if not outbox.is_queued(key):
                found.append((kind, box, key))
    return found


def remind_by_hand(meeting: Meeting, invitation_ids: set[int]) -> int:
    """Remind those of a selection who have not answered or were not sure; return the number of letters.

    Raises:
        Refusal: if there is nobody to remind.
    """
    about = queries.occasion(meeting)
    count = sum(_send(about, box, kind, key) for kind, box, key in _by_hand(meeting, invitation_ids))
    if not count:
        raise Refusal(NOBODY)
    return count


def unwanted(batch: Sequence[Row[Any]]) -> Mapping[int, str]:
    """Return, by letter, why letters that wait shall not go any more: asked at the moment of sending.

    Nobody is reminded who has answered meanwhile, and nothing but the cancellation is sent about a
    meeting that has been cancelled.
    """
    about = {one.id: int(one.topic.partition("/")[2]) for one in batch if one.kind in NOT_AFTER_THE_END}
    if not about:
        return {}
    meetings = {
        one.id: one for one in db.session.scalars(select(Meeting).where(Meeting.id.in_(set(about.values()))))
    }
    reminded = [one for one in batch if one.kind in CHASING or one.kind == "session-reminder"]
    answers = _answers(reminded, about)
    found = {}
    for letter in batch:
        meeting = meetings.get(about.get(letter.id, 0))
        if letter.id not in about:
            continue
        if meeting is None or meeting.is_cancelled:
            found[letter.id] = "the session is cancelled"
        elif clock.now() >= meeting.ends_at or (
            letter.kind == "session-reminder" and clock.now() >= meeting.starts_at
        ):
            found[letter.id] = "the session is over"
        elif letter.kind in CHASING and not queries.takes_answers(meeting):
            found[letter.id] = "answers are closed"
        elif letter in reminded and not answers.get(letter.id):
            found[letter.id] = "answered meanwhile"
    return found


def _answers(reminded: Sequence[Row[Any]], about: Mapping[int, int]) -> dict[int, bool]:
    """Return, by letter, whether its reminder still has a reason."""
    if not reminded:
        return {}
    owners = {one.link_owner for one in reminded}
    keys = {
        one.id: one.email_key for one in db.session.scalars(select(Contact).where(Contact.id.in_(owners)))
    }
    rows = db.session.execute(
        select(Contact, Invitation)
        .join(Invitation, Invitation.participant_id == Contact.participant_id)
        .where(Contact.email_key.in_(set(keys.values())), Invitation.meeting_id.in_(set(about.values())))
        .options(joinedload(Invitation.meeting))
    ).all()
    found = {}
    for letter in reminded:
        key = keys.get(letter.link_owner)
        own = [(c, i) for c, i in rows if c.email_key == key and i.meeting_id == about[letter.id]]
        if letter.kind == "session-reminder":
            found[letter.id] = any(queries.may_come_in(contact, one) for contact, one in own)
        else:
            wanted = Answer.TENTATIVE if letter.kind == "unsure-reminder" else Answer.NEEDS_ACTION
            found[letter.id] = any(one.answer is wanted for _, one in own)
    return found
