"""A sealed record cannot be changed: by no route, no service, no role, and not past them either."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import make
import pytest
from conftest import OwnClient
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from roundtable import clock
from roundtable.circulation import service as circulation
from roundtable.db import Texts, db
from roundtable.desk import service as desk
from roundtable.errors import Refusal
from roundtable.guests.queries import participants_of
from roundtable.minutes import document_service, entry_service, jobs, queries, service
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import EntryKind, Occasion, Presence
from roundtable.minutes.models import Attendance, Entry, EntryVersion, Minutes, RecordDocument, RecordVersion
from roundtable.minutes.service import Arrival

SECRET = "What nobody else may read."


def sealed() -> Minutes:
    meeting = make.table_of(3, wall_time=datetime(2026, 9, 1, 11, 0))
    end = meeting.ends_at
    clock.set_source(lambda: end)
    minutes = service.begin(meeting)
    speaker = participants_of(meeting.conference_id)[0]
    for entry in (
        Written(EntryKind.STATEMENT, "en", Texts({"en": SECRET}), speaker_id=speaker.id, on_record=False),
        Written(EntryKind.DECISION, "en", make.texts("A working group")),
    ):
        entry_service.add_entry(minutes, entry, Writer("Writer"))
    service.approve(minutes, by="The Chair")
    db.session.commit()
    return minutes


def test_every_service_refuses(app: Flask) -> None:
    minutes = sealed()
    entry = queries.entries_of(minutes)[1]
    item = min(queries.item_ids(minutes))
    guest = participants_of(minutes.meeting.conference_id)[0].id
    note, by = Written(EntryKind.NOTE, "en", Texts({"en": "x"})), Writer("W")

    def keep_another_version() -> None:
        service.keep_version(minutes, Occasion.APPROVED, by="W")
        db.session.flush()

    acts: list[Callable[[], object]] = [
        lambda: entry_service.add_entry(minutes, note, by),
        lambda: entry_service.save(minutes, "a-new-key", 0, note, by),
        lambda: entry_service.change_entry(entry, note, by, version=entry.version),
        lambda: entry_service.remove_entry(entry, by),
        lambda: entry_service.move_entry(entry, -1),
        lambda: service.set_attendance(minutes, {guest: (Presence.ABSENT, "")}),
        lambda: service.note_arrival(minutes, guest, Arrival.LEFT),
        lambda: service.approve(minutes, by="Another"),
        keep_another_version,
        lambda: circulation.take_back(minutes),
        lambda: circulation.circulate(
            minutes, circulation.Circulation(clock.now(), by_silence=False), by="W"
        ),
        lambda: desk.begin_item(minutes, item),
        lambda: desk.give_floor_to_next(minutes, item),
        lambda: desk.add_extra_turn(minutes, item, guest),
        lambda: desk.note_arrivals(minutes),
    ]

    for act in acts:
        with pytest.raises(Refusal):
            act()
        db.session.rollback()


def test_what_goes_past_the_services_is_refused_when_it_is_stored(app: Flask) -> None:
    minutes = sealed()
    entry = db.session.scalars(select(Entry)).first()
    row = db.session.scalars(select(Attendance)).first()
    version = db.session.scalars(select(RecordVersion)).first()
    history = db.session.scalars(select(EntryVersion)).first()
    assert entry is not None
    assert row is not None
    assert version is not None
    assert history is not None

    for target, name, value in (
        (minutes, "approved_by", "Another"),
        (minutes, "content_hash", "0" * 64),
        (entry, "texts", Texts({"en": "Other words"})),
        (row, "representative", "Another"),
        (version, "content", {}),
        (history, "values", {}),
    ):
        setattr(target, name, value)
        with pytest.raises(Refusal):
            db.session.commit()
        db.session.rollback()
    for target in (entry, row, version, minutes):
        db.session.delete(target)
        with pytest.raises(Refusal):
            db.session.commit()
        db.session.rollback()


@pytest.mark.parametrize(
    "change",
    [
        "sealed = '{}'",
        "stage = 'draft', approved_at = NULL",
        "content_hash = ''",
        "approved_by = 'Another'",
        "last_change = last_change + 1",
    ],
)
def test_the_database_itself_refuses(app: Flask, change: str) -> None:
    minutes = sealed()

    with pytest.raises(DBAPIError, match="the record is sealed"):
        db.session.execute(text(f"UPDATE minutes SET {change} WHERE id = {minutes.id}"))
    db.session.rollback()
    with pytest.raises(DBAPIError, match="the record is sealed"):
        db.session.execute(update(Minutes).values(common_hash="x"))
    db.session.rollback()


def test_no_route_changes_it_whoever_asks(app: Flask, organizer: OwnClient) -> None:
    minutes = sealed()
    before = json.dumps(minutes.sealed, sort_keys=True), minutes.content_hash, minutes.common_hash
    entry, guest = queries.entries_of(minutes)[1], participants_of(minutes.meeting.conference_id)[0]
    values = {
        "meeting_id": minutes.meeting_id,
        "entry_id": entry.id,
        "key": entry.key,
        "item_id": min(queries.item_ids(minutes)),
        "participant_id": guest.id,
        "remark_id": 1,
        "conference_id": minutes.meeting.conference_id,
    }
    data = {
        "kind": "note", "language": "en", "texts-en": "Changed", "key": entry.key, "version": str(entry.version),
        "approved_by": "Another", "act": "arrived", "participant": str(guest.id), "direction": "up",
        "until_day": "2027-01-01", "until_hour": "10:00", f"presence-{guest.id}": "absent",
    }  # fmt: skip
    words = ("minutes", "desk", "circulation")
    tried = 0
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint.partition(".")[0] not in words:
            continue
        if rule.endpoint == "circulation.amend" or "token" in rule.arguments:
            continue
        address = app.url_map.bind("").build(rule.endpoint, {name: values[name] for name in rule.arguments})
        response = organizer.post(address, data=data)
        tried += 1
        assert response.status_code in {302, 404, 409, 422}, (address, response.status_code)

    db.session.expire_all()
    minutes = db.session.scalars(select(Minutes)).one()
    assert tried > 12
    assert (json.dumps(minutes.sealed, sort_keys=True), minutes.content_hash, minutes.common_hash) == before
    assert [one.texts.get("en") for one in queries.entries_of(minutes)] == [SECRET, "A working group en"]


# --- The documents ---------------------------------------------------------------------------------------


def text_in(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_hash_on_the_pdf_is_that_of_the_record_in_it(app: Flask, tmp_path: Path) -> None:
    minutes = sealed()

    for is_full, digest in ((True, minutes.content_hash), (False, minutes.common_hash)):
        pdf = document_service.pdf_of(minutes, "en", is_full=is_full)
        attached = PdfReader(io.BytesIO(pdf)).attachments
        (content,) = attached["record.json"]
        file = tmp_path / "record.json"
        file.write_bytes(content)
        # Anybody can do this, without this program.
        found = subprocess.run(["sha256sum", str(file)], capture_output=True, check=True, text=True).stdout
        assert found.split()[0] == digest
        assert digest in text_in(pdf).replace(" ", "")
        assert (SECRET in text_in(pdf), SECRET.encode() in content) == (is_full, is_full)


def test_the_program_verifies_a_document_and_names_a_forged_one(app: Flask, tmp_path: Path) -> None:
    minutes = sealed()
    pdf = document_service.pdf_of(minutes, "de", is_full=False)
    file = tmp_path / "minutes.pdf"
    file.write_bytes(pdf)

    def verify(path: Path) -> tuple[int, str]:
        run = subprocess.run(
            [str(Path(sys.executable).parent / "roundtable"), "verify", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        return run.returncode, run.stdout + run.stderr

    code, said = verify(file)
    assert (code, minutes.common_hash in said) == (0, True), said
    from pypdf import PdfWriter

    forged = PdfWriter(clone_from=io.BytesIO(pdf))
    forged.add_attachment("record.json", b'{"items": []}')
    other = tmp_path / "forged.pdf"
    with other.open("wb") as out:
        forged.write(out)
    assert verify(other)[0] == 1
    assert verify(tmp_path / "missing.pdf")[0] != 0
    (tmp_path / "no.pdf").write_text("no pdf")
    assert verify(tmp_path / "no.pdf")[0] == 1


def test_documents_of_a_sealed_record_are_made_once_and_kept(app: Flask) -> None:
    minutes = sealed()

    while jobs.make_documents():
        pass

    kept = db.session.scalars(select(RecordDocument)).all()
    assert {(one.language, one.is_full) for one in kept} == {
        (language, full) for language in make.LANGUAGES for full in (True, False)
    }
    assert document_service.pdf_of(minutes, "tr", is_full=False) == document_service.pdf_of(
        minutes, "tr", is_full=False
    )
    db.session.execute(delete(RecordDocument))
    db.session.commit()


def test_lists_of_attendance_and_decisions_are_documents_in_every_language(organizer: OwnClient) -> None:
    minutes = sealed()

    for language, word in (("en", "Decisions"), ("de", "Beschlüsse"), ("tr", "Kararlar")):
        organizer.post("/language", data={"language": language})
        decisions = text_in(organizer.get(f"/meetings/{minutes.meeting_id}/decisions.pdf").data)
        attendance = text_in(organizer.get(f"/meetings/{minutes.meeting_id}/attendance.pdf").data)
        assert word in decisions
        assert "2026-01/1" in decisions
        assert "City 000" in attendance
        assert SECRET not in decisions + attendance


@pytest.mark.parametrize("language", make.LANGUAGES)
def test_every_document_of_the_record_is_tagged_for_screen_readers(app: Flask, language: str) -> None:
    minutes = sealed()

    for pdf in (
        document_service.pdf_of(minutes, language, is_full=True),
        document_service.attendance_pdf(minutes, language),
        document_service.decisions_pdf(minutes, language),
    ):
        reader = PdfReader(io.BytesIO(pdf))
        root: Any = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/StructTreeRoot"]
        assert str(root["/Lang"]) == language
        assert reader.metadata is not None
        assert reader.metadata.title
        assert b"pdfuaid:part" in root["/Metadata"].get_data()
