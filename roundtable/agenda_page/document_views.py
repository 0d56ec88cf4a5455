"""The agenda and the interpreters' sheet as PDFs: one A4 page each, with a column for every zone."""

from babel.lists import format_list
from flask import Response

from roundtable import dates, documents
from roundtable.agenda.queries import PlannedItem, agenda_of
from roundtable.conferences.models import Body, Meeting
from roundtable.conferences.queries import bodies_of
from roundtable.conferences.service import logo_of
from roundtable.documents import page
from roundtable.guests.queries import zone_names_at
from roundtable.invitations.models import Invitation
from roundtable.invitations.needs import directions
from roundtable.invitations.queries import invitations_to
from roundtable.languages import LANGUAGES, current_language, locale_of
from roundtable.web.downloads import file_answer


def agenda_pdf(
    meeting: Meeting, agenda: list[PlannedItem], bodies: list[Body], zones: tuple[str, ...], language: str
) -> bytes:
    """Return the agenda in the language, with the home zone's column first.

    Raises:
        Refusal: if the document cannot be made.
    """
    logos = {f"logo-{one.id}": (content, "image/png") for one in bodies if (content := logo_of(one))}
    html = page(
        "documents/agenda.html",
        language,
        meeting=meeting,
        agenda=agenda,
        bodies=bodies,
        zones=zones,
        logos=[one for one in bodies if f"logo-{one.id}" in logos],
    )
    return documents.render(html, logos)


def pdf_response(meeting: Meeting, agenda: list[PlannedItem]) -> Response:
    """Return an agenda's PDF in the reader's language: the draft or what was released."""
    language = current_language()
    content = agenda_pdf(
        meeting, agenda, bodies_of(meeting.conference), zone_names_at(meeting.conference_id), language
    )
    return _inline(content, f"agenda-{meeting.id}-{language}.pdf")


def _inline(content: bytes, name: str) -> Response:
    return file_answer(content, "application/pdf", name, is_shown=True)


def interpreters_response(meeting: Meeting) -> Response:
    """Return the interpreters' sheet: which directions are needed, who speaks when in which language.

    Raises:
        Refusal: if the document cannot be made.
    """
    language = current_language()
    invitations = invitations_to(meeting)
    html = page(
        "documents/interpreters.html",
        language,
        meeting=meeting,
        agenda=agenda_of(meeting),
        zones=zone_names_at(meeting.conference_id),
        answers={one.participant_id: one for one in invitations},
        directions=directions((one.speaks, one.listens_to) for one in invitations if one.answer.takes_seat),
        names={code: dates.language_name(code, language) for code in LANGUAGES},
        spoken=_spoken(invitations, language),
    )
    return _inline(documents.render(html), f"interpreters-{meeting.id}-{language}.pdf")


def _spoken(invitations: list[Invitation], language: str) -> str:
    """Return the languages that are spoken at the table, the most spoken first, ready to be read."""
    spoken = [one.speaks for one in invitations if one.answer.takes_seat and one.speaks in LANGUAGES]
    ordered = sorted(set(spoken), key=lambda code: (-spoken.count(code), code))
    return format_list([dates.language_name(code, language) for code in ordered], locale=locale_of(language))
