"""Pages about data of persons: for everybody, for the organizers of a conference, for administrators."""

import json

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable.accounts.access import administrator_or_404, fresh
from roundtable.audit.service import note
from roundtable.conferences.access import conference_or_404
from roundtable.conferences.models import Conference
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.privacy import erasing_service, person_queries, retention_service
from roundtable.privacy.forms import KeepForm, PersonForm
from roundtable.privacy.words import KINDS, STORED
from roundtable.web.access import open_page
from roundtable.web.downloads import file_answer

bp = Blueprint("privacy", __name__)


@bp.get("/privacy")
@open_page
def about() -> ResponseReturnValue:
    """Say what is stored about whom, why, and for how long."""
    return render_template("privacy/about.html", stored=STORED)


# --- Of a conference ------------------------------------------------------------------------------------------


@bp.get("/conferences/<int:conference_id>/data")
def show(conference_id: int) -> ResponseReturnValue:
    """Show how long a conference keeps what offices typed, and what would go."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    return _page(conference, KeepForm(obj=conference))


def _page(conference: Conference, form: KeepForm) -> str:
    return render_template(
        "privacy/conference.html",
        conference=conference,
        form=form,
        due=retention_service.due_at(conference),
        found={name: count for name, count in retention_service.preview(conference).items() if count},
        kinds=KINDS,
    )


@bp.post("/conferences/<int:conference_id>/data")
@fresh
def keep(conference_id: int) -> ResponseReturnValue:
    """Set how long it is kept."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    form = KeepForm(request.form)
    if not form.validate():
        return _page(conference, form), 422
    conference.keep_months = form.keep_months.data
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("privacy.show", conference_id=conference.id))


@bp.post("/conferences/<int:conference_id>/data/remove")
@fresh
def remove(conference_id: int) -> ResponseReturnValue:
    """Remove it now, before its time."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    retention_service.remove(conference)
    db.session.commit()
    flash(gettext("Removed. Minutes and publications stay."))
    return redirect(url_for("privacy.show", conference_id=conference_id))


# --- Of a person ----------------------------------------------------------------------------------------------


@bp.get("/administration/people")
def people() -> ResponseReturnValue:
    """Ask whose data are meant."""
    administrator_or_404()
    return render_template("privacy/person.html", form=PersonForm(), done=None, kinds=KINDS)


@bp.post("/administration/people/export")
@fresh
def export() -> ResponseReturnValue:
    """Give everything about a person as one file."""
    administrator_or_404()
    form = PersonForm(request.form)
    if not form.validate():
        return render_template("privacy/person.html", form=form, done=None, kinds=KINDS), 422
    content = json.dumps(person_queries.gathered(form.email.data or ""), ensure_ascii=False, indent=1)
    note("exported", "person/0", what="person.json")
    db.session.commit()
    return file_answer(content, "application/json", "person.json")


@bp.post("/administration/people/erase")
@fresh
def erase() -> ResponseReturnValue:
    """Erase a person, and say what had to stay."""
    administrator_or_404()
    form = PersonForm(request.form)
    if not form.validate():
        return render_template("privacy/person.html", form=form, done=None, kinds=KINDS), 422
    done = erasing_service.erase(form.email.data or "")
    db.session.commit()
    return render_template("privacy/person.html", form=PersonForm(), done=done, kinds=KINDS)


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
