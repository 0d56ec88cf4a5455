"""The minutes as a PDF."""

from roundtable import documents
from roundtable.conferences.models import Body, Meeting
from roundtable.documents import page
from roundtable.minutes.forms import KIND_NAMES, PRESENCE_NAMES
from roundtable.minutes.record import Record


def minutes_pdf(
    meeting: Meeting, record: Record, bodies: list[Body], zones: tuple[str, ...], language: str, digest: str
) -> bytes:
    """Return the record in the language; `digest` is the content hash of a sealed one, else empty.

    Raises:
        Refusal: if the document cannot be made.
    """
    html = page(
        "documents/minutes.html",
        language,
        meeting=meeting,
        record=record,
        bodies=bodies,
        zones=zones,
        digest=digest,
        kind_names=KIND_NAMES,
        presence_names=PRESENCE_NAMES,
    )
    return documents.render(html)
