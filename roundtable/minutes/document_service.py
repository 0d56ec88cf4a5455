"""The documents of the record: minutes, attendance list and decisions list as PDF, in each language.

A sealed record's minutes are made once and kept. They carry the very JSON that was hashed, so that
anybody can take it out and compute the hash again, without this program.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from roundtable import clock, documents, storage
from roundtable.conferences.models import Conference, Meeting
from roundtable.conferences.queries import bodies_of
from roundtable.conferences.turn_service import take_turn
from roundtable.db import db
from roundtable.documents import page
from roundtable.guests.queries import zone_names_at
from roundtable.minutes import queries
from roundtable.minutes.forms import ACTION_NAMES, ADOPTION_NAMES, KIND_NAMES, PRESENCE_NAMES
from roundtable.minutes.kinds import EntryKind, MinutesStage
from roundtable.minutes.models import Amendment, Minutes, RecordDocument
from roundtable.minutes.record import Record, canonical

ATTACHED = "record.json"
MOST = 500
"""Records of which documents are made in one round."""


@dataclass(frozen=True)
class Printed:
    """What a document shows of a record: the whole of it, or the common part with what belongs to it."""

    record: Record
    is_full: bool
    digest: str
    amendments: Sequence[Amendment]


def printed(minutes: Minutes, *, is_full: bool) -> Printed:
    """Return what a document of the record shows; off-the-record statements only in the full one."""
    record = queries.record_of(minutes)
    record = record if is_full else record.common()
    digest = (minutes.content_hash if is_full else minutes.common_hash) if minutes.is_sealed else ""
    return Printed(record, is_full, digest, queries.amendments_in(minutes, record))


def kept_document(minutes: Minutes, language: str, *, is_full: bool) -> RecordDocument | None:
    """Return the document that was made of the sealed record as it is amended now, if it has been made."""
    return db.session.scalar(
        select(RecordDocument).where(
            RecordDocument.minutes_id == minutes.id,
            RecordDocument.amendments == len(queries.amendments_of(minutes)),
            RecordDocument.language == language,
            RecordDocument.is_full.is_(is_full),
        )
    )


def pdf_of(minutes: Minutes, language: str, *, is_full: bool) -> bytes:
    """Return the minutes as a PDF: the kept one of a sealed record, else made now.

    Raises:
        Refusal: if the document cannot be made.
    """
    kept = kept_document(minutes, language, is_full=is_full) if minutes.is_sealed else None
    if kept is not None:
        try:
            return storage.read(kept.key)
        except FileNotFoundError:
            # As after a restore without the files: the same words, made anew.
            pass
    return _made(minutes, language, printed(minutes, is_full=is_full))


def _made(minutes: Minutes, language: str, shown: Printed) -> bytes:
    assets = {}
    if shown.digest:
        values = minutes.sealed if shown.is_full else shown.record.to_json()
        assert values is not None
        content = canonical(values)
        if hashlib.sha256(content).hexdigest() == shown.digest:
            assets[ATTACHED] = (content, "application/json")
    html = page("documents/minutes.html", language, **_words(minutes, shown), attached=bool(assets))
    return documents.render(html, assets)


def _words(minutes: Minutes, shown: Printed) -> dict[str, object]:
    meeting = minutes.meeting
    return {
        "meeting": meeting,
        "record": shown.record,
        "amendments": shown.amendments,
        "amended": {one.entry_id: one for one in shown.amendments},
        "digest": shown.digest,
        "is_full": shown.is_full,
        "bodies": bodies_of(meeting.conference),
        "zones": zone_names_at(meeting.conference_id),
        "kind_names": KIND_NAMES,
        "presence_names": PRESENCE_NAMES,
        "adoption_names": ADOPTION_NAMES,
        "action_names": ACTION_NAMES,
    }


def attendance_pdf(minutes: Minutes, language: str) -> bytes:
    """Return the attendance list as a PDF.

    Raises:
        Refusal: if the document cannot be made.
    """
    words = _words(minutes, printed(minutes, is_full=False))
    return documents.render(page("documents/attendance.html", language, **words))


def decisions_pdf(minutes: Minutes, language: str) -> bytes:
    """Return the list of decisions with their numbers as a PDF; decisions are never off the record.

    Raises:
        Refusal: if the document cannot be made.
    """
    shown = printed(minutes, is_full=False)
    decisions = list(shown.record.entries(EntryKind.DECISION))
    words = _words(minutes, shown)
    return documents.render(page("documents/decisions.html", language, **words, decisions=decisions))


def waiting_documents(minutes_id: int | None = None) -> list[tuple[int, str, bool]]:
    """Return (minutes, language, whether in full) of each document of a sealed record that has not been made.

    Asked twice a minute for all records, so it reads keys and languages only, never the records themselves.
    """
    amended = _count_of(Amendment, Amendment.minutes_id == Minutes.id)
    kept = _count_of(
        RecordDocument, RecordDocument.minutes_id == Minutes.id, RecordDocument.amendments == amended
    )
    found = (
        select(Minutes.id, Conference.languages, amended)
        .join(Minutes.meeting)
        .join(Meeting.conference)
        .where(
            Minutes.stage == MinutesStage.APPROVED, kept < 2 * func.json_array_length(Conference.languages)
        )
    )
    if minutes_id is not None:
        found = found.where(Minutes.id == minutes_id)
    sealed = db.session.execute(found.order_by(Minutes.id).limit(MOST)).all()
    columns = (
        RecordDocument.minutes_id,
        RecordDocument.amendments,
        RecordDocument.language,
        RecordDocument.is_full,
    )
    of_these = RecordDocument.minutes_id.in_([row[0] for row in sealed])
    made = {tuple(row) for row in db.session.execute(select(*columns).where(of_these))} if sealed else set()
    return [
        (key, language, full)
        for key, languages, amendments in sealed
        for language in languages
        for full in (False, True)
        if (key, amendments, language, full) not in made
    ]


def _count_of(table: type[Amendment | RecordDocument], *which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count(table.id)).where(*which).scalar_subquery()


def keep(minutes_id: int, language: str, content: bytes, amendments: int, *, is_full: bool) -> None:
    """Keep a document of a sealed record; one that was made meanwhile stays."""
    take_turn(lambda: select(Conference.id).join(Meeting).join(Minutes).where(Minutes.id == minutes_id))
    minutes = db.session.get(Minutes, minutes_id)
    if minutes is None or kept_document(minutes, language, is_full=is_full) is not None:
        return
    if len(queries.amendments_of(minutes)) != amendments:
        return
    db.session.add(
        RecordDocument(
            minutes=minutes,
            amendments=amendments,
            language=language,
            is_full=is_full,
            key=storage.keep(content, kind="minutes", ending="pdf"),
            sha256=hashlib.sha256(content).hexdigest(),
            made_at=clock.now(),
        )
    )
