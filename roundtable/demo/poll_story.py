"""The demonstration's search for a date: a third round table, most offices have answered."""

from datetime import datetime, time, timedelta

from roundtable import clock
from roundtable.conferences.models import Conference
from roundtable.db import db
from roundtable.demo import words
from roundtable.guests.queries import contacts_of
from roundtable.scheduling import answer_service, asking_service, queries, service
from roundtable.scheduling.answer_service import Reply
from roundtable.scheduling.choices import Choice
from roundtable.scheduling.models import DatePoll
from roundtable.scheduling.proposals import Search, propose

# What the offices say to the four dates, one row after the other; the last rows are silent.
_SAID = ("yyny", "ynyy", "yyyn", "yfny", "nyyy", "yyyf", "fyyy", "yyny", "ynyy")
_CHOICES = {"y": Choice.YES, "f": Choice.IF_NEED_BE, "n": Choice.NO}


def ask(conference: Conference) -> DatePoll:
    """Ask the offices about four dates, ten weeks from now."""
    today = clock.now().date()
    first = today + timedelta(days=70)
    poll = service.begin(
        conference,
        service.SearchPlan(
            titles=words.NEXT,
            zone=conference.home_zone,
            duration_minutes=90,
            first_day=first,
            last_day=first + timedelta(days=27),
            answers_close_at=datetime.combine(today + timedelta(days=20), time(15), clock.now().tzinfo),
        ),
    )
    db.session.flush()
    found = propose(
        Search(poll.first_day, poll.last_day, poll.zone, poll.duration_minutes, clock.now()),
        queries.groups_of(queries.questions_of(poll)),
        queries.closures_for(conference.id),
    )
    service.add_options(poll, [one.wall_time for one in found[:10:3]])
    db.session.flush()
    asking_service.ask(poll)
    db.session.commit()
    return poll


def answer(poll: DatePoll) -> None:
    """Let two of three offices answer; one finds none of the dates good and proposes another."""
    contacts = contacts_of(poll.conference_id)
    questions = queries.questions_of(poll)
    for place, question in enumerate(questions[: len(questions) * 2 // 3]):
        contact = contacts[question.participant_id][0]
        answer_service.answer(question, _reply(poll, place), contact=contact, said_by=contact.name)
    db.session.commit()


def _reply(poll: DatePoll, place: int) -> Reply:
    options = queries.options_of(poll)
    if place == 5:
        return Reply({}, none_suits=True, proposed_on=poll.last_day + timedelta(days=4))
    said = _SAID[place % len(_SAID)]
    return Reply({option.id: _CHOICES[letter] for option, letter in zip(options, said, strict=False)})
