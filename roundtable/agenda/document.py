"""The agenda as a PDF: one A4 page with a column for every zone at the table."""

from roundtable import documents
from roundtable.agenda.queries import PlannedItem
from roundtable.conferences.models import Body, Meeting
from roundtable.documents import page


def agenda_pdf(
    meeting: Meeting, agenda: list[PlannedItem], bodies: list[Body], zones: tuple[str, ...], language: str
) -> bytes:
    """Return the agenda in the language, with the home zone's column first.

    Raises:
        Refusal: if the document cannot be made.
    """
    html = page("documents/agenda.html", language, meeting=meeting, agenda=agenda, bodies=bodies, zones=zones)
    return documents.render(html)
