"""The mailbox of the demonstration: letters as they would arrive."""

from flask import Blueprint, Flask, Response, abort, current_app, make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from roundtable.db import db
from roundtable.mail import delivery, filling
from roundtable.mail.filling import Filled, Missing, People
from roundtable.mail.models import Letter
from roundtable.web.downloads import file_answer
from roundtable.web.headers import CONTENT_SECURITY_POLICY, allowed_styles

bp = Blueprint("mail", __name__)
SHOWN = 200


def _letter_or_404(letter_id: int) -> Letter:
    letter = db.session.get(Letter, letter_id)
    if letter is None:
        abort(404)
    return letter


def _people(letter: Letter) -> People:
    return delivery.people_for([letter])


def _filled_or_404(letter: Letter) -> Filled:
    """Return the letter with its links; where somebody has left the guest list it cannot be shown."""
    try:
        return filling.fill(letter, _people(letter))
    except Missing:
        abort(404)


def letter_page(html: str) -> Response:
    """Show a letter's HTML as a mail program would: sealed, with the styles that stand in it and no others."""
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {allowed_styles(html)}; frame-ancestors 'self'; base-uri 'none'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
    )
    return response


def with_frame(page: str) -> Response:
    """Return a page that shows another one of ours inside it."""
    response = make_response(page)
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


@bp.get("/mailbox")
def mailbox() -> ResponseReturnValue:
    """List the letters, the newest first."""
    letters = db.session.scalars(select(Letter).order_by(Letter.id.desc()).limit(SHOWN))
    return render_template("mail/mailbox.html", letters=list(letters))


@bp.get("/mailbox/<int:letter_id>")
def show(letter_id: int) -> ResponseReturnValue:
    """Show one letter: its head, its plain text, and what hangs on it."""
    letter = _letter_or_404(letter_id)
    filled = _filled_or_404(letter)
    page = render_template("mail/letter.html", letter=letter, text=filled.text, entry=filled.entry)
    return with_frame(page)


@bp.get("/mailbox/<int:letter_id>/page")
def page(letter_id: int) -> Response:
    """Give the letter's HTML as a mail program would show it."""
    return letter_page(_filled_or_404(_letter_or_404(letter_id)).html)


@bp.get("/mailbox/<int:letter_id>/letter.eml")
def source(letter_id: int) -> Response:
    """Give the letter as it would go over the wire."""
    letter = _letter_or_404(letter_id)
    _filled_or_404(letter)
    content, _ = filling.as_bytes(letter, _people(letter), current_app.config["ROUNDTABLE"])
    return file_answer(content, "message/rfc822", f"letter-{letter_id}.eml")


def init_app(app: Flask) -> None:
    """Serve the mailbox, in the demonstration only: elsewhere nobody reads other people's letters."""
    if app.config["ROUNDTABLE"].demonstration:
        app.register_blueprint(bp)
