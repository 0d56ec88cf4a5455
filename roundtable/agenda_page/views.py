"""Pages of the agenda: the items in their order, with all times and the budget."""

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable.accounts.access import present_user
from roundtable.agenda import patterns, queries, service
from roundtable.agenda.budget import Budget, budget
from roundtable.agenda.kinds import ItemKind
from roundtable.agenda.models import AgendaItem, AgendaPattern, SpeakingSlot
from roundtable.agenda.queries import PlannedItem
from roundtable.agenda.speaking import OrderChange
from roundtable.agenda.timing import minutes_over
from roundtable.agenda_page import release_service
from roundtable.agenda_page.access import item_or_404
from roundtable.agenda_page.document_views import interpreters_response, pdf_response
from roundtable.agenda_page.forms import KIND_NAMES, RULE_NAMES, ItemForm
from roundtable.agenda_page.release_views import bp as release_pages
from roundtable.agenda_page.round_views import bp as round_pages
from roundtable.conferences.access import meeting_or_404, rights_in
from roundtable.conferences.models import Meeting
from roundtable.conferences.queries import meetings_of
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.models import Participant
from roundtable.guests.queries import participants_of, zone_names_at
from roundtable.invitations.queries import invitations_to
from roundtable.languages import OWN_NAMES, refusal_text
from roundtable.web.numbers import key_of

bp = Blueprint("agenda", __name__)


def _page(meeting: Meeting, form: ItemForm | None = None) -> str:
    agenda = queries.agenda_of(meeting)
    draft = release_service.compared(meeting, agenda)
    people = participants_of(meeting.conference_id)
    offers = _offers(meeting, agenda, people)
    return render_template(
        "agenda/show.html",
        meeting=meeting,
        conference=meeting.conference,
        rights=rights_in(meeting.conference),
        agenda=agenda,
        zones=zone_names_at(meeting.conference_id),
        budget=_budget(meeting, agenda),
        kind_names=KIND_NAMES,
        rule_names=RULE_NAMES,
        own_names=OWN_NAMES,
        form=form or ItemForm(languages=meeting.conference.languages, kind=ItemKind.TOPIC.value),
        draft=draft,
        offers=offers,
        people={one.id: one for one in people},
        patterns=patterns.OWN_NAMES,
        kept=service.patterns_of(present_user()),
        others=[one for one in meetings_of([meeting.conference_id]) if one.id != meeting.id],
    )


def _budget(meeting: Meeting, agenda: list[PlannedItem]) -> Budget:
    slots = [(slot.participant.city.country, slot.minutes) for planned in agenda for slot, _ in planned.slots]
    planned_minutes = sum(planned.item.duration_minutes for planned in agenda)
    over = minutes_over([planned.time for planned in agenda], meeting.starts_at, meeting.ends_at)
    return budget(meeting.duration_minutes, planned_minutes, over, slots)


def _offers(meeting: Meeting, agenda: list[PlannedItem], people: list[Participant]) -> dict[int, OrderChange]:
    """Return, by round, what its rule would change now that these have answered so; never applied alone."""
    rounds = [one for one in agenda if one.item.kind is ItemKind.ROUND and one.slots]
    if not rounds or meeting.sealed_at is not None:
        return {}
    absent = release_service.absent_in(invitations_to(meeting))
    speakers = [one for one in people if one.has_seat and one.id not in absent]
    found = {}
    for planned in rounds:
        assert isinstance(planned.item, AgendaItem)
        slots = [slot for slot, _ in planned.slots if isinstance(slot, SpeakingSlot)]
        change = service.new_order(planned.item, slots, speakers)
        if not change.is_empty:
            found[planned.item.id] = change
    return found


@bp.get("/meetings/<int:meeting_id>/agenda")
def show(meeting_id: int) -> ResponseReturnValue:
    """Show the running order in every zone at the table."""
    return _page(meeting_or_404(meeting_id, Right.READ))


@bp.get("/meetings/<int:meeting_id>/agenda.pdf")
def pdf(meeting_id: int) -> ResponseReturnValue:
    """Give the agenda as a PDF in the reader's language."""
    meeting = meeting_or_404(meeting_id, Right.READ)
    return pdf_response(meeting, queries.agenda_of(meeting))


@bp.get("/meetings/<int:meeting_id>/interpreters.pdf")
def interpreters(meeting_id: int) -> ResponseReturnValue:
    """Give the interpreters' sheet as a PDF in the reader's language."""
    return interpreters_response(meeting_or_404(meeting_id, Right.READ))


@bp.post("/meetings/<int:meeting_id>/agenda")
def add(meeting_id: int) -> ResponseReturnValue:
    """Add an item."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    meeting.check_open()
    form = ItemForm(request.form, languages=meeting.conference.languages)
    if not form.validate():
        return _page(meeting, form), 422
    try:
        item = service.add(meeting, form.content())
        if form.is_round:
            _make_round(item, form)
    except Refusal as refusal:
        db.session.rollback()
        form.kind.errors = [refusal_text(refusal)]
        return _page(meeting, form), 422
    db.session.commit()
    return redirect(url_for("agenda.show", meeting_id=meeting.id) + f"#item{item.id}")


def _make_round(item: AgendaItem, form: ItemForm) -> None:
    speakers = service.speakers_of(item.meeting, release_service.absent(item.meeting))
    service.set_round(item, speakers, form.minutes_each.data or 0, form.buffer_minutes.data or 0)


@bp.route("/meetings/<int:meeting_id>/agenda/<int:item_id>", methods=["GET", "POST"])
def edit(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Change an item."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    item = item_or_404(meeting, item_id)
    slots = queries.slots_in(meeting).get(item.id, [])
    if request.method == "GET":
        form = ItemForm(obj=item, languages=meeting.conference.languages)
        form.kind.data = item.kind.value
        form.minutes_each.data = service.usual_minutes(slots) if slots else None
        return render_template("agenda/edit.html", form=form, meeting=meeting, item=item)
    form = ItemForm(request.form, languages=meeting.conference.languages)
    if form.is_round and slots and form.minutes_each.data is None:
        # The slots stand already; without new minutes they stay as they were arranged.
        form.minutes_each.data = service.usual_minutes(slots)
    if not form.validate():
        return render_template("agenda/edit.html", form=form, meeting=meeting, item=item), 422
    service.change(item, form.content())
    if form.is_round:
        _change_round(item, form, slots)
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("agenda.show", meeting_id=meeting.id) + f"#item{item.id}")


def _change_round(item: AgendaItem, form: ItemForm, slots: list[SpeakingSlot]) -> None:
    """Give a round its slots, or other minutes to those that it has; the order stays."""
    if not slots:
        _make_round(item, form)
        return
    minutes, usual = form.minutes_each.data or 0, service.usual_minutes(slots)
    item.buffer_minutes = form.buffer_minutes.data or 0
    for slot in slots:
        # Who was given other minutes by hand keeps them.
        kept = slot.minutes if slot.minutes != usual else minutes
        service.change_slot(slot, minutes=kept, is_pinned=slot.is_pinned)


@bp.post("/meetings/<int:meeting_id>/agenda/<int:item_id>/move")
def move(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Move an item up or down."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    service.move_item(item_or_404(meeting, item_id), -1 if request.form.get("direction") == "up" else 1)
    db.session.commit()
    return redirect(url_for("agenda.show", meeting_id=meeting.id) + f"#item{item_id}")


@bp.post("/meetings/<int:meeting_id>/agenda/order")
def order(meeting_id: int) -> ResponseReturnValue:
    """Put the items into another order, all at once: what dragging and the arrow keys send."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    service.order_items(meeting, request.form.getlist("key", type=key_of))
    db.session.commit()
    return redirect(url_for("agenda.show", meeting_id=meeting.id))


@bp.post("/meetings/<int:meeting_id>/agenda/<int:item_id>/remove")
def remove(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Take an item off the agenda."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    service.remove_item(item_or_404(meeting, item_id))
    db.session.commit()
    return redirect(url_for("agenda.show", meeting_id=meeting.id))


@bp.post("/meetings/<int:meeting_id>/agenda/begin")
def begin(meeting_id: int) -> ResponseReturnValue:
    """Begin with a pattern: the program's own, one that was kept, or another session's agenda."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    kind, _, name = request.form.get("pattern", "").partition(":")
    number = int(name) if name.isascii() and name.isdigit() else 0
    if kind == "own" and name in patterns.OWN_NAMES:
        found = patterns.own(name, meeting.conference.languages)
    elif kind == "kept":
        kept = db.session.get(AgendaPattern, number)
        if kept is None or kept.user_id != present_user().id:
            abort(404)
        found = patterns.from_values(kept.items)
    elif kind == "meeting":
        found = service.pattern_of(meeting_or_404(number, Right.READ))
    else:
        abort(400)
    service.begin_with(meeting, found, release_service.absent(meeting))
    db.session.commit()
    return redirect(url_for("agenda.show", meeting_id=meeting.id))


@bp.post("/meetings/<int:meeting_id>/agenda/keep")
def keep(meeting_id: int) -> ResponseReturnValue:
    """Keep the agenda as a pattern for others."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    service.keep_pattern(present_user(), meeting, request.form.get("name", "").strip())
    db.session.commit()
    flash(gettext("Kept. You find it wherever an agenda begins."))
    return redirect(url_for("agenda.show", meeting_id=meeting.id))


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
    app.register_blueprint(round_pages)
    app.register_blueprint(release_pages)
