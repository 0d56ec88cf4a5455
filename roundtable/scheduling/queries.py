"""Reads of polls for a date."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from roundtable import clock
from roundtable.db import db
from roundtable.guests.models import Contact, Participant
from roundtable.guests.queries import participants_of
from roundtable.scheduling import festivities
from roundtable.scheduling.choices import Choice, PollStage
from roundtable.scheduling.models import Availability, DateOption, DatePoll, DateQuestion, OfficeHours
from roundtable.scheduling.proposals import Closures, Group, Hours
from roundtable.scheduling.ranking import Candidate, Tally, Voter, ranked


def polls_of(conference_id: int) -> list[DatePoll]:
    """Return the polls of a conference, the newest first."""
    return list(
        db.session.scalars(
            select(DatePoll).where(DatePoll.conference_id == conference_id).order_by(DatePoll.id.desc())
        )
    )


def options_of(poll: DatePoll) -> list[DateOption]:
    """Return the options of a poll, the earliest first."""
    return list(
        db.session.scalars(
            select(DateOption).where(DateOption.poll_id == poll.id).order_by(DateOption.starts_at)
        )
    )


def announced(options: Iterable[DateOption]) -> list[DateOption]:
    """Return the options about which the offices have been asked."""
    return [one for one in options if one.announced_at is not None]


def questions_of(poll: DatePoll) -> list[DateQuestion]:
    """Return who is asked, with participants and cities, in protocol order."""
    return list(
        db.session.scalars(
            select(DateQuestion)
            .join(DateQuestion.participant)
            .join(Participant.city)
            .options(contains_eager(DateQuestion.participant).contains_eager(Participant.city))
            .where(DateQuestion.poll_id == poll.id)
            .order_by(Participant.precedence, Participant.id)
        )
    )


Said = dict[tuple[int, int], Choice]
"""What was said, by (option, participant)."""


def said_in(poll: DatePoll) -> Said:
    """Return all that was said in a poll."""
    rows = db.session.execute(
        select(Availability.option_id, DateQuestion.participant_id, Availability.choice)
        .join(Availability.question)
        .where(DateQuestion.poll_id == poll.id)
    )
    return {(option_id, participant_id): choice for option_id, participant_id, choice in rows}


def said_to(question: DateQuestion) -> dict[int, Choice]:
    """Return what one office has said, by option."""
    rows = db.session.execute(
        select(Availability.option_id, Availability.choice).where(Availability.question_id == question.id)
    )
    return {option_id: choice for option_id, choice in rows}  # noqa: C416 - dict() of rows is not typed


def tallies(options: list[DateOption], questions: list[DateQuestion], said: Said) -> list[Tally]:
    """Return the announced options, the best first."""
    return ranked(
        [Candidate(one.id, one.starts_at) for one in announced(options)],
        [Voter(one.participant_id, one.participant.city.country, one.is_required) for one in questions],
        said,
    )


def silent(options: list[DateOption], questions: list[DateQuestion], said: Said) -> list[DateQuestion]:
    """Return who has not answered every option about which it was asked."""
    wanted = [one.id for one in announced(options)]
    return [
        one for one in questions if any((option_id, one.participant_id) not in said for option_id in wanted)
    ]


def groups_of(questions: list[DateQuestion]) -> list[Group]:
    """Return the cities that are asked, put together by country, state and zone."""
    cities = Counter(
        (one.participant.city.country, one.participant.city.state, one.participant.city.zone)
        for one in questions
    )
    required = Counter(
        (one.participant.city.country, one.participant.city.state, one.participant.city.zone)
        for one in questions
        if one.is_required
    )
    return [Group(*place, count, required[place]) for place, count in sorted(cities.items())]


def office_hours(conference_id: int) -> dict[str, OfficeHours]:
    """Return the office hours that the conference has set, by country."""
    rows = db.session.scalars(select(OfficeHours).where(OfficeHours.conference_id == conference_id))
    return {one.country: one for one in rows}


def closures_for(conference_id: int) -> Closures:
    """Return when offices are closed, as this conference knows it."""
    hours = {country: Hours(one.opens, one.closes) for country, one in office_hours(conference_id).items()}
    return Closures(festivities.holiday, festivities.weekend, hours)


@dataclass(frozen=True)
class Asked:
    """A question as an office's page shows it."""

    question: DateQuestion
    options: list[DateOption]
    said: dict[int, Choice]

    @property
    def poll(self) -> DatePoll:
        return self.question.poll

    @property
    def unanswered(self) -> list[DateOption]:
        """The options without a word from the office."""
        return [one for one in self.options if one.id not in self.said]

    @property
    def chosen(self) -> DateOption | None:
        """The option that has settled the poll."""
        return next((one for one in self.options if one.is_chosen), None)


def takes_answers(poll: DatePoll) -> bool:
    """Whether offices may answer by themselves now."""
    return poll.stage is PollStage.OPEN and clock.now() < poll.answers_close_at


def asked_of(contact: Contact) -> list[DateQuestion]:
    """Return what a contact's page asks about dates, the newest first; deputies are not asked."""
    if contact.is_deputy:
        return []
    return list(
        db.session.scalars(
            select(DateQuestion)
            .join(DateQuestion.poll)
            .options(contains_eager(DateQuestion.poll))
            .where(
                DateQuestion.participant_id == contact.participant_id,
                DatePoll.stage.in_((PollStage.OPEN, PollStage.SETTLED)),
            )
            .order_by(DatePoll.id.desc())
        )
    )


def asked_about(contact: Contact, poll_id: int) -> Asked | None:
    """Return one poll as the contact's page shows it; None if it is not asked there."""
    if contact.is_deputy:
        return None
    question = db.session.scalar(
        select(DateQuestion)
        .options(joinedload(DateQuestion.poll))
        .where(DateQuestion.participant_id == contact.participant_id, DateQuestion.poll_id == poll_id)
    )
    if question is None or question.poll.stage is PollStage.DRAFT:
        return None
    options = announced(options_of(question.poll))
    return Asked(question, options, said_to(question))


def seats_of(conference_id: int) -> list[Participant]:
    """Return who has a seat, and so is asked when a poll begins."""
    return [one for one in participants_of(conference_id) if one.has_seat]


def topic(poll: DatePoll) -> str:
    """Return the topic under which the letters about a poll stand in the outbox."""
    return f"poll/{poll.id}"
