"""The press room: what has been published, for everybody. Every address asks the clock and the withdrawal."""

from functools import lru_cache

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import NotFound

from roundtable import storage
from roundtable.languages import LANGUAGES, current_language
from roundtable.mail.delivery import init_links
from roundtable.mail.letters import public_address
from roundtable.press import pictures, queries
from roundtable.press.content import PictureShown, from_json
from roundtable.press.models import PublicationText
from roundtable.press.preview_service import addresses_of
from roundtable.press_room import file_views, preview_views
from roundtable.press_room.feed import atom
from roundtable.press_room.ninjs import news_article
from roundtable.press_room.queries import Found, edition_of, editions, found_or_404, not_withdrawn
from roundtable.web.access import open_page
from roundtable.web.caching import kept
from roundtable.web.downloads import file_answer
from roundtable.web.numbers import key_of
from roundtable.web.replica import may_come_from_replica
from roundtable.web.shelf import same_for_all

SHARES_KEPT = 64
"""Cut pictures (some 90 kB each) in memory: networks ask for one many times in the same hour."""

PAGE = 20
"""Summaries on a page of the list."""

bp = Blueprint("room", __name__, url_prefix="/press")
bp.before_request(may_come_from_replica)


@bp.get("/")
@open_page
def index() -> ResponseReturnValue:
    """List the press summaries, the newest first, each in the reader's language where there is one."""
    language = current_language()
    chosen: dict[int, PublicationText] = {}
    key = request.args.get("before", type=key_of)
    before = queries.public_publication(key) if key else None
    for text in queries.public_page(before, PAGE + 1):
        best = chosen.get(text.publication_id)
        if best is None or text.language == language:
            chosen[text.publication_id] = text
    shown = list(chosen.values())[:PAGE]
    return render_template(
        "press_room/index.html",
        editions=editions(shown),
        language=language,
        older=shown[-1].publication_id if len(chosen) > PAGE else None,
    )


@bp.get("/feed.<language>.atom")
@open_page
def feed(language: str) -> Response:
    """Give the feed of one language."""
    if language not in LANGUAGES:
        abort(404)
    content = atom(
        editions(queries.public_texts(language=language, most=50)),
        language=language,
        title=gettext("Press room"),
        address=public_address("room.feed", language=language),
        page=public_address("room.index"),
    )
    response = Response(content, mimetype="application/atom+xml")
    response.add_etag()
    return kept(response)


@bp.get("/sitemap.xml")
@open_page
def sitemap() -> Response:
    """List the public pages for search engines."""
    found = editions(queries.public_texts(most=1000))
    response = Response(render_template("press_room/sitemap.xml", editions=found), mimetype="application/xml")
    response.add_etag()
    return kept(response)


@bp.get("/<slug>")
@open_page
def entry(slug: str) -> ResponseReturnValue:
    """Lead to the reader's language, or to one in which there is a text."""
    publication = queries.public_version(slug)
    if publication is None:
        abort(404)
    languages = list(queries.texts_of(publication))
    wanted = current_language()
    return redirect(url_for("room.page", slug=slug, language=wanted if wanted in languages else languages[0]))


@bp.get("/<slug>/<language>")
@bp.get("/<slug>/<int:number>/<language>")
@open_page
def page(slug: str, language: str, number: int | None = None) -> ResponseReturnValue:
    """Show one language of a publication: the newest version, or an earlier one by its number."""
    found = found_or_404(slug, language, number)
    if found.publication.withdrawn_at is not None:
        return _notice(found, language)
    # What is published does not change. Its page says besides which version is the newest, and since when it is public.
    key = (found.text.id, found.text.pdf_sha256, request.path, language, found.newest, found.first_at)
    response = Response(same_for_all(key, lambda: _written(found, language)))
    response.headers["X-Robots-Tag"] = "all" if found.is_newest else "noindex"
    return response


def _written(found: Found, language: str) -> str:
    edition = edition_of(found)
    share = public_address("room.share", slug=edition.slug, number=edition.number) if edition.pictures else ""
    return render_template(
        "press_room/page.html",
        edition=edition,
        content=edition.content,
        language=language,
        is_newest=found.is_newest,
        share=share,
        article=news_article(edition, share),
        banner="",
    )


def _notice(found: Found, language: str) -> ResponseReturnValue:
    content = from_json(found.text.content)
    return render_template(
        "press_room/withdrawn.html",
        publication=found.publication,
        languages=content.languages,
        language=language,
    ), 410


@bp.get("/<slug>/<language>.pdf")
@bp.get("/<slug>/<int:number>/<language>.pdf")
@open_page
def pdf(slug: str, language: str, number: int | None = None) -> Response:
    """Give the stored PDF; it is never made anew."""
    found = found_or_404(slug, language, number)
    not_withdrawn(found.publication)
    name = f"{slug}-{language}-v{found.publication.number}.pdf"
    response = file_answer(storage.read(found.text.pdf_key), "application/pdf", name, is_shown=True)
    response.set_etag(found.text.pdf_sha256)
    return kept(response)


def _picture_or_404(slug: str, number: int, place: int) -> PictureShown:
    publication = queries.public_version(slug, number)
    if publication is None:
        abort(404)
    text = next(iter(queries.texts_of(not_withdrawn(publication)).values()))
    shown = from_json(text.content).pictures
    return shown[place - 1] if 1 <= place <= len(shown) else abort(404)


@bp.get("/<slug>/<int:number>/picture-<int:place>.jpg")
@open_page
def picture(slug: str, number: int, place: int) -> Response:
    """Give a picture of a publication as the page shows it."""
    shown = _picture_or_404(slug, number, place)
    response = Response(storage.read(shown.key), mimetype="image/jpeg")
    response.set_etag(shown.key)
    return kept(response)


@bp.get("/<slug>/<int:number>/share.jpg")
@open_page
def share(slug: str, number: int) -> Response:
    """Give the first picture in the shape in which networks show a link."""
    shown = _picture_or_404(slug, number, 1)
    response = Response(mimetype="image/jpeg")
    response.set_etag(f"share-{shown.key}-{shown.focal_x}-{shown.focal_y}")
    if not request.if_none_match.contains(response.get_etag()[0] or ""):
        response.set_data(_cut(shown.key, shown.focal_x, shown.focal_y))
    return kept(response)


@lru_cache(SHARES_KEPT)
def _cut(key: str, focal_x: int, focal_y: int) -> bytes:
    return pictures.shared(storage.read(key), focal_x, focal_y)


@bp.errorhandler(FileNotFoundError)
@file_views.bp.errorhandler(FileNotFoundError)
@preview_views.bp.errorhandler(FileNotFoundError)
def missing(_error: FileNotFoundError) -> ResponseReturnValue:
    """Say that a file is not there, as after a restore without the files."""
    return current_app.handle_http_exception(NotFound())


def init_app(app: Flask) -> None:
    """Serve the press room, its files, and the previews under embargo."""
    app.register_blueprint(bp)
    app.register_blueprint(file_views.bp)
    app.register_blueprint(preview_views.bp)
    with app.app_context():
        init_links("preview", addresses_of)
