"""The minutes as a Word document: offices edit and quote from it; the PDF stays what counts."""

import io
from typing import Any

from flask_babel import gettext

from roundtable import dates
from roundtable.languages import speaking
from roundtable.minutes.document_service import Printed, printed
from roundtable.minutes.forms import ADOPTION_NAMES, KIND_NAMES, PRESENCE_NAMES
from roundtable.minutes.models import Minutes
from roundtable.minutes.record import AttendanceLine, RecordEntry
from roundtable.words import paragraphs

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def docx_of(minutes: Minutes, language: str, *, is_full: bool) -> bytes:
    """Return the minutes as DOCX in the language, with real headings, a table with a header row, and its language set."""
    with speaking(language):
        document = _document(printed(minutes, is_full=is_full), language, is_draft=not minutes.is_sealed)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _document(shown: Printed, language: str, *, is_draft: bool) -> Any:
    # It takes a while to load, and most pages do not need it.
    from docx import Document  # noqa: PLC0415

    record = shown.record
    document = Document()
    properties = document.core_properties
    properties.title = f"{gettext('Minutes')}: {record.titles.in_language(language)}"
    properties.language, properties.author, properties.comments = language, "Roundtable", ""
    set_language(document, language)
    document.add_heading(properties.title, level=1)
    document.add_paragraph(
        dates.said(record.starts_at, record.zone, (), language)
        + (f" · {gettext('Session %(number)s', number=record.number)}" if record.number else "")
    )
    if is_draft:
        document.add_paragraph(gettext("Draft, not approved"))
    if shown.is_full:
        document.add_paragraph(
            gettext("Full record for those who keep it: it holds what was said off the record.")
        )
    document.add_heading(gettext("Attendance"), level=2)
    _attendance(document, record.attendance, language)
    amended = {one.entry_id: one for one in shown.amendments}
    for item in record.items:
        if not item.entries:
            continue
        document.add_heading(item.titles.in_language(language) or gettext("Without an agenda item"), level=2)
        for entry in item.entries:
            _entry(document, entry, language)
            if entry.id in amended:
                document.add_paragraph(gettext("see amendment %(number)d", number=amended[entry.id].number))
    if shown.amendments:
        document.add_heading(gettext("Amendments"), level=2)
    for one in shown.amendments:
        document.add_heading(gettext("Amendment %(number)d", number=one.number), level=3)
        document.add_paragraph(one.reasons.in_language(language))
        document.add_paragraph(one.new.in_language(language))
    if shown.digest:
        document.add_paragraph(f"SHA-256 {shown.digest}")
    return document


def set_language(document: Any, language: str) -> None:
    """Say in which language the text is: screen readers and spelling follow it."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above

    fonts = document.styles["Normal"].element.get_or_add_rPr()
    mark = fonts.makeelement(
        qn("w:lang"), {qn("w:val"): {"en": "en-GB", "de": "de-DE", "tr": "tr-TR"}[language]}
    )
    fonts.append(mark)


def _attendance(document: Any, lines: tuple[AttendanceLine, ...], language: str) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above

    table = document.add_table(rows=1, cols=3, style="Table Grid")
    titles = (gettext("City"), gettext("Office"), gettext("Attendance"))
    for cell, title in zip(table.rows[0].cells, titles, strict=True):
        cell.text = title
    head = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - the library has no name for a header row
    head.append(head.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))
    for line in lines:
        who = line.person.called.in_language(language)
        city = line.person.city.in_language(language)
        if line.representative:
            took = gettext("%(deputy)s, representing %(who)s", deputy=line.representative, who=who or city)
        else:
            took = str(PRESENCE_NAMES[line.presence])
        for cell, text in zip(table.add_row().cells, (city, who, took), strict=True):
            cell.text = text


def _entry(document: Any, entry: RecordEntry, language: str) -> None:
    about = [f"{KIND_NAMES[entry.kind]} {entry.number}".strip()]
    about += [one.city.in_language(language) for one in (entry.speaker, entry.owner) if one is not None]
    if entry.due_on:
        about.append(gettext("until %(day)s", day=dates.plain_day(entry.due_on, language)))
    if entry.votes:
        about.append(
            gettext(
                "%(yes)d for, %(no)d against, %(abstained)d abstained",
                yes=entry.votes.votes_for,
                no=entry.votes.votes_against,
                abstained=entry.votes.abstentions,
            )
        )
    elif entry.adoption:
        about.append(str(ADOPTION_NAMES[entry.adoption]))
    if not entry.on_record:
        about.append(gettext("Off the record"))
    document.add_paragraph(style="Normal").add_run(" · ".join(about)).bold = True
    for paragraph in paragraphs(entry.texts.in_language(language)):
        document.add_paragraph(paragraph)
