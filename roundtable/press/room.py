"""The press room: what has been published, for everybody."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from roundtable import storage
from roundtable.languages import LANGUAGES, current_language
from roundtable.press import queries
from roundtable.press.content import from_json
from roundtable.press.models import PublicationText
from roundtable.web.access import open_page

bp = Blueprint("room", __name__, url_prefix="/press")


@bp.get("/")
@open_page
def index() -> ResponseReturnValue:
    """List the press summaries in the reader's language."""
    return render_template("press/room.html", texts=queries.published(current_language()))


@bp.get("/<slug>")
@open_page
def entry(slug: str) -> ResponseReturnValue:
    """Lead to the reader's language, or to one in which there is a text."""
    publication = queries.newest_publication(slug)
    if publication is None:
        abort(404)
    language = current_language()
    if queries.newest_text(slug, language, publication.number) is None:
        language = _any_language(slug)
    return redirect(url_for("room.page", slug=slug, language=language))


def _any_language(slug: str) -> str:
    found = [language for language in LANGUAGES if queries.newest_text(slug, language) is not None]
    return found[0] if found else abort(404)


def _text_or_404(slug: str, language: str, number: int | None) -> PublicationText:
    text = queries.newest_text(slug, language, number)
    if text is None:
        abort(404)
    return text


@bp.get("/<slug>/<language>")
@bp.get("/<slug>/<int:number>/<language>")
@open_page
def page(slug: str, language: str, number: int | None = None) -> ResponseReturnValue:
    """Show one language of a publication: the newest version, or an earlier one by its number."""
    text = _text_or_404(slug, language, number)
    newest = queries.newest_publication(slug)
    assert newest is not None
    return render_template(
        "press/page.html",
        text=text,
        content=from_json(text.content),
        publication=text.publication,
        newest=newest,
        language=language,
    )


@bp.get("/<slug>/<language>.pdf")
@bp.get("/<slug>/<int:number>/<language>.pdf")
@open_page
def pdf(slug: str, language: str, number: int | None = None) -> Response:
    """Give the stored PDF; it is never made anew."""
    text = _text_or_404(slug, language, number)
    response = Response(storage.read(text.pdf_key), mimetype="application/pdf")
    name = f"{slug}-{language}-v{text.publication.number}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return _kept(response, text.pdf_sha256)


@bp.get("/<slug>/<int:number>/picture.jpg")
@open_page
def picture(slug: str, number: int) -> Response:
    """Give the picture of a publication."""
    publication = queries.newest_publication(slug)
    numbered = (
        [one for one in queries.publications_of(publication.summary) if one.number == number]
        if publication
        else []
    )
    if not numbered or not numbered[0].picture_key:
        abort(404)
    return _kept(
        Response(storage.read(numbered[0].picture_key), mimetype="image/jpeg"), numbered[0].picture_key
    )


def _kept(response: Response, etag: str) -> Response:
    """Let readers keep the bytes and ask whether they still hold."""
    response.set_etag(etag)
    response.headers["Cache-Control"] = "public, max-age=300"
    response.make_conditional(request)
    return response
