"""Clearance at the press desk: ask, remind, note what was told."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable import times
from roundtable.accounts.access import present_user
from roundtable.clearance import service
from roundtable.clearance.guest_views import bp as guest_bp
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.languages import refusal_text
from roundtable.press.forms import AskForm, ToldForm
from roundtable.press.kinds import BlockKind
from roundtable.press.models import Block, PressSummary
from roundtable.press.views import back, page, summary_or_404
from roundtable.web.access import row_or_404

bp = Blueprint("clearance", __name__, url_prefix="/meetings/<int:meeting_id>/press/quotes/<int:block_id>")

END_OF_DAY = time(18, 0)


def _quote_or_404(meeting_id: int, block_id: int) -> tuple[PressSummary, Block]:
    summary = summary_or_404(meeting_id)
    block = row_or_404(Block, block_id, summary_id=summary.id)
    if block.kind is not BlockKind.QUOTE:
        abort(404)
    return summary, block


@bp.post("/ask")
def ask(meeting_id: int, block_id: int) -> ResponseReturnValue:
    """Ask the speaker's office to release the words."""
    summary, block = _quote_or_404(meeting_id, block_id)
    form = AskForm(request.form)
    if not form.validate() or form.answer_day.data is None:
        return page(summary.meeting, summary, ask_form=form), 422
    try:
        until = times.instant(
            datetime.combine(form.answer_day.data, END_OF_DAY), ZoneInfo(summary.meeting.zone)
        )
        service.ask(block, answer_by=until, by=present_user().name)
    except Refusal as refusal:
        db.session.rollback()
        return page(summary.meeting, summary, block_refusal=refusal_text(refusal)), 409
    db.session.commit()
    flash(gettext("The office has been asked. Silence releases nothing."))
    return back(meeting_id, f"part{block_id}")


@bp.post("/remind")
def remind(meeting_id: int, block_id: int) -> ResponseReturnValue:
    """Remind the office once more."""
    summary, block = _quote_or_404(meeting_id, block_id)
    newest = service.newest(block)
    if newest is None:
        abort(404)
    try:
        service.remind(newest)
    except Refusal as refusal:
        db.session.rollback()
        return page(summary.meeting, summary, block_refusal=refusal_text(refusal)), 409
    db.session.commit()
    flash(gettext("The office has been reminded."))
    return back(meeting_id, f"part{block_id}")


@bp.post("/told")
def note_told(meeting_id: int, block_id: int) -> ResponseReturnValue:
    """Note a release that did not come through the office's page."""
    summary, block = _quote_or_404(meeting_id, block_id)
    form = ToldForm(request.form)
    if not form.validate():
        return page(summary.meeting, summary, told_form=form, telling=block.id), 422
    try:
        service.note_told(block, form.told.data or "", by=present_user().name)
    except Refusal as refusal:
        db.session.rollback()
        return page(summary.meeting, summary, block_refusal=refusal_text(refusal)), 409
    db.session.commit()
    return back(meeting_id, f"part{block_id}")


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
    app.register_blueprint(guest_bp)
