"""Reads of the record, in a number of queries that does not grow with it."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from roundtable.agenda.models import AgendaItem
from roundtable.agenda.queries import items_of
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import MeetingStage
from roundtable.db import Texts, db
from roundtable.guests.models import Participant
from roundtable.languages import LANGUAGES
from roundtable.minutes import numbers, translations
from roundtable.minutes.kinds import ActionState, EntryKind, MinutesStage, RemarkState
from roundtable.minutes.models import (
    ActionReport,
    Amendment,
    Attendance,
    Entry,
    EntryVersion,
    Minutes,
    RecordVersion,
    Remark,
)
from roundtable.minutes.record import (
    AttendanceLine,
    CarriedAction,
    Person,
    Record,
    RecordEntry,
    RecordItem,
    Votes,
    from_json,
)


def minutes_of(meeting: Meeting) -> Minutes | None:
    """Return the minutes of a meeting, if somebody has begun them."""
    return db.session.scalar(_minutes(), {"meeting": meeting.id})


@cache
def _minutes() -> Select[Minutes]:
    return (
        select(Minutes).where(Minutes.meeting_id == bindparam("meeting")).options(joinedload(Minutes.meeting))
    )


SHOWN = (MinutesStage.CIRCULATED, MinutesStage.APPROVED)
"""The stages at which offices read the minutes."""


def are_shown(meeting: Meeting) -> bool:
    """Whether offices may read minutes of the meeting."""
    return db.session.scalar(_shown(), {"meeting": meeting.id}) is not None


@cache
def _shown() -> Select[int]:
    return select(Minutes.id).where(Minutes.meeting_id == bindparam("meeting"), Minutes.stage.in_(SHOWN))


def attendance_of(minutes: Minutes) -> list[Attendance]:
    """Return the attendance in protocol order."""
    return list(
        db.session.scalars(
            select(Attendance)
            .join(Attendance.participant)
            .join(Participant.city)
            .options(contains_eager(Attendance.participant).contains_eager(Participant.city))
            .where(Attendance.minutes_id == minutes.id)
            .order_by(Participant.precedence, Participant.id)
        )
    )


def attendance_at(minutes: Minutes, participant_id: int) -> Attendance | None:
    """Return how one participant took part."""
    return db.session.scalar(
        select(Attendance).where(
            Attendance.minutes_id == minutes.id, Attendance.participant_id == participant_id
        )
    )


def entries_of(minutes: Minutes) -> list[Entry]:
    """Return the entries in their order, with speakers and owners; those taken out are left out."""
    return list(
        db.session.scalars(
            select(Entry)
            .options(selectinload(Entry.speaker), selectinload(Entry.owner))
            .where(Entry.minutes_id == minutes.id, Entry.removed_at.is_(None))
            .order_by(Entry.position, Entry.id)
        )
    )


def entries_since(minutes: Minutes, change: int) -> list[Entry]:
    """Return the entries that changed, moved or were taken out after a change, in their order."""
    return list(
        db.session.scalars(
            select(Entry)
            .options(selectinload(Entry.speaker), selectinload(Entry.owner))
            .where(Entry.minutes_id == minutes.id, Entry.change > change)
            .order_by(Entry.position, Entry.id)
        )
    )


def entry_by_key(minutes: Minutes, key: str) -> Entry | None:
    """Return the entry that was written under a key."""
    return db.session.scalar(select(Entry).where(Entry.minutes_id == minutes.id, Entry.key == key))


class Place(NamedTuple):
    """Where an entry stands, and when it was begun."""

    item_id: int | None
    position: int
    begun_at: datetime


def places_of(minutes: Minutes) -> list[Place]:
    """Return the places of all entries that stand."""
    rows = db.session.execute(
        select(Entry.item_id, Entry.position, Entry.begun_at).where(
            Entry.minutes_id == minutes.id, Entry.removed_at.is_(None)
        )
    )
    return [Place(*row) for row in rows]


def history_of(entry: Entry) -> list[EntryVersion]:
    """Return what an entry said, the newest version first."""
    return list(
        db.session.scalars(
            select(EntryVersion)
            .where(EntryVersion.entry_id == entry.id)
            .order_by(EntryVersion.version.desc())
        )
    )


def guest_ids(minutes: Minutes) -> set[int]:
    """Return the participants on the guest list of the record's conference."""
    return set(
        db.session.scalars(
            select(Participant.id).where(Participant.conference_id == minutes.meeting.conference_id)
        )
    )


def item_ids(minutes: Minutes) -> set[int]:
    """Return the items on the agenda of the record's meeting."""
    return set(db.session.scalars(select(AgendaItem.id).where(AgendaItem.meeting_id == minutes.meeting_id)))


def versions_of(minutes: Minutes) -> list[RecordVersion]:
    """Return the kept versions of a record, the oldest first."""
    return list(
        db.session.scalars(
            select(RecordVersion).where(RecordVersion.minutes_id == minutes.id).order_by(RecordVersion.number)
        )
    )


def last_version_number(minutes: Minutes) -> int:
    """Return the number of the newest kept version, 0 where there is none."""
    found = select(func.max(RecordVersion.number)).where(RecordVersion.minutes_id == minutes.id)
    return db.session.scalar(found) or 0


def amendments_of(minutes: Minutes) -> list[Amendment]:
    """Return the amendments of a sealed record, in their order."""
    return list(
        db.session.scalars(
            select(Amendment).where(Amendment.minutes_id == minutes.id).order_by(Amendment.number)
        )
    )


def amendments_in(minutes: Minutes, record: Record) -> list[Amendment]:
    """Return the amendments of what a record shows: who may not read an entry learns nothing of its amendment."""
    shown = {one.id for one in record.entries()}
    return [one for one in amendments_of(minutes) if one.entry_id in shown]


def remarks_on(minutes: Minutes, *, by_participant: int | None = None) -> list[Remark]:
    """Return the remarks of all offices, or those of one participant's, the oldest first."""
    query = (
        select(Remark)
        .join(Remark.participant)
        .join(Participant.city)
        .options(
            contains_eager(Remark.participant).contains_eager(Participant.city), joinedload(Remark.entry)
        )
        .where(Remark.minutes_id == minutes.id)
        .order_by(Remark.id)
    )
    if by_participant is not None:
        query = query.where(Remark.participant_id == by_participant)
    return list(db.session.scalars(query))


def open_remarks(minutes: Minutes) -> int:
    """Return how many remarks wait for an answer."""
    found = select(func.count(Remark.id)).where(
        Remark.minutes_id == minutes.id, Remark.state == RemarkState.OPEN
    )
    return db.session.scalar(found) or 0


def record_of(minutes: Minutes) -> Record:
    """Return the record: the sealed one, else what the draft says now."""
    if minutes.sealed is not None:
        return from_json(minutes.sealed)
    return draft_record(minutes)


def session_number(meeting: Meeting) -> str:
    """Return the number by which a session and its decisions are cited; see `numbers`."""
    earlier = db.session.scalars(
        select(Meeting.starts_at).where(
            Meeting.conference_id == meeting.conference_id,
            Meeting.starts_at < meeting.starts_at,
            Meeting.stage != MeetingStage.CANCELLED,
        )
    )
    return numbers.session_number(meeting.starts_at, meeting.zone, list(earlier))


def draft_record(minutes: Minutes) -> Record:
    """Gather the record from the database."""
    meeting = minutes.meeting
    number = session_number(meeting)
    by_item: dict[int | None, list[Entry]] = {}
    for entry in entries_of(minutes):
        by_item.setdefault(entry.item_id, []).append(entry)
    groups: list[tuple[int | None, Texts]] = [(item.id, item.titles) for item in items_of(meeting)]
    if None in by_item:
        groups.append((None, Texts()))
    # Decisions are counted in the order in which the record is read.
    decided = 0
    items = []
    for item_id, titles in groups:
        entries = []
        for entry in by_item.get(item_id, []):
            decided += entry.kind is EntryKind.DECISION
            is_decision = entry.kind is EntryKind.DECISION
            entries.append(_entry(entry, numbers.decision_number(number, decided) if is_decision else ""))
        items.append(RecordItem(item_id, titles, tuple(entries)))
    return Record(
        meeting_uid=meeting.uid,
        titles=meeting.titles,
        starts_at=meeting.starts_at,
        zone=meeting.zone,
        duration_minutes=meeting.duration_minutes,
        attendance=tuple(
            AttendanceLine(
                person_of(row.participant), row.presence, row.representative, row.came_at, row.left_at
            )
            for row in attendance_of(minutes)
        ),
        items=tuple(items),
        approved_by=minutes.approved_by,
        approved_at=minutes.approved_at,
        number=number,
        carried=tuple(carried_into(meeting)),
    )


def person_of(participant: Participant) -> Person:
    """Return a participant as the record names it."""
    called = Texts({language: participant.called(language) for language in LANGUAGES})
    return Person(participant.id, participant.city.names, participant.city.country, called)


def _entry(entry: Entry, number: str) -> RecordEntry:
    return RecordEntry(
        id=entry.id,
        kind=entry.kind,
        language=entry.language,
        texts=entry.texts,
        on_record=entry.on_record,
        speaker=person_of(entry.speaker) if entry.speaker else None,
        owner=person_of(entry.owner) if entry.owner else None,
        due_on=entry.due_on,
        stale=translations.stale(entry.texts, entry.based_on, entry.language),
        adoption=entry.adoption,
        votes=votes_of(entry),
        number=number,
    )


def votes_of(entry: Entry) -> Votes | None:
    """Return the result of the vote on a decision, where there was one."""
    if entry.votes_for is None:
        return None
    return Votes(entry.votes_for, entry.votes_against or 0, entry.abstentions or 0)


def carried_into(meeting: Meeting) -> list[CarriedAction]:
    """Return the action items of earlier approved sessions of the conference that are still open."""
    rows = db.session.scalars(
        select(Entry)
        .join(Entry.minutes)
        .join(Minutes.meeting)
        .options(joinedload(Entry.owner), contains_eager(Entry.minutes).contains_eager(Minutes.meeting))
        .where(
            Meeting.conference_id == meeting.conference_id,
            Meeting.starts_at < meeting.starts_at,
            Minutes.stage == MinutesStage.APPROVED,
            Entry.kind == EntryKind.ACTION,
            Entry.removed_at.is_(None),
        )
        .order_by(Meeting.starts_at, Entry.position, Entry.id)
    ).all()
    said = last_reports([one.id for one in rows])
    found = []
    for entry in rows:
        report = said.get(entry.id)
        state = report.state if report else ActionState.OPEN
        if not state.is_settled and entry.owner is not None:
            found.append(
                CarriedAction(
                    entry_id=entry.id,
                    session=from_sealed(entry.minutes, "number"),
                    texts=entry.texts,
                    language=entry.language,
                    owner=person_of(entry.owner),
                    due_on=(report and report.due_on) or entry.due_on,
                    state=state,
                )
            )
    return found


def from_sealed(minutes: Minutes, name: str) -> Any:
    """Return one value of a sealed record; what its version did not know yet is empty."""
    return (minutes.sealed or {}).get(name, "")


def last_reports(entry_ids: Sequence[int]) -> dict[int, ActionReport]:
    """Return the newest report about each action item that has one."""
    if not entry_ids:
        return {}
    newest = (
        select(func.max(ActionReport.id))
        .where(ActionReport.entry_id.in_(entry_ids))
        .group_by(ActionReport.entry_id)
    )
    found = db.session.scalars(select(ActionReport).where(ActionReport.id.in_(newest)))
    return {one.entry_id: one for one in found}
