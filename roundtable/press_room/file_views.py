"""Files of the press room: for news systems, editors and newsrooms; and the proof of a PDF."""

import hashlib
import json
import re
from dataclasses import replace

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from roundtable import signing, storage
from roundtable.languages import speaking
from roundtable.minutes.word_service import DOCX
from roundtable.press import queries
from roundtable.press.content import from_json
from roundtable.press_room.editions import Edition
from roundtable.press_room.kit import Made, kit
from roundtable.press_room.ninjs import ninjs
from roundtable.press_room.plain import plain_text
from roundtable.press_room.queries import edition_of, editions, found_or_404, not_withdrawn
from roundtable.press_room.word_document import docx_of
from roundtable.web.access import open_page
from roundtable.web.caching import kept
from roundtable.web.downloads import file_answer
from roundtable.web.guards import limiter
from roundtable.web.replica import may_come_from_replica

bp = Blueprint("files", __name__, url_prefix="/press")
bp.before_request(may_come_from_replica)


def _edition_or_404(slug: str, language: str, number: int | None) -> Edition:
    found = found_or_404(slug, language, number)
    not_withdrawn(found.publication)
    return edition_of(found)


def _download(content: bytes, mimetype: str, name: str) -> Response:
    response = file_answer(content, mimetype, name)
    response.add_etag()
    return kept(response)


@bp.get("/<slug>/<language>.json")
@bp.get("/<slug>/<int:number>/<language>.json")
@open_page
def ninjs_file(slug: str, language: str, number: int | None = None) -> Response:
    """Give the text for news systems (IPTC ninjs); of a withdrawn one, that it is withdrawn."""
    found = found_or_404(slug, language, number)
    values = ninjs(edition_of(found), is_withdrawn=found.publication.withdrawn_at is not None)
    response = Response(json.dumps(values, ensure_ascii=False), mimetype="application/json")
    response.add_etag()
    return kept(response)


@bp.get("/<slug>/<language>.txt")
@bp.get("/<slug>/<int:number>/<language>.txt")
@open_page
def text(slug: str, language: str, number: int | None = None) -> Response:
    """Give the plain text."""
    edition = _edition_or_404(slug, language, number)
    return _download(plain_text(edition.content, language).encode(), "text/plain", f"{edition.name}.txt")


@bp.get("/<slug>/<language>.docx")
@bp.get("/<slug>/<int:number>/<language>.docx")
@open_page
def docx(slug: str, language: str, number: int | None = None) -> Response:
    """Give the text as a Word document."""
    edition = _edition_or_404(slug, language, number)
    return _download(docx_of(edition), DOCX, f"{edition.name}.docx")


@bp.get("/<slug>/<int:number>/kit.zip")
@open_page
@limiter.limit("30 per minute")
def press_kit(slug: str, number: int) -> Response:
    """Give the press kit: everything, in every language."""
    publication = queries.public_version(slug, number)
    if publication is None:
        abort(404)
    texts = list(queries.texts_of(not_withdrawn(publication)).values())
    made = [
        Made(one, storage.read(row.pdf_key), _page(one), docx_of(one))
        for row, one in zip(texts, editions(texts), strict=True)
    ]
    photos = [storage.read(picture.print_key) for picture in from_json(texts[0].content).pictures]
    return _download(kit(made, photos), "application/zip", f"{slug}-v{number}.zip")


def _page(edition: Edition) -> str:
    with speaking(edition.language):
        return render_template(
            "press_room/kit.html",
            edition=edition,
            # The pictures lie beside the page, in the same archive.
            local=replace(
                edition,
                pictures=tuple(
                    f"../photos/photo-{place}.jpg" for place in range(1, len(edition.pictures) + 1)
                ),
            ),
            content=edition.content,
            language=edition.language,
        )


# --- Proof ----------------------------------------------------------------------------------------------


@bp.get("/verify")
@open_page
def verify() -> ResponseReturnValue:
    """Ask for a PDF, or for its SHA-256."""
    return _proof(asked="", found=None, fault=False)


def _proof(**values: object) -> str:
    signs = signing.identity(current_app.config["ROUNDTABLE"]) is not None
    return render_template("press_room/verify.html", signs=signs, **values)


@bp.post("/verify")
@open_page
def verified() -> ResponseReturnValue:
    """Say whether a PDF is one that was published here. The file is not kept."""
    upload = request.files.get("pdf")
    digest = re.sub(r"[\s:]", "", request.form.get("sha256", "")).lower()
    if upload is not None and upload.filename:
        digest = hashlib.sha256(upload.read()).hexdigest()
    is_hash = re.fullmatch(r"[0-9a-f]{64}", digest) is not None
    text = queries.public_hash(digest) if is_hash else None
    newest = queries.public_version(text.publication.slug) if text is not None else None
    page = _proof(asked=digest if is_hash else "", found=text, newest=newest, fault=not is_hash)
    return page, 200 if is_hash else 422
