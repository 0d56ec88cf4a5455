"""The desk, where two people write at once, and the chair's view."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

from roundtable import clock
from roundtable.accounts.access import present_user
from roundtable.conferences.access import meeting_or_404
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.desk import queries, service
from roundtable.desk.turns import TurnState
from roundtable.errors import Refusal
from roundtable.guests.queries import contact_or_404, zone_names_at
from roundtable.guests.roles import ParticipantRole
from roundtable.invitations.queries import invitation_for
from roundtable.languages import refusal_text
from roundtable.minutes import entry_service
from roundtable.minutes import queries as minutes_queries
from roundtable.minutes import service as minutes_service
from roundtable.minutes.access import minutes_or_404
from roundtable.minutes.entry_service import Conflict, Writer
from roundtable.minutes.forms import ADOPTION_NAMES, KIND_NAMES, PRESENCE_NAMES, EntryForm
from roundtable.minutes.models import Entry, Minutes
from roundtable.minutes.service import Arrival
from roundtable.minutes.views import choices_for
from roundtable.web.access import by_link
from roundtable.web.logs import quiet
from roundtable.web.numbers import key_of
from roundtable.words import tidy

bp = Blueprint("desk", __name__)


def _first_letters(names: dict[Any, Any]) -> dict[str, str]:
    """Return the key that begins an entry of each kind: the first letter of its name that is still free."""
    taken: dict[str, str] = {}
    for kind, name in names.items():
        free = [one for one in str(name).lower() if one.isalpha() and one not in taken.values()]
        taken[kind.value] = free[0] if free else ""
    return taken


def _live(meeting: Meeting, minutes: Minutes, template: str, **more: Any) -> str:
    """Return a page that shows the meeting as it goes."""
    return _shown(meeting, minutes, queries.live_of(minutes, clock.now()), template, **more)


def _desk(meeting: Meeting, minutes: Minutes, template: str, **more: Any) -> str:
    """Return the desk or its parts, with who came through the door and is not noted yet."""
    live = queries.live_of(minutes, clock.now())
    proposed = queries.proposed_arrivals(minutes, live.attendance)
    return _shown(meeting, minutes, live, template, proposed=proposed, **more)


def _shown(meeting: Meeting, minutes: Minutes, live: queries.Live, template: str, **more: Any) -> str:
    return render_template(
        template,
        meeting=meeting,
        conference=meeting.conference,
        minutes=minutes,
        live=live,
        zones=zone_names_at(meeting.conference_id),
        states=TurnState,
        kind_names=KIND_NAMES,
        presence_names=PRESENCE_NAMES,
        adoption_names=ADOPTION_NAMES,
        values_of=entry_service.values_of,
        **more,
    )


@bp.get("/meetings/<int:meeting_id>/desk")
def show(meeting_id: int) -> ResponseReturnValue:
    """Show the desk; before the record is begun, how to begin it."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    minutes = minutes_queries.minutes_of(meeting)
    if minutes is None:
        zones = zone_names_at(meeting.conference_id)
        return render_template("desk/begin.html", meeting=meeting, zones=zones)
    items, participants = choices_for(meeting)
    languages = meeting.conference.languages
    form = EntryForm(languages=languages, language=languages[0]).offer(items, participants)
    return _desk(
        meeting,
        minutes,
        "desk/show.html",
        entries=minutes_queries.entries_of(minutes),
        form=form,
        participants=participants,
        kind_keys=_first_letters(KIND_NAMES),
    )


@bp.post("/meetings/<int:meeting_id>/desk/open")
def open_desk(meeting_id: int) -> ResponseReturnValue:
    """Begin the record and show the desk."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    minutes_service.begin(meeting)
    db.session.commit()
    return redirect(url_for("desk.show", meeting_id=meeting.id))


@bp.get("/meetings/<int:meeting_id>/desk/change")
@quiet
def change(meeting_id: int) -> ResponseReturnValue:
    """Say which change of the record was the last: cheap, for it is asked every second or so."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    return jsonify(change=minutes_or_404(meeting).last_change)


@bp.get("/meetings/<int:meeting_id>/desk/live")
def live(meeting_id: int) -> ResponseReturnValue:
    """Give the parts of the desk that change, and the entries that changed after `since`."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    minutes = minutes_or_404(meeting)
    since = request.args.get("since", 0, type=key_of)
    _, participants = choices_for(meeting)
    entries = minutes_queries.entries_since(minutes, since)
    return _desk(meeting, minutes, "desk/live.html", entries=entries, participants=participants)


def _age() -> timedelta:
    """Return how long ago the entry was begun; a page may have been closed for at most a month."""
    seconds = request.form.get("age", 0.0, type=float)
    return timedelta(seconds=min(max(0.0, seconds), 30 * 86400.0))


def _writer() -> Writer:
    return Writer(present_user().name, tidy(request.form.get("desk"))[:36])


def _entry_said(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "key": entry.key,
        "version": entry.version,
        "by": entry.written_by,
        **entry_service.values_of(entry),
    }


@bp.post("/meetings/<int:meeting_id>/desk/entries")
def save(meeting_id: int) -> ResponseReturnValue:
    """Store an entry under the key that the desk has made for it; answers in JSON.

    200 with what stands now; 409 with what somebody else wrote meanwhile, and nothing stored; 422
    with a sentence for each field that is not right yet.
    """
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    minutes = minutes_or_404(meeting)
    key, by = request.form.get("key", ""), _writer()
    if not 8 <= len(key) <= 36 or not key.isascii() or not key.isprintable():
        abort(400)
    version = request.form.get("version", 0, type=key_of)
    form = _form(meeting)
    if not form.validate():
        return jsonify(faults={field.name: str(text) for field, text in form.first_errors}), 422
    try:
        try:
            entry = entry_service.save(minutes, key, version, form.written(), by, age=_age())
            db.session.flush()
        except (StaleDataError, IntegrityError):
            # In this very instant somebody else stored the same entry (SQLite lets one write at a time, other
            # databases do not): look once more at what stands there now.
            db.session.rollback()
            entry = entry_service.save(minutes, key, version, form.written(), by, age=_age())
    except Conflict as conflict:
        db.session.rollback()
        return jsonify(conflict=_entry_said(conflict.entry), message=refusal_text(conflict)), 409
    except Refusal as refusal:
        db.session.rollback()
        return jsonify(refusal=refusal_text(refusal)), 422
    answer = _entry_said(entry)
    db.session.commit()
    return jsonify(entry=answer)


def _form(meeting: Meeting) -> EntryForm:
    items, participants = choices_for(meeting)
    sent = MultiDict(request.form)
    if sent.get("item_id") not in items:
        # An agenda can change while somebody writes offline; the words are worth more than their place.
        sent["item_id"] = ""
    return EntryForm(sent, languages=meeting.conference.languages).offer(items, participants)


@bp.post("/meetings/<int:meeting_id>/desk/entries/<key>/remove")
def remove(meeting_id: int, key: str) -> ResponseReturnValue:
    """Take an entry out; answers in JSON."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    entry = minutes_queries.entry_by_key(minutes_or_404(meeting), key)
    if entry is None:
        abort(404)
    by = _writer()
    try:
        entry_service.remove_entry(entry, by, version=request.form.get("version", 0, type=key_of))
    except Refusal as refusal:
        db.session.rollback()
        return jsonify(refusal=refusal_text(refusal)), 409
    db.session.commit()
    return jsonify(removed=True)


@bp.post("/meetings/<int:meeting_id>/desk/act")
def act(meeting_id: int) -> ResponseReturnValue:
    """Take one click: begin or end an item, give the floor, note an arrival."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    minutes = minutes_or_404(meeting)
    try:
        _do(minutes, request.form.get("act", ""))
    except Refusal as refusal:
        if request.accept_mimetypes.best != "application/json":
            raise
        db.session.rollback()
        return jsonify(refusal=refusal_text(refusal)), 409
    db.session.commit()
    if request.accept_mimetypes.best == "application/json":
        return jsonify(done=True)
    return redirect(url_for("desk.show", meeting_id=meeting.id))


def _number(name: str) -> int:
    """Return a number that the form names; 0 is nobody's."""
    return request.form.get(name, 0, type=key_of)


def _do(minutes: Minutes, what: str) -> None:
    arrivals = {one.value for one in Arrival}
    turns = {one.value for one in TurnState}
    if what == "begin":
        service.begin_item(minutes, _number("item"))
    elif what == "end":
        service.end_item(minutes, _number("item"))
    elif what == "next":
        service.give_floor_to_next(minutes, _number("item"))
    elif what == "extra":
        service.add_extra_turn(minutes, _number("item"), _number("participant"))
    elif what == "arrivals":
        service.note_arrivals(minutes)
    elif what in arrivals:
        who = tidy(request.form.get("representative"))[:300]
        minutes_service.note_arrival(minutes, _number("participant"), Arrival(what), who)
    elif what in turns:
        service.change_turn(minutes, _number("turn"), TurnState(what))
    else:
        abort(400)


# --- The chair's view: what is large and only read ----------------------------------------------------


@bp.get("/meetings/<int:meeting_id>/chair")
def chair(meeting_id: int) -> ResponseReturnValue:
    """Show who speaks, how long, and who is next, large enough to be read from afar."""
    meeting = meeting_or_404(meeting_id, Right.READ)
    minutes = minutes_queries.minutes_of(meeting)
    if minutes is None:
        return render_template("desk/chair_waits.html", meeting=meeting)
    return _live(meeting, minutes, "desk/chair.html", token="")


@bp.get("/meetings/<int:meeting_id>/chair/change")
@quiet
def chair_change(meeting_id: int) -> ResponseReturnValue:
    """Say which change was the last."""
    meeting = meeting_or_404(meeting_id, Right.READ)
    return jsonify(change=minutes_or_404(meeting).last_change)


@bp.get("/meetings/<int:meeting_id>/chair/live")
def chair_live(meeting_id: int) -> Response:
    """Give the parts of the chair's view that change."""
    meeting = meeting_or_404(meeting_id, Right.READ)
    return Response(_live(meeting, minutes_or_404(meeting), "desk/chair_live.html"))


# --- The chair is a mayor, so it has a link and no account ---------------------------------------------------


def _chairs_meeting_or_404(token: str, meeting_id: int) -> Meeting:
    """Return the meeting: the view is for whom the guest list names as chair, or its deputy."""
    contact = contact_or_404(token)
    invitation = invitation_for(contact, meeting_id)
    if invitation is None or contact.participant.role is not ParticipantRole.CHAIR:
        abort(404)
    return invitation.meeting


@bp.get("/g/<token>/meetings/<int:meeting_id>/chair")
@by_link
def chair_by_link(token: str, meeting_id: int) -> ResponseReturnValue:
    """Show the chair's view behind the chair's own link."""
    meeting = _chairs_meeting_or_404(token, meeting_id)
    minutes = minutes_queries.minutes_of(meeting)
    if minutes is None:
        abort(404)
    return _live(meeting, minutes, "desk/chair.html", token=token)


@bp.get("/g/<token>/meetings/<int:meeting_id>/chair/change")
@by_link
@quiet
def chair_change_by_link(token: str, meeting_id: int) -> ResponseReturnValue:
    """Say which change was the last."""
    meeting = _chairs_meeting_or_404(token, meeting_id)
    return jsonify(change=minutes_or_404(meeting).last_change)


@bp.get("/g/<token>/meetings/<int:meeting_id>/chair/live")
@by_link
def chair_live_by_link(token: str, meeting_id: int) -> Response:
    """Give the parts of the chair's view that change."""
    meeting = _chairs_meeting_or_404(token, meeting_id)
    return Response(_live(meeting, minutes_or_404(meeting), "desk/chair_live.html"))


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
