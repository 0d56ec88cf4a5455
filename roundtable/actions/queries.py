"""Action items of approved sessions with what has been said about them since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager

from roundtable import clock, times
from roundtable.conferences.models import Conference, Meeting
from roundtable.db import Texts, db
from roundtable.guests.models import Participant
from roundtable.minutes.kinds import ActionState, EntryKind, MinutesStage
from roundtable.minutes.models import ActionReport, Amendment, Entry, Minutes
from roundtable.minutes.queries import from_sealed


@dataclass(frozen=True)
class Followed:
    """An action item as it stands now: its words with their amendments, its state, and all reports.

    `due_on` is the last day named, in the record or in a report.
    """

    entry: Entry
    texts: Texts
    reports: Sequence[ActionReport]

    @property
    def meeting(self) -> Meeting:
        return self.entry.minutes.meeting

    @property
    def owner(self) -> Participant:
        found = self.entry.owner
        assert found is not None
        return found

    @property
    def session(self) -> str:
        """The number of the session, such as "2026-03"."""
        return str(from_sealed(self.entry.minutes, "number"))

    @property
    def state(self) -> ActionState:
        """What the newest report says; without one it is open."""
        return self.reports[-1].state if self.reports else ActionState.OPEN

    @property
    def due_on(self) -> date | None:
        named = [one.due_on for one in self.reports if one.due_on is not None]
        return named[-1] if named else self.entry.due_on

    def is_overdue(self) -> bool:
        """Whether its day has passed at the session's home while it is not settled."""
        today = times.wall(clock.now(), ZoneInfo(self.meeting.zone)).date()
        return not self.state.is_settled and self.due_on is not None and self.due_on < today


def _actions() -> Select[Entry]:
    return (
        select(Entry)
        .join(Entry.minutes)
        .join(Minutes.meeting)
        .join(Participant, Participant.id == Entry.owner_id)
        .join(Participant.city)
        .options(
            contains_eager(Entry.minutes).contains_eager(Minutes.meeting),
            contains_eager(Entry.owner).contains_eager(Participant.city),
        )
        .where(
            Minutes.stage == MinutesStage.APPROVED,
            Entry.kind == EntryKind.ACTION,
            Entry.removed_at.is_(None),
        )
        .order_by(Meeting.starts_at, Entry.position, Entry.id)
    )


def _followed(entries: Sequence[Entry]) -> list[Followed]:
    keys = [one.id for one in entries]
    reports: dict[int, list[ActionReport]] = {}
    for report in db.session.scalars(
        select(ActionReport).where(ActionReport.entry_id.in_(keys)).order_by(ActionReport.id)
    ):
        reports.setdefault(report.entry_id, []).append(report)
    amended = {
        one.entry_id: one.new
        for one in db.session.scalars(
            select(Amendment).where(Amendment.entry_id.in_(keys)).order_by(Amendment.number)
        )
    }
    return [Followed(one, amended.get(one.id, one.texts), reports.get(one.id, [])) for one in entries]


def actions_of(conference: Conference) -> list[Followed]:
    """Return the action items of all approved sessions of a conference, the oldest session first."""
    return _followed(db.session.scalars(_actions().where(Meeting.conference_id == conference.id)).all())


def actions_for(participant: Participant) -> list[Followed]:
    """Return the action items that a city owns."""
    return _followed(db.session.scalars(_actions().where(Entry.owner_id == participant.id)).all())


def action(entry_id: int) -> Followed | None:
    """Return one action item of an approved session."""
    found = _followed(db.session.scalars(_actions().where(Entry.id == entry_id)).all())
    return found[0] if found else None


def perhaps_near(until: datetime) -> Select[int]:
    """Return the statement for the ids of action items, of every conference, whose day may lie before an instant.

    Their own day, or one that a report names; those whose newest report settles them are left out. Days are compared
    across zones, so some are a day early: whoever reminds looks at each.
    """
    newest = (
        select(ActionReport.id)
        .where(ActionReport.entry_id == Entry.id)
        .order_by(ActionReport.id.desc())
        .limit(1)
        .correlate(Entry)
        .scalar_subquery()
    )
    settled = [one for one in ActionState if one.is_settled]
    # Not EXISTS or IN: beside another condition PostgreSQL reads every report for these.
    named = select(func.min(ActionReport.due_on)).where(ActionReport.entry_id == Entry.id)
    return (
        select(Entry.id)
        .join(Entry.minutes)
        .outerjoin(ActionReport, ActionReport.id == newest)
        .where(
            Minutes.stage == MinutesStage.APPROVED,
            Entry.kind == EntryKind.ACTION,
            Entry.removed_at.is_(None),
            Entry.owner_id.is_not(None),
            or_(ActionReport.state.is_(None), ActionReport.state.not_in(settled)),
            or_(
                Entry.due_on <= until.date() + timedelta(days=1),
                named.correlate(Entry).scalar_subquery().is_not(None),
            ),
        )
    )
