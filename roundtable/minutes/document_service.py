"""The documents of the record: minutes, attendance list and decisions list as PDF, in each language.

A sealed record's minutes are made once and kept. They carry the very JSON that was hashed, so that
anybody can take it out and compute the hash again, without this program.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from roundtable import clock, documents, looks, storage
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
LOOK = "documents"


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


def records_to_look_at() -> list[int]:
    """Return the sealed records of which documents may have to be made: new ones, amended ones, and each once a day."""
    return looks.due(LOOK, select(Minutes.id).where(Minutes.stage == MinutesStage.APPROVED), Minutes.id)


def waiting_documents(minutes_id: int) -> list[tuple[str, bool]]:
    """Return (language, whether in full) of each document of a sealed record that has not been made."""
    minutes = db.session.get(Minutes, minutes_id)
    if minutes is None:
        return []
    columns = select(RecordDocument.language, RecordDocument.is_full)
    rows = db.session.execute(
        columns.where(
            RecordDocument.minutes_id == minutes_id,
            RecordDocument.amendments == len(queries.amendments_of(minutes)),
        )
    )
    made = {tuple(row) for row in rows}
    wanted = [(language, full) for language in minutes.meeting.conference.languages for full in (False, True)]
    return [one for one in wanted if one not in made]


def note_look(minutes_id: int) -> None:
    """Note that every document of a record is made."""
    looks.note(LOOK, minutes_id, longest=timedelta(days=1))


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
