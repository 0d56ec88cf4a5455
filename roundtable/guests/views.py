"""Pages of the guest list."""

import base64
import binascii
from collections.abc import Callable

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from roundtable.conferences.access import conference_or_404, rights_in
from roundtable.conferences.models import Conference
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guests import csv_import, queries, service
from roundtable.guests.forms import (
    ENCODING_NAMES,
    ROLE_NAMES,
    ContactForm,
    ImportForm,
    OrderForm,
    ParticipantForm,
)
from roundtable.guests.models import Contact, Participant
from roundtable.guests.roles import OrderRule, ParticipantRole
from roundtable.languages import current_language, refusal_text

bp = Blueprint("guests", __name__)


@bp.get("/conferences/<int:conference_id>/guests")
def show(conference_id: int) -> ResponseReturnValue:
    """Show the guest list."""
    conference = conference_or_404(conference_id, Right.READ)
    return render_template(
        "guests/show.html",
        conference=conference,
        rights=rights_in(conference),
        participants=queries.participants_of(conference.id),
        contacts=queries.contacts_of(conference.id),
        role_names=ROLE_NAMES,
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
    typed = service.CityInWords(form.city.data, form.country.data or "", form.zone.data or "")
    place = service.city(conference, typed)
    return service.add_participant(
        conference,
        place,
        person=form.person.data or "",
        offices=form.offices.data,
        role=ParticipantRole(form.role.data),
    )


def _add_contact(participant: Participant, form: ContactForm) -> Contact:
    return service.add_contact(
        participant,
        name=form.name.data or "",
        email=form.email.data or "",
        language=form.language.data,
        rights=form.rights(),
    )


def _participant_or_404(conference: Conference, participant_id: int) -> Participant:
    participant = db.session.get(Participant, participant_id)
    if participant is None or participant.conference_id != conference.id:
        abort(404)
    return participant


def _contact_or_404(participant: Participant, contact_id: int) -> Contact:
    contact = db.session.get(Contact, contact_id)
    if contact is None or contact.participant_id != participant.id or contact.is_deputy:
        abort(404)
    return contact


@bp.route("/conferences/<int:conference_id>/guests/<int:participant_id>", methods=["GET", "POST"])
def edit(conference_id: int, participant_id: int) -> ResponseReturnValue:
    """Change a participant; the contacts stand below."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    participant = _participant_or_404(conference, participant_id)
    contact_form = ContactForm(language=conference.languages[0])
    if request.method == "GET":
        place = participant.city
        form = ParticipantForm(
            obj=participant,
            languages=conference.languages,
            data={"country": place.country, "zone": place.zone, "role": participant.role.value},
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
            service.CityInWords(form.city.data, form.country.data or "", form.zone.data or ""),
            person=form.person.data or "",
            offices=form.offices.data,
            role=ParticipantRole(form.role.data),
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
    participant = _participant_or_404(conference, participant_id)
    form = ContactForm(request.form)
    return _save_contact(conference, participant, form, lambda: _add_contact(participant, form))


@bp.post("/conferences/<int:conference_id>/guests/<int:participant_id>/contacts/<int:contact_id>")
def change_contact(conference_id: int, participant_id: int, contact_id: int) -> ResponseReturnValue:
    """Correct a contact."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    participant = _participant_or_404(conference, participant_id)
    contact = _contact_or_404(participant, contact_id)
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
    page.role.data = participant.role.value
    return _participant_page(conference, participant, page, form), 422


@bp.post("/conferences/<int:conference_id>/guests/<int:participant_id>/contacts/<int:contact_id>/new-link")
def renew_link(conference_id: int, participant_id: int, contact_id: int) -> ResponseReturnValue:
    """End the contact's personal link; the next letter carries a new one."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    participant = _participant_or_404(conference, participant_id)
    _contact_or_404(participant, contact_id).link_generation += 1
    db.session.commit()
    flash(gettext("The old link no longer works. The next letter carries the new one."))
    return redirect(url_for("guests.edit", conference_id=conference.id, participant_id=participant.id))


@bp.post("/conferences/<int:conference_id>/guests/<int:participant_id>/move")
def move(conference_id: int, participant_id: int) -> ResponseReturnValue:
    """Move a participant up or down in the protocol order."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    participant = _participant_or_404(conference, participant_id)
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


@bp.route("/conferences/<int:conference_id>/guests/import", methods=["GET", "POST"])
def import_list(conference_id: int) -> ResponseReturnValue:
    """Take a file and show what it would add; nothing is stored yet."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    form = ImportForm(request.form)
    if request.method == "GET":
        return render_template("guests/import.html", conference=conference, form=ImportForm())
    upload = request.files.get("file")
    content = upload.read(csv_import.MOST_BYTES + 1) if upload else b""
    try:
        found = csv_import.read(content, form.encoding.data or "", known=service.known_places(conference))
    except Refusal as refusal:
        form.file.errors = [refusal_text(refusal)]
        return render_template("guests/import.html", conference=conference, form=form), 422
    return _preview(conference, found, content)


def _preview(conference: Conference, found: csv_import.GuestList, content: bytes) -> ResponseReturnValue:
    page = render_template(
        "guests/preview.html",
        conference=conference,
        found=found,
        faults=[(fault.number, refusal_text(fault.refusal)) for fault in found.faults],
        encoding_name=ENCODING_NAMES[found.encoding],
        role_names=ROLE_NAMES,
        content=base64.b64encode(content).decode("ascii"),
    )
    return page, 422 if found.faults else 200


@bp.post("/conferences/<int:conference_id>/guests/import/confirm")
def confirm_import(conference_id: int) -> ResponseReturnValue:
    """Import the previewed file: checked once more, all of it or nothing."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    try:
        content = base64.b64decode(request.form.get("content", ""), validate=True)
    except (binascii.Error, ValueError):
        abort(400)
    found = csv_import.read(content, request.form.get("encoding", ""), known=service.known_places(conference))
    if found.faults:
        return _preview(conference, found, content)
    count = service.import_rows(conference, found.rows)
    db.session.commit()
    flash(ngettext("%(num)d contact was imported.", "%(num)d contacts were imported.", count))
    return redirect(url_for("guests.show", conference_id=conference.id))


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
