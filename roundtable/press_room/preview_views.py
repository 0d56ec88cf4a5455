"""Under embargo: what a journalist with a preview link reads. Everybody else gets the same 404."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable import storage
from roundtable.languages import prefer
from roundtable.press import preview_service, queries
from roundtable.press.content import from_json
from roundtable.press.content_service import free_from
from roundtable.press.document import assets_of, press_pdf
from roundtable.press.models import PreviewLink, PublicationText
from roundtable.press_room.queries import under_embargo
from roundtable.web.access import by_link

bp = Blueprint("preview", __name__, url_prefix="/p")


def _link_or_404(token: str, what: str) -> PreviewLink:
    link = preview_service.link_of(token)
    if link is None:
        abort(404)
    prefer(link.language)
    if link.publication.is_under_embargo and request.method != "HEAD":
        preview_service.note_visit(link, what)
    return link


def _text_or_404(link: PreviewLink, language: str) -> PublicationText:
    return queries.texts_of(link.publication).get(language) or abort(404)


def _addresses(token: str) -> Callable[..., str]:
    return lambda endpoint, **values: url_for(endpoint, token=token, **values)


def _banner(link: PreviewLink, language: str) -> str:
    return gettext(
        "Embargo until %(when)s. For %(who)s only; please do not pass it on.",
        when=free_from(link.publication.summary, link.publication.visible_at, language),
        who=link.name,
    )


@bp.get("/<token>")
@by_link
def entry(token: str) -> ResponseReturnValue:
    """Lead to the journalist's language."""
    link = preview_service.link_of(token)
    if link is None:
        abort(404)
    languages = list(queries.texts_of(link.publication))
    language = link.language if link.language in languages else languages[0]
    return redirect(url_for("preview.page", token=token, language=language))


@bp.get("/<token>/<language>")
@by_link
def page(token: str, language: str) -> ResponseReturnValue:
    """Show the text with its banner; once it is public, lead to the public page."""
    link = _link_or_404(token, f"page {language}")
    text = _text_or_404(link, language)
    if not link.publication.is_under_embargo:
        return redirect(url_for("room.page", slug=link.publication.slug, language=language))
    edition = under_embargo(text, _addresses(token))
    return render_template(
        "press_room/page.html",
        edition=edition,
        content=edition.content,
        language=language,
        is_newest=True,
        share="",
        article=None,
        banner=_banner(link, language),
    )


@bp.get("/<token>/<language>.pdf")
@by_link
def pdf(token: str, language: str) -> ResponseReturnValue:
    """Give the PDF with banner and mark; the clean one waits for its hour."""
    link = _link_or_404(token, f"pdf {language}")
    content = from_json(_text_or_404(link, language).content)
    if not link.publication.is_under_embargo:
        return redirect(url_for("room.pdf", slug=link.publication.slug, language=language))
    mark = f"{gettext('Under embargo')} · {link.name}"
    made = press_pdf(content, language, assets_of(content), mark=mark, banner=_banner(link, language))
    return Response(made, mimetype="application/pdf")


@bp.get("/<token>/picture-<int:place>.jpg")
@by_link
def picture(token: str, place: int) -> Response:
    """Give a picture."""
    link = preview_service.link_of(token)
    if link is None:
        abort(404)
    shown = from_json(next(iter(queries.texts_of(link.publication).values())).content).pictures
    if not 1 <= place <= len(shown):
        abort(404)
    return Response(storage.read(shown[place - 1].key), mimetype="image/jpeg")
