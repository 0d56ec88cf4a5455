"""The guest list as a file that can be imported again, with nothing in it that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable

from roundtable.guest_list.listing import Listed, values_of
from roundtable.guests.list_import import COLUMN_NAMES
from roundtable.invitations.exports import harmless


def rows_of(listed: Iterable[Listed], language: str) -> list[list[str]]:
    """Return the table with its titles: one row for each contact, and one for a city without any."""
    table = [list(COLUMN_NAMES)]
    for one in listed:
        for contact in one.contacts or (None,):
            values = values_of(one.participant, contact, language)
            table.append([harmless(values[name]) for name in COLUMN_NAMES])
    return table


def as_csv(table: Iterable[list[str]]) -> bytes:
    """Return the table as spreadsheets of both countries open it: `;`, and a byte order mark."""
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(table)
    return ("\ufeff" + target.getvalue()).encode()


def as_xlsx(table: Iterable[list[str]]) -> bytes:
    """Return the table as a workbook whose cells are all text."""
    # It takes a while to load, and most pages do not need it.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Guests")
    for row in table:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=value)
            cell.data_type = "s"  # never a formula, whatever it looks like
            cells.append(cell)
        sheet.append(cells)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()
