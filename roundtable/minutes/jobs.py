"""Making the documents of sealed records, one record at a time, without holding the database."""

from roundtable.db import db, looked, reading
from roundtable.jobs import Pieces
from roundtable.minutes import document_service, queries
from roundtable.minutes.models import Minutes


def _make_all(minutes_id: int) -> int:
    waiting = looked(lambda: document_service.waiting_documents(minutes_id))
    made = sum(_make(minutes_id, language, is_full=is_full) for language, is_full in waiting)
    document_service.note_look(minutes_id)
    return made


def _make(minutes_id: int, language: str, *, is_full: bool) -> int:
    with reading():
        minutes = db.session.get(Minutes, minutes_id)
        if minutes is None:
            db.session.rollback()
            return 0
        amendments = len(queries.amendments_of(minutes))
        content = document_service.pdf_of(minutes, language, is_full=is_full)
        db.session.rollback()
    document_service.keep(minutes_id, language, content, amendments, is_full=is_full)
    db.session.commit()
    return 1


make_documents = Pieces(document_service.records_to_look_at, _make_all)
"""Makes the documents of sealed records that have not been made."""
