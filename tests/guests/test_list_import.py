"""Guest lists as offices send them: encodings, workbooks and their traps, every faulty row named."""

import io
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roundtable.errors import Refusal
from roundtable.guests import list_import
from roundtable.guests.list_import import GuestList

TURKISH = "şehir;ülke;makam;e-posta;dil\nİzmir;Türkiye;Başkan;ofis@izmir.example.org;tr\nIğdır;TR;Başkan;ofis@igdir.example.org;\n"
GERMAN = "Stadt;Land;Amt;E-Mail\nKöln;Deutschland;Oberbürgermeister;buero@koeln.example.org\n"
TITLES = ["Stadt", "Land", "E-Mail", "im Amt seit"]
COLOGNE = ["Köln", "DE", "buero@koeln.example.org", None]


def _read(content: bytes, encoding: str = "") -> GuestList:
    sheet = list_import.read(content, encoding)
    return list_import.check(sheet, list_import.proposed_columns(sheet))


def workbook(*rows: list[Any], merged: str = "", hidden_first: bool = False) -> bytes:
    """Return a workbook with these rows, as Excel would save it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    if hidden_first:
        sheet.append(["secret"])
        sheet.sheet_state = "hidden"
        sheet = book.create_sheet("Gäste")
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("text", "encoding", "recognised"),
    [
        (TURKISH, "utf-8", "utf-8"),
        (TURKISH, "utf-8-sig", "utf-8"),
        (TURKISH, "windows-1254", "windows-1254"),
        (TURKISH, "utf-16", "utf-16"),
        (GERMAN, "windows-1252", "windows-1252"),
    ],
)
def test_a_list_is_read_in_the_encodings_of_its_countries(text: str, encoding: str, recognised: str) -> None:
    found = _read(text.encode(encoding))

    assert found.sheet.encoding == recognised
    assert found.faults == []
    assert [row.city for row in found.rows] == (["İzmir", "Iğdır"] if text == TURKISH else ["Köln"])


def test_what_is_missing_comes_from_country_and_catalogue() -> None:
    (row,) = _read(GERMAN.encode()).rows

    assert (row.country, row.zone, row.state, row.language) == ("DE", "Europe/Berlin", "NW", "de")
    assert (row.contact, row.office, row.role.value) == (
        "buero@koeln.example.org",
        "Oberbürgermeister",
        "speaker",
    )
    assert row.given == {"city", "country", "office", "email"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_recognised(delimiter: str) -> None:
    content = f"city{delimiter}country{delimiter}email\nBerlin{delimiter}DE{delimiter}a@berlin.example.org\n"

    assert [row.city for row in _read(content.encode()).rows] == ["Berlin"]


def test_every_faulty_row_is_named_with_its_reason() -> None:
    content = (
        "city,country,email,zone,language,role,state,since\n"
        "Ankara,TR,office@ankara.example.org,,,,,\n"
        ",TR,a@example.org,,,,,\n"
        "Atlantis,XX,a@example.org,,,,,\n"
        "Bursa,TR,no address,,,,,\n"
        "Bursa,TR,b@example.org,Europe/Bursa,,,,\n"
        "Bursa,TR,b@example.org,,klingon,,,\n"
        "Bursa,TR,b@example.org,,,king,,\n"
        "ANKARA,TR,Office@ankara.example.org,,,,,\n"
        "Springfield,US,ny@example.org,,,,,\n"
        "Bursa,TR,b@example.org,,,,,,too,many\n"
        "Kiel,DE,k@example.org,,,,Bavaria,\n"
        "Kiel,DE,k@example.org,,,,,sometime in May\n"
    )

    found = _read(content.encode())

    assert [(fault.number, str(fault.refusal)) for fault in found.faults] == [
        (3, "“city” is empty."),
        (4, "“XX” is not a country. Please write a code such as TR or DE."),
        (5, "“no address” is not a mail address."),
        (6, "“Europe/Bursa” is not a time zone. Please write a name such as Europe/Istanbul."),
        (7, "“klingon” is not a language of this program. Please write tr, de or en."),
        (8, "“king” is not a role. Please write chair, speaker or observer."),
        (9, "The same city and address stand in row 2 already."),
        (10, "The time zone is missing: US has more than one."),
        (11, "The row has more cells than the first row has columns. Is a cell not quoted?"),
        (12, "“Bavaria” is not a state of DE. Please write a code such as NW."),
        (13, "“sometime in May” is not a date. Please write it as 2024-03-31 or 31.03.2024."),
    ]


def test_a_workbook_is_read_with_its_dates_below_its_heading_and_from_the_visible_sheet() -> None:
    content = workbook(
        ["Teilnehmerliste Runder Tisch"],
        [],
        TITLES,
        [*COLOGNE[:3], date(2015, 10, 22)],
        ["Bonn", "DE", "buero@bonn.example.org", "21.10.2015"],
        hidden_first=True,
    )

    found = _read(content)

    assert found.faults == []
    assert [(row.number, row.city, row.since) for row in found.rows] == [
        (4, "Köln", date(2015, 10, 22)),
        (5, "Bonn", date(2015, 10, 21)),
    ]


@pytest.mark.parametrize(
    ("rows", "number", "sentence"),
    [
        ([TITLES, COLOGNE, ["=A2", "DE", "a@example.org", None]], 3, "Cell A3 holds a formula."),
        ([TITLES, COLOGNE, ["Bonn", "DE", "a@example.org", "#REF!"]], 3, "Cell D3 holds the error #REF!."),
        ([TITLES, COLOGNE, ["Bonn", "DE", "a@example.org", "irgendwann"]], 3, "“irgendwann” is not a date."),
    ],
)
def test_a_faulty_cell_of_a_workbook_is_named(rows: list[list[Any]], number: int, sentence: str) -> None:
    found = _read(workbook(*rows))

    ((where, said),) = [(fault.number, str(fault.refusal)) for fault in found.faults]
    assert where == number
    assert sentence in said


def _archive(**entries: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return target.getvalue()


BOMB = _archive(**{"[Content_Types].xml": b"", "xl__worksheets__sheet1.xml": b"0" * (101 * 1024 * 1024)})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"   \n", "The file is empty."),
        (b"\xfe\xff", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (b"\xef\xbb\xbf\r\n \r\n", "The file is empty."),
        (b"%PDF-1.7", "neither CSV text nor an Excel workbook"),
        (b"PK\x03\x04" + b"x" * 50, "The Excel workbook cannot be read."),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "old Excel workbook"),
        (_archive(**{"letter.txt": b"hello"}), "neither CSV text nor an Excel workbook"),
        (_archive(**{"[Content_Types].xml": b"<Types/>"}), "The Excel workbook cannot be read."),
        (BOMB, "larger than 5 MB"),
        (b"city,country,email\nA\x00,DE,a@example.org\n", "neither CSV text nor an Excel workbook"),
        (b"x" * (50 * 1024 * 1024), "larger than 5 MB"),
        (b"city,country,email\n" + b"A,DE,a@b.example\n" * 10_000, "more than 5000 rows"),
        (b";".join([b"x"] * 61) + b"\n", "more than 60 columns"),
        (workbook(TITLES, COLOGNE, ["Bonn", "DE", "a@example.org"], ["Hagen"], merged="A3:A4"), "A3:A4 are merged"),
        (workbook(TITLES, *[COLOGNE] * 5001), "more than 5000 rows"),
        (workbook(), "The file is empty."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_guest_list_is_refused_as_a_whole(content: bytes, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        _read(content)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({}, "These columns are missing: city, country, email."),
        ({"city": 0, "country": 0, "email": 1}, "something else"),
    ],
)
def test_needed_columns_must_be_said_and_none_twice(columns: dict[str, int], sentence: str) -> None:
    sheet = list_import.read(b"name,phone\nA,1\n")

    with pytest.raises(Refusal, match=sentence):
        list_import.check(sheet, columns)


def test_a_wrong_encoding_that_somebody_chose_is_named() -> None:
    with pytest.raises(Refusal, match="cannot be read as utf-8"):
        _read(TURKISH.encode("windows-1254"), "utf-8")


@given(st.binary(max_size=2000) | st.binary(max_size=500).map(lambda rest: b"PK\x03\x04" + rest))
def test_no_bytes_break_the_reading(content: bytes) -> None:
    try:
        _read(content)
    except Refusal as refusal:
        assert refusal.sentence


@settings(deadline=None)
@given(st.integers(0, 4000), st.binary(min_size=1, max_size=20))
def test_no_damage_to_a_workbook_breaks_the_reading(place: int, damage: bytes) -> None:
    whole = workbook(TITLES, COLOGNE)
    spoilt = whole[: place % len(whole)] + damage + whole[place % len(whole) + len(damage) :]

    try:
        _read(spoilt)
    except Refusal as refusal:
        assert refusal.sentence
