"""Pages of the invitations: who has answered what, previews, sending, the fate of the letters."""

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from roundtable.accounts.access import fresh, present_user
from roundtable.audit.service import note_at_once
from roundtable.conferences.access import conference_or_404, meeting_or_404, rights_in
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import DeputyRule, Right
from roundtable.db import db
from roundtable.guests import service as guests
from roundtable.guests.access import contact_or_404, participant_or_404
from roundtable.guests.models import Contact
from roundtable.guests.queries import addressees, contacts_of, zone_names_at
from roundtable.invitations import (
    answer_service,
    contact_service,
    deputy_service,
    exports,
    link_service,
    queries,
    reminder_service,
    service,
)
from roundtable.invitations.answers import CHANNEL_NAMES, LETTER_STATE_NAMES, REASONS, STATE_NAMES
from roundtable.invitations.forms import CorrectionForm, NeedsForm, RefusalForm, TelephoneForm
from roundtable.invitations.link_views import bp as link_pages
from roundtable.invitations.models import CalendarReply, Invitation
from roundtable.invitations.needs import directions
from roundtable.invitations.queries import topic
from roundtable.invitations.rsvp import Channel, DeputyState
from roundtable.invitations.wording_views import bp as wording_pages
from roundtable.languages import OWN_NAMES
from roundtable.mail import delivery, outbox
from roundtable.mail.filling import without_links
from roundtable.mail.models import FAILED, WAITING, Letter
from roundtable.web.access import row_or_404
from roundtable.web.downloads import file_answer
from roundtable.web.numbers import key_of

bp = Blueprint("invitations", __name__)

PREVIEWS = {
    "invite": service.planned_invitations,
    "changes": service.planned_changes,
    "cancellation": service.planned_cancellations,
}


@bp.get("/meetings/<int:meeting_id>/invitations")
def show(meeting_id: int) -> ResponseReturnValue:
    """Show who has answered what, and how the letters fare."""
    return _overview(meeting_or_404(meeting_id, Right.READ))


def _overview(meeting: Meeting, correction: tuple[int, CorrectionForm] | None = None) -> str:
    invitations = queries.invitations_to(meeting)
    return render_template(
        "invitations/show.html",
        meeting=meeting,
        conference=meeting.conference,
        rights=rights_in(meeting.conference),
        invitations=invitations,
        zones=zone_names_at(meeting.conference_id),
        state_names=STATE_NAMES,
        letter_state_names=LETTER_STATE_NAMES,
        language_names={**OWN_NAMES, "other": gettext("another language")},
        reply_reasons=lambda reason: gettext(REASONS.get(reason, reason)),
        progress=_progress_of(meeting),
        troubled=outbox.troubled(topic(meeting)),
        correction=correction,
        missing=service.count_missing(meeting, invitations),
        untold=0
        if meeting.is_cancelled
        else sum(one.told_revision < meeting.revision for one in invitations),
        proposed=[one for one in invitations if one.deputy_state is DeputyState.PROPOSED],
        replies=queries.waiting_replies(meeting),
        directions=directions((one.speaks, one.listens_to) for one in invitations if one.answer.takes_seat),
    )


def _progress_of(meeting: Meeting) -> dict[str, int]:
    """Return how many letters about the meeting are in which state, and how many there are."""
    states = outbox.states_of([topic(meeting)])
    counts = {state.value: count for state, count in states.items()}
    return {
        **counts,
        "all": sum(states.values()),
        "waiting": sum(states.get(state, 0) for state in WAITING),
    }


@bp.get("/meetings/<int:meeting_id>/invitations/progress")
def progress(meeting_id: int) -> Response:
    """Say how many letters have left, for the page that watches."""
    return jsonify(_progress_of(meeting_or_404(meeting_id, Right.READ)))


@bp.get("/meetings/<int:meeting_id>/invitations.csv")
@fresh
def export(meeting_id: int) -> Response:
    """Give the answers as a table."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    content = exports.answers_as_csv(queries.invitations_to(meeting))
    note_at_once("exported", f"meeting/{meeting.id}", conference_id=meeting.conference_id, what="answers.csv")
    return file_answer(content, "text/csv", f"answers-{meeting.id}.csv")


@bp.get("/meetings/<int:meeting_id>/invitations/preview/<kind>")
def preview(meeting_id: int, kind: str) -> ResponseReturnValue:
    """Show who would get which letter, and one letter per language in full; sends nothing."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    if kind == "reminders":
        chosen = _chosen()
        return _preview(meeting, kind, reminder_service.planned_reminders(meeting, chosen), chosen)
    if kind not in PREVIEWS:
        abort(404)
    return _preview(meeting, kind, PREVIEWS[kind](meeting), set())


def _chosen() -> set[int]:
    """Return the invitations that were ticked."""
    return set(request.values.getlist("invitation", type=key_of))


def _preview(meeting: Meeting, kind: str, planned: list[service.Planned], chosen: set[int]) -> str:
    samples = {(letter.draft.kind, letter.draft.language): letter for letter in reversed(planned)}
    return render_template(
        "invitations/preview.html",
        meeting=meeting,
        kind=kind,
        planned=planned,
        samples=samples,
        chosen=sorted(chosen),
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


@bp.post("/meetings/<int:meeting_id>/invitations/remind")
def remind(meeting_id: int) -> ResponseReturnValue:
    """Remind those who were chosen."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    return _sent(meeting, reminder_service.remind_by_hand(meeting, _chosen()))


@bp.post("/meetings/<int:meeting_id>/cancel")
def cancel(meeting_id: int) -> ResponseReturnValue:
    """Call the meeting off."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    return _sent(meeting, service.cancel(meeting))


@bp.post("/meetings/<int:meeting_id>/revive")
def revive(meeting_id: int) -> ResponseReturnValue:
    """Let a cancelled meeting take place after all; the guests are told from the page of the invitations."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    service.revive(meeting)
    db.session.commit()
    flash(gettext("The session takes place after all. Nobody has been told yet."))
    return redirect(url_for("invitations.show", meeting_id=meeting.id))


def _failed_letter_or_404(meeting: Meeting, letter_id: int) -> Letter:
    letter = db.session.get(Letter, letter_id)
    if letter is None or letter.topic != topic(meeting) or letter.state not in FAILED:
        abort(404)
    return letter


@bp.post("/meetings/<int:meeting_id>/letters/<int:letter_id>/again")
def send_again(meeting_id: int, letter_id: int) -> ResponseReturnValue:
    """Try a letter once more that did not arrive, to the address that is typed or to the one it had."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    letter = _failed_letter_or_404(meeting, letter_id)
    if "email" in request.form:
        form = CorrectionForm(request.form)
        contact = db.session.get(Contact, letter.link_owner) if letter.link_owner else None
        if contact is None or not form.validate():
            return _overview(meeting, (letter.id, form)), 422
        guests.change_contact(
            contact, name=contact.name, email=form.email.data or "", language=contact.language
        )
    outbox.send_again(letter)
    return _sent(meeting, 1)


@bp.post("/meetings/<int:meeting_id>/replies/<int:reply_id>/settle")
def settle_reply(meeting_id: int, reply_id: int) -> ResponseReturnValue:
    """Take a reply from a calendar off the list: somebody has looked at it."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    reply = db.session.get(CalendarReply, reply_id)
    if reply is None or reply.invitation.meeting_id != meeting.id:
        abort(404)
    reply.is_settled = True
    db.session.commit()
    return redirect(url_for("invitations.show", meeting_id=meeting.id))


def _invitation_or_404(meeting: Meeting, invitation_id: int) -> Invitation:
    return row_or_404(Invitation, invitation_id, meeting_id=meeting.id)


@bp.get("/meetings/<int:meeting_id>/invitations/<int:invitation_id>")
def record(meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Show one invitation with its history and its links."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    return _record(meeting, _invitation_or_404(meeting, invitation_id), TelephoneForm())


def _record(
    meeting: Meeting,
    invitation: Invitation,
    form: TelephoneForm,
    refusal: RefusalForm | None = None,
    needs: NeedsForm | None = None,
) -> str:
    if meeting.deputies is DeputyRule.NOT_ALLOWED:
        form.without_deputies()
    contacts = contacts_of(meeting.conference_id).get(invitation.participant_id, [])
    return render_template(
        "invitations/record.html",
        meeting=meeting,
        invitation=invitation,
        history=queries.history_of(invitation),
        contacts=contacts,
        links={key: one.link for key, one in addressees(one.id for one in contacts).items()},
        state_names=STATE_NAMES,
        channel_names=CHANNEL_NAMES,
        form=form,
        refusal=refusal or RefusalForm(),
        needs=needs or NeedsForm.of(invitation),
    )


@bp.post("/meetings/<int:meeting_id>/invitations/<int:invitation_id>")
def take_call(meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Take an answer given by telephone."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    invitation = _invitation_or_404(meeting, invitation_id)
    form = TelephoneForm(request.form)
    if meeting.deputies is DeputyRule.NOT_ALLOWED:
        form.without_deputies()
    if not form.validate():
        return _record(meeting, invitation, form), 422
    answer_service.answer(
        invitation,
        form.given(),
        contact=None,
        said_by=form.said_by.data or "",
        channel=Channel.TELEPHONE,
    )
    db.session.commit()
    return redirect(url_for("invitations.show", meeting_id=meeting.id))


@bp.post("/meetings/<int:meeting_id>/invitations/<int:invitation_id>/needs")
def note_needs(meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Note languages, topic and pictures for an office that said so on the telephone."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    invitation = _invitation_or_404(meeting, invitation_id)
    form = NeedsForm(request.form)
    if not form.validate():
        return _record(meeting, invitation, TelephoneForm(), needs=form), 422
    invitation.need(form.needs())
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("invitations.record", meeting_id=meeting.id, invitation_id=invitation.id))


@bp.post("/meetings/<int:meeting_id>/invitations/<int:invitation_id>/accept-deputy")
def accept_deputy(meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Agree to a deputy who was proposed."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    deputy_service.accept_deputy(_invitation_or_404(meeting, invitation_id), by=present_user().name)
    db.session.commit()
    flash(gettext("The deputy has been accepted; office and deputy get a letter."))
    return redirect(url_for("invitations.show", meeting_id=meeting.id))


@bp.post("/meetings/<int:meeting_id>/invitations/<int:invitation_id>/refuse-deputy")
def refuse_deputy(meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Say no to a deputy who was proposed, with a reason that the office reads."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    invitation = _invitation_or_404(meeting, invitation_id)
    form = RefusalForm(request.form)
    if not form.validate():
        return _record(meeting, invitation, TelephoneForm(), refusal=form), 422
    deputy_service.refuse_deputy(invitation, by=present_user().name, reason=form.reason.data or "")
    db.session.commit()
    flash(gettext("The office has been asked for another answer."))
    return redirect(url_for("invitations.show", meeting_id=meeting.id))


def _office_or_404(conference_id: int, participant_id: int, contact_id: int) -> Contact:
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    return contact_or_404(participant_or_404(conference, participant_id), contact_id)


@bp.post("/conferences/<int:conference_id>/guests/<int:participant_id>/contacts/<int:contact_id>/remove")
def remove_contact(conference_id: int, participant_id: int, contact_id: int) -> ResponseReturnValue:
    """Take a contact off the list; its link ends with it, and its calendar is told."""
    contact_service.remove_contact(_office_or_404(conference_id, participant_id, contact_id))
    db.session.commit()
    return redirect(url_for("guests.edit", conference_id=conference_id, participant_id=participant_id))


@bp.post("/conferences/<int:conference_id>/guests/<int:participant_id>/contacts/<int:contact_id>/send-link")
def send_link(conference_id: int, participant_id: int, contact_id: int) -> ResponseReturnValue:
    """Send a contact the personal link now."""
    link_service.send_link(_office_or_404(conference_id, participant_id, contact_id))
    db.session.commit()
    flash(gettext("The letter with the personal link is on its way."))
    return redirect(url_for("guests.edit", conference_id=conference_id, participant_id=participant_id))


@bp.post("/conferences/<int:conference_id>/guests/<int:participant_id>/remove")
@fresh
def remove_participant(conference_id: int, participant_id: int) -> ResponseReturnValue:
    """Take a city off the guest list while it has not been invited."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    service.remove_participant(participant_or_404(conference, participant_id))
    db.session.commit()
    return redirect(url_for("guests.show", conference_id=conference.id))


def init_app(app: Flask) -> None:
    """Serve the pages, and let the outbox find personal links and unwanted letters."""
    with app.app_context():
        delivery.init_letters(addressees)
        delivery.drop_when(reminder_service.unwanted)
    app.jinja_env.filters["without_links"] = lambda text: without_links(text, gettext("[the personal link]"))
    app.register_blueprint(bp)
    app.register_blueprint(wording_pages)
    app.register_blueprint(link_pages)
