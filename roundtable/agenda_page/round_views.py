"""What is done to the speaking order of a round."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from roundtable.agenda import queries, service
from roundtable.agenda.models import AgendaItem
from roundtable.agenda.speaking import SpeakingRule
from roundtable.agenda_page.access import item_or_404, slot_or_404
from roundtable.agenda_page.forms import RuleForm, SlotForm
from roundtable.conferences.access import meeting_or_404
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.web.numbers import key_of

bp = Blueprint("rounds", __name__, url_prefix="/meetings/<int:meeting_id>/agenda/<int:item_id>")


def _item(meeting_id: int, item_id: int) -> AgendaItem:
    return item_or_404(meeting_or_404(meeting_id, Right.ORGANIZE), item_id)


def _back(item: AgendaItem, anchor: str) -> ResponseReturnValue:
    return redirect(url_for("agenda.show", meeting_id=item.meeting_id) + anchor)


@bp.post("/slots/<int:slot_id>/move")
def move(meeting_id: int, item_id: int, slot_id: int) -> ResponseReturnValue:
    """Move a speaker up or down in the round."""
    item = _item(meeting_id, item_id)
    service.move_slot(slot_or_404(item, slot_id), -1 if request.form.get("direction") == "up" else 1)
    db.session.commit()
    return _back(item, f"#slot{slot_id}")


@bp.post("/slots/<int:slot_id>")
def change(meeting_id: int, item_id: int, slot_id: int) -> ResponseReturnValue:
    """Give a speaker other minutes, or pin the place."""
    item = _item(meeting_id, item_id)
    slot = slot_or_404(item, slot_id)
    form = SlotForm(request.form)
    if not form.validate():
        abort(400)
    service.change_slot(slot, minutes=form.minutes.data or 1, is_pinned="pinned" in request.form)
    db.session.commit()
    return _back(item, f"#slot{slot_id}")


@bp.post("/slots/order")
def order(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Put the speakers into another order, all at once: what dragging and the arrow keys send."""
    item = _item(meeting_id, item_id)
    service.order_slots(item, request.form.getlist("key", type=key_of))
    db.session.commit()
    return _back(item, f"#round{item_id}")


@bp.post("/rule")
def set_rule(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Choose the rule of the round; what it would change is offered, not done."""
    item = _item(meeting_id, item_id)
    form = RuleForm(request.form)
    if not form.validate():
        abort(400)
    service.set_rule(
        item, SpeakingRule(form.rule.data), form.language.data, draw_again="again" in request.form
    )
    db.session.commit()
    return _back(item, f"#round{item_id}")


@bp.post("/apply")
def apply(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Take the offered order over, as the organizer has seen it."""
    item = _item(meeting_id, item_id)
    wanted = request.form.getlist("participant", type=key_of)
    minutes = service.usual_minutes(queries.slots_in(item.meeting).get(item.id, []))
    service.apply_order(item, wanted, minutes)
    db.session.commit()
    return _back(item, f"#round{item_id}")
