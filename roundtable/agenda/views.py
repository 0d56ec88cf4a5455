"""Pages of the agenda."""

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable.agenda import queries, service
from roundtable.agenda.document import agenda_pdf
from roundtable.agenda.forms import KIND_NAMES, ItemForm
from roundtable.agenda.kinds import ItemKind
from roundtable.agenda.models import AgendaItem, SpeakingSlot
from roundtable.agenda.timing import minutes_over
from roundtable.conferences.access import meeting_or_404, rights_in
from roundtable.conferences.models import Meeting
from roundtable.conferences.queries import bodies_of
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.queries import zone_names_at
from roundtable.languages import current_language, refusal_text

bp = Blueprint("agenda", __name__)


def _page(meeting: Meeting, form: ItemForm | None = None) -> str:
    agenda = queries.agenda_of(meeting)
    return render_template(
        "agenda/show.html",
        meeting=meeting,
        conference=meeting.conference,
        rights=rights_in(meeting.conference),
        agenda=agenda,
        zones=zone_names_at(meeting.conference_id),
        over=minutes_over([planned.item.duration_minutes for planned in agenda], meeting.duration_minutes),
        kind_names=KIND_NAMES,
        form=form or ItemForm(languages=meeting.conference.languages, kind=ItemKind.TOPIC.value),
    )


@bp.get("/meetings/<int:meeting_id>/agenda")
def show(meeting_id: int) -> ResponseReturnValue:
    """Show the running order in every zone at the table."""
    return _page(meeting_or_404(meeting_id, Right.READ))


@bp.get("/meetings/<int:meeting_id>/agenda.pdf")
def pdf(meeting_id: int) -> ResponseReturnValue:
    """Give the agenda as a PDF in the reader's language."""
    return pdf_response(meeting_or_404(meeting_id, Right.READ))


def pdf_response(meeting: Meeting) -> Response:
    """Return the agenda's PDF in the reader's language; the guest page gives the same one."""
    language = current_language()
    content = agenda_pdf(
        meeting,
        queries.agenda_of(meeting),
        bodies_of(meeting.conference),
        zone_names_at(meeting.conference_id),
        language,
    )
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="agenda-{meeting.id}-{language}.pdf"'
    return response


@bp.post("/meetings/<int:meeting_id>/agenda")
def add(meeting_id: int) -> ResponseReturnValue:
    """Add an item."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    meeting.check_open()
    form = ItemForm(request.form, languages=meeting.conference.languages)
    if not form.validate():
        return _page(meeting, form), 422
    try:
        item = service.add_item(
            meeting,
            ItemKind(form.kind.data),
            form.titles.data,
            form.details.data,
            form.duration_minutes.data or 0,
        )
        _set_round(item, form)
    except Refusal as refusal:
        db.session.rollback()
        form.kind.errors = [refusal_text(refusal)]
        return _page(meeting, form), 422
    db.session.commit()
    return redirect(url_for("agenda.show", meeting_id=meeting.id) + f"#item{item.id}")


def _set_round(item: AgendaItem, form: ItemForm) -> None:
    if form.is_round:
        speakers = service.speakers_of(item.meeting)
        service.set_round(item, speakers, form.minutes_each.data or 0)


def _item_or_404(meeting: Meeting, item_id: int) -> AgendaItem:
    item = db.session.get(AgendaItem, item_id)
    if item is None or item.meeting_id != meeting.id:
        abort(404)
    return item


@bp.route("/meetings/<int:meeting_id>/agenda/<int:item_id>", methods=["GET", "POST"])
def edit(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Change an item."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    item = _item_or_404(meeting, item_id)
    if request.method == "GET":
        form = ItemForm(obj=item, languages=meeting.conference.languages)
        form.kind.data = item.kind.value
        return render_template("agenda/edit.html", form=form, meeting=meeting, item=item)
    form = ItemForm(request.form, languages=meeting.conference.languages)
    if form.is_round and item.kind is ItemKind.ROUND and form.minutes_each.data is None:
        # The slots stand already; without new minutes they stay as they were arranged.
        form.minutes_each.data = _present_minutes(item)
    if not form.validate():
        return render_template("agenda/edit.html", form=form, meeting=meeting, item=item), 422
    meeting.check_open()
    was_round = item.kind is ItemKind.ROUND
    item.kind = ItemKind(form.kind.data)
    item.titles, item.details = form.titles.data, form.details.data
    if form.is_round and (not was_round or form.minutes_each.data != _present_minutes(item)):
        _set_round(item, form)
    elif not form.is_round:
        item.duration_minutes = form.duration_minutes.data or 0
        if was_round:
            service.clear_round(item)
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("agenda.show", meeting_id=meeting.id) + f"#item{item.id}")


def _present_minutes(item: AgendaItem) -> int | None:
    slots = [
        slot
        for planned in queries.agenda_of(item.meeting)
        if planned.item is item
        for slot, _ in planned.slots
    ]
    return slots[0].minutes if slots else None


@bp.post("/meetings/<int:meeting_id>/agenda/<int:item_id>/move")
def move(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Move an item up or down."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    service.move_item(_item_or_404(meeting, item_id), _direction())
    db.session.commit()
    return redirect(url_for("agenda.show", meeting_id=meeting.id) + f"#item{item_id}")


def _direction() -> int:
    return -1 if request.form.get("direction") == "up" else 1


@bp.post("/meetings/<int:meeting_id>/agenda/<int:item_id>/slots/<int:slot_id>/move")
def move_slot(meeting_id: int, item_id: int, slot_id: int) -> ResponseReturnValue:
    """Move a speaker up or down in the round."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    item = _item_or_404(meeting, item_id)
    slot = db.session.get(SpeakingSlot, slot_id)
    if slot is None or slot.item_id != item.id:
        abort(404)
    service.move_slot(slot, _direction())
    db.session.commit()
    return redirect(url_for("agenda.show", meeting_id=meeting.id) + f"#slot{slot_id}")


@bp.post("/meetings/<int:meeting_id>/agenda/<int:item_id>/remove")
def remove(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Take an item off the agenda."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    service.remove_item(_item_or_404(meeting, item_id))
    db.session.commit()
    return redirect(url_for("agenda.show", meeting_id=meeting.id))


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
