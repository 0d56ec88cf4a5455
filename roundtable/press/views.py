"""The press desk, behind sign-in: composing."""

import base64

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable import dates, storage
from roundtable.accounts.access import limit_uploads, present_user
from roundtable.conferences.access import meeting_or_404, rights_in
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import Right
from roundtable.db import Texts, db
from roundtable.errors import Refusal
from roundtable.guests.queries import zone_names_at
from roundtable.languages import current_language, refusal_text
from roundtable.minutes.kinds import EntryKind
from roundtable.minutes.queries import minutes_of
from roundtable.minutes.translations import stale
from roundtable.press import block_service, clearing, pictures, preview_service, publish_service, queries
from roundtable.press.block_service import Conflict
from roundtable.press.content import Content
from roundtable.press.content_service import Edition, content_in, gathered, reading_in
from roundtable.press.document import assets_of, press_pages, press_pdf
from roundtable.press.forms import (
    BLOCK_NAMES,
    HINTS,
    STANDING_NAMES,
    AskForm,
    BlockForm,
    PictureForm,
    PreviewLinkForm,
    ProposeForm,
    ToldForm,
    WithdrawForm,
)
from roundtable.press.kinds import BlockKind, PublicationStage
from roundtable.press.models import Block, PressPicture, PressSummary, Publication
from roundtable.press.table_picture import table_picture
from roundtable.web.access import row_or_404
from roundtable.web.numbers import key_of

bp = Blueprint("press", __name__)


def page(meeting: Meeting, summary: PressSummary | None, **changed: object) -> str:
    """Return the press desk; `changed` is what a faulty form puts in the place of the usual."""
    minutes = minutes_of(meeting)
    languages = meeting.conference.languages
    values: dict[str, object] = {
        "conflict": None,
        "publish_refusal": "",
        "block_refusal": "",
        "picture_form": PictureForm(),
        "block_forms": {},
        "telling": 0,
    }
    if summary is not None:
        values |= _desk(summary, languages)
    return render_template(
        "press/desk.html",
        meeting=meeting,
        conference=meeting.conference,
        rights=rights_in(meeting.conference),
        languages=languages,
        approved=minutes is not None and minutes.is_sealed,
        summary=summary,
        **{**values, **changed},
    )


def _desk(summary: PressSummary, languages: list[str]) -> dict[str, object]:
    found = gathered(summary)
    versions = queries.publications_of(summary)
    quotes = [block for block in found.blocks if block.kind is BlockKind.QUOTE]
    quoted = {block.entry_id for block in quotes}
    entries = {entry.id: entry for entry in found.record.entries()}
    return {
        "home_city": dates.zone_city(summary.meeting.zone, current_language()),
        "preview_address": preview_service.address_of,
        "ask_form": AskForm(),
        "told_form": ToldForm(),
        "zones": zone_names_at(summary.meeting.conference_id),
        "blocks": found.blocks,
        "entries": entries,
        "stale": {block.id: stale(block.texts, block.based_on, block.language) for block in found.blocks},
        "requests": found.requests,
        "standings": {one.id: clearing.standing(one.texts, found.requests[one.id]) for one in quotes},
        "unreleased": {one.id: found.unreleased(one) for one in quotes},
        "quotable": [
            one for one in found.record.entries(EntryKind.STATEMENT) if one.id not in quoted and one.speaker
        ],
        "versions": versions,
        "waiting": versions[0] if versions and versions[0].stage is PublicationStage.PROPOSED else None,
        "may_release": not versions or publish_service.may_release(versions[0], present_user()),
        "preview_links": queries.preview_links_of(versions[:1]),
        "propose_form": ProposeForm(languages=languages),
        "withdraw_form": WithdrawForm(languages=languages),
        "link_form": PreviewLinkForm(),
        "forms": {block.id: form_of(block, languages) for block in found.blocks},
        "block_names": BLOCK_NAMES,
        "standing_names": STANDING_NAMES,
    }


def form_of(block: Block, languages: list[str]) -> BlockForm:
    """Return the form of a part, filled with what stands there."""
    picture = block.picture
    more = {name: getattr(picture, name) for name in _OF_PICTURE} if picture else {}
    data = {"texts": block.texts, "language": block.language, "version": block.version, **more}
    return BlockForm(kind=block.kind, languages=languages, data=data)


_OF_PICTURE = ("alternatives", "credit", "rights", "consent", "shape", "focal_x", "focal_y")


@bp.get("/meetings/<int:meeting_id>/press")
def show(meeting_id: int) -> ResponseReturnValue:
    """Show the press desk of a meeting."""
    meeting = meeting_or_404(meeting_id, Right.WRITE_PRESS)
    return page(meeting, queries.summary_of(meeting))


@bp.post("/meetings/<int:meeting_id>/press/begin")
def begin(meeting_id: int) -> ResponseReturnValue:
    """Compose the first draft from the approved record."""
    meeting = meeting_or_404(meeting_id, Right.WRITE_PRESS)
    block_service.begin(meeting, by=present_user().name)
    db.session.commit()
    return back(meeting_id)


def back(meeting_id: int, part: str = "") -> ResponseReturnValue:
    """Lead back to the desk, to one of its parts."""
    return redirect(url_for("press.show", meeting_id=meeting_id) + (f"#{part}" if part else ""))


def summary_or_404(meeting_id: int) -> PressSummary:
    """Return the press summary of a meeting if the present user may write it."""
    summary = queries.summary_of(meeting_or_404(meeting_id, Right.WRITE_PRESS))
    if summary is None:
        abort(404)
    return summary


def version_or_404(meeting_id: int, number: int) -> Publication:
    """Return a version of a meeting's press summary if the present user may write it."""
    versions = queries.publications_of(summary_or_404(meeting_id))
    return next((one for one in versions if one.number == number), None) or abort(404)


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


@bp.post("/meetings/<int:meeting_id>/press/parts/<int:block_id>")
def write(meeting_id: int, block_id: int) -> ResponseReturnValue:
    """Save one part; a script saves it while it is written, and gets JSON."""
    summary = summary_or_404(meeting_id)
    block = row_or_404(Block, block_id, summary_id=summary.id)
    languages = summary.meeting.conference.languages
    form = BlockForm(request.form, kind=block.kind, languages=languages)
    if not form.validate():
        return _unsaved(summary, block, form, [message for _, message in form.first_errors], 422)
    try:
        block_service.write(block, form.written(), version=form.version.data or 0, by=present_user().name)
    except Conflict as conflict:
        db.session.rollback()
        if _wants_json():
            return _state(block) | {"refusal": refusal_text(conflict), "texts": dict(block.texts)}, 409
        form.version.data = block.version
        return page(summary.meeting, summary, conflict=block, block_forms={block.id: form}), 409
    except Refusal as refusal:
        db.session.rollback()
        return _unsaved(summary, block, form, [refusal_text(refusal)], 409)
    db.session.commit()
    if _wants_json():
        return _state(block)
    return back(meeting_id, f"part{block.id}")


def _state(block: Block) -> dict[str, object]:
    standing = ""
    if block.kind is BlockKind.QUOTE:
        requests = queries.clearances_of([block])[block.id]
        standing = str(STANDING_NAMES[clearing.standing(block.texts, requests)])
    return {
        "version": block.version,
        "by": block.changed_by,
        "stale": list(stale(block.texts, block.based_on, block.language)),
        "standing": standing,
    }


def _unsaved(
    summary: PressSummary, block: Block, form: BlockForm, faults: list[str], status: int
) -> ResponseReturnValue:
    if _wants_json():
        return {"refusal": " ".join(faults)}, status
    refusal = faults[0] if status == 409 else ""
    return page(summary.meeting, summary, block_forms={block.id: form}, block_refusal=refusal), status


@bp.post("/meetings/<int:meeting_id>/press/parts")
def add(meeting_id: int) -> ResponseReturnValue:
    """Add a paragraph or a box."""
    summary = summary_or_404(meeting_id)
    kind = BlockKind.BOX if request.form.get("kind") == BlockKind.BOX else BlockKind.PARAGRAPH
    block = block_service.add_words(summary, kind, by=present_user().name)
    db.session.commit()
    return back(meeting_id, f"part{block.id}")


@bp.post("/meetings/<int:meeting_id>/press/quotes")
def add_quote(meeting_id: int) -> ResponseReturnValue:
    """Quote a statement."""
    summary = summary_or_404(meeting_id)
    entry_id = request.form.get("entry_id", 0, type=key_of)
    block = block_service.add_quote(summary, entry_id, by=present_user().name)
    db.session.commit()
    return back(meeting_id, f"part{block.id}")


@bp.post("/meetings/<int:meeting_id>/press/pictures")
def add_picture(meeting_id: int) -> ResponseReturnValue:
    """Add a picture that somebody uploads."""
    summary = summary_or_404(meeting_id)
    limit_uploads()
    upload = request.files.get("picture")
    content = upload.read(pictures.MOST_BYTES + 1) if upload else b""
    # The database is free for others while the picture is unpacked.
    db.session.rollback()
    try:
        ready = pictures.prepared(content)
    except Refusal as refusal:
        form = PictureForm()
        form.picture.errors = [refusal_text(refusal)]
        return page(summary.meeting, summary, picture_form=form), 422
    block = block_service.add_picture(summary, ready, by=present_user().name)
    db.session.commit()
    return back(meeting_id, f"part{block.id}")


@bp.post("/meetings/<int:meeting_id>/press/pictures/table")
def add_table_picture(meeting_id: int) -> ResponseReturnValue:
    """Add the picture of the table, with its words ready in every language."""
    summary = summary_or_404(meeting_id)
    drawn = table_picture(
        block_service.approved_record(summary.meeting), summary.meeting.conference.languages
    )
    block = block_service.add_picture(
        summary,
        pictures.prepared(drawn.content),
        by=present_user().name,
        captions=drawn.captions,
        alternatives=drawn.alternatives,
        credit=drawn.credit,
        rights=drawn.rights,
    )
    db.session.commit()
    return back(meeting_id, f"part{block.id}")


@bp.get("/meetings/<int:meeting_id>/press/pictures/<int:picture_id>.jpg")
def picture(meeting_id: int, picture_id: int) -> Response:
    """Show a picture of the draft."""
    found = row_or_404(PressPicture, picture_id, summary_id=summary_or_404(meeting_id).id)
    return Response(storage.read(found.key), mimetype="image/jpeg")


@bp.post("/meetings/<int:meeting_id>/press/parts/<int:block_id>/remove")
def remove(meeting_id: int, block_id: int) -> ResponseReturnValue:
    """Take a part out."""
    block_service.remove(row_or_404(Block, block_id, summary_id=summary_or_404(meeting_id).id))
    db.session.commit()
    return back(meeting_id, "parts")


@bp.post("/meetings/<int:meeting_id>/press/parts/<int:block_id>/move")
def move(meeting_id: int, block_id: int) -> ResponseReturnValue:
    """Move a part up or down."""
    block = row_or_404(Block, block_id, summary_id=summary_or_404(meeting_id).id)
    block_service.move(block, -1 if request.form.get("direction") == "up" else 1)
    db.session.commit()
    return back(meeting_id, f"part{block_id}")


@bp.post("/meetings/<int:meeting_id>/press/order")
def order(meeting_id: int) -> ResponseReturnValue:
    """Put the parts into an order that was dragged together."""
    summary = summary_or_404(meeting_id)
    block_service.reorder(summary, request.form.getlist("key", type=key_of))
    db.session.commit()
    return back(meeting_id, "parts")


# --- Preview -------------------------------------------------------------------------------------------


def _draft(summary: PressSummary, language: str) -> Content:
    if language not in summary.meeting.conference.languages:
        abort(404)
    number = len(queries.publications_of(summary)) + 1
    edition = Edition(number, None, summary.meeting.conference.languages, Texts())
    return content_in(gathered(summary), language, edition, is_draft=True)


@bp.get("/meetings/<int:meeting_id>/press/preview/<language>.pdf")
def preview(meeting_id: int, language: str) -> ResponseReturnValue:
    """Give the PDF as it would be published now."""
    content = _draft(summary_or_404(meeting_id), language)
    mark = gettext("Draft, not for publication")
    return Response(
        press_pdf(content, language, assets_of(content), mark=mark, banner=mark), mimetype="application/pdf"
    )


@bp.get("/meetings/<int:meeting_id>/press/preview/<language>.json")
def preview_pages(meeting_id: int, language: str) -> ResponseReturnValue:
    """Give pictures of the pages, and how the text reads, for the preview beside it."""
    content = _draft(summary_or_404(meeting_id), language)
    reading = reading_in(content)
    # The database is free for others while the pages are drawn.
    db.session.rollback()
    pages = press_pages(content, language, assets_of(content), mark=gettext("Draft, not for publication"))
    return {
        "pages": [base64.b64encode(one).decode("ascii") for one in pages],
        "length": gettext(
            "%(words)d words · %(minutes)d min · headline %(characters)d characters",
            words=reading.words,
            minutes=reading.minutes,
            characters=reading.headline_characters,
        ),
        "hints": [str(HINTS[hint]) for hint in reading.hints],
    }


def init_app(app: Flask) -> None:
    """Serve the press desk."""
    app.register_blueprint(bp)
