"""Every document that the program makes, as the reference validator reads it."""

from pathlib import Path

import make
import pytest
from conftest import OwnClient
from minutes.test_record import begun, written
from press.test_press_pdf import verdicts

from roundtable.db import db
from roundtable.minutes import entry_service
from roundtable.minutes import service as minutes_service
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import EntryKind

pytestmark = pytest.mark.one_database


def test_agendas_minutes_and_lists_conform_to_pdf_a_and_pdf_ua_over_many_pages(
    organizer: OwnClient, tmp_path: Path
) -> None:
    minutes = begun(make.table_of(60, wall_time=make.NOW.replace(tzinfo=None)))
    written(minutes)
    for number in range(40):
        words = make.texts(f"Noted, {number}. " + "It went on and on. " * 20)
        entry_service.add_entry(minutes, Written(EntryKind.NOTE, "en", words), Writer("Writer"))
    base = f"/meetings/{minutes.meeting_id}"
    made = {
        "draft": organizer.get(f"{base}/minutes.pdf").data,
        "agenda": organizer.get(f"{base}/agenda.pdf").data,
        "interpreters": organizer.get(f"{base}/interpreters.pdf").data,
    }
    minutes_service.approve(minutes, by="Chair")
    db.session.commit()
    made |= {
        "attendance": organizer.get(f"{base}/attendance.pdf").data,
        "decisions": organizer.get(f"{base}/decisions.pdf").data,
    }
    sealed = organizer.get(f"{base}/minutes.pdf").data
    files = []
    for name, content in made.items():
        assert content[:5] == b"%PDF-", name
        files.append(tmp_path / f"{name}.pdf")
        files[-1].write_bytes(content)
    (tmp_path / "sealed.pdf").write_bytes(sealed)

    found = verdicts("ua1,2a", *files) | verdicts("ua1,3a", tmp_path / "sealed.pdf")

    assert found == {file.name: {"ua1": [], "2a": []} for file in files} | {
        "sealed.pdf": {"ua1": [], "3a": []}
    }
