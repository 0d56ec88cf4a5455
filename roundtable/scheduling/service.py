"""The verbs of looking for an hour: begin, propose, choose whom to ask, give up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from roundtable import clock, times
from roundtable.conferences.models import Conference, Meeting
from roundtable.db import Texts, db
from roundtable.errors import Refusal, sentence
from roundtable.guests.queries import participants_of
from roundtable.guests.roles import ParticipantRole
from roundtable.scheduling import queries
from roundtable.scheduling.choices import PollStage
from roundtable.scheduling.models import DateOption, DatePoll, DateQuestion, OfficeHours

MOST_OPTIONS = 40

PAST = sentence("This time lies in the past. Please choose one that is still to come.")
TOO_MANY = sentence("A poll holds at most %(most)d dates: more would be a burden for the offices.")
ANNOUNCED = sentence("The offices have been asked about this date already, so it stays.")
NOBODY = sentence("Please choose at least one city to ask.")
NOT_OPEN = sentence("This poll is closed. Please call the organizers if something has changed.")
DEADLINE = sentence("The answers shall close in the future, and before the first of the proposed dates.")
MEETING_CANCELLED = sentence(
    "The session is cancelled. Please let it take place after all first, then look for an hour."
)
WRONG_HOURS = sentence("Offices close later than they open. Please correct the hours.")


@dataclass(frozen=True)
class SearchPlan:
    """What is looked for; the words are those of `DatePoll`."""

    titles: Texts
    zone: str
    duration_minutes: int
    first_day: date
    last_day: date
    answers_close_at: datetime
    reminder_days: int | None = 2


def begin(conference: Conference, plan: SearchPlan, meeting: Meeting | None = None) -> DatePoll:
    """Begin the search for an hour: everybody with a seat is asked, chairs are required.

    With a meeting, a new hour for it is looked for; else settling makes a new one.

    Raises:
        Refusal: if the meeting is cancelled, or answers would close in the past.
    """
    if meeting is not None and meeting.is_cancelled:
        raise Refusal(MEETING_CANCELLED)
    poll = DatePoll(conference=conference, meeting=meeting, created_at=clock.now())
    change(poll, plan)
    db.session.add(poll)
    db.session.flush()
    for one in queries.seats_of(conference.id):
        required = one.role is ParticipantRole.CHAIR
        db.session.add(DateQuestion(poll=poll, participant=one, is_required=required))
    return poll


def change(poll: DatePoll, plan: SearchPlan) -> None:
    """Change what is looked for; in a poll that is under way zone and duration stay as they are.

    Raises:
        Refusal: if answers would close in the past, or the poll is over.
    """
    check_unsettled(poll)
    if plan.answers_close_at <= clock.now():
        raise Refusal(DEADLINE)
    poll.titles, poll.answers_close_at = plan.titles, plan.answers_close_at
    poll.first_day, poll.last_day = plan.first_day, plan.last_day
    poll.reminder_days = plan.reminder_days
    if poll.stage is not PollStage.OPEN:
        poll.zone, poll.duration_minutes = plan.zone, plan.duration_minutes
        _anchor_again(poll)


def _anchor_again(poll: DatePoll) -> None:
    """Keep the instants of options that were chosen before the home changed."""
    if poll.id is not None:
        for option in queries.options_of(poll):
            option.wall_time = times.wall(option.starts_at, ZoneInfo(poll.zone))


def check_unsettled(poll: DatePoll) -> None:
    """Check that the poll is not over.

    Raises:
        Refusal: once it is settled or given up.
    """
    if poll.stage in {PollStage.SETTLED, PollStage.WITHDRAWN}:
        raise Refusal(NOT_OPEN)


def add_options(poll: DatePoll, wall_times: Iterable[datetime]) -> int:
    """Add hours, as clocks at the poll's home show them; return how many are new.

    Raises:
        Refusal: if one does not exist or comes twice there, lies in the past, or there are too many.
    """
    check_unsettled(poll)
    known = {one.starts_at for one in queries.options_of(poll)}
    added = 0
    for wall_time in wall_times:
        starts_at = times.instant(wall_time, ZoneInfo(poll.zone))
        if starts_at <= clock.now():
            raise Refusal(PAST)
        if starts_at in known:
            continue
        if len(known) == MOST_OPTIONS:
            raise Refusal(TOO_MANY, most=MOST_OPTIONS)
        known.add(starts_at)
        db.session.add(DateOption(poll=poll, wall_time=wall_time, starts_at=starts_at))
        added += 1
    return added


def remove_option(option: DateOption) -> None:
    """Take an hour out again.

    Raises:
        Refusal: once the offices have been asked about it.
    """
    if option.announced_at is not None:
        raise Refusal(ANNOUNCED)
    db.session.delete(option)


def set_asked(poll: DatePoll, asked: set[int], required: set[int]) -> None:
    """Say who is asked, and without whom the meeting makes no sense; both by participant.

    Who has answered stays.

    Raises:
        Refusal: if nobody would be asked, or the poll is over.
    """
    check_unsettled(poll)
    present = {one.participant_id: one for one in queries.questions_of(poll)}
    for one in participants_of(poll.conference_id):
        question = present.get(one.id)
        if question is None and one.id in asked:
            question = present[one.id] = DateQuestion(poll=poll, participant=one)
            db.session.add(question)
        elif question is not None and one.id not in asked and question.answered_at is None:
            db.session.delete(present.pop(one.id))
            continue
        if question is not None:
            question.is_required = one.id in required
    if not present:
        raise Refusal(NOBODY)


def set_office_hours(conference: Conference, hours: Mapping[str, tuple[time, time]]) -> None:
    """Set when offices are staffed, by country; the usual hours need no row.

    Raises:
        Refusal: if an office would close before it opens.
    """
    db.session.execute(delete(OfficeHours).where(OfficeHours.conference_id == conference.id))
    for country, (opens, closes) in hours.items():
        if opens >= closes:
            raise Refusal(WRONG_HOURS)
        if (opens, closes) != times.OFFICE_HOURS:
            db.session.add(OfficeHours(conference=conference, country=country, opens=opens, closes=closes))


def withdraw(poll: DatePoll) -> None:
    """Give the search up; letters that still wait are dropped.

    Raises:
        Refusal: if the poll is over already.
    """
    check_unsettled(poll)
    poll.stage = PollStage.WITHDRAWN
