"""Reads of the record, in a number of queries that does not grow with it."""

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from roundtable.agenda.queries import items_of
from roundtable.conferences.models import Meeting
from roundtable.db import Texts, db
from roundtable.guests.models import Participant
from roundtable.languages import LANGUAGES
from roundtable.minutes.models import Attendance, Entry, Minutes
from roundtable.minutes.record import AttendanceLine, Person, Record, RecordEntry, RecordItem, from_json


def minutes_of(meeting: Meeting) -> Minutes | None:
    """Return the minutes of a meeting, if somebody has begun them."""
    return db.session.scalar(
        select(Minutes).where(Minutes.meeting_id == meeting.id).options(joinedload(Minutes.meeting))
    )


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


def entries_of(minutes: Minutes) -> list[Entry]:
    """Return the entries in their order, with speakers and owners."""
    return list(
        db.session.scalars(
            select(Entry)
            .options(selectinload(Entry.speaker), selectinload(Entry.owner))
            .where(Entry.minutes_id == minutes.id)
            .order_by(Entry.position, Entry.id)
        )
    )


def record_of(minutes: Minutes) -> Record:
    """Return the record: the sealed one, else what the draft says now."""
    if minutes.sealed is not None:
        return from_json(minutes.sealed)
    return draft_record(minutes)


def draft_record(minutes: Minutes) -> Record:
    """Gather the record from the database."""
    meeting = minutes.meeting
    by_item: dict[int | None, list[RecordEntry]] = {}
    for entry in entries_of(minutes):
        by_item.setdefault(entry.item_id, []).append(_entry(entry))
    items = [RecordItem(item.id, item.titles, tuple(by_item.get(item.id, []))) for item in items_of(meeting)]
    if None in by_item:
        items.append(RecordItem(None, Texts(), tuple(by_item[None])))
    return Record(
        meeting_uid=meeting.uid,
        titles=meeting.titles,
        starts_at=meeting.starts_at,
        zone=meeting.zone,
        duration_minutes=meeting.duration_minutes,
        attendance=tuple(
            AttendanceLine(_person(row.participant), row.presence, row.representative)
            for row in attendance_of(minutes)
        ),
        items=tuple(items),
        approved_by=minutes.approved_by,
        approved_at=minutes.approved_at,
    )


def _person(participant: Participant) -> Person:
    called = Texts({language: participant.called(language) for language in LANGUAGES})
    return Person(participant.id, participant.city.names, participant.city.country, called)


def _entry(entry: Entry) -> RecordEntry:
    return RecordEntry(
        id=entry.id,
        kind=entry.kind,
        language=entry.language,
        texts=entry.texts,
        on_record=entry.on_record,
        speaker=_person(entry.speaker) if entry.speaker else None,
        owner=_person(entry.owner) if entry.owner else None,
        due_on=entry.due_on,
    )
