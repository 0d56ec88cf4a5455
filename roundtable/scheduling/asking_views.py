"""Pages of asking and settling: the letters, an answer by telephone, the one act that settles the date."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from roundtable import dates
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.queries import zone_names_at
from roundtable.invitations.rsvp import Channel
from roundtable.languages import current_language, refusal_text
from roundtable.scheduling import answer_service, asking_service, queries, reminder_service, settle_service
from roundtable.scheduling.access import option_or_404, poll_or_404, question_or_404
from roundtable.scheduling.choices import CHOICE_NAMES, MARKS
from roundtable.scheduling.forms import TelephoneReplyForm
from roundtable.scheduling.models import DatePoll

bp = Blueprint("asking", __name__)

PREVIEWS = {"ask": asking_service.planned_questions, "remind": reminder_service.planned_reminders}
SENDERS: dict[str, Callable[[DatePoll], int]] = {
    "ask": asking_service.ask,
    "remind": reminder_service.remind_by_hand,
}


@bp.get("/polls/<int:poll_id>/letters/<kind>")
def preview(poll_id: int, kind: str) -> ResponseReturnValue:
    """Show who would get which letter; sends nothing."""
    poll = poll_or_404(poll_id)
    if kind not in PREVIEWS:
        abort(404)
    planned = PREVIEWS[kind](poll)
    return render_template(
        "scheduling/preview.html",
        poll=poll,
        conference=poll.conference,
        kind=kind,
        planned=planned,
        option=None,
        moved=[],
        samples={(one.draft.kind, one.draft.language): one for one in reversed(planned)},
    )


@bp.post("/polls/<int:poll_id>/letters/<kind>")
def send(poll_id: int, kind: str) -> ResponseReturnValue:
    """Ask the offices, or remind the silent."""
    poll = poll_or_404(poll_id)
    if kind not in SENDERS:
        abort(404)
    count = SENDERS[kind](poll)
    db.session.commit()
    flash(ngettext("%(num)d letter is on its way.", "%(num)d letters are on their way.", count))
    return redirect(url_for("scheduling.show", poll_id=poll.id))


@bp.get("/polls/<int:poll_id>/options/<int:option_id>/settle")
def settle_preview(poll_id: int, option_id: int) -> ResponseReturnValue:
    """Show what settling this date would do and who would be told; does nothing."""
    poll = poll_or_404(poll_id)
    option = option_or_404(poll, option_id)
    planned, moved = settle_service.planned_settlement(option)
    zones = zone_names_at(poll.conference_id)
    warnings: list[str] = []
    if poll.meeting is not None:
        warnings = dates.gaps_said(
            poll.meeting.starts_at, option.starts_at, poll.zone, zones, current_language()
        )
    return render_template(
        "scheduling/preview.html",
        poll=poll,
        conference=poll.conference,
        kind="settle",
        planned=planned,
        option=option,
        moved=moved,
        zones=zones,
        warnings=warnings,
        samples={(one.draft.kind, one.draft.language): one for one in reversed(planned)},
    )


@bp.post("/polls/<int:poll_id>/options/<int:option_id>/settle")
def settle(poll_id: int, option_id: int) -> ResponseReturnValue:
    """Settle the date in one act."""
    poll = poll_or_404(poll_id)
    meeting, count = settle_service.settle(option_or_404(poll, option_id))
    db.session.commit()
    flash(
        ngettext(
            "The date is settled; %(num)d letter is on its way.",
            "The date is settled; %(num)d letters are on their way.",
            count,
        )
    )
    return redirect(url_for("board.show", meeting_id=meeting.id))


@bp.route("/polls/<int:poll_id>/cities/<int:question_id>", methods=["GET", "POST"])
def telephone(poll_id: int, question_id: int) -> ResponseReturnValue:
    """Enter what an office said on the telephone."""
    poll = poll_or_404(poll_id)
    question = question_or_404(poll, question_id)
    form = TelephoneReplyForm(request.form) if request.method == "POST" else TelephoneReplyForm(obj=question)
    if request.method == "POST" and form.validate():
        try:
            answer_service.answer(
                question,
                form.reply(request.form),
                contact=None,
                said_by=form.said_by.data or "",
                channel=Channel.TELEPHONE,
            )
            db.session.commit()
            flash(gettext("Saved."))
            return redirect(url_for("scheduling.show", poll_id=poll.id) + "#matrix")
        except Refusal as refusal:
            db.session.rollback()
            form.note.errors = [refusal_text(refusal)]
    if request.method == "GET":
        form.said_by.data = ""
    page = render_template(
        "scheduling/telephone.html",
        poll=poll,
        conference=poll.conference,
        question=question,
        options=queries.announced(queries.options_of(poll)),
        said_to=queries.said_to(question),
        zones=zone_names_at(poll.conference_id),
        choice_names=CHOICE_NAMES,
        marks=MARKS,
        form=form,
    )
    return page, 200 if request.method == "GET" else 422
