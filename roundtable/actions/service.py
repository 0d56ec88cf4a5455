"""The verbs of action items: report progress, remind the owner."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.engine import Row

from roundtable import clock, dates, looks, times
from roundtable.actions import queries
from roundtable.actions.queries import Followed
from roundtable.actions.rules import BEFORE, phase
from roundtable.conferences.models import Conference, Meeting
from roundtable.conferences.turn_service import take_turn
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.invitations import letters
from roundtable.invitations import queries as invitations
from roundtable.invitations.letter_kinds import KINDS
from roundtable.invitations.letters import Saying
from roundtable.invitations.mailboxes import Mailbox, mailboxes
from roundtable.invitations.post_service import post_under
from roundtable.languages import speaking
from roundtable.mail import outbox
from roundtable.minutes.kinds import ActionState
from roundtable.minutes.models import ActionReport, Entry, Minutes

KIND = "action-reminder"
NOTHING_SAID = sentence("Please say something, or choose another state.")


def report(item: Followed, state: ActionState, text: str, due_on: date | None, *, by: str) -> ActionReport:
    """Report how far an action item is; the newest report tells its state.

    Raises:
        Refusal: if the report says nothing new.
    """
    if not text and state is item.state and due_on in {None, item.due_on}:
        raise Refusal(NOTHING_SAID)
    made = ActionReport(
        entry=item.entry, state=state, text=text, due_on=due_on, said_by=by, said_at=clock.now()
    )
    db.session.add(made)
    return made


def _boxes(item: Followed) -> list[Mailbox]:
    """Return the mailboxes of the owner's contacts that want reminders."""
    return mailboxes(one for one in invitations.offices_of_one(item.owner.id) if one.gets_reminders)


def _waiting(item: Followed) -> list[tuple[Mailbox, str]]:
    """Return (mailbox, key) of each reminder of an action item that is due and not written yet."""
    if item.due_on is None or item.state.is_settled:
        return []
    today = times.wall(clock.now(), ZoneInfo(item.meeting.zone)).date()
    now = phase(item.due_on, today)
    if now is None:
        return []
    found = [(box, f"{KIND}/{item.entry.id}/{item.due_on}/{now}/{box.first.id}") for box in _boxes(item)]
    return [(box, key) for box, key in found if not outbox.is_queued(key)]


def due_for_reminders() -> list[int]:
    """Return the action items of which a reminder may be due."""
    return looks.due(KIND, queries.perhaps_near(clock.now() + BEFORE), Entry.id)


def remind(entry_id: int) -> int:
    """Queue the reminders of an action item; return how many are new."""
    take_turn(
        lambda: select(Conference.id).join(Meeting).join(Minutes).join(Entry).where(Entry.id == entry_id)
    )
    item = queries.action(entry_id)
    looks.note(KIND, entry_id)
    if item is None:
        return 0
    about = invitations.occasion(item.meeting)
    count = 0
    for box, key in _waiting(item):
        saying = Saying(options=[said(item, box.language)])
        draft = letters.compose(KINDS[KIND], about, box, saying, page="/actions")
        count += post_under(f"action/{item.entry.id}", about, box, draft, key=key, is_reminder=True)
    return count


def said(item: Followed, language: str) -> str:
    """Return an action item with its day in one line."""
    words = item.texts.in_language(language)
    if item.due_on is None:
        return words
    with speaking(language):
        return gettext("%(text)s (until %(day)s)", text=words, day=dates.plain_day(item.due_on, language))


def unwanted(batch: Sequence[Row[Any]]) -> Mapping[int, str]:
    """Return, by letter, why a reminder shall not go any more: the item was settled meanwhile."""
    found = {}
    for letter in batch:
        if letter.kind == KIND:
            item = queries.action(int(letter.topic.partition("/")[2]))
            if item is None or item.state.is_settled:
                found[letter.id] = "the action item is settled"
    return found
