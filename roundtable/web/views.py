"""Pages that belong to no feature: the fonts and the choice of the language."""

from flask import Blueprint, Flask, Response, abort, current_app, redirect, request, send_file, session
from flask.typing import ResponseReturnValue

from roundtable import fonts
from roundtable.languages import LANGUAGES
from roundtable.web.access import open_page, own_path

bp = Blueprint("web", __name__)


@bp.get("/fonts/<name>.woff2")
@open_page
def font(name: str) -> Response:
    """Serve a face with the letters that pages need; it never changes under its name."""
    part = "-far" if name.endswith("-far") else ""
    face = fonts.named(name.removesuffix(part))
    if face is None:
        abort(404)
    file = fonts.small_file(face, part, current_app.config["ROUNDTABLE"].data_dir / "fonts")
    response = send_file(file, mimetype="font/woff2", max_age=365 * 86400)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@bp.post("/language")
@open_page
def choose_language() -> ResponseReturnValue:
    """Remember the reader's choice in the cookie and go back to the page."""
    language = request.form.get("language")
    if language not in LANGUAGES:
        abort(400)
    session["language"] = language
    return redirect(own_path(request.form.get("next")) or "/")


@bp.get("/robots.txt")
@open_page
def robots() -> Response:
    """Ask search engines to read the press room only."""
    site_map = f"{current_app.config['ROUNDTABLE'].public_url}/press/sitemap.xml"
    rules = f"User-agent: *\nAllow: /press\nDisallow: /\nSitemap: {site_map}\n"
    return Response(rules, mimetype="text/plain")


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
