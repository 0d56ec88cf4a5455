"""The list of action items for organizers, with its export, and an office's own page."""

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable import dates, tables
from roundtable.accounts.access import present_user
from roundtable.actions import queries, service
from roundtable.actions.forms import ReportForm
from roundtable.actions.queries import Followed
from roundtable.conferences.access import conference_or_404, rights_in
from roundtable.conferences.models import Conference
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests.models import Contact
from roundtable.guests.queries import contact_or_404
from roundtable.invitations.exports import harmless
from roundtable.languages import current_language, refusal_text
from roundtable.mail import delivery
from roundtable.minutes.forms import ACTION_NAMES
from roundtable.minutes.kinds import ActionState
from roundtable.web.access import by_link
from roundtable.web.downloads import file_answer

bp = Blueprint("actions", __name__)


def _listed(conference: Conference) -> list[Followed]:
    found = queries.actions_of(conference)
    return found if "all" in request.args else [one for one in found if not one.state.is_settled]


def _page(conference: Conference, form: ReportForm | None = None, entry_id: int = 0) -> str:
    return render_template(
        "actions/list.html",
        conference=conference,
        rights=rights_in(conference),
        actions=_listed(conference),
        everything="all" in request.args,
        action_names=ACTION_NAMES,
        form=form or ReportForm(),
        reporting=entry_id,
    )


@bp.get("/conferences/<int:conference_id>/actions")
def show(conference_id: int) -> ResponseReturnValue:
    """Show what is open, across all approved sessions; with `all` also what is settled."""
    return _page(conference_or_404(conference_id, Right.READ))


@bp.post("/conferences/<int:conference_id>/actions/<int:entry_id>")
def report(conference_id: int, entry_id: int) -> ResponseReturnValue:
    """Note what an office has said, on the telephone or by mail."""
    conference = conference_or_404(conference_id, Right.KEEP_RECORD)
    item = queries.action(entry_id)
    if item is None or item.meeting.conference_id != conference.id:
        abort(404)
    form = ReportForm(request.form)
    if not form.validate():
        return _page(conference, form, entry_id), 422
    service.report(
        item, ActionState(form.state.data), form.text.data or "", form.due_on.data, by=present_user().name
    )
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("actions.show", conference_id=conference.id) + f"#action{entry_id}")


def _table(conference: Conference) -> list[list[str]]:
    language = current_language()
    rows = [
        [
            gettext("Session"),
            gettext("City"),
            gettext("Action item"),
            gettext("Until"),
            gettext("State"),
            gettext("Last report"),
        ]
    ]
    for one in _listed(conference):
        last = one.reports[-1] if one.reports else None
        rows.append(
            [
                harmless(text)
                for text in (
                    f"{one.session} {one.meeting.titles.in_language(language)}".strip(),
                    one.owner.city.names.in_language(language),
                    one.texts.in_language(language),
                    dates.plain_day(one.due_on, language) if one.due_on else "",
                    str(ACTION_NAMES[one.state]),
                    f"{last.said_by}: {last.text}".rstrip(": ") if last else "",
                )
            ]
        )
    return rows


@bp.get("/conferences/<int:conference_id>/actions.<ending>")
def export(conference_id: int, ending: str) -> Response:
    """Give the list as CSV or tables.XLSX."""
    conference = conference_or_404(conference_id, Right.READ)
    if ending not in {"csv", "xlsx"}:
        abort(404)
    table, name = _table(conference), f"actions-{conference.id}.{ending}"
    if ending == "csv":
        return file_answer(tables.as_csv(table), "text/csv", name)
    return file_answer(tables.as_xlsx(table, "Actions"), tables.XLSX, name)


# --- For offices ------------------------------------------------------------------------------------------


def _own_page(
    contact: Contact, token: str, form: ReportForm | None = None, entry_id: int = 0, fault: str = ""
) -> str:
    return render_template(
        "guest_page/actions.html",
        contact=contact,
        conference=contact.participant.conference,
        actions=queries.actions_for(contact.participant),
        action_names=ACTION_NAMES,
        form=form or ReportForm(),
        reporting=entry_id,
        fault=fault,
        token=token,
    )


@bp.get("/g/<token>/actions")
@by_link
def own(token: str) -> ResponseReturnValue:
    """Show an office what it has taken on; a deputy sees the sessions at which it sits, not this."""
    contact = contact_or_404(token)
    if contact.is_deputy:
        abort(404)
    return _own_page(contact, token)


@bp.post("/g/<token>/actions/<int:entry_id>")
@by_link
def report_own(token: str, entry_id: int) -> ResponseReturnValue:
    """Take an office's report."""
    contact = contact_or_404(token)
    item = queries.action(entry_id)
    if contact.is_deputy or item is None or item.owner.id != contact.participant_id:
        abort(404)
    if not contact.may_answer:
        abort(403)
    form = ReportForm(request.form)
    if not form.validate():
        return _own_page(contact, token, form, entry_id), 422
    try:
        service.report(
            item, ActionState(form.state.data), form.text.data or "", form.due_on.data, by=contact.name
        )
    except Refusal as refusal:
        return _own_page(contact, token, form, entry_id, refusal_text(refusal)), 409
    db.session.commit()
    address = url_for("actions.own", token=token, lang=request.args.get("lang"))
    return redirect(f"{address}#action{entry_id}")


def init_app(app: Flask) -> None:
    """Serve the pages, and hold back reminders that have lost their reason."""
    app.register_blueprint(bp)
    with app.app_context():
        delivery.drop_when(service.unwanted)
