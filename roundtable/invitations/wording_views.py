"""Pages on which organizers word the letters, with a preview that holds true data."""

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable.conferences.access import conference_or_404
from roundtable.conferences.models import Conference
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.invitations import queries, wording, wording_service
from roundtable.invitations.forms import WordingForm
from roundtable.invitations.letter_kind import LetterKind
from roundtable.invitations.letter_kinds import KINDS
from roundtable.languages import refusal_text
from roundtable.mail.filling import without_links
from roundtable.mail.views import letter_page, with_frame

bp = Blueprint("wording", __name__)


@bp.get("/conferences/<int:conference_id>/letters")
def index(conference_id: int) -> ResponseReturnValue:
    """List the kinds of letters, and which of them have words of their own."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    return render_template(
        "wording/index.html",
        conference=conference,
        kinds=KINDS.values(),
        own=queries.wordings_of(conference.id),
    )


def _kind_or_404(conference: Conference, kind: str, language: str) -> LetterKind:
    if kind not in KINDS or language not in conference.languages:
        abort(404)
    return KINDS[kind]


def _page(conference: Conference, kind: LetterKind, language: str, form: WordingForm) -> Response:
    return with_frame(
        render_template(
            "wording/edit.html",
            conference=conference,
            kind=kind,
            letter_language=language,
            form=form,
            meanings=[
                (name, wording.PLACEHOLDERS[name]) for name in wording.PLACEHOLDERS if name in kind.allowed
            ],
            has_own=wording_service.wording_of(conference, kind, language) is not None,
        )
    )


@bp.get("/conferences/<int:conference_id>/letters/<kind>/<letter_language>")
def edit(conference_id: int, kind: str, letter_language: str) -> ResponseReturnValue:
    """Show the words of a letter as they are sent now."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    found = _kind_or_404(conference, kind, letter_language)
    subject, body, version = wording_service.present_words(conference, found, letter_language)
    form = WordingForm(data={"subject": subject, "body": body, "version": str(version)})
    return _page(conference, found, letter_language, form)


@bp.post("/conferences/<int:conference_id>/letters/<kind>/<letter_language>")
def save(conference_id: int, kind: str, letter_language: str) -> ResponseReturnValue:
    """Let the letters say this from now on."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    found = _kind_or_404(conference, kind, letter_language)
    form = WordingForm(request.form)
    if form.validate():
        try:
            wording_service.word(
                conference,
                found,
                letter_language,
                subject=form.subject.data or "",
                body=form.body.data or "",
                version=form.version_number,
            )
            db.session.commit()
            flash(gettext("Saved. The next letters say it this way."))
            return redirect(url_for("wording.index", conference_id=conference.id))
        except Refusal as refusal:
            db.session.rollback()
            form.body.errors = [refusal_text(refusal)]
    return _page(conference, found, letter_language, form), 422


@bp.post("/conferences/<int:conference_id>/letters/<kind>/<letter_language>/forget")
def forget(conference_id: int, kind: str, letter_language: str) -> ResponseReturnValue:
    """Go back to the program's own words."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    wording_service.forget(conference, _kind_or_404(conference, kind, letter_language), letter_language)
    db.session.commit()
    flash(gettext("The letters say it in the program’s own words again."))
    return redirect(url_for("wording.index", conference_id=conference.id))


@bp.route(
    "/conferences/<int:conference_id>/letters/<kind>/<letter_language>/preview", methods=["GET", "POST"]
)
def preview(conference_id: int, kind: str, letter_language: str) -> Response:
    """Show the letter with the words that stand in the form, or those sent now; stores nothing."""
    conference = conference_or_404(conference_id, Right.ORGANIZE)
    found = _kind_or_404(conference, kind, letter_language)
    subject, body, _ = wording_service.present_words(conference, found, letter_language)
    if request.method == "POST":
        form = WordingForm(request.form)
        subject, body = form.subject.data or "", form.body.data or ""
    try:
        wording.check(found, subject, body)
    except Refusal as refusal:
        return letter_page(render_template("wording/fault.html", sentence=refusal_text(refusal)))
    draft = wording_service.sample(conference, found, letter_language, subject, body)
    if draft is None:
        sentence = gettext("The preview needs a session and a guest with a contact.")
        return letter_page(render_template("wording/fault.html", sentence=sentence))
    example = f"{current_app.config['ROUNDTABLE'].public_url}/g/…"
    return letter_page(without_links(draft.html, example))
