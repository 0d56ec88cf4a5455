"""The door for guests, and the pages on which organizers say where the room is."""

from collections.abc import Callable

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable import clock
from roundtable.accounts.access import present_user
from roundtable.conferences.access import conference_or_404, meeting_or_404, rights_in
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import Right
from roundtable.config import Settings
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.models import Contact
from roundtable.guests.queries import contact_or_404, zone_names_at
from roundtable.invitations.access import shown_invitation_or_404
from roundtable.invitations.models import Invitation
from roundtable.languages import current_language, refusal_text
from roundtable.video import queries, service
from roundtable.video.forms import RoomForm
from roundtable.video.kinds import Door, RoomKind, Ticket
from roundtable.video.models import Room
from roundtable.video.providers import PROVIDERS
from roundtable.web.access import by_link

bp = Blueprint("video", __name__)


def _settings() -> Settings:
    settings = current_app.config["ROUNDTABLE"]
    assert isinstance(settings, Settings)
    return settings


def _address(kind: RoomKind, link: str, ticket: Ticket) -> tuple[str, str]:
    """Return (address of the room, why the server could not be used); the plain link remains.

    The database must not be held meanwhile: a server may take seconds to say nothing.
    """
    if kind is RoomKind.LINK:
        return link, ""
    try:
        return PROVIDERS[kind].come_in(ticket, _settings(), clock.now()), ""
    except Refusal as refusal:
        return link, refusal_text(refusal)


# --- For guests -----------------------------------------------------------------------------------------


def _guest_page(template: str, contact: Contact, invitation: Invitation, token: str, **more: object) -> str:
    meeting = invitation.meeting
    return render_template(
        template,
        contact=contact,
        invitation=invitation,
        meeting=meeting,
        conference=contact.participant.conference,
        zones=zone_names_at(meeting.conference_id),
        token=token,
        doors=Door,
        **more,
    )


@bp.get("/g/<token>/meetings/<int:meeting_id>/door")
@by_link
def door(token: str, meeting_id: int) -> ResponseReturnValue:
    """Lead back to the page with the button: only pressing it opens the door."""
    shown_invitation_or_404(contact_or_404(token), meeting_id)
    return redirect(
        url_for("guest_page.meeting", token=token, meeting_id=meeting_id, lang=request.args.get("lang"))
    )


@bp.post("/g/<token>/meetings/<int:meeting_id>/door")
@by_link
def come_in(token: str, meeting_id: int) -> ResponseReturnValue:
    """Open the door: show the way into the room, or what to do instead and whom to call."""
    contact = contact_or_404(token)
    invitation = shown_invitation_or_404(contact, meeting_id)
    room = queries.room_of(invitation.meeting)
    state = queries.door_for(contact, invitation, room)
    if state is not Door.OPEN or room is None:
        opens_at = queries.hours_of(invitation.meeting, room).opens_at
        page = _guest_page("video/closed.html", contact, invitation, token, state=state, opens_at=opens_at)
        return page, 409
    language = current_language()
    city = contact.participant.city.names.in_language(language)
    is_deputy = contact.id == invitation.deputy_contact_id
    who = invitation.deputy_called() if is_deputy else contact.participant.called(language)
    ticket = queries.ticket_for(
        room,
        person=f"city-{contact.participant_id}",
        called=f"{city} · {who}" if who else city,
        is_host=False,
        language=language,
    )
    kind, link = room.kind, room.link
    db.session.rollback()
    address, fault = _address(kind, link, ticket)
    contact = contact_or_404(token)
    invitation = shown_invitation_or_404(contact, meeting_id)
    if address:
        service.note_passage(contact, invitation)
        db.session.commit()
    page = _guest_page("video/open.html", contact, invitation, token, address=address, fault=fault)
    return page, 200 if address else 503


# --- For organizers -------------------------------------------------------------------------------------


def _page(meeting: Meeting, form: RoomForm, *, tested: tuple[str, str] = ("", "")) -> str:
    settings = _settings()
    return render_template(
        "video/room.html",
        meeting=meeting,
        conference=meeting.conference,
        zones=zone_names_at(meeting.conference_id),
        room=queries.room_of(meeting),
        form=form,
        providers=PROVIDERS,
        ready={kind: one.is_ready(settings) for kind, one in PROVIDERS.items()},
        passages=queries.passages_of(meeting),
        opens_at=queries.hours_of(meeting, queries.room_of(meeting)).opens_at,
        tested=tested,
    )


@bp.route("/meetings/<int:meeting_id>/room", methods=["GET", "POST"])
def room(meeting_id: int) -> ResponseReturnValue:
    """Say where the meeting takes place; a change counts for everybody who comes to the door afterwards."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    if request.method == "GET":
        return _page(meeting, RoomForm(obj=queries.room_of(meeting)))
    form = RoomForm(request.form)
    if not form.validate():
        return _page(meeting, form), 422
    kind = RoomKind(form.kind.data)
    service.set_room(
        meeting,
        kind,
        form.link.data or "",
        form.opens_minutes.data or 0,
        by=present_user().name,
        is_ready=kind is RoomKind.LINK or PROVIDERS[kind].is_ready(_settings()),
    )
    db.session.commit()
    flash(gettext("Saved. Whoever comes to the door from now on is led there."))
    return redirect(url_for("video.room", meeting_id=meeting.id))


def _room_or_404(meeting: Meeting) -> Room:
    found = queries.room_of(meeting)
    if found is None:
        abort(404)
    return found


@bp.post("/meetings/<int:meeting_id>/room/renew")
def renew(meeting_id: int) -> ResponseReturnValue:
    """Give the room a new address."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    service.renew(_room_or_404(meeting), by=present_user().name)
    db.session.commit()
    flash(
        gettext("The room has a new address. Whoever is in the old one has to come through the door again.")
    )
    return redirect(url_for("video.room", meeting_id=meeting.id))


@bp.post("/meetings/<int:meeting_id>/room/come-in")
def host_comes_in(meeting_id: int) -> ResponseReturnValue:
    """Let those who run the meeting in as hosts, at any time: they try the room beforehand."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    found = _room_or_404(meeting)
    user = present_user()
    is_host = Right.ORGANIZE in rights_in(meeting.conference)
    ticket = queries.ticket_for(
        found, person=f"user-{user.id}", called=user.name, is_host=is_host, language=current_language()
    )
    kind, link = found.kind, found.link
    db.session.rollback()
    address, fault = _address(kind, link, ticket)
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    page = render_template("video/host.html", meeting=meeting, address=address, fault=fault)
    return page, 200 if address else 503


@bp.post("/meetings/<int:meeting_id>/room/end")
def end(meeting_id: int) -> ResponseReturnValue:
    """End the room for everybody, where the server can do that."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    found = _room_or_404(meeting)
    provider = PROVIDERS.get(found.kind)
    if provider is None or provider.end is None:
        abort(404)
    name, ends = found.name, provider.end
    db.session.rollback()
    flash(_tried(lambda: ends(name, _settings())) or gettext("The room has been ended."))
    return redirect(url_for("video.room", meeting_id=meeting_id))


def _tried(call: Callable[[], None]) -> str:
    """Return what went wrong, in words; nothing where all went well."""
    try:
        call()
    except Refusal as refusal:
        return refusal_text(refusal)
    return ""


@bp.route("/conferences/<int:conference_id>/rooms/<kind>", methods=["GET", "POST"])
def provider(conference_id: int, kind: str) -> ResponseReturnValue:
    """Show what a server needs and what the conference chooses for it."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    found = next((one for one in PROVIDERS.values() if one.kind == kind), None)
    if found is None:
        abort(404)
    if request.method == "POST":
        service.choose_options(
            conference, found.kind, {one.key: one.key in request.form for one in found.options}
        )
        db.session.commit()
        flash(gettext("Saved."))
        return redirect(url_for("video.provider", conference_id=conference.id, kind=kind))
    return render_template(
        "video/provider.html",
        conference=conference,
        provider=found,
        where=found.where(_settings()),
        chosen=queries.options_of(conference.id, found.kind),
    )


@bp.post("/conferences/<int:conference_id>/rooms/<kind>/test")
def test(conference_id: int, kind: str) -> ResponseReturnValue:
    """Test the connection to a server."""
    conference_or_404(conference_id, Right.ORGANIZE)
    found = next((one for one in PROVIDERS.values() if one.kind == kind), None)
    if found is None:
        abort(404)
    db.session.rollback()
    fault = _tried(lambda: found.check(_settings()))
    flash(fault or gettext("The server answers as it should."))
    return redirect(url_for("video.provider", conference_id=conference_id, kind=kind))


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
