"""The minutes behind the personal link: an office reads what it may, and says what has to be corrected."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from roundtable.circulation import service
from roundtable.circulation.forms import REMARK_NAMES, RemarkForm
from roundtable.circulation.service import Said
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.models import Contact
from roundtable.guests.queries import contact_or_404, zone_names_at
from roundtable.invitations.access import shown_invitation_or_404
from roundtable.languages import current_language, refusal_text
from roundtable.minutes import queries
from roundtable.minutes.document_service import pdf_of
from roundtable.minutes.forms import ADOPTION_NAMES, KIND_NAMES, PRESENCE_NAMES
from roundtable.minutes.models import Minutes
from roundtable.minutes.word_service import DOCX, docx_of
from roundtable.web.access import by_link
from roundtable.web.downloads import file_answer

bp = Blueprint("guest_minutes", __name__)


def _minutes_or_404(contact: Contact, meeting_id: int) -> Minutes:
    """Return the minutes of a session to which the contact's city was invited, once they are shown to offices.

    Before that, and after they were taken back, the page says so: the link is right, its time is not.
    """
    invitation = shown_invitation_or_404(contact, meeting_id)
    minutes = queries.minutes_of(invitation.meeting)
    if minutes is None or minutes.stage not in queries.SHOWN:
        page = render_template(
            "guest_page/minutes_wait.html",
            meeting=invitation.meeting,
            conference=contact.participant.conference,
            token=(request.view_args or {})["token"],
        )
        abort(Response(page, 404))
    return minutes


def _page(
    contact: Contact, minutes: Minutes, token: str, form: RemarkForm | None = None, fault: str = ""
) -> str:
    meeting = minutes.meeting
    record = queries.record_of(minutes).for_office(contact.participant_id)
    shown = {one.id for one in record.entries()}
    remarks = queries.remarks_on(minutes, by_participant=contact.participant_id)
    return render_template(
        "guest_page/minutes.html",
        contact=contact,
        meeting=meeting,
        conference=contact.participant.conference,
        zones=zone_names_at(meeting.conference_id),
        minutes=minutes,
        record=record,
        remarks=[one for one in remarks if one.entry_id is None or one.entry_id in shown],
        amendments=queries.amendments_in(minutes, record),
        form=form or RemarkForm(language=current_language()),
        fault=fault,
        may_remark=service.takes_remarks(minutes) and (contact.may_answer or contact.is_deputy),
        remark_names=REMARK_NAMES,
        kind_names=KIND_NAMES,
        presence_names=PRESENCE_NAMES,
        adoption_names=ADOPTION_NAMES,
        token=token,
    )


@bp.get("/g/<token>/meetings/<int:meeting_id>/minutes")
@by_link
def show(token: str, meeting_id: int) -> ResponseReturnValue:
    """Show the minutes as far as the office may read them: its own statements in full, and the common part."""
    contact = contact_or_404(token)
    return _page(contact, _minutes_or_404(contact, meeting_id), token)


@bp.post("/g/<token>/meetings/<int:meeting_id>/minutes")
@by_link
def remark(token: str, meeting_id: int) -> ResponseReturnValue:
    """Take a remark."""
    contact = contact_or_404(token)
    minutes = _minutes_or_404(contact, meeting_id)
    if not (contact.may_answer or contact.is_deputy):
        abort(403)
    form = RemarkForm(request.form)
    if not form.validate():
        return _page(contact, minutes, token, form), 422
    said = Said(
        entry_id=form.entry,
        is_correction=bool(form.proposed.data),
        text=form.text.data or "",
        proposed=form.proposed.data or "",
        language=form.language.data,
    )
    try:
        made = service.remark(minutes, contact, said)
    except Refusal as refusal:
        # What was written is not lost with the deadline: it stands on the page, to be copied or told.
        return _page(contact, minutes, token, form, refusal_text(refusal)), 409
    db.session.commit()
    address = url_for("guest_minutes.show", token=token, meeting_id=meeting_id, lang=request.args.get("lang"))
    return redirect(f"{address}#remark{made.id}")


@bp.get("/g/<token>/meetings/<int:meeting_id>/minutes.pdf")
@by_link
def pdf(token: str, meeting_id: int) -> Response:
    """Give the common record as a PDF."""
    contact = contact_or_404(token)
    minutes = _minutes_or_404(contact, meeting_id)
    language = current_language()
    content = pdf_of(minutes, language, is_full=False)
    return file_answer(content, "application/pdf", f"minutes-{meeting_id}-{language}.pdf", is_shown=True)


@bp.get("/g/<token>/meetings/<int:meeting_id>/minutes.docx")
@by_link
def docx(token: str, meeting_id: int) -> Response:
    """Give the common record as a Word document: offices quote and edit."""
    contact = contact_or_404(token)
    minutes = _minutes_or_404(contact, meeting_id)
    language = current_language()
    content = docx_of(minutes, language, is_full=False)
    return file_answer(content, DOCX, f"minutes-{meeting_id}-{language}.docx")
