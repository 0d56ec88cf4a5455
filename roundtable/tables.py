"""Tables as files: CSV and XLSX in which nothing is a formula."""

import csv
import io
from collections.abc import Iterable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(table: Iterable[list[str]]) -> bytes:
    """Return the table as spreadsheets of both countries open it: `;`, and a byte order mark."""
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(table)
    return ("\ufeff" + target.getvalue()).encode()


def as_xlsx(table: Iterable[list[str]], title: str) -> bytes:
    """Return the table as a workbook whose cells are all text."""
    # It takes a while to load, and most pages do not need it.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
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
