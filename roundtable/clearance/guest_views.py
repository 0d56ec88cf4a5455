"""Quotes behind the personal link: the office sees the very words and answers in one step."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from roundtable.clearance import service
from roundtable.clearance.forms import STATE_NAMES, ReleaseForm
from roundtable.clearance.service import Answer
from roundtable.db import Texts, db
from roundtable.errors import Refusal
from roundtable.guests.models import Contact
from roundtable.guests.queries import contact_or_404, zone_names_at
from roundtable.languages import refusal_text
from roundtable.minutes.record import Record
from roundtable.press.block_service import approved_record
from roundtable.press.clearing import words_mark
from roundtable.press.kinds import ClearanceState
from roundtable.press.models import Clearance
from roundtable.web.access import by_link

bp = Blueprint("guest_quotes", __name__)


def _may_clear(contact: Contact) -> bool:
    return contact.clears_quotes and not contact.is_deputy


def _page(
    contact: Contact, token: str, form: ReleaseForm | None = None, faulty: int = 0, fault: str = ""
) -> str:
    requests = service.asked_of(contact)
    summaries = {one.block.summary_id: one.block.summary for one in requests}
    records = {key: approved_record(summary.meeting) for key, summary in summaries.items()}
    return render_template(
        "guest_page/quotes.html",
        contact=contact,
        conference=contact.participant.conference,
        zones=zone_names_at(contact.participant.conference_id),
        requests=[(one, *_context(one, records[one.block.summary_id])) for one in requests],
        marks={one.id: words_mark(one.words) for one in requests},
        state_names=STATE_NAMES,
        states=ClearanceState,
        form=form,
        faulty=faulty,
        fault=fault,
        may_clear=_may_clear(contact),
        token=token,
    )


def _context(asked: Clearance, record: Record) -> tuple[Texts, Texts]:
    """Return the agenda item under which the words were said, and the whole statement as the record has it."""
    for item in record.items:
        for entry in item.entries:
            if entry.id == asked.block.entry_id:
                return item.titles, entry.texts
    return Texts(), Texts()


@bp.get("/g/<token>/quotes")
@by_link
def show(token: str) -> ResponseReturnValue:
    """Show the quotes that wait for an answer, and those that have one."""
    return _page(contact_or_404(token), token)


@bp.post("/g/<token>/quotes/<int:request_id>")
@by_link
def answer(token: str, request_id: int) -> ResponseReturnValue:
    """Take the answer to one quote."""
    contact = contact_or_404(token)
    asked = service.request_of(contact, request_id)
    if asked is None:
        abort(404)
    if not _may_clear(contact):
        abort(403)
    form = ReleaseForm(request.form, languages=list(asked.words))
    if not form.validate():
        return _page(contact, token, form, asked.id), 422
    given = Answer(
        ClearanceState(form.answer.data), form.texts.data, form.note.data or "", form.mark.data or ""
    )
    try:
        service.answer(asked, given, by=contact.name)
    except Refusal as refusal:
        db.session.rollback()
        return _page(contact, token, form, request_id, refusal_text(refusal)), 409
    db.session.commit()
    address = url_for("guest_quotes.show", token=token, lang=request.args.get("lang"))
    return redirect(f"{address}#quote{request_id}")
