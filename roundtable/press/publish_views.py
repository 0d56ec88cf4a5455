"""Publishing from the press desk: propose, release, lift an embargo, withdraw; links for journalists."""

from collections.abc import Callable

from flask import Blueprint, Flask, Response, abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable import storage
from roundtable.accounts.access import fresh, present_user
from roundtable.db import Texts, db
from roundtable.errors import Refusal
from roundtable.languages import refusal_text
from roundtable.press import preview_service, publish_service, queries
from roundtable.press.document import assets_of, press_pdf
from roundtable.press.forms import PreviewLinkForm, ProposeForm, WithdrawForm
from roundtable.press.models import PreviewLink, Publication
from roundtable.press.publish_service import Ready, Rendered, Wish
from roundtable.press.views import back, page, summary_or_404, version_or_404
from roundtable.web.access import row_or_404

bp = Blueprint("publishing", __name__, url_prefix="/meetings/<int:meeting_id>/press")


@bp.post("/versions")
def propose(meeting_id: int) -> ResponseReturnValue:
    """Freeze the next version; where no second pair of eyes is asked for, release it at once."""
    summary = summary_or_404(meeting_id)
    meeting = summary.meeting
    form = ProposeForm(request.form, languages=meeting.conference.languages)
    is_valid = form.validate()
    embargo = form.embargo(meeting.zone) if is_valid else None
    if not is_valid or form.embargo_day.errors or form.embargo_hour.errors:
        return page(meeting, summary, propose_form=form), 422
    wish = Wish(form.correction.data or Texts(), embargo)
    by = present_user()
    try:
        publication = publish_service.propose(summary, wish, by=by.name, user=by)
        db.session.flush()
        if meeting.conference.second_pair_of_eyes:
            db.session.commit()
            flash(gettext("Proposed. Somebody else of the conference has to release it now."))
            return back(meeting_id, "publish")
        return _released(publication, meeting_id)
    except Refusal as refusal:
        db.session.rollback()
        return page(meeting, summary, propose_form=form, publish_refusal=refusal_text(refusal)), 409


def _released(publication: Publication, meeting_id: int) -> ResponseReturnValue:
    by = present_user()
    key = publication.id
    ready = publish_service.prepare_release(publication, by=by)
    # The proposal stands, and the database is free for others while the documents are made.
    db.session.commit()
    try:
        made = publish_service.rendered(ready)
        released = publish_service.release(ready, made, by=by.name)
    except Refusal:
        db.session.rollback()
        _drop(key)
        raise
    db.session.commit()
    is_public = released.visible_at == released.released_at
    flash(
        gettext("Published.")
        if is_public
        else gettext("Released. It becomes public by itself when the embargo ends.")
    )
    return back(meeting_id, "publish")


def _drop(key: int) -> None:
    """Take a version back whose documents could not be made: nobody is to find it waiting."""
    publication = db.session.get(Publication, key)
    if publication is not None:
        publish_service.take_back(publication)
        db.session.commit()


def _with_documents(
    publication: Publication,
    prepare: Callable[[], Ready],
    finish: Callable[[Ready, dict[str, Rendered]], object],
    said: str,
) -> ResponseReturnValue:
    """Make the documents of a version between two transactions: the database is free for others meanwhile."""
    summary = publication.summary
    meeting = summary.meeting
    try:
        ready = prepare()
        db.session.rollback()
        finish(ready, publish_service.rendered(ready))
    except Refusal as refusal:
        db.session.rollback()
        return page(meeting, summary, publish_refusal=refusal_text(refusal)), 409
    db.session.commit()
    flash(said)
    return back(meeting.id, "publish")


@bp.post("/versions/<int:number>/release")
def release(meeting_id: int, number: int) -> ResponseReturnValue:
    """Release a proposed version: the second pair of eyes."""
    publication = version_or_404(meeting_id, number)
    by = present_user()
    return _with_documents(
        publication,
        lambda: publish_service.prepare_release(publication, by=by),
        lambda ready, made: publish_service.release(ready, made, by=by.name),
        gettext("Released."),
    )


@bp.post("/versions/<int:number>/take-back")
def take_back(meeting_id: int, number: int) -> ResponseReturnValue:
    """Drop a proposed version."""
    publish_service.take_back(version_or_404(meeting_id, number))
    db.session.commit()
    return back(meeting_id, "publish")


@bp.post("/versions/<int:number>/lift")
@fresh
def lift(meeting_id: int, number: int) -> ResponseReturnValue:
    """End an embargo now; who does it has to show lately that it is they."""
    summary_or_404(meeting_id)
    publication = version_or_404(meeting_id, number)
    by = present_user()
    return _with_documents(
        publication,
        lambda: publish_service.prepare_lifting(publication),
        lambda ready, made: publish_service.lift(ready, made, by=by.name),
        gettext("The embargo is lifted. The press summary is public."),
    )


@bp.post("/withdraw")
@fresh
def withdraw(meeting_id: int) -> ResponseReturnValue:
    """Withdraw what is published; its page keeps a notice."""
    summary = summary_or_404(meeting_id)
    form = WithdrawForm(request.form, languages=summary.meeting.conference.languages)
    if not form.validate():
        return page(summary.meeting, summary, withdraw_form=form), 422
    publish_service.withdraw(summary, form.reason.data, by=present_user().name)
    db.session.commit()
    flash(gettext("Withdrawn. The page says so; documents and pictures are gone."))
    return back(meeting_id, "publish")


@bp.get("/versions/<int:number>/<language>.pdf")
def pdf(meeting_id: int, number: int, language: str) -> Response:
    """Show the PDF of a version: the stored one, or one with a mark while it waits for its release."""
    publication = version_or_404(meeting_id, number)
    text = queries.texts_of(publication).get(language)
    if text is None:
        abort(404)
    if text.pdf_key:
        return Response(storage.read(text.pdf_key), mimetype="application/pdf")
    content = publish_service.contents_of(publication)[language]
    mark = gettext("Not released yet")
    return Response(
        press_pdf(content, language, assets_of(content), mark=mark, banner=mark), mimetype="application/pdf"
    )


# --- Links for journalists ------------------------------------------------------------------------------


@bp.post("/versions/<int:number>/links")
def add_link(meeting_id: int, number: int) -> ResponseReturnValue:
    """Make a preview link for a journalist."""
    summary = summary_or_404(meeting_id)
    form = PreviewLinkForm(request.form)
    if not form.validate():
        return page(summary.meeting, summary, link_form=form), 422
    preview_service.add_link(
        version_or_404(meeting_id, number),
        preview_service.Journalist(form.name.data or "", form.email.data or "", form.language.data),
        days=form.days.data or 7,
        by=present_user().name,
    )
    db.session.commit()
    return back(meeting_id, "links")


@bp.post("/links/<int:link_id>/end")
def end_link(meeting_id: int, link_id: int) -> ResponseReturnValue:
    """End a preview link."""
    preview_service.end_link(_link_or_404(meeting_id, link_id))
    db.session.commit()
    return back(meeting_id, "links")


def _link_or_404(meeting_id: int, link_id: int) -> PreviewLink:
    summary = summary_or_404(meeting_id)
    link = row_or_404(PreviewLink, link_id)
    if link.publication.summary_id != summary.id:
        abort(404)
    return link


@bp.get("/links/<int:link_id>")
def visits(meeting_id: int, link_id: int) -> ResponseReturnValue:
    """Show what was opened by a preview link, and when."""
    link = _link_or_404(meeting_id, link_id)
    return render_template(
        "press/visits.html",
        meeting=link.publication.summary.meeting,
        link=link,
        visits=queries.visits_by(link),
    )


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
