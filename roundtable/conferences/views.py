"""Pages of conferences: create, describe, bodies, members, meetings."""

from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable import times
from roundtable.accounts import factor_service, join_service
from roundtable.accounts.access import ask_unless_fresh, fresh, present_user
from roundtable.accounts.door_service import open_invitations, take
from roundtable.accounts.models import AccountDoor, DoorKind
from roundtable.conferences import colleague_service, queries, service
from roundtable.conferences.access import conference_or_404, meeting_or_404, rights_in
from roundtable.conferences.body_views import bp as body_pages
from roundtable.conferences.forms import (
    BODY_ROLE_NAMES,
    ROLE_NAMES,
    BodyForm,
    ConferenceForm,
    MeetingForm,
    MemberForm,
    RoleForm,
)
from roundtable.conferences.models import Body, Conference, Meeting, Membership
from roundtable.conferences.roles import BodyRole, DeputyRule, Right, Role
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.languages import refusal_text
from roundtable.web.access import row_or_404

bp = Blueprint("conferences", __name__)


def _description(form: ConferenceForm) -> service.Description:
    return service.Description(
        titles=form.titles.data,
        home_zone=form.home_zone.data or "",
        languages=form["languages"].data,
        contact_name=form.contact_name.data or "",
        contact_email=form.contact_email.data or "",
        contact_phone=form.contact_phone.data or "",
        sender_names=form.sender_names.data,
        sender_email=form.sender_email.data or "",
        letters_per_minute=form.letters_per_minute.data,
        second_pair_of_eyes=bool(form.second_pair_of_eyes.data),
    )


@bp.route("/conferences/new", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Create a conference."""
    user = present_user()
    if not user.may_create_conferences:
        abort(403)
    if request.method == "GET":
        form = ConferenceForm(
            data={"languages": ["en", "de", "tr"], "contact_name": user.name, "contact_email": user.email}
        )
        return render_template("conferences/edit.html", form=form, conference=None)
    form = ConferenceForm(request.form)
    if not form.validate():
        return render_template("conferences/edit.html", form=form, conference=None), 422
    conference = service.create(_description(form), user)
    db.session.commit()
    return redirect(url_for("conferences.show", conference_id=conference.id))


@bp.get("/conferences/<int:conference_id>")
def show(conference_id: int) -> ResponseReturnValue:
    """Show a conference with its meetings, bodies and members."""
    conference = conference_or_404(conference_id, Right.READ)
    return _conference_page(conference)


def _conference_page(
    conference: Conference, body_form: BodyForm | None = None, member_form: MemberForm | None = None
) -> str:
    return render_template(
        "conferences/show.html",
        conference=conference,
        rights=rights_in(conference),
        meetings=queries.meetings_of([conference.id]),
        bodies=queries.bodies_of(conference),
        members=queries.members_of(conference),
        invitations=open_invitations(conference.id) if Right.ORGANIZE in rights_in(conference) else [],
        body_form=body_form or BodyForm(languages=conference.languages),
        member_form=member_form or MemberForm(),
        role_names=ROLE_NAMES,
        body_role_names=BODY_ROLE_NAMES,
    )


@bp.route("/conferences/<int:conference_id>/edit", methods=["GET", "POST"])
def edit(conference_id: int) -> ResponseReturnValue:
    """Change what a conference says about itself."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    if request.method == "GET":
        form = ConferenceForm(obj=conference, data={"languages": conference.languages})
        return render_template("conferences/edit.html", form=form, conference=conference)
    form = ConferenceForm(request.form)
    if not form.validate():
        return render_template("conferences/edit.html", form=form, conference=conference), 422
    description = _description(form)
    if (description.sender_email, description.sender_names) != (
        conference.sender_email,
        conference.sender_names,
    ):
        asked = ask_unless_fresh()
        if asked is not None:
            return asked
    try:
        service.describe(conference, description)
    except Refusal as refusal:
        db.session.rollback()
        form.sender_email.errors = [refusal_text(refusal)]
        return render_template("conferences/edit.html", form=form, conference=conference), 422
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("conferences.show", conference_id=conference.id))


@bp.post("/conferences/<int:conference_id>/bodies")
def add_body(conference_id: int) -> ResponseReturnValue:
    """Add a body."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    form = BodyForm(request.form, languages=conference.languages)
    if not form.validate():
        return _conference_page(conference, body_form=form), 422
    service.add_body(conference, form.names.data, BodyRole(form.role.data), form.boilerplates.data)
    db.session.commit()
    return redirect(url_for("conferences.show", conference_id=conference.id) + "#bodies")


@bp.post("/conferences/<int:conference_id>/bodies/<int:body_id>/remove")
def remove_body(conference_id: int, body_id: int) -> ResponseReturnValue:
    """Take a body out of the conference."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    db.session.delete(row_or_404(Body, body_id, conference_id=conference.id))
    db.session.commit()
    return redirect(url_for("conferences.show", conference_id=conference.id) + "#bodies")


@bp.post("/conferences/<int:conference_id>/members")
@fresh
def add_member(conference_id: int) -> ResponseReturnValue:
    """Give a colleague a role."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    form = MemberForm(request.form)
    if not form.validate():
        return _conference_page(conference, member_form=form), 422
    colleague_service.invite(
        conference,
        form.email.data or "",
        Role(form.role.data),
        language=form.language.data,
        by=present_user().name,
    )
    db.session.commit()
    flash(gettext("The invitation is on its way."))
    return redirect(url_for("conferences.show", conference_id=conference.id) + "#members")


@bp.post("/conferences/<int:conference_id>/invitations/<int:door_id>/end")
def end_invitation(conference_id: int, door_id: int) -> ResponseReturnValue:
    """Take a colleague's invitation back."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    take(row_or_404(AccountDoor, door_id, kind=DoorKind.INVITATION, conference_id=conference.id))
    db.session.commit()
    return redirect(url_for("conferences.show", conference_id=conference.id) + "#members")


@bp.post("/conferences/<int:conference_id>/members/<int:membership_id>/role")
@fresh
def change_role(conference_id: int, membership_id: int) -> ResponseReturnValue:
    """Give a colleague another role."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    membership = row_or_404(Membership, membership_id, conference_id=conference.id)
    form = RoleForm(request.form)
    if not form.validate():
        abort(400)
    role = Role(form.role.data)
    if _is_last_organizer(conference, membership.user_id) and role is not Role.ORGANIZER:
        flash(gettext("A conference keeps at least one organizer."))
    else:
        membership.role = role
        db.session.commit()
    return redirect(url_for("conferences.show", conference_id=conference.id) + "#members")


def _is_last_organizer(conference: Conference, user_id: int) -> bool:
    organizers = [user.id for member, user in queries.members_of(conference) if member.role is Role.ORGANIZER]
    return organizers == [user_id]


@bp.post("/conferences/<int:conference_id>/members/<int:membership_id>/remove")
@fresh
def remove_member(conference_id: int, membership_id: int) -> ResponseReturnValue:
    """Take a colleague's role away."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    membership = row_or_404(Membership, membership_id, conference_id=conference.id)
    if _is_last_organizer(conference, membership.user_id):
        flash(gettext("A conference keeps at least one organizer."))
    else:
        db.session.delete(membership)
        db.session.commit()
    return redirect(url_for("conferences.show", conference_id=conference.id) + "#members")


@bp.route("/conferences/<int:conference_id>/meetings/new", methods=["GET", "POST"])
def plan_meeting(conference_id: int) -> ResponseReturnValue:
    """Add a meeting at a wall time in a zone."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    if request.method == "GET":
        form = MeetingForm(
            languages=conference.languages,
            data={
                "zone": conference.home_zone,
                "duration_minutes": 90,
                "titles": conference.titles,
                "reminder_days": 7,
                "last_reminder_days": 2,
                "session_reminder_hours": 24,
            },
        )
        return render_template("conferences/meeting.html", form=form, conference=conference, meeting=None)
    form = MeetingForm(request.form, languages=conference.languages)
    if not form.validate():
        page = render_template("conferences/meeting.html", form=form, conference=conference, meeting=None)
        return page, 422
    meeting = service.plan_meeting(conference, _plan(form))
    db.session.commit()
    return redirect(url_for("board.show", meeting_id=meeting.id))


@bp.route("/meetings/<int:meeting_id>/edit", methods=["GET", "POST"])
def change_meeting(meeting_id: int) -> ResponseReturnValue:
    """Change date, hour, titles and rules of a meeting; nobody is told by this alone."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    conference = meeting.conference
    if request.method == "GET":
        form = MeetingForm(obj=meeting, languages=conference.languages, data=_typed(meeting))
        form.deputies.data = meeting.deputies.value
        return render_template("conferences/meeting.html", form=form, conference=conference, meeting=meeting)
    form = MeetingForm(request.form, languages=conference.languages)
    if meeting.is_cancelled:
        abort(409)
    if not form.validate():
        page = render_template("conferences/meeting.html", form=form, conference=conference, meeting=meeting)
        return page, 422
    service.change_meeting(meeting, _plan(form))
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("board.show", meeting_id=meeting.id))


@bp.post("/meetings/<int:meeting_id>/clock")
def settle_clock(meeting_id: int) -> ResponseReturnValue:
    """Decide what stays after a change of a clock law: the hour at home, or the instant."""
    meeting = meeting_or_404(meeting_id, Right.ORGANIZE)
    keep = request.form.get("keep")
    if keep == "wall-time":
        meeting.keep_wall_time()
    elif keep == "instant":
        meeting.keep_instant()
    else:
        abort(400)
    db.session.commit()
    return redirect(url_for("board.show", meeting_id=meeting.id))


def _typed(meeting: Meeting) -> dict[str, object]:
    """Return date and hours of a meeting as they stand in the form."""
    values: dict[str, object] = {
        "day": meeting.wall_time.date(),
        "hour": meeting.wall_time.time(),
        "deputies": meeting.deputies.value,
    }
    if meeting.answers_close_at is not None:
        closes = times.wall(meeting.answers_close_at, ZoneInfo(meeting.zone))
        values |= {"close_day": closes.date(), "close_hour": closes.time()}
    return values


def _plan(form: MeetingForm) -> service.Plan:
    assert form.wall_time is not None
    return service.Plan(
        titles=form.titles.data,
        wall_time=form.wall_time,
        zone=form.zone.data or "",
        duration_minutes=form.duration_minutes.data or 0,
        answers_close_at=form.answers_close_at,
        deputies=DeputyRule(form.deputies.data),
        reminder_days=form.reminder_days.data,
        last_reminder_days=form.last_reminder_days.data,
        session_reminder_hours=form.session_reminder_hours.data,
    )


def init_app(app: Flask) -> None:
    """Serve the pages, and let invitations find their conference."""
    with app.app_context():
        join_service.init_places(colleague_service.title_of, colleague_service.enter)
        factor_service.init_roles(colleague_service.roles_of)
    app.register_blueprint(bp)
    app.register_blueprint(body_pages)
