"""The page on which an office says which of the proposed dates suit."""

from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from roundtable import times
from roundtable.conferences.queries import bodies_of
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.models import Contact
from roundtable.guests.queries import contact_or_404, zone_names_at
from roundtable.languages import LANGUAGES, choose, refusal_text
from roundtable.scheduling import answer_service, queries
from roundtable.scheduling.choices import CHOICE_NAMES, MARKS, Choice
from roundtable.scheduling.forms import ReplyForm, choices_in
from roundtable.scheduling.queries import Asked
from roundtable.web.access import by_link

bp = Blueprint("guest_poll", __name__)


def _asked_or_404(contact: Contact, poll_id: int) -> Asked:
    asked = queries.asked_about(contact, poll_id)
    if asked is None:
        abort(404)
    return asked


def _page(contact: Contact, asked: Asked, form: ReplyForm, typed: dict[int, Choice], *, asking: bool) -> str:
    poll = asked.poll
    zone = ZoneInfo(poll.zone)
    days = groupby(asked.options, lambda one: times.wall(one.starts_at, zone).date())
    return render_template(
        "guest_page/poll.html",
        contact=contact,
        asked=asked,
        poll=poll,
        conference=poll.conference,
        bodies=bodies_of(poll.conference),
        zones=zone_names_at(poll.conference_id),
        days=[(day, list(options)) for day, options in days],
        answers=asked.said | typed,
        choice_names=CHOICE_NAMES,
        marks=MARKS,
        form=form,
        asking=asking,
        open=contact.may_answer and queries.takes_answers(poll),
        token=(request.view_args or {})["token"],
    )


@bp.get("/g/<token>/polls/<int:poll_id>")
@by_link
def show(token: str, poll_id: int) -> ResponseReturnValue:
    """Show the dates: the question while one is unanswered, else what was said with *Change*."""
    contact = contact_or_404(token)
    asked = _asked_or_404(contact, poll_id)
    may_answer = contact.may_answer and queries.takes_answers(asked.poll)
    asking = may_answer and (bool(asked.unanswered) or "change" in request.args)
    return _page(contact, asked, ReplyForm(obj=asked.question), {}, asking=asking)


@bp.post("/g/<token>/polls/<int:poll_id>")
@by_link
def answer(token: str, poll_id: int) -> ResponseReturnValue:
    """Take what the office that holds the personal link says."""
    contact = contact_or_404(token)
    asked = _asked_or_404(contact, poll_id)
    form = ReplyForm(request.form)
    typed = choices_in(request.form)
    if request.form.get("switch_language") in LANGUAGES:
        # Only the language changes; what was ticked stays, and nothing is stored.
        choose(request.form["switch_language"])
        return _page(contact, asked, form, typed, asking=True)
    if not contact.may_answer:
        abort(403)
    if not form.validate():
        return _page(contact, asked, form, typed, asking=True), 422
    try:
        answer_service.answer(asked.question, form.reply(request.form), contact=contact, said_by=contact.name)
    except Refusal as refusal:
        db.session.rollback()
        if not queries.takes_answers(asked.poll):
            raise
        form.note.errors = [refusal_text(refusal)]
        return _page(contact, asked, form, typed, asking=True), 422
    db.session.commit()
    return redirect(url_for("guest_poll.show", token=token, poll_id=poll_id, lang=request.args.get("lang")))
