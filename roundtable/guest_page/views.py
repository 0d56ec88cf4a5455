"""The page behind the personal link: read, answer, change the answer."""

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from roundtable import clock
from roundtable.actions.queries import actions_for
from roundtable.agenda.queries import released_agenda
from roundtable.agenda_page.document_views import pdf_response
from roundtable.calendars.links import google_address, outlook_address
from roundtable.calendars.queries import feed_address
from roundtable.clearance.service import asked_of as asked_quotes
from roundtable.conferences.models import Meeting
from roundtable.conferences.queries import bodies_of
from roundtable.conferences.roles import DeputyRule
from roundtable.db import db
from roundtable.guest_page.poll_views import bp as poll_pages
from roundtable.guests.models import Contact
from roundtable.guests.queries import contact_or_404, zone_names_at
from roundtable.guests.roles import ParticipantRole
from roundtable.invitations import answer_service, queries
from roundtable.invitations.access import shown_invitation_or_404
from roundtable.invitations.answers import ANSWER_NAMES, CHANNEL_NAMES, STATE_NAMES
from roundtable.invitations.forms import AnswerForm, NeedsForm
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer
from roundtable.languages import LANGUAGES, choose, current_language
from roundtable.minutes.queries import are_shown, minutes_of
from roundtable.press.kinds import ClearanceState
from roundtable.scheduling.queries import asked_of, takes_answers
from roundtable.video import queries as video
from roundtable.video.kinds import Door
from roundtable.web.access import by_link

bp = Blueprint("guest_page", __name__)


@bp.get("/g/<token>")
@by_link
def index(token: str) -> ResponseReturnValue:
    """Lead to the one thing that is to come, else list them all."""
    contact = contact_or_404(token)
    invitations = queries.invitations_for(contact)
    coming = [one for one in invitations if one.meeting.ends_at > clock.now()]
    polls = asked_of(contact)
    asked = [one for one in polls if takes_answers(one.poll)]
    if len(asked) == 1 and not coming and "all" not in request.args:
        return redirect(
            url_for("guest_poll.show", token=token, poll_id=asked[0].poll_id, lang=request.args.get("lang"))
        )
    if len(coming) == 1 and not asked and "all" not in request.args:
        return redirect(
            url_for(
                "guest_page.meeting",
                token=token,
                meeting_id=coming[0].meeting_id,
                lang=request.args.get("lang"),
            )
        )
    return render_template(
        "guest_page/index.html",
        contact=contact,
        invitations=invitations,
        asked=asked,
        zones=zone_names_at(contact.participant.conference_id),
        feed=feed_address(contact),
        quotes=sum(one.state is ClearanceState.ASKED for one in asked_quotes(contact)),
        has_actions=not contact.is_deputy and bool(actions_for(contact.participant)),
        token=token,
    )


def _form_for(contact: Contact, invitation: Invitation, filled: AnswerForm | None = None) -> AnswerForm:
    if filled is None:
        answer = invitation.answer.value if invitation.answer is not Answer.NEEDS_ACTION else None
        filled = AnswerForm(obj=invitation)
        # A link in a letter may say which answer it means; it is only ticked, never given.
        wish = request.args.get("answer")
        filled.answer.data = wish if wish in {one.value for one in ANSWER_NAMES} else answer
        filled.deputy_language.data = invitation.deputy_language or contact.language
    if invitation.meeting.deputies is DeputyRule.NOT_ALLOWED:
        return filled.without_deputies()
    return filled


def _page(
    contact: Contact, invitation: Invitation, form: AnswerForm | None, needs: NeedsForm | None = None
) -> str:
    """Return the page: with a form it asks, else it shows what was answered, and asks what the organizers need."""
    meeting = invitation.meeting
    zones = zone_names_at(meeting.conference_id)
    room = video.room_of(meeting)
    return render_template(
        "guest_page/meeting.html",
        contact=contact,
        invitation=invitation,
        meeting=meeting,
        conference=contact.participant.conference,
        bodies=bodies_of(contact.participant.conference),
        zones=zones,
        agenda=released_agenda(meeting),
        answer_names=ANSWER_NAMES,
        state_names=STATE_NAMES,
        channel_names=CHANNEL_NAMES,
        form=form,
        needs=needs or (NeedsForm.of(invitation) if form is None else None),
        asking=form is not None,
        open=_may_answer(contact, invitation),
        has_minutes=are_shown(meeting),
        is_chair=contact.participant.role is ParticipantRole.CHAIR and minutes_of(meeting) is not None,
        door=video.door_for(contact, invitation, room),
        doors=Door,
        opens_at=video.hours_of(meeting, room).opens_at,
        history=queries.history_of(invitation),
        calendars=_calendars(contact, meeting) if form is None else None,
        token=(request.view_args or {})["token"],
    )


def _calendars(contact: Contact, meeting: Meeting) -> dict[str, str]:
    """Return the addresses by which the session comes into a calendar."""
    language = current_language()
    return {
        "feed": feed_address(contact),
        "google": google_address(meeting, language),
        "outlook": outlook_address(meeting, language),
    }


def _may_answer(contact: Contact, invitation: Invitation) -> bool:
    return contact.may_answer and queries.takes_answers(invitation.meeting)


@bp.get("/g/<token>/meetings/<int:meeting_id>")
@by_link
def meeting(token: str, meeting_id: int) -> ResponseReturnValue:
    """Show the invitation: the question while it is unanswered, else the answer with *Change*."""
    contact = contact_or_404(token)
    invitation = shown_invitation_or_404(contact, meeting_id)
    asking = invitation.answer is Answer.NEEDS_ACTION or "change" in request.args or "answer" in request.args
    is_asked = asking and _may_answer(contact, invitation)
    return _page(contact, invitation, _form_for(contact, invitation) if is_asked else None)


@bp.post("/g/<token>/meetings/<int:meeting_id>")
@by_link
def answer(token: str, meeting_id: int) -> ResponseReturnValue:
    """Take the answer of the office that holds the personal link."""
    contact = contact_or_404(token)
    invitation = shown_invitation_or_404(contact, meeting_id)
    form = _form_for(contact, invitation, AnswerForm(request.form))
    if request.form.get("switch_language") in LANGUAGES:
        # Only the language changes; what was typed stays, and nothing is stored.
        choose(request.form["switch_language"])
        return _page(contact, invitation, form)
    if not contact.may_answer:
        abort(403)
    if not form.validate():
        return _page(contact, invitation, form), 422
    answer_service.answer(invitation, form.given(), contact=contact, said_by=contact.name)
    db.session.commit()
    return _back(token, meeting_id)


def _back(token: str, meeting_id: int) -> ResponseReturnValue:
    return redirect(
        url_for("guest_page.meeting", token=token, meeting_id=meeting_id, lang=request.args.get("lang"))
    )


@bp.post("/g/<token>/meetings/<int:meeting_id>/needs")
@by_link
def note_needs(token: str, meeting_id: int) -> ResponseReturnValue:
    """Note languages, topic and pictures of who takes the seat."""
    contact = contact_or_404(token)
    invitation = shown_invitation_or_404(contact, meeting_id)
    if not (contact.may_answer or contact.is_deputy):
        abort(403)
    form = NeedsForm(request.form)
    if not form.validate():
        return _page(contact, invitation, None, form), 422
    answer_service.note_needs(invitation, form.needs())
    db.session.commit()
    return _back(token, meeting_id)


@bp.get("/g/<token>/reminders")
@by_link
def reminders(token: str) -> ResponseReturnValue:
    """Show whether this mailbox gets reminders."""
    return render_template("guest_page/reminders.html", contact=contact_or_404(token), token=token)


@bp.post("/g/<token>/reminders")
@by_link
def set_reminders(token: str) -> ResponseReturnValue:
    """Turn reminders off or on; a mail program does it with one click (RFC 8058)."""
    contact = contact_or_404(token)
    contact.gets_reminders = request.form.get("reminders") == "on"
    db.session.commit()
    return redirect(url_for("guest_page.reminders", token=token))


@bp.get("/g/<token>/meetings/<int:meeting_id>/agenda")
@by_link
def agenda_page(token: str, meeting_id: int) -> ResponseReturnValue:
    """Show the released agenda with the whole speaking order, the office's own slot marked."""
    contact = contact_or_404(token)
    meeting = shown_invitation_or_404(contact, meeting_id).meeting
    return render_template(
        "guest_page/agenda.html",
        contact=contact,
        meeting=meeting,
        zones=zone_names_at(meeting.conference_id),
        agenda=released_agenda(meeting),
        token=token,
    )


@bp.get("/g/<token>/meetings/<int:meeting_id>/agenda.pdf")
@by_link
def agenda(token: str, meeting_id: int) -> ResponseReturnValue:
    """Give the agenda as a PDF."""
    meeting = shown_invitation_or_404(contact_or_404(token), meeting_id).meeting
    return pdf_response(meeting, released_agenda(meeting))


@bp.route("/g/", defaults={"_rest": ""})
@bp.route("/g/<path:_rest>")
@by_link
def unknown(_rest: str) -> ResponseReturnValue:
    """Answer every other address below /g/ like a wrong link."""
    abort(404)


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
    app.register_blueprint(poll_pages)
