"""Releasing the agenda: what is new, whom it concerns, which letters would go; then one act."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from roundtable.accounts.access import present_user
from roundtable.agenda_page import release_service
from roundtable.agenda_page.forms import WHOM_NAMES, ReleaseForm
from roundtable.agenda_page.release_service import Whom
from roundtable.conferences.access import meeting_or_404, rights_in
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.guests.queries import participants_of, zone_names_at

bp = Blueprint("releases", __name__)


@bp.get("/meetings/<int:meeting_id>/agenda/release")
def preview(meeting_id: int) -> ResponseReturnValue:
    """Show what the guests would learn and who would get which letter; does nothing."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    proposed = release_service.proposed(meeting)
    boxes = {whom: release_service.told_by(meeting, proposed.change, whom) for whom in Whom}
    people = {one.id: one for one in participants_of(meeting.conference_id)}
    # One letter in full per language: with hundreds of guests the others would only be counted.
    first = {box.language: box for box in reversed(boxes[Whom.CONCERNED] or boxes[Whom.EVERYBODY])}
    samples = release_service.composed(meeting, proposed.change, list(first.values()))
    return render_template(
        "agenda/release.html",
        meeting=meeting,
        conference=meeting.conference,
        rights=rights_in(meeting.conference),
        proposed=proposed,
        boxes=boxes,
        whom_names=WHOM_NAMES,
        people=people,
        samples={one.draft.language: one for one in samples},
        zones=zone_names_at(meeting.conference_id),
        minutes=lambda count: timedelta(minutes=count),
    )


@bp.post("/meetings/<int:meeting_id>/agenda/release")
def release(meeting_id: int) -> ResponseReturnValue:
    """Release the agenda and tell those who were chosen."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    form = ReleaseForm(request.form)
    if not form.validate():
        abort(400)
    count = release_service.release(meeting, Whom(form.whom.data), by=present_user().name)
    db.session.commit()
    flash(
        ngettext(
            "The agenda is released; %(num)d letter is on its way.",
            "The agenda is released; %(num)d letters are on their way.",
            count,
        )
    )
    return redirect(url_for("agenda.show", meeting_id=meeting.id))
