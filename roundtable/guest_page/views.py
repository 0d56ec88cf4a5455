"""The page behind the personal link: read, answer, change the answer."""

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from roundtable import clock
from roundtable.agenda.queries import agenda_of
from roundtable.agenda.views import pdf_response
from roundtable.conferences.queries import bodies_of
from roundtable.db import db
from roundtable.guests.models import Contact
from roundtable.guests.queries import contact_or_404, zone_names_at
from roundtable.invitations import queries, service
from roundtable.invitations.answers import ANSWER_NAMES
from roundtable.invitations.forms import AnswerForm
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer, is_open
from roundtable.languages import LANGUAGES, choose
from roundtable.web.access import by_link

bp = Blueprint("guest_page", __name__)


@bp.get("/g/<token>")
@by_link
def index(token: str) -> ResponseReturnValue:
    """Lead to the one session that is to come, else list them all."""
    contact = contact_or_404(token)
    invitations = queries.invitations_of(contact.participant)
    coming = [one for one in invitations if one.meeting.ends_at > clock.now()]
    if len(coming) == 1 and "all" not in request.args:
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
        zones=zone_names_at(contact.participant.conference_id),
        token=token,
    )


def _invitation_or_404(contact: Contact, meeting_id: int) -> Invitation:
    invitation = queries.invitation_for(contact.participant, meeting_id)
    if invitation is None:
        abort(404)
    return invitation


def _form_for(invitation: Invitation, filled: AnswerForm | None = None) -> AnswerForm:
    if filled is None:
        answer = invitation.answer.value if invitation.answer is not Answer.NEEDS_ACTION else None
        filled = AnswerForm(obj=invitation)
        filled.answer.data = answer
    return filled if invitation.meeting.deputies_allowed else filled.without_deputies()


def _page(contact: Contact, invitation: Invitation, form: AnswerForm, *, asking: bool) -> str:
    meeting = invitation.meeting
    return render_template(
        "guest_page/meeting.html",
        contact=contact,
        invitation=invitation,
        meeting=meeting,
        conference=contact.participant.conference,
        bodies=bodies_of(contact.participant.conference),
        zones=zone_names_at(meeting.conference_id),
        agenda=agenda_of(meeting),
        answer_names=ANSWER_NAMES,
        form=form,
        asking=asking,
        open=_may_answer(contact, invitation),
        last=next(iter(queries.history_of(invitation)), None),
        token=(request.view_args or {})["token"],
    )


def _may_answer(contact: Contact, invitation: Invitation) -> bool:
    meeting = invitation.meeting
    return contact.may_answer and is_open(
        now=clock.now(),
        deadline=meeting.answers_close_at,
        starts_at=meeting.starts_at,
        is_cancelled=meeting.is_cancelled,
    )


@bp.get("/g/<token>/meetings/<int:meeting_id>")
@by_link
def meeting(token: str, meeting_id: int) -> ResponseReturnValue:
    """Show the invitation: the question while it is unanswered, else the answer with *Change*."""
    contact = contact_or_404(token)
    invitation = _invitation_or_404(contact, meeting_id)
    asking = invitation.answer is Answer.NEEDS_ACTION or "change" in request.args
    return _page(
        contact, invitation, _form_for(invitation), asking=asking and _may_answer(contact, invitation)
    )


@bp.post("/g/<token>/meetings/<int:meeting_id>")
@by_link
def answer(token: str, meeting_id: int) -> ResponseReturnValue:
    """Take the answer of the office that holds the personal link."""
    contact = contact_or_404(token)
    invitation = _invitation_or_404(contact, meeting_id)
    form = _form_for(invitation, AnswerForm(request.form))
    if request.form.get("switch_language") in LANGUAGES:
        # Only the language changes; what was typed stays, and nothing is stored.
        choose(request.form["switch_language"])
        return _page(contact, invitation, form, asking=True)
    if not contact.may_answer:
        abort(403)
    if not form.validate():
        return _page(contact, invitation, form, asking=True), 422
    service.answer(invitation, form.given(), contact=contact, said_by=contact.name)
    db.session.commit()
    return redirect(
        url_for("guest_page.meeting", token=token, meeting_id=meeting_id, lang=request.args.get("lang"))
    )


@bp.get("/g/<token>/meetings/<int:meeting_id>/agenda.pdf")
@by_link
def agenda(token: str, meeting_id: int) -> ResponseReturnValue:
    """Give the agenda as a PDF."""
    return pdf_response(_invitation_or_404(contact_or_404(token), meeting_id).meeting)


@bp.route("/g/", defaults={"_rest": ""})
@bp.route("/g/<path:_rest>")
@by_link
def unknown(_rest: str) -> ResponseReturnValue:
    """Answer every other address below /g/ like a wrong link."""
    abort(404)


def init_app(app: Flask) -> None:
    """Serve the page."""
    app.register_blueprint(bp)
