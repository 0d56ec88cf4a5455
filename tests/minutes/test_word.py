"""The minutes as a Word document, read by the library that offices' programs are tested with."""

import io
import zipfile
from datetime import datetime

import make
import pytest
from conftest import OwnClient
from docx import Document

from roundtable import clock
from roundtable.db import Texts, db
from roundtable.minutes import entry_service, service
from roundtable.minutes.entry_service import Writer, Written
from roundtable.minutes.kinds import Adoption, EntryKind
from roundtable.minutes.record import Votes


@pytest.mark.parametrize(
    ("language", "title", "vote"),
    [
        ("en", "Minutes: Round Table en", "5 for, 1 against, 2 abstained"),
        ("de", "Protokoll: Round Table de", "5 dafür, 1 dagegen, 2 Enthaltungen"),
        ("tr", "Tutanak: Round Table tr", "5 kabul, 1 ret, 2 çekimser"),
    ],
)
def test_it_holds_headings_attendance_and_entries_in_the_readers_language(
    organizer: OwnClient, language: str, title: str, vote: str
) -> None:
    meeting = make.table_of(3, wall_time=datetime(2026, 9, 1, 11, 0))
    end = meeting.ends_at
    clock.set_source(lambda: end)
    minutes = service.begin(meeting)
    decision = Written(
        EntryKind.DECISION, "en", make.texts("A group <b>&"), adoption=Adoption.VOTE, votes=Votes(5, 1, 2)
    )
    entry_service.add_entry(minutes, decision, Writer("W"))
    db.session.commit()
    organizer.post("/language", data={"language": language})

    response = organizer.get(f"/meetings/{meeting.id}/minutes.docx")
    document = Document(io.BytesIO(response.data))

    assert document.core_properties.title == title
    headings = [
        one.text for one in document.paragraphs if one.style and str(one.style.name).startswith("Heading")
    ]
    assert headings[0] == title
    assert len(document.tables[0].rows) == 4
    words = [one.text for one in document.paragraphs]
    assert f"A group <b>& {language}" in words
    assert any("2026-01/1" in one and vote in one for one in words)
    styles = zipfile.ZipFile(io.BytesIO(response.data)).read("word/styles.xml").decode()
    assert f'w:val="{ {"en": "en-GB", "de": "de-DE", "tr": "tr-TR"}[language] }"' in styles
    assert Texts(make.texts("A group <b>&"))[language] in words
