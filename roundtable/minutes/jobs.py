"""Making the documents of sealed records, one at a time, without holding the database."""

from roundtable.db import db, reading
from roundtable.minutes import document_service, queries
from roundtable.minutes.models import Minutes


def make_documents() -> int:
    """Make the documents of sealed records that have not been made; return how many were made."""
    with reading():
        waiting = document_service.waiting_documents()
        db.session.rollback()
    return sum(_make(minutes_id, language, is_full=is_full) for minutes_id, language, is_full in waiting)


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
