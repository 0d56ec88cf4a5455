"""Reminding offices that have not said yet which dates suit, by themselves and by hand."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.engine import Row

from roundtable import clock, looks
from roundtable.conferences.models import Conference
from roundtable.conferences.turn_service import take_turn
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Contact
from roundtable.invitations import queries as invitations
from roundtable.invitations.mailboxes import Mailbox, mailboxes
from roundtable.invitations.service import Planned
from roundtable.mail import outbox
from roundtable.scheduling import letters, queries
from roundtable.scheduling.asking_service import post, search_about
from roundtable.scheduling.choices import PollStage
from roundtable.scheduling.models import DatePoll

NOBODY = sentence("Nobody has to be reminded: all have answered, or were reminded today already.")
LOOK = "poll-reminder"
ASKING = frozenset({"poll", "poll-option", "poll-reminder"})


def polls_to_remind() -> list[int]:
    """Return the polls whose reminder has come due."""
    open_polls = select(DatePoll.id).where(
        DatePoll.stage == PollStage.OPEN,
        DatePoll.answers_close_at > clock.now(),
        DatePoll.reminder_days.is_not(None),
    )
    return looks.due(LOOK, open_polls, DatePoll.id)


def _boxes(poll: DatePoll) -> list[Mailbox]:
    """Return the mailboxes of offices that are silent and want to be reminded."""
    silent = queries.silent(queries.options_of(poll), queries.questions_of(poll), queries.said_in(poll))
    wanted = {one.participant_id for one in silent}
    return mailboxes(
        one
        for one in invitations.offices(poll.conference_id)
        if one.participant_id in wanted and one.gets_reminders and one.may_answer
    )


def remind(poll_id: int) -> int:
    """Queue the reminders of a poll, one for each mailbox and deadline; return how many are new."""
    take_turn(lambda: select(Conference.id).join(DatePoll).where(DatePoll.id == poll_id))
    poll = db.session.get(DatePoll, poll_id)
    if poll is None or poll.reminder_days is None or not queries.takes_answers(poll):
        return 0
    opens = poll.answers_close_at - timedelta(days=poll.reminder_days)
    looks.note(LOOK, poll_id, opens)
    if opens > clock.now():
        return 0
    mark = f"{poll.answers_close_at:%Y%m%d%H%M}"
    keys = [(box, f"poll-reminder/{poll.id}/{mark}/{box.first.id}") for box in _boxes(poll)]
    # Most rounds find everything sent already, and then nothing has to be composed.
    return _send(poll, [(box, key) for box, key in keys if not outbox.is_queued(key)])


def _send(poll: DatePoll, waiting: Sequence[tuple[Mailbox, str]]) -> int:
    """Queue these reminders; return how many are new."""
    if not waiting:
        return 0
    about = search_about(poll)
    starts = [one.starts_at for one in queries.announced(queries.options_of(poll))]
    return sum(
        post(about, box, letters.compose("poll-reminder", about, box, starts), key=key, is_reminder=True)
        for box, key in waiting
    )


def _by_hand(poll: DatePoll) -> list[tuple[Mailbox, str]]:
    """Return (mailbox, key) of every reminder by hand that has not been written today."""
    if not queries.takes_answers(poll):
        return []
    today = clock.now().astimezone(ZoneInfo(poll.zone)).date()
    found = [(box, f"poll-by-hand/{poll.id}/{today}/{box.first.id}") for box in _boxes(poll)]
    return [(box, key) for box, key in found if not outbox.is_queued(key)]


def planned_reminders(poll: DatePoll) -> list[Planned]:
    """Return the letters that `remind_by_hand` would send now, and store nothing."""
    about = search_about(poll)
    starts = [one.starts_at for one in queries.announced(queries.options_of(poll))]
    return [Planned(box, letters.compose("poll-reminder", about, box, starts)) for box, _ in _by_hand(poll)]


def remind_by_hand(poll: DatePoll) -> int:
    """Remind the silent, once a day and mailbox; return the number of letters.

    Raises:
        Refusal: if there is nobody to remind.
    """
    count = _send(poll, _by_hand(poll))
    if not count:
        raise Refusal(NOBODY)
    return count


def unwanted(batch: Sequence[Row[Any]]) -> Mapping[int, str]:
    """Return, by letter, why a letter about a poll shall not go any more: asked at the moment of sending."""
    about = {one.id: int(one.topic.partition("/")[2]) for one in batch if one.kind in ASKING}
    if not about:
        return {}
    polls = {
        one.id: one
        for one in db.session.scalars(select(DatePoll).where(DatePoll.id.in_(set(about.values()))))
    }
    owners = {
        one.id: one.email_key
        for one in db.session.scalars(
            select(Contact).where(Contact.id.in_({one.link_owner for one in batch}))
        )
    }
    # Mailboxes that are still silent, by poll: asked once for a whole batch.
    silent: dict[int, set[str]] = {}
    found = {}
    for letter in batch:
        if letter.id not in about:
            continue
        poll = polls.get(about[letter.id])
        if poll is None or not queries.takes_answers(poll):
            found[letter.id] = "the search for a date is over"
        elif letter.kind == "poll-reminder":
            if poll.id not in silent:
                silent[poll.id] = {box.key for box in _boxes(poll)}
            if owners.get(letter.link_owner) not in silent[poll.id]:
                found[letter.id] = "answered meanwhile"
    return found
