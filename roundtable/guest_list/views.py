"""Pages of the guest list."""

from collections.abc import Callable

from flask import (
    Blueprint,
    Flask,
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

from roundtable import clock, tables
from roundtable.accounts.access import fresh, present_user
from roundtable.audit.service import note_at_once
from roundtable.conferences.access import conference_or_404, rights_in
from roundtable.conferences.models import Conference, Meeting
from roundtable.conferences.queries import meetings_of, of_user
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guest_list import cell_service, exports, import_service
from roundtable.guest_list.forms import (
    COLUMN_LABELS,
    MISSING_NAMES,
    ROLE_NAMES,
    ContactForm,
    OrderForm,
    ParticipantForm,
)
from roundtable.guest_list.import_views import bp as import_pages
from roundtable.guest_list.listing import SORTS, Filters, Listed, in_order
from roundtable.guests import catalogue, queries, service
from roundtable.guests.access import contact_or_404, participant_or_404
from roundtable.guests.models import Contact, Participant
from roundtable.guests.roles import OrderRule, ParticipantRole
from roundtable.invitations.answers import STATE_NAMES
from roundtable.invitations.queries import invitations_to
from roundtable.languages import current_language, refusal_text
from roundtable.web.downloads import file_answer
from roundtable.web.numbers import key_of

bp = Blueprint("guests", __name__)


def _listed(conference: Conference, meeting: Meeting | None) -> list[Listed]:
    """Return every guest with contacts and the answer to the meeting."""
    contacts = queries.contacts_of(conference.id)
    found = {one.participant_id: one.answer for one in invitations_to(meeting)} if meeting else {}
    return [
        Listed(one, tuple(contacts.get(one.id, ())), found.get(one.id))
        for one in queries.participants_of(conference.id)
    ]


@bp.get("/conferences/<int:conference_id>/guests")
def show(conference_id: int) -> ResponseReturnValue:
    """Show the guest list, narrowed and sorted as the address says."""
    conference = conference_or_404(conference_id, Right.READ)
    meetings = meetings_of([conference.id])
    number = request.args.get("meeting", type=key_of)
    coming = next((one for one in meetings if one.ends_at > clock.now()), meetings[-1] if meetings else None)
    meeting = next((one for one in meetings if one.id == number), coming)
    everybody = _listed(conference, meeting)
    filters = Filters(**{name: request.args.get(name, "")[:200] for name in vars(Filters())})
    sort = request.args.get("sort", "precedence")
    organizes = Right.ORGANIZE in rights_in(conference)
    rows = [one for one in everybody if filters.take(one, conference.languages, with_contacts=organizes)]
    others = [one for one, membership in of_user(present_user()) if one.id != conference.id]
    return render_template(
        "guests/show.html",
        conference=conference,
        rights=rights_in(conference),
        rows=in_order(rows, sort, current_language(), descending="down" in request.args),
        count=len(everybody),
        countries=sorted({one.participant.city.country for one in everybody}),
        filters=filters,
        sort=sort if sort in SORTS else "precedence",
        meetings=meetings,
        meeting=meeting,
        state_names=STATE_NAMES,
        missing_names=MISSING_NAMES,
        role_names=ROLE_NAMES,
        labels=COLUMN_LABELS,
        others=others,
        last=import_service.last_import(conference.id),
        order_form=OrderForm(),
    )


def _participant_page(
    conference: Conference, participant: Participant | None, form: ParticipantForm, contact_form: ContactForm
) -> str:
    contacts = queries.contacts_of(conference.id).get(participant.id, []) if participant else []
    return render_template(
        "guests/participant.html",
        conference=conference,
        participant=participant,
        contacts=contacts,
        form=form,
        contact_form=contact_form,
        catalogue=catalogue.cities() if participant is None else (),
    )


@bp.route("/conferences/<int:conference_id>/guests/new", methods=["GET", "POST"])
def add(conference_id: int) -> ResponseReturnValue:
    """Put a city's mayor with a first contact on the list."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    if request.method == "GET":
        form = ParticipantForm(languages=conference.languages, zone=conference.home_zone)
        return _participant_page(conference, None, form, ContactForm(language=conference.languages[0]))
    form = ParticipantForm(request.form, languages=conference.languages)
    contact_form = ContactForm(request.form)
    if not form.validate() or not contact_form.validate():
        contact_form.validate()
        return _participant_page(conference, None, form, contact_form), 422
    try:
        participant = _add(conference, form)
        _add_contact(participant, contact_form)
    except Refusal as refusal:
        db.session.rollback()
        form.city.errors = [refusal_text(refusal)]
        return _participant_page(conference, None, form, contact_form), 422
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("guests.show", conference_id=conference.id))


def _add(conference: Conference, form: ParticipantForm) -> Participant:
    place = service.city(conference, form.typed())
    return service.add_participant(
        conference,
        place,
        person=form.person.data or "",
        offices=form.offices.data,
        role=ParticipantRole(form.role.data),
        since=form.in_office_since.data,
    )


def _add_contact(participant: Participant, form: ContactForm) -> Contact:
    return service.add_contact(
        participant,
        name=form.name.data or "",
        email=form.email.data or "",
        language=form.language.data,
        rights=form.rights(),
    )


@bp.route("/conferences/<int:conference_id>/guests/<int:participant_id>", methods=["GET", "POST"])
def edit(conference_id: int, participant_id: int) -> ResponseReturnValue:
    """Change a participant; the contacts stand below."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    participant = participant_or_404(conference, participant_id)
    contact_form = ContactForm(language=conference.languages[0])
    if request.method == "GET":
        place = participant.city
        form = ParticipantForm(
            obj=participant,
            languages=conference.languages,
            data={
                "country": place.country,
                "zone": place.zone,
                "state": place.state,
                "role": participant.role.value,
            },
        )
        form.city.data = place.names
        form.role.data = participant.role.value
        return _participant_page(conference, participant, form, contact_form)
    form = ParticipantForm(request.form, languages=conference.languages)
    if not form.validate():
        return _participant_page(conference, participant, form, contact_form), 422
    try:
        service.change_participant(
            participant,
            form.typed(),
            person=form.person.data or "",
            offices=form.offices.data,
            role=ParticipantRole(form.role.data),
            since=form.in_office_since.data,
        )
    except Refusal as refusal:
        db.session.rollback()
        form.city.errors = [refusal_text(refusal)]
        return _participant_page(conference, participant, form, contact_form), 422
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("guests.show", conference_id=conference.id))


@bp.post("/conferences/<int:conference_id>/guests/<int:participant_id>/contacts")
def add_contact(conference_id: int, participant_id: int) -> ResponseReturnValue:
    """Add a contact."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    participant = participant_or_404(conference, participant_id)
    form = ContactForm(request.form)
    return _save_contact(conference, participant, form, lambda: _add_contact(participant, form))


@bp.post("/conferences/<int:conference_id>/guests/<int:participant_id>/contacts/<int:contact_id>")
def change_contact(conference_id: int, participant_id: int, contact_id: int) -> ResponseReturnValue:
    """Correct a contact."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    participant = participant_or_404(conference, participant_id)
    contact = contact_or_404(participant, contact_id)
    form = ContactForm(request.form)
    return _save_contact(
        conference,
        participant,
        form,
        lambda: service.change_contact(
            contact,
            name=form.name.data or "",
            email=form.email.data or "",
            language=form.language.data,
            rights=form.rights(),
        ),
    )


def _save_contact(
    conference: Conference, participant: Participant, form: ContactForm, save: Callable[[], object]
) -> ResponseReturnValue:
    """Save a contact, or show the page again with what was typed and what is wrong."""
    if form.validate():
        try:
            save()
            db.session.commit()
            return redirect(
                url_for("guests.edit", conference_id=conference.id, participant_id=participant.id)
            )
        except Refusal as refusal:
            db.session.rollback()
            form.email.errors = [refusal_text(refusal)]
    page = ParticipantForm(obj=participant, languages=conference.languages)
    page.city.data = participant.city.names
    page.country.data, page.zone.data = participant.city.country, participant.city.zone
    page.state.data = participant.city.state
    page.role.data = participant.role.value
    return _participant_page(conference, participant, page, form), 422


@bp.post("/conferences/<int:conference_id>/guests/<int:participant_id>/contacts/<int:contact_id>/new-link")
def renew_link(conference_id: int, participant_id: int, contact_id: int) -> ResponseReturnValue:
    """End the contact's personal link; the next letter carries a new one."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    participant = participant_or_404(conference, participant_id)
    contact_or_404(participant, contact_id).link_generation += 1
    db.session.commit()
    flash(gettext("The old link no longer works. The next letter carries the new one."))
    return redirect(url_for("guests.edit", conference_id=conference.id, participant_id=participant.id))


@bp.post("/conferences/<int:conference_id>/guests/<int:participant_id>/move")
def move(conference_id: int, participant_id: int) -> ResponseReturnValue:
    """Move a participant up or down in the protocol order."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    participant = participant_or_404(conference, participant_id)
    service.move(participant, -1 if request.form.get("direction") == "up" else 1)
    db.session.commit()
    return redirect(url_for("guests.show", conference_id=conference.id) + f"#p{participant.id}")


@bp.post("/conferences/<int:conference_id>/guests/order")
def set_order(conference_id: int) -> ResponseReturnValue:
    """Set the protocol order by a rule."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    form = OrderForm(request.form)
    if not form.validate():
        abort(400)
    service.set_order(conference, OrderRule(form.rule.data), current_language())
    db.session.commit()
    return redirect(url_for("guests.show", conference_id=conference.id))


@bp.post("/conferences/<int:conference_id>/guests/<int:participant_id>/cell")
def change_cell(conference_id: int, participant_id: int) -> ResponseReturnValue:
    """Change one cell of the table; answers with what it says now, or with what is wrong."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    participant = participant_or_404(conference, participant_id)
    try:
        value = cell_service.set_value(
            participant,
            request.form.get("field", ""),
            request.form.get("value", ""),
            request.form.get("was", ""),
            current_language(),
        )
        db.session.commit()
    except Refusal as refusal:
        db.session.rollback()
        return jsonify(error=refusal_text(refusal)), 422
    return jsonify(value=value)


@bp.get("/conferences/<int:conference_id>/guests.csv")
@fresh
def export_csv(conference_id: int) -> ResponseReturnValue:
    """Give the guest list as CSV, so that it can be imported again."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    table = exports.rows_of(_listed(conference, None), current_language())
    _note_export(conference, "guests.csv")
    return file_answer(tables.as_csv(table), "text/csv", f"guests-{conference.id}.csv")


@bp.get("/conferences/<int:conference_id>/guests.xlsx")
@fresh
def export_xlsx(conference_id: int) -> ResponseReturnValue:
    """Give the guest list as a workbook, so that it can be imported again."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    table = exports.rows_of(_listed(conference, None), current_language())
    _note_export(conference, "guests.xlsx")
    return file_answer(tables.as_xlsx(table, "Guests"), tables.XLSX, f"guests-{conference.id}.xlsx")


def _note_export(conference: Conference, what: str) -> None:
    note_at_once("exported", f"conference/{conference.id}", conference_id=conference.id, what=what)


@bp.post("/conferences/<int:conference_id>/guests/copy")
def copy(conference_id: int) -> ResponseReturnValue:
    """Copy the guests of an earlier conference."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    number = request.form.get("from", "")
    source = conference_or_404(int(number) if number.isascii() and number.isdigit() else 0, Right.ORGANIZE)
    count = service.copy_list(source, conference)
    db.session.commit()
    flash(ngettext("%(num)d city was copied.", "%(num)d cities were copied.", count))
    return redirect(url_for("guests.show", conference_id=conference.id))


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
    app.register_blueprint(import_pages)
