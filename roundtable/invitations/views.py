"""Pages of the invitations: who has answered what, previews, sending."""

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from roundtable.conferences.access import conference_or_404, meeting_or_404, rights_in
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.guests import links
from roundtable.guests.models import Participant
from roundtable.guests.queries import contacts_of, personal_link_of, zone_names_at
from roundtable.invitations import queries, service
from roundtable.invitations.answers import STATE_NAMES
from roundtable.invitations.forms import TelephoneForm
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Channel
from roundtable.mail import delivery, outbox
from roundtable.mail.models import Letter, LetterState

bp = Blueprint("invitations", __name__)

PREVIEWS = {
    "invite": service.planned_invitations,
    "changes": service.planned_changes,
    "cancellation": service.planned_cancellations,
}


@bp.get("/meetings/<int:meeting_id>/invitations")
def show(meeting_id: int) -> ResponseReturnValue:
    """Show who has answered what, and how the letters fare."""
    meeting = meeting_or_404(meeting_id, Right.READ)
    return render_template(
        "invitations/show.html",
        meeting=meeting,
        conference=meeting.conference,
        rights=rights_in(meeting.conference),
        invitations=queries.invitations_to(meeting),
        contacts=contacts_of(meeting.conference_id),
        zones=zone_names_at(meeting.conference_id),
        state_names=STATE_NAMES,
        letter_states=outbox.states_of(service.topic(meeting)),
        refused=outbox.troubled(service.topic(meeting)),
        uninvited=service.count_uninvited(meeting),
        untold=service.count_untold(meeting),
    )


@bp.get("/meetings/<int:meeting_id>/invitations/preview/<kind>")
def preview(meeting_id: int, kind: str) -> ResponseReturnValue:
    """Show who would get which letter, and one letter per language in full; sends nothing."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    if kind not in PREVIEWS:
        abort(404)
    planned = PREVIEWS[kind](meeting)
    samples = {letter.contact.language: letter for letter in reversed(planned)}
    return render_template(
        "invitations/preview.html",
        meeting=meeting,
        kind=kind,
        planned=planned,
        samples=samples,
        placeholder=links.PLACEHOLDER,
    )


def _sent(meeting: Meeting, count: int) -> ResponseReturnValue:
    db.session.commit()
    flash(ngettext("%(num)d letter is on its way.", "%(num)d letters are on their way.", count))
    return redirect(url_for("invitations.show", meeting_id=meeting.id))


@bp.post("/meetings/<int:meeting_id>/invitations/send")
def send(meeting_id: int) -> ResponseReturnValue:
    """Invite everybody who has not been invited."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    return _sent(meeting, service.invite(meeting))


@bp.post("/meetings/<int:meeting_id>/invitations/tell-changes")
def tell_changes(meeting_id: int) -> ResponseReturnValue:
    """Tell those concerned what has changed."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    return _sent(meeting, service.tell_changes(meeting))


@bp.post("/meetings/<int:meeting_id>/cancel")
def cancel(meeting_id: int) -> ResponseReturnValue:
    """Call the meeting off."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    return _sent(meeting, service.cancel(meeting))


@bp.post("/meetings/<int:meeting_id>/letters/<int:letter_id>/again")
def send_again(meeting_id: int, letter_id: int) -> ResponseReturnValue:
    """Try a refused letter once more, to the address that the contact has now."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    letter = db.session.get(Letter, letter_id)
    if letter is None or letter.topic != service.topic(meeting) or letter.state is not LetterState.REFUSED:
        abort(404)
    service.send_again(letter)
    return _sent(meeting, 1)


def _invitation_or_404(meeting: Meeting, invitation_id: int) -> Invitation:
    invitation = db.session.get(Invitation, invitation_id)
    if invitation is None or invitation.meeting_id != meeting.id:
        abort(404)
    return invitation


@bp.route("/meetings/<int:meeting_id>/invitations/<int:invitation_id>", methods=["GET", "POST"])
def record(meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Show one invitation with its history, and take an answer given by telephone."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    invitation = _invitation_or_404(meeting, invitation_id)
    form = TelephoneForm(request.form)
    if not meeting.deputies_allowed:
        form.without_deputies()
    if request.method == "POST" and form.validate():
        service.answer(
            invitation,
            form.given(),
            contact=None,
            said_by=form.said_by.data or "",
            channel=Channel.TELEPHONE,
        )
        db.session.commit()
        return redirect(url_for("invitations.show", meeting_id=meeting.id))
    page = render_template(
        "invitations/record.html",
        meeting=meeting,
        invitation=invitation,
        history=queries.history_of(invitation),
        contacts=contacts_of(meeting.conference_id).get(invitation.participant_id, []),
        state_names=STATE_NAMES,
        form=form,
    )
    return page, 422 if form.errors else 200


@bp.post("/conferences/<int:conference_id>/guests/<int:participant_id>/remove")
def remove_participant(conference_id: int, participant_id: int) -> ResponseReturnValue:
    """Take a city off the guest list while it has not been invited."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    participant = db.session.get(Participant, participant_id)
    if participant is None or participant.conference_id != conference.id:
        abort(404)
    service.remove_participant(participant)
    db.session.commit()
    return redirect(url_for("guests.show", conference_id=conference.id))


def init_app(app: Flask) -> None:
    """Serve the pages, and let the outbox find personal links."""
    with app.app_context():
        delivery.init_links(personal_link_of, links.PLACEHOLDER)
    app.register_blueprint(bp)
