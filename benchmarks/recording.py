"""What is measured of the record: saving at the desk, the page of the minutes, their PDF."""

import io
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import make
from conftest import OwnClient
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import text

from roundtable.conferences.models import Meeting
from roundtable.db import Texts, db
from roundtable.guests.queries import participants_of
from roundtable.minutes import document_service, entry_service, service
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import EntryKind
from roundtable.minutes.models import Minutes

WORDS = "Die Stadt berichtet über ihre Maßnahmen und schlägt eine gemeinsame Arbeitsgruppe vor. " * 4


def record_with(app: Flask, entries: int) -> int:
    """Return a meeting of twenty cities whose record has so many statements."""
    with app.app_context():
        meeting = make.table_of(20, wall_time=datetime(2026, 9, 1, 12, 0))
        minutes = service.begin(meeting)
        speakers = participants_of(meeting.conference_id)
        for number in range(entries):
            statement = Written(
                EntryKind.STATEMENT,
                "de",
                Texts({"de": f"{number}: {WORDS}"}),
                speaker_id=speakers[number % len(speakers)].id,
            )
            entry_service.add_entry(minutes, statement, Writer("Writer"))
        db.session.commit()
        return meeting.id


def saving(client: OwnClient, meeting_id: int) -> Callable[[], object]:
    """Return a call that saves a new entry as the desk does."""

    def save() -> None:
        data = {"kind": "note", "language": "en", "texts-en": WORDS, "key": str(uuid4()), "version": "0"}
        answer = client.post(f"/meetings/{meeting_id}/desk/entries", data=data)
        assert answer.status_code == 200

    return save


def bare_saving(app: Flask) -> Callable[[], object]:
    """Return a call that stores one row in a transaction of its own, by a view that does nothing else."""
    with app.app_context():
        db.session.execute(text("CREATE TABLE IF NOT EXISTS bare (words TEXT)"))
        db.session.commit()

    def view() -> str:
        db.session.execute(text("INSERT INTO bare (words) VALUES (:words)"), {"words": WORDS})
        db.session.commit()
        return "ok"

    bare = Flask("bare-saving")
    bare.config["SQLALCHEMY_DATABASE_URI"] = app.config["SQLALCHEMY_DATABASE_URI"]
    db.init_app(bare)
    bare.add_url_rule("/", view_func=view, methods=["POST"])
    client = bare.test_client()
    return lambda: client.post("/")


def minutes_pdf(app: Flask, meeting_id: int) -> tuple[bytes, int]:
    """Return the minutes as a PDF, and how many pages they have."""
    with app.app_context():
        meeting = db.session.get(Meeting, meeting_id)
        assert meeting is not None
        minutes = db.session.query(Minutes).filter_by(meeting_id=meeting_id).one()
        content = document_service.pdf_of(minutes, "de", is_full=False)
        db.session.rollback()
    return content, len(PdfReader(io.BytesIO(content)).pages)
