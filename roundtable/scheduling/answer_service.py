"""Taking what an office says about the proposed dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from roundtable import clock
from roundtable.db import db
from roundtable.errors import Refusal, sentence
from roundtable.guests.models import Contact
from roundtable.invitations.rsvp import Channel
from roundtable.scheduling import queries
from roundtable.scheduling.choices import Choice, PollStage
from roundtable.scheduling.models import Availability, DateQuestion
from roundtable.scheduling.service import NOT_OPEN

NOTHING_SAID = sentence("Please say of at least one date whether it suits, or choose “None of these dates”.")


@dataclass(frozen=True)
class Reply:
    """What an office says: a choice by option, or none of them; and a counter-proposal."""

    choices: Mapping[int, Choice]
    none_suits: bool = False
    note: str = ""
    proposed_on: date | None = None


def answer(
    question: DateQuestion,
    reply: Reply,
    *,
    contact: Contact | None,
    said_by: str,
    channel: Channel = Channel.LINK,
) -> None:
    """Record what an office says. Options without a word keep what was said to them before.

    One by telephone is recorded by an organizer and may come after the deadline.

    Raises:
        Refusal: if the poll is closed, or nothing is said.
    """
    poll = question.poll
    is_open = queries.takes_answers(poll) or (channel is Channel.TELEPHONE and poll.stage is PollStage.OPEN)
    if not is_open:
        raise Refusal(NOT_OPEN)
    options = {one.id for one in queries.announced(queries.options_of(poll))}
    choices = dict.fromkeys(options, Choice.NO) if reply.none_suits else dict(reply.choices)
    choices = {option_id: choice for option_id, choice in choices.items() if option_id in options}
    if not choices and not queries.said_to(question):
        raise Refusal(NOTHING_SAID)
    rows = {
        one.option_id: one
        for one in db.session.scalars(select(Availability).where(Availability.question_id == question.id))
    }
    for option_id, choice in choices.items():
        if option_id in rows:
            rows[option_id].choice = choice
        else:
            db.session.add(Availability(question=question, option_id=option_id, choice=choice))
    held = {option_id: one.choice for option_id, one in rows.items()} | choices
    question.none_suits = all(choice is Choice.NO for choice in held.values()) and set(held) >= options
    question.note, question.proposed_on = reply.note, reply.proposed_on
    question.answered_at, question.channel = clock.now(), channel
    question.contact, question.said_by = contact, said_by
