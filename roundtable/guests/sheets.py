"""Reading tables as offices send them: CSV in any of their encodings, XLSX with its traps."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, cast

from defusedxml.ElementTree import iterparse

from roundtable.errors import Refusal, sentence
from roundtable.order import search_key
from roundtable.words import tidy

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
"""A workbook is a ZIP: what it claims to hold is looked at before anything is unpacked."""
MOST_ROWS = 5000
MOST_COLUMNS = 60
ENCODINGS = ("utf-8", "windows-1254", "windows-1252", "utf-16")

TOO_LARGE = sentence("The file is larger than 5 MB. Please send the guest list in parts.")
EMPTY = sentence("The file is empty. Please choose the guest list, saved as CSV or XLSX.")
NOT_A_TABLE = sentence(
    "The file is neither CSV text nor an Excel workbook (XLSX). Please save the guest list as one of them."
)
BROKEN_WORKBOOK = sentence(
    "The Excel workbook cannot be read. Please open it, save it anew as XLSX, and choose that file."
)
PROTECTED = sentence(
    "The file is an old Excel workbook (XLS), or protected by a password. Please save it as XLSX without one."
)
WRONG_ENCODING = sentence("The file cannot be read as %(encoding)s. Please choose another encoding.")
TOO_MANY = sentence("The file has more than %(most)d rows. Please send the guest list in parts.")
TOO_WIDE = sentence("The file has more than %(most)d columns. Please leave only those of the guest list.")
MERGED = sentence(
    "The cells %(cells)s are merged, so it is not sure which row they mean. Please unmerge them and fill every cell."
)
FORMULA = sentence("Cell %(cell)s holds a formula. Please replace it by its value (copy, paste as values).")
FAULTY_CELL = sentence("Cell %(cell)s holds the error %(value)s. Please correct it.")
TOO_MANY_CELLS = sentence("The row has more cells than the first row has columns. Is a cell not quoted?")

# Windows-1254 differs from Windows-1252 in six letters only: Ğ İ Ş ğ ı ş stand where the other has
# Icelandic ones, which no German or Turkish list contains.
_TURKISH_BYTES = frozenset(b"\xd0\xdd\xde\xf0\xfd\xfe")


@dataclass(frozen=True)
class RowFault:
    """What is wrong with one row; `number` is that of the row in the file, from 1."""

    number: int
    refusal: Refusal


@dataclass
class Sheet:
    """A table: the titles of its columns, and its rows by number. `encoding` is empty for a workbook."""

    titles: list[str]
    encoding: str = ""
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)


def read(content: bytes, encoding: str = "", *, is_title: Iterable[str] = ()) -> Sheet:
    """Read a table. Above the titles a workbook may hold a heading: the row with most of `is_title` counts.

    Raises:
        Refusal: if the file as a whole cannot be read; the sentence says what to do.
    """
    if len(content) > MOST_BYTES:
        raise Refusal(TOO_LARGE)
    if not content.strip():
        raise Refusal(EMPTY)
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise Refusal(PROTECTED)
    if content[:2] == b"PK":
        return _workbook(content, frozenset(is_title))
    if content[:4] == b"%PDF":
        raise Refusal(NOT_A_TABLE)
    return _text(content, encoding, frozenset(is_title))


def _text(content: bytes, encoding: str, is_title: frozenset[str]) -> Sheet:
    text, used = decoded(content, encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    try:
        rows = ((number, cells, None) for number, cells in enumerate(reader, start=1))
        return _sheet(rows, used, is_title)
    except csv.Error as error:
        raise Refusal(NOT_A_TABLE) from error


def decoded(content: bytes, encoding: str = "") -> tuple[str, str]:
    """Return (text, name of the encoding). Without a name it is recognised.

    Raises:
        Refusal: if the bytes are no text, or not in the named encoding.
    """
    chosen = encoding or _recognised(content)
    if chosen not in ENCODINGS:
        raise Refusal(WRONG_ENCODING, encoding=chosen)
    try:
        text = content.decode("utf-8-sig" if chosen == "utf-8" else chosen)
    except UnicodeDecodeError as error:
        raise Refusal(WRONG_ENCODING, encoding=chosen) from error
    if "\x00" in text:
        raise Refusal(NOT_A_TABLE)
    if not text.strip("\ufeff \t\r\n"):
        raise Refusal(EMPTY)
    return text, chosen


def _recognised(content: bytes) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1254" if _TURKISH_BYTES & frozenset(content) else "windows-1252"
    return "utf-8"


def _delimiter(text: str) -> str:
    """Return what parts the columns of the first row: Excel writes `;` in Turkey and Germany."""
    first = text.lstrip().partition("\n")[0]
    return max((";", ",", "\t", "|"), key=first.count)


Rows = Iterator[tuple[int, list[str], Refusal | None]]


def _sheet(rows: Rows, encoding: str, is_title: frozenset[str]) -> Sheet:
    """Return the table of the rows: among the first ten that hold anything, the best row of titles."""
    filled = (row for row in rows if any(cell.strip() for cell in row[1]))
    first = list(islice(filled, 10))
    if not first:
        raise Refusal(EMPTY)
    place = max(range(len(first)), key=lambda at: (_known(first[at][1], is_title), -at))
    titles = [tidy(cell)[:60] for cell in first[place][1]]
    while titles and not titles[-1]:
        titles.pop()
    if len(titles) > MOST_COLUMNS:
        raise Refusal(TOO_WIDE, most=MOST_COLUMNS)
    sheet = Sheet(titles, encoding)
    for number, cells, fault in chain(first[place + 1 :], filled):
        if len(sheet.rows) + len(sheet.faults) >= MOST_ROWS:
            raise Refusal(TOO_MANY, most=MOST_ROWS)
        is_wider = any(cell.strip() for cell in cells[len(titles) :])
        found = fault or (Refusal(TOO_MANY_CELLS) if is_wider else None)
        if found is not None:
            sheet.faults.append(RowFault(number, found))
        else:
            sheet.rows.append((number, cells[: len(titles)]))
    return sheet


def _known(cells: list[str], is_title: frozenset[str]) -> int:
    return sum(folded(cell) in is_title for cell in cells)


def folded(title: str) -> str:
    """Return a title for comparison: without case, marks, blanks and punctuation."""
    return "".join(letter for letter in search_key(title) if letter.isalnum())


def _workbook(content: bytes, is_title: frozenset[str]) -> Sheet:
    """Read the first visible sheet of a workbook, row by row, so that memory stays bounded."""
    # It takes a while to load, and most pages do not need it.
    import openpyxl  # noqa: PLC0415

    _check_archive(content)
    try:
        workbook = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=False, keep_links=False
        )
        sheets = workbook.worksheets
        chosen = next((one for one in sheets if one.sheet_state == "visible"), sheets[0])
        _check_merged(content, cast("Any", chosen)._worksheet_path)  # noqa: SLF001 - no other way to its part
        # What the file says of its own size may be wrong, and then rows would be missing.
        cast("Any", chosen).reset_dimensions()
        return _sheet(_cells(chosen), "", is_title)
    except Refusal:
        raise
    except Exception as error:
        # The reader meets a broken workbook with whatever its own code stumbles over.
        raise Refusal(BROKEN_WORKBOOK) from error


def _check_archive(content: bytes) -> None:
    """Refuse a ZIP that is no workbook, or would unpack to more than anybody's guest list."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except Exception as error:
        # Unknown versions, sizes beyond all measure, names in no encoding: the library has a fault for each.
        raise Refusal(BROKEN_WORKBOOK) from error
    if "[Content_Types].xml" not in {one.filename for one in entries}:
        raise Refusal(NOT_A_TABLE)
    if len(entries) > 2000 or sum(one.file_size for one in entries) > MOST_UNPACKED:
        raise Refusal(TOO_LARGE)


def _check_merged(content: bytes, part: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(part.lstrip("/")) as source:
        for _, element in iterparse(source, events=("end",)):
            if element.tag.endswith("}mergeCell"):
                cells = str(element.get("ref", ""))
                # Two cells side by side in a heading above the table do no harm; below the first rows they do.
                if int(re.sub(r"\D", "", cells.partition(":")[2]) or 0) > 3:
                    raise Refusal(MERGED, cells=cells)
            element.clear()


def _cells(sheet: Any) -> Rows:
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), start=1):
        fault = None
        values = []
        for cell in cells:
            if cell.value is None:
                values.append("")
                continue
            if cell.data_type == "f":
                fault = fault or Refusal(FORMULA, cell=cell.coordinate)
            elif cell.data_type == "e":
                fault = fault or Refusal(FAULTY_CELL, cell=cell.coordinate, value=str(cell.value))
            values.append(_as_text(cell.value))
        yield number, values, fault


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute) else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
