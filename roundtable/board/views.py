"""The meeting page: the table, the hour, the agenda and the way on one page."""

from collections import Counter
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue

from roundtable import clock, dates, times
from roundtable.agenda.queries import agenda_of
from roundtable.board.way import Mark, way
from roundtable.conferences.access import meeting_or_404, rights_in
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import Right
from roundtable.guests.models import Participant
from roundtable.guests.queries import participants_of, zones_at
from roundtable.invitations.answers import STATE_NAMES
from roundtable.invitations.models import Invitation
from roundtable.invitations.queries import invitations_to, takes_answers
from roundtable.invitations.rsvp import Answer
from roundtable.invitations.service import told_before
from roundtable.languages import current_language
from roundtable.minutes.queries import minutes_of
from roundtable.press.queries import publications_of, summary_of
from roundtable.scheduling.festivities import holiday
from roundtable.web.charts import Band, Table, ribbon, table

bp = Blueprint("board", __name__)


@dataclass(frozen=True)
class SeatTaken:
    """A seat at the table: who has it, and the answer; None before the invitation."""

    participant: Participant
    answer: Answer | None


@dataclass(frozen=True)
class Ribbon:
    """One zone's day with the meeting in it."""

    zone: str
    cities: int
    only_observers: bool
    bands: list[Band]
    meeting: Band
    in_office_hours: bool


def _seats(participants: list[Participant], invitations: list[Invitation]) -> list[SeatTaken]:
    answers = {one.participant_id: one.answer for one in invitations}
    return [SeatTaken(one, answers.get(one.id)) for one in participants if one.has_seat]


def _silent(meeting: Meeting, invitations: list[Invitation]) -> list[int]:
    """Return the invitations whose offices can be reminded now."""
    if not takes_answers(meeting):
        return []
    return [one.id for one in invitations if one.answer is Answer.NEEDS_ACTION]


def _ribbons(meeting: Meeting, participants: list[Participant]) -> list[Ribbon]:
    result = []
    for at in zones_at(participants, meeting.zone):
        bands, present = ribbon(meeting.starts_at, meeting.duration_minutes, at.zone)
        starts = times.wall(meeting.starts_at, ZoneInfo(at.zone))
        ends = times.wall(meeting.ends_at, ZoneInfo(at.zone))
        office = times.in_office_hours(starts, ends)
        result.append(Ribbon(at.zone, at.cities, at.only_observers, bands, present, office))
    return result


def _holidays(meeting: Meeting, participants: list[Participant]) -> list[tuple[str, str, int]]:
    """Return (name, country, number of cities) of each public holiday on the day of the meeting."""
    found: Counter[tuple[str, str]] = Counter()
    for one in participants:
        day = times.wall(meeting.starts_at, ZoneInfo(one.city.zone)).date()
        festival = holiday(day, one.city.country, one.city.state)
        if festival is not None:
            found[festival.called(), one.city.country] += 1
    return [(name, country, count) for (name, country), count in found.most_common()]


def _warnings(meeting: Meeting, zones: list[str]) -> list[str]:
    """Return what changes of the clocks mean between the time that guests know and the present one."""
    told = told_before(meeting)
    if told is None or told.starts_at == meeting.starts_at:
        return []
    return dates.gaps_said(told.starts_at, meeting.starts_at, meeting.zone, zones, current_language())


def _way(meeting: Meeting, *, has_agenda: bool, is_invited: bool) -> list[Mark]:
    minutes = minutes_of(meeting)
    summary = summary_of(meeting)
    return way(
        has_agenda=has_agenda,
        is_invited=is_invited,
        is_over=clock.now() >= meeting.ends_at,
        is_approved=minutes is not None and minutes.is_sealed,
        is_published=summary is not None and any(one.visible_at for one in publications_of(summary)),
    )


@bp.get("/meetings/<int:meeting_id>")
def show(meeting_id: int) -> ResponseReturnValue:
    """Show the meeting to who works on it."""
    meeting = meeting_or_404(meeting_id, Right.READ)
    participants = participants_of(meeting.conference_id)
    invitations = invitations_to(meeting)
    seats = _seats(participants, invitations)
    picture: Table = table(len(seats))
    agenda = agenda_of(meeting)
    ribbons = _ribbons(meeting, participants)
    untold = sum(one.told_revision < meeting.revision for one in invitations)
    return render_template(
        "board/show.html",
        meeting=meeting,
        conference=meeting.conference,
        rights=rights_in(meeting.conference),
        marks=_way(meeting, has_agenda=bool(agenda), is_invited=bool(invitations)),
        picture=picture,
        seats=list(zip(seats, picture.seats, strict=True)),
        counts=Counter(seat.answer for seat in seats),
        taken=sum(seat.answer is not None and seat.answer.takes_seat for seat in seats),
        ribbons=ribbons,
        holidays=_holidays(meeting, participants),
        agenda=agenda,
        state_names=STATE_NAMES,
        answers=Answer,
        chase=_silent(meeting, invitations),
        untold=untold,
        warnings=_warnings(meeting, [one.zone for one in ribbons]) if untold else [],
        is_invited=bool(invitations),
        days_left=(meeting.starts_at - clock.now()).days,
    )


def init_app(app: Flask) -> None:
    """Serve the page."""
    app.register_blueprint(bp)
