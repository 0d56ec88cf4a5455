"""Pages of the import: take a file, say what its columns hold, see what would change, do it, undo it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from roundtable.accounts.access import present_user
from roundtable.conferences.access import conference_or_404
from roundtable.conferences.models import Conference
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.guest_list import import_service
from roundtable.guest_list.forms import COLUMN_LABELS, ENCODING_NAMES, ROLE_NAMES, ImportForm
from roundtable.guest_list.models import GuestImport, GuestListFile
from roundtable.guests import list_import, sheets
from roundtable.languages import refusal_text
from roundtable.web.access import row_or_404
from roundtable.words import tidy

bp = Blueprint("guest_import", __name__, url_prefix="/conferences/<int:conference_id>/guests/import")


@bp.get("")
def begin(conference_id: int) -> ResponseReturnValue:
    """Ask for a file."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    return _begin(conference, ImportForm())


def _begin(conference: Conference, form: ImportForm) -> str:
    return render_template(
        "guests/import.html",
        conference=conference,
        form=form,
        last=import_service.last_import(conference.id),
    )


@bp.post("")
def take(conference_id: int) -> ResponseReturnValue:
    """Take a file; nothing of it is imported yet."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    form = ImportForm(request.form)
    upload = request.files.get("file")
    content = upload.read(sheets.MOST_BYTES + 1) if upload else b""
    name = tidy(upload.filename) if upload else ""
    try:
        file = import_service.take_file(conference, present_user(), name, content, form.encoding.data or "")
    except Refusal as refusal:
        db.session.rollback()
        form.file.errors = [refusal_text(refusal)]
        return _begin(conference, form), 422
    db.session.commit()
    return redirect(url_for("guest_import.preview", conference_id=conference.id, file_id=file.id))


def _file_or_404(conference: Conference, file_id: int) -> GuestListFile:
    return row_or_404(GuestListFile, file_id, conference_id=conference.id)


@bp.get("/<int:file_id>")
def preview(conference_id: int, file_id: int) -> ResponseReturnValue:
    """Show which column holds what, every faulty row, and what would be added and changed."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    return _preview(conference, _file_or_404(conference, file_id))


def _preview(conference: Conference, file: GuestListFile) -> ResponseReturnValue:
    sheet = import_service.sheet_of(file)
    found = plan = problem = None
    try:
        found = list_import.check(sheet, file.columns)
        plan = import_service.plan_for(conference, found)
    except Refusal as refusal:
        problem = refusal_text(refusal)
    faults = found.faults if found else sheet.faults
    page = render_template(
        "guests/preview.html",
        conference=conference,
        file=file,
        sheet=sheet,
        found=found,
        plan=plan,
        problem=problem,
        faults=[(fault.number, refusal_text(fault.refusal)) for fault in faults],
        samples=[
            next((row[at] for _, row in sheet.rows if len(row) > at and row[at]), "")
            for at in range(len(sheet.titles))
        ],
        encoding_name=ENCODING_NAMES.get(file.encoding, ""),
        labels=COLUMN_LABELS,
        role_names=ROLE_NAMES,
    )
    return page, 422 if faults or problem else 200


@bp.post("/<int:file_id>/columns")
def set_columns(conference_id: int, file_id: int) -> ResponseReturnValue:
    """Say which column of the file holds what."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    file = _file_or_404(conference, file_id)
    columns: dict[str, int] = {}
    for name, value in request.form.items():
        at = name.removeprefix("column-")
        if at != name and at.isascii() and at.isdigit() and value:
            columns.setdefault(value, int(at[:4]))
    import_service.set_columns(file, columns)
    db.session.commit()
    return redirect(url_for("guest_import.preview", conference_id=conference.id, file_id=file.id))


@bp.post("/<int:file_id>/confirm")
def confirm(conference_id: int, file_id: int) -> ResponseReturnValue:
    """Import the file: all of it or nothing."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    file = _file_or_404(conference, file_id)
    try:
        journal = import_service.import_file(file, by=present_user().name)
    except Refusal:
        db.session.rollback()
        return _preview(conference, _file_or_404(conference, file_id))
    contacts, changes = len(journal.added["contact"]), len(journal.changed)
    db.session.commit()
    flash(ngettext("%(num)d contact was imported.", "%(num)d contacts were imported.", contacts))
    if changes:
        flash(ngettext("%(num)d entry was changed.", "%(num)d entries were changed.", changes))
    return redirect(url_for("guests.show", conference_id=conference.id))


@bp.post("/undo/<int:import_id>")
def undo(conference_id: int, import_id: int) -> ResponseReturnValue:
    """Undo the last import."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    journal = row_or_404(GuestImport, import_id, conference_id=conference.id)
    kept = import_service.undo(journal)
    db.session.commit()
    flash(gettext("The import was undone."))
    if kept:
        flash(
            ngettext(
                "%(num)d entry stays because it has been changed since.",
                "%(num)d entries stay because they have been changed since.",
                kept,
            )
        )
    return redirect(url_for("guests.show", conference_id=conference.id))
