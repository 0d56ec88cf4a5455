"""Pages of the minutes after the session: circulate, answer remarks, compare versions, approve, amend."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from roundtable import clock, times
from roundtable.accounts.access import present_user
from roundtable.circulation import service
from roundtable.circulation.forms import (
    REMARK_NAMES,
    AmendmentForm,
    CirculationForm,
    RemarkAnswerForm,
)
from roundtable.circulation.guest_views import bp as guest_pages
from roundtable.circulation.service import Circulation
from roundtable.conferences.access import meeting_or_404, rights_in
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import Right
from roundtable.db import Texts, db
from roundtable.guests.queries import zone_names_at
from roundtable.minutes import amendment_service, queries
from roundtable.minutes.access import minutes_or_404
from roundtable.minutes.differences import record_difference
from roundtable.minutes.forms import ADOPTION_NAMES, KIND_NAMES, PRESENCE_NAMES, ApprovalForm
from roundtable.minutes.kinds import RemarkState
from roundtable.minutes.models import Entry, Minutes, RecordVersion, Remark
from roundtable.minutes.record import Record, from_json
from roundtable.web.access import row_or_404

bp = Blueprint("circulation", __name__)
DAYS = 10
"""How long offices have for corrections, unless an organizer says otherwise."""


def _proposed(meeting: Meeting, minutes: Minutes) -> CirculationForm:
    now = times.wall(clock.now(), ZoneInfo(meeting.zone))
    until = now + timedelta(days=DAYS)
    if minutes.corrections_until is not None:
        until = max(until, times.wall(minutes.corrections_until, ZoneInfo(meeting.zone)))
    return CirculationForm(
        until_day=until.date(), until_hour=until.time().replace(hour=17, minute=0, second=0, microsecond=0)
    )


def _page(
    meeting: Meeting,
    form: CirculationForm | None = None,
    approval: ApprovalForm | None = None,
    answering: tuple[int, RemarkAnswerForm] | None = None,
) -> str:
    minutes = minutes_or_404(meeting)
    return render_template(
        "circulation/show.html",
        meeting=meeting,
        conference=meeting.conference,
        rights=rights_in(meeting.conference),
        minutes=minutes,
        zones=zone_names_at(meeting.conference_id),
        form=form or _proposed(meeting, minutes),
        approval=approval or ApprovalForm(approved_by=present_user().name),
        boxes=service.boxes_of(minutes),
        remarks=queries.remarks_on(minutes),
        remark_names=REMARK_NAMES,
        answering=answering,
        answer_form=RemarkAnswerForm(),
        versions=queries.versions_of(minutes),
        kind_names=KIND_NAMES,
    )


@bp.get("/meetings/<int:meeting_id>/minutes/circulation")
def show(meeting_id: int) -> ResponseReturnValue:
    """Show where the minutes are on their way, and what offices have said."""
    return _page(meeting_or_404(meeting_id, Right.KEEP_RECORD))


@bp.post("/meetings/<int:meeting_id>/minutes/circulation/preview")
def preview(meeting_id: int) -> ResponseReturnValue:
    """Show who would get which letter; does nothing."""
    meeting = meeting_or_404(meeting_id, Right.APPROVE_RECORD)
    minutes = minutes_or_404(meeting)
    form = CirculationForm(request.form)
    if not form.validate_in(meeting.zone) or form.until is None:
        return _page(meeting, form), 422
    planned = service.planned_letters(minutes, Circulation(form.until, bool(form.by_silence.data)))
    return render_template(
        "circulation/preview.html",
        meeting=meeting,
        form=form,
        until=form.until,
        planned=planned,
        samples={one.draft.language: one for one in reversed(planned)},
        zones=zone_names_at(meeting.conference_id),
    )


@bp.post("/meetings/<int:meeting_id>/minutes/circulation")
def circulate(meeting_id: int) -> ResponseReturnValue:
    """Send the minutes round."""
    meeting = meeting_or_404(meeting_id, Right.APPROVE_RECORD)
    minutes = minutes_or_404(meeting)
    form = CirculationForm(request.form)
    if not form.validate_in(meeting.zone) or form.until is None:
        return _page(meeting, form), 422
    how = Circulation(form.until, bool(form.by_silence.data))
    count = service.circulate(minutes, how, by=present_user().name)
    db.session.commit()
    flash(
        ngettext(
            "The minutes go round; %(num)d letter is on its way.",
            "The minutes go round; %(num)d letters are on their way.",
            count,
        )
    )
    return redirect(url_for("circulation.show", meeting_id=meeting.id))


@bp.post("/meetings/<int:meeting_id>/minutes/circulation/take-back")
def take_back(meeting_id: int) -> ResponseReturnValue:
    """Make the minutes a draft again."""
    meeting = meeting_or_404(meeting_id, Right.APPROVE_RECORD)
    service.take_back(minutes_or_404(meeting))
    db.session.commit()
    flash(gettext("The minutes are a draft again. Offices do not see them any more."))
    return redirect(url_for("circulation.show", meeting_id=meeting.id))


@bp.post("/meetings/<int:meeting_id>/minutes/remarks/<int:remark_id>")
def answer(meeting_id: int, remark_id: int) -> ResponseReturnValue:
    """Answer an office's remark."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    minutes = minutes_or_404(meeting)
    remark = row_or_404(Remark, remark_id, minutes_id=minutes.id)
    form = RemarkAnswerForm(request.form)
    if not form.validate():
        return _page(meeting, answering=(remark.id, form)), 422
    service.answer(
        remark,
        RemarkState(form.state.data),
        form.answer.data or "",
        takes_words=bool(form.takes_words.data),
        by=present_user().name,
    )
    db.session.commit()
    flash(gettext("The office gets your answer by letter."))
    return redirect(url_for("circulation.show", meeting_id=meeting.id) + f"#remark{remark_id}")


@bp.post("/meetings/<int:meeting_id>/minutes/approve")
def approve(meeting_id: int) -> ResponseReturnValue:
    """Approve and seal the record."""
    meeting = meeting_or_404(meeting_id, Right.APPROVE_RECORD)
    minutes = minutes_or_404(meeting)
    form = ApprovalForm(request.form)
    if not form.validate():
        return _page(meeting, approval=form), 422
    count = service.approve(minutes, by=form.approved_by.data or "")
    db.session.commit()
    flash(
        ngettext(
            "The minutes are approved and sealed; %(num)d letter is on its way.",
            "The minutes are approved and sealed; %(num)d letters are on their way.",
            count,
        )
    )
    return redirect(url_for("minutes.show", meeting_id=meeting.id))


# --- Versions --------------------------------------------------------------------------------------------


def _version(minutes: Minutes, name: str) -> tuple[RecordVersion | None, Record]:
    """Return a kept version by its number, or the record as it is now."""
    if name == "now":
        return None, queries.record_of(minutes)
    found = next((one for one in queries.versions_of(minutes) if str(one.number) == name), None)
    if found is None:
        abort(404)
    return found, from_json(found.content)


@bp.get("/meetings/<int:meeting_id>/minutes/versions")
def choose_versions(meeting_id: int) -> ResponseReturnValue:
    """Lead to the comparison of the two versions that were chosen."""
    meeting_or_404(meeting_id, Right.KEEP_RECORD)
    before, after = request.args.get("before", ""), request.args.get("after", "")
    if not before.isalnum() or not after.isalnum():
        return redirect(url_for("circulation.show", meeting_id=meeting_id))
    return redirect(url_for("circulation.compare", meeting_id=meeting_id, before=before, after=after))


@bp.get("/meetings/<int:meeting_id>/minutes/versions/<before>/<after>")
def compare(meeting_id: int, before: str, after: str) -> ResponseReturnValue:
    """Show what differs between two versions."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    minutes = minutes_or_404(meeting)
    old, old_record = _version(minutes, before)
    new, new_record = _version(minutes, after)
    return render_template(
        "circulation/compare.html",
        meeting=meeting,
        old=old,
        new=new,
        difference=record_difference(old_record, new_record),
        zones=zone_names_at(meeting.conference_id),
        kind_names=KIND_NAMES,
        presence_names=PRESENCE_NAMES,
        adoption_names=ADOPTION_NAMES,
    )


# --- Amendments ------------------------------------------------------------------------------------------


@bp.route("/meetings/<int:meeting_id>/minutes/entries/<int:entry_id>/amend", methods=["GET", "POST"])
def amend(meeting_id: int, entry_id: int) -> ResponseReturnValue:
    """Amend an entry of the sealed record, with a number and a reason."""
    meeting = meeting_or_404(meeting_id, Right.APPROVE_RECORD)
    minutes = minutes_or_404(meeting)
    row_or_404(Entry, entry_id, minutes_id=minutes.id)
    present = amendment_service.words_now(minutes, entry_id)
    languages = meeting.conference.languages
    if request.method == "GET":
        form = AmendmentForm(languages=languages, new=present)
        return render_template("circulation/amend.html", meeting=meeting, form=form, entry_id=entry_id)
    form = AmendmentForm(request.form, languages=languages)
    if not form.validate():
        page = render_template("circulation/amend.html", meeting=meeting, form=form, entry_id=entry_id)
        return page, 422
    found = amendment_service.amend(
        minutes, entry_id, Texts(form.new.data), Texts(form.reasons.data), by=present_user().name
    )
    number = found.number
    db.session.commit()
    flash(gettext("Amendment %(number)d stands beside the record.", number=number))
    return redirect(url_for("minutes.show", meeting_id=meeting.id) + "#amendments")


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
    app.register_blueprint(guest_pages)
