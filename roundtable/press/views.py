"""The press desk, behind sign-in."""

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable.accounts.views import present_user
from roundtable.conferences.access import meeting_or_404, rights_in
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.errors import Refusal
from roundtable.languages import refusal_text
from roundtable.minutes.kinds import EntryKind
from roundtable.minutes.queries import minutes_of
from roundtable.press import pictures, queries, room, service
from roundtable.press.document import picture_bytes
from roundtable.press.forms import ClearanceForm, PictureForm, PublishForm, QuoteForm, SummaryForm
from roundtable.press.models import PressSummary, Quote
from roundtable.web.access import row_or_404

bp = Blueprint("press", __name__)


def _page(meeting: Meeting, summary: PressSummary | None, **changed: object) -> str:
    minutes = minutes_of(meeting)
    approved = minutes is not None and minutes.is_sealed
    languages = meeting.conference.languages
    values: dict[str, object] = {
        "conflict": "",
        "publish_refusal": "",
        "picture_form": PictureForm(),
        "quote_errors": {},
    }
    if summary is not None:
        quotes = queries.quotes_of(summary)
        quoted = {quote.entry_id for quote in quotes}
        record = service.approved_record(meeting)
        values |= {
            "record": record,
            "form": _filled(summary, languages),
            "quotes": [(quote, service.is_cleared(quote)) for quote in quotes],
            "quotable": [one for one in record.entries(EntryKind.STATEMENT) if one.id not in quoted],
            "publications": queries.publications_of(summary),
            "publish_form": PublishForm(languages=languages),
            "clearance_form": ClearanceForm(),
        }
    return render_template(
        "press/desk.html",
        meeting=meeting,
        conference=meeting.conference,
        rights=rights_in(meeting.conference),
        languages=languages,
        approved=approved,
        summary=summary,
        **{**values, **changed},
    )


def _filled(summary: PressSummary, languages: list[str]) -> SummaryForm:
    return SummaryForm(
        languages=languages,
        obj=summary,
        data={
            "credit": summary.picture_credit,
            "captions": summary.picture_captions,
            "alternatives": summary.picture_alternatives,
        },
    )


@bp.get("/meetings/<int:meeting_id>/press")
def show(meeting_id: int) -> ResponseReturnValue:
    """Show the press desk of a meeting."""
    meeting = meeting_or_404(meeting_id, Right.WRITE_PRESS)
    return _page(meeting, queries.summary_of(meeting))


@bp.post("/meetings/<int:meeting_id>/press/begin")
def begin(meeting_id: int) -> ResponseReturnValue:
    """Compose the first draft from the approved record."""
    meeting = meeting_or_404(meeting_id, Right.WRITE_PRESS)
    service.begin(meeting)
    db.session.commit()
    return redirect(url_for("press.show", meeting_id=meeting.id))


def _summary_or_404(meeting_id: int) -> PressSummary:
    summary = queries.summary_of(meeting_or_404(meeting_id, Right.WRITE_PRESS))
    if summary is None:
        abort(404)
    return summary


@bp.post("/meetings/<int:meeting_id>/press")
def write(meeting_id: int) -> ResponseReturnValue:
    """Save the texts."""
    summary = _summary_or_404(meeting_id)
    form = SummaryForm(request.form, languages=summary.meeting.conference.languages)
    if not form.validate():
        return _page(summary.meeting, summary, form=form), 422
    words = service.Words(
        headlines=form.headlines.data,
        leads=form.leads.data,
        bodies=form.bodies.data,
        credit=form.credit.data or "",
        captions=form.captions.data,
        alternatives=form.alternatives.data,
    )
    try:
        service.write(summary, words, version=form.version.data or 0)
    except Refusal as refusal:
        db.session.rollback()
        form.version.data = summary.version
        return _page(summary.meeting, summary, form=form, conflict=refusal_text(refusal)), 409
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("press.show", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/press/picture")
def set_picture(meeting_id: int) -> ResponseReturnValue:
    """Take a picture, or remove it."""
    summary = _summary_or_404(meeting_id)
    form = PictureForm(request.form)
    upload = request.files.get("picture")
    content = upload.read(pictures.MOST_BYTES + 1) if upload else b""
    try:
        service.set_picture(summary, None if "remove" in request.form else pictures.made_ready(content))
    except Refusal as refusal:
        form.picture.errors = [refusal_text(refusal)]
        return _page(summary.meeting, summary, picture_form=form), 422
    db.session.commit()
    return redirect(url_for("press.show", meeting_id=meeting_id) + "#picture-card")


@bp.get("/meetings/<int:meeting_id>/press/picture.jpg")
def picture(meeting_id: int) -> Response:
    """Show the picture of the draft."""
    content = picture_bytes(_summary_or_404(meeting_id).picture_key)
    if content is None:
        abort(404)
    return Response(content, mimetype="image/jpeg")


@bp.post("/meetings/<int:meeting_id>/press/quotes")
def add_quote(meeting_id: int) -> ResponseReturnValue:
    """Quote a statement."""
    summary = _summary_or_404(meeting_id)
    service.add_quote(summary, request.form.get("entry_id", 0, int))
    db.session.commit()
    return redirect(url_for("press.show", meeting_id=meeting_id) + "#quotes")


def _quote_or_404(summary: PressSummary, quote_id: int) -> Quote:
    return row_or_404(Quote, quote_id, summary_id=summary.id)


@bp.post("/meetings/<int:meeting_id>/press/quotes/<int:quote_id>")
def word_quote(meeting_id: int, quote_id: int) -> ResponseReturnValue:
    """Change the words of a quote; an earlier release is void then."""
    summary = _summary_or_404(meeting_id)
    quote = _quote_or_404(summary, quote_id)
    form = QuoteForm(request.form, languages=summary.meeting.conference.languages)
    if not form.validate():
        return _page(summary.meeting, summary, quote_errors={quote.id: form}), 422
    service.word_quote(quote, form.texts.data)
    db.session.commit()
    return redirect(url_for("press.show", meeting_id=meeting_id) + f"#quote{quote_id}")


@bp.post("/meetings/<int:meeting_id>/press/quotes/<int:quote_id>/clear")
def clear_quote(meeting_id: int, quote_id: int) -> ResponseReturnValue:
    """Record the office's release."""
    summary = _summary_or_404(meeting_id)
    quote = _quote_or_404(summary, quote_id)
    form = ClearanceForm(request.form)
    if not form.validate():
        return _page(summary.meeting, summary, clearance_form=form), 422
    service.clear_quote(quote, by=form.cleared_by.data or "")
    db.session.commit()
    return redirect(url_for("press.show", meeting_id=meeting_id) + f"#quote{quote_id}")


@bp.post("/meetings/<int:meeting_id>/press/quotes/<int:quote_id>/remove")
def remove_quote(meeting_id: int, quote_id: int) -> ResponseReturnValue:
    """Take a quote out."""
    summary = _summary_or_404(meeting_id)
    db.session.delete(_quote_or_404(summary, quote_id))
    db.session.commit()
    return redirect(url_for("press.show", meeting_id=meeting_id) + "#quotes")


@bp.get("/meetings/<int:meeting_id>/press/preview/<language>.pdf")
def preview(meeting_id: int, language: str) -> ResponseReturnValue:
    """Give the PDF as it would be published now."""
    summary = _summary_or_404(meeting_id)
    if language not in summary.meeting.conference.languages:
        abort(404)
    return Response(service.preview(summary, language), mimetype="application/pdf")


@bp.post("/meetings/<int:meeting_id>/press/publish")
def publish(meeting_id: int) -> ResponseReturnValue:
    """Publish a new version."""
    summary = _summary_or_404(meeting_id)
    form = PublishForm(request.form, languages=summary.meeting.conference.languages)
    if not form.validate():
        return _page(summary.meeting, summary, publish_form=form), 422
    try:
        prepared = service.prepare(summary, correction=form.correction.data)
        # The database is free for others while the documents are made.
        db.session.rollback()
        pdfs = service.rendered(prepared)
        publication = service.publish(prepared, pdfs, by=present_user().name)
    except Refusal as refusal:
        db.session.rollback()
        return _page(summary.meeting, summary, publish_form=form, publish_refusal=refusal_text(refusal)), 409
    db.session.commit()
    flash(gettext("Published."))
    return redirect(url_for("room.entry", slug=publication.slug))


def init_app(app: Flask) -> None:
    """Serve the press desk and the press room."""
    app.register_blueprint(bp)
    app.register_blueprint(room.bp)
