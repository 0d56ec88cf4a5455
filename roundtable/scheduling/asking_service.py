"""The verbs of asking: which dates suit, about a further one, once more the silent."""

from dataclasses import dataclass

from roundtable import clock
from roundtable.conferences.queries import bodies_of
from roundtable.errors import Refusal, sentence
from roundtable.guests.queries import zone_names_at
from roundtable.invitations import queries as invitations
from roundtable.invitations.mailboxes import Mailbox, mailboxes
from roundtable.invitations.post_service import envelope
from roundtable.invitations.service import Planned
from roundtable.mail import outbox
from roundtable.mail.outbox import Draft
from roundtable.scheduling import letters, queries
from roundtable.scheduling.choices import PollStage
from roundtable.scheduling.letters import Search
from roundtable.scheduling.models import DatePoll
from roundtable.scheduling.service import DEADLINE, check_unsettled

NO_OPTION = sentence("Please choose at least one date first.")
NOTHING_NEW = sentence("Everybody has been asked about every date already.")


def search_about(poll: DatePoll) -> Search:
    """Return what all letters about the poll share."""
    return Search(
        poll,
        bodies_of(poll.conference),
        zone_names_at(poll.conference_id),
        invitations.wordings_of(poll.conference_id),
    )


@dataclass(frozen=True)
class _Letter:
    """A letter that would go now, and the key that keeps it from going twice."""

    box: Mailbox
    draft: Draft
    key: str


def asked_boxes(poll: DatePoll) -> list[Mailbox]:
    """Return the mailboxes of the offices that are asked."""
    participants = [one.participant for one in queries.questions_of(poll)]
    return mailboxes(invitations.offices_of(participants, poll.conference_id))


def _to_ask(poll: DatePoll) -> list[_Letter]:
    """Return who is asked now: everybody new about all dates, the others about the new ones."""
    options = queries.options_of(poll)
    fresh = [one for one in options if one.announced_at is None]
    about = search_about(poll)
    found = []
    for box in asked_boxes(poll):
        first = f"poll/{poll.id}/{box.first.id}"
        if not outbox.is_queued(first):
            draft = letters.compose("poll", about, box, [one.starts_at for one in options])
            found.append(_Letter(box, draft, first))
        elif fresh:
            draft = letters.compose("poll-option", about, box, [one.starts_at for one in fresh])
            newest = max(one.id for one in fresh)
            found.append(_Letter(box, draft, f"poll-option/{poll.id}/{newest}/{box.first.id}"))
    return found


def planned_questions(poll: DatePoll) -> list[Planned]:
    """Return the letters that `ask` would send now, and store nothing."""
    return [Planned(one.box, one.draft) for one in _to_ask(poll)]


def ask(poll: DatePoll) -> int:
    """Ask the offices which dates suit: those who were asked before only about what is new.

    Raises:
        Refusal: if there is nothing or nobody to ask, the deadline has passed, or the poll is over.
    """
    check_unsettled(poll)
    options = queries.options_of(poll)
    if not options:
        raise Refusal(NO_OPTION)
    fresh = [one for one in options if one.announced_at is None]
    first = min(one.starts_at for one in fresh or options)
    if poll.answers_close_at <= clock.now() or first <= poll.answers_close_at:
        raise Refusal(DEADLINE)
    waiting = _to_ask(poll)
    if not waiting and not fresh:
        raise Refusal(NOTHING_NEW)
    poll.stage = PollStage.OPEN
    for option in fresh:
        option.announced_at = clock.now()
    about = search_about(poll)
    return sum(post(about, one.box, one.draft, key=one.key) for one in waiting)


def post(about: Search, box: Mailbox, draft: Draft, *, key: str, is_reminder: bool = False) -> bool:
    """Queue a letter about a poll to a mailbox; return whether it is a new one."""
    poll = about.poll
    letter = outbox.queue(
        draft,
        envelope(
            poll.conference,
            box,
            about.sender_name(box.language),
            key=key,
            topic=queries.topic(poll),
            first_key=f"poll/{poll.id}/{box.first.id}",
            is_reminder=is_reminder,
        ),
    )
    return letter is not None
