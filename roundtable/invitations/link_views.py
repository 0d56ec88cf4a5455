"""Pages for whoever has lost the personal link; the same for every address, known or not.

Like the page behind the link they need no cookie, so no form token guards them.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from roundtable.addresses import key
from roundtable.db import db
from roundtable.invitations import link_service
from roundtable.invitations.forms import LinkAgainForm
from roundtable.web.access import by_link
from roundtable.web.guards import limiter

bp = Blueprint("links", __name__)


def _address_in_form() -> str:
    return "link:" + key(request.form.get("email", ""))[:254]


@bp.get("/link")
@by_link
def ask() -> ResponseReturnValue:
    """Show the form."""
    return render_template("links/ask.html", form=LinkAgainForm())


@bp.post("/link")
@by_link
@limiter.limit("5 per hour", key_func=_address_in_form)
@limiter.limit("60 per hour")
def take() -> ResponseReturnValue:
    """Note the wish; whether the address is known shows neither here nor in how long it takes."""
    form = LinkAgainForm(request.form)
    if not form.validate():
        return render_template("links/ask.html", form=form), 422
    link_service.ask_for_link(form.email.data or "")
    db.session.commit()
    return redirect(url_for("links.asked"))


@bp.get("/link/asked")
@by_link
def asked() -> ResponseReturnValue:
    """Say what happens now."""
    return render_template("links/asked.html")
