"""Pages of one body: its names, its boilerplate, its logo, its place."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable import images
from roundtable.accounts.access import limit_uploads
from roundtable.conferences import logos, service
from roundtable.conferences.access import conference_or_404
from roundtable.conferences.forms import BodyForm
from roundtable.conferences.models import Body, Conference
from roundtable.conferences.roles import BodyRole, Right
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.languages import refusal_text
from roundtable.web.access import row_or_404

bp = Blueprint("bodies", __name__, url_prefix="/conferences/<int:conference_id>/bodies/<int:body_id>")


def _found(conference_id: int, body_id: int, right: Right = Right.ORGANIZE) -> tuple[Conference, Body]:
    conference = conference_or_404(conference_id, right)
    return conference, row_or_404(Body, body_id, conference_id=conference.id)


@bp.route("", methods=["GET", "POST"])
def edit(conference_id: int, body_id: int) -> ResponseReturnValue:
    """Change a body; a new logo is taken with it."""
    conference, body = _found(conference_id, body_id)
    if request.method == "GET":
        form = BodyForm(obj=body, languages=conference.languages)
        form.role.data = body.role.value
        return render_template("conferences/body.html", conference=conference, body=body, form=form)
    form = BodyForm(request.form, languages=conference.languages)
    upload = request.files.get("logo")
    content = upload.read(images.MOST_BYTES + 1) if upload else b""
    if content:
        limit_uploads()
    if form.validate():
        try:
            if content or "remove_logo" in request.form:
                service.set_logo(body, logos.made_ready(content) if content else None)
            body.names, body.boilerplates = form.names.data, form.boilerplates.data
            body.role = BodyRole(form.role.data)
            db.session.commit()
            flash(gettext("Saved."))
            return redirect(url_for("conferences.show", conference_id=conference.id) + "#bodies")
        except Refusal as refusal:
            db.session.rollback()
            form.logo.errors = [refusal_text(refusal)]
    return render_template("conferences/body.html", conference=conference, body=body, form=form), 422


@bp.post("/move")
def move(conference_id: int, body_id: int) -> ResponseReturnValue:
    """Move a body up or down: the first one gives its name to the letters."""
    conference, body = _found(conference_id, body_id)
    service.move_body(body, -1 if request.form.get("direction") == "up" else 1)
    db.session.commit()
    return redirect(url_for("conferences.show", conference_id=conference.id) + "#bodies")


@bp.get("/logo.png")
def logo(conference_id: int, body_id: int) -> ResponseReturnValue:
    """Give the logo to who works on the conference."""
    _, body = _found(conference_id, body_id, Right.READ)
    content = service.logo_of(body)
    if content is None:
        abort(404)
    return Response(content, mimetype="image/png", headers={"Cache-Control": "private, no-cache"})
