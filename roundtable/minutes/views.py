"""Pages of the record."""

from collections.abc import Callable

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from roundtable.accounts.access import present_user
from roundtable.agenda.queries import items_of
from roundtable.conferences.access import meeting_or_404, rights_in
from roundtable.conferences.models import Meeting
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.guests.queries import participants_of, zone_names_at
from roundtable.languages import current_language, refusal_text
from roundtable.minutes import document_service, entry_service, queries, service, translations
from roundtable.minutes.access import minutes_or_404
from roundtable.minutes.differences import word_difference
from roundtable.minutes.entry_service import Conflict, Writer
from roundtable.minutes.forms import (
    ACTION_NAMES,
    ADOPTION_NAMES,
    KIND_NAMES,
    PRESENCE_NAMES,
    Choices,
    EntryForm,
)
from roundtable.minutes.kinds import Adoption, Presence
from roundtable.minutes.models import Entry, EntryVersion, Minutes
from roundtable.minutes.record import Record
from roundtable.minutes.word_service import DOCX, docx_of
from roundtable.web.access import row_or_404
from roundtable.web.downloads import file_answer
from roundtable.web.numbers import key_of
from roundtable.words import tidy

bp = Blueprint("minutes", __name__)


def _readable(meeting: Meeting) -> tuple[Minutes | None, Record | None]:
    """Return minutes and record as far as the present user may read them.

    Drafts are for those who keep the record; off-the-record statements, too.
    """
    minutes = queries.minutes_of(meeting)
    if minutes is None:
        return None, None
    if Right.KEEP_RECORD in rights_in(meeting.conference):
        return minutes, queries.record_of(minutes)
    return (minutes, queries.record_of(minutes).common()) if minutes.is_sealed else (None, None)


def choices_for(meeting: Meeting) -> tuple[Choices, Choices]:
    """Return the agenda items and the participants that an entry can name, by their ids."""
    language = current_language()
    items = {str(item.id): item.titles.in_language(language) for item in items_of(meeting)}
    participants = {
        str(one.id): f"{one.city.names.in_language(language)} — {one.called(language)}".rstrip(" —")
        for one in participants_of(meeting.conference_id)
    }
    return items, participants


def _new_form(meeting: Meeting) -> EntryForm:
    languages = meeting.conference.languages
    items, participants = choices_for(meeting)
    form = EntryForm(languages=languages, language=languages[0]).offer(items, participants)
    form.item_id.data = request.args.get("item", next(iter(items), ""))
    return form


def _page(meeting: Meeting, form: EntryForm | None = None) -> str:
    minutes, record = _readable(meeting)
    rights = rights_in(meeting.conference)
    may_write = minutes is not None and not minutes.is_sealed and Right.KEEP_RECORD in rights
    return render_template(
        "minutes/show.html",
        meeting=meeting,
        conference=meeting.conference,
        rights=rights,
        minutes=minutes,
        record=record,
        may_write=may_write,
        zones=zone_names_at(meeting.conference_id),
        kind_names=KIND_NAMES,
        presence_names=PRESENCE_NAMES,
        presences=Presence,
        form=(form or _new_form(meeting)) if may_write else None,
        adoption_names=ADOPTION_NAMES,
        action_names=ACTION_NAMES,
        amendments=queries.amendments_in(minutes, record) if minutes and record else [],
        waiting=queries.open_remarks(minutes) if minutes is not None else 0,
    )


@bp.get("/meetings/<int:meeting_id>/minutes")
def show(meeting_id: int) -> ResponseReturnValue:
    """Show the record."""
    return _page(meeting_or_404(meeting_id, Right.READ))


@bp.post("/meetings/<int:meeting_id>/minutes/begin")
def begin(meeting_id: int) -> ResponseReturnValue:
    """Begin the record."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    service.begin(meeting)
    db.session.commit()
    return redirect(url_for("minutes.show", meeting_id=meeting.id))


@bp.post("/meetings/<int:meeting_id>/minutes/attendance")
def set_attendance(meeting_id: int) -> ResponseReturnValue:
    """Set how the participants took part."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    minutes = minutes_or_404(meeting)
    lines = {}
    for row in queries.attendance_of(minutes):
        chosen = request.form.get(f"presence-{row.participant_id}")
        if chosen in set(Presence):
            who = tidy(request.form.get(f"representative-{row.participant_id}"))[:300]
            lines[row.participant_id] = (Presence(chosen), who)
    service.set_attendance(minutes, lines)
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("minutes.show", meeting_id=meeting.id) + "#attendance")


@bp.post("/meetings/<int:meeting_id>/minutes/entries")
def add_entry(meeting_id: int) -> ResponseReturnValue:
    """Write an entry."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    minutes = minutes_or_404(meeting)
    form = EntryForm(request.form, languages=meeting.conference.languages).offer(*choices_for(meeting))
    service.check_open(minutes)
    if not form.validate():
        return _page(meeting, form), 422
    entry = entry_service.add_entry(minutes, form.written(), Writer(present_user().name))
    db.session.commit()
    back = url_for("minutes.show", meeting_id=meeting.id, item=form.item_id.data)
    return redirect(f"{back}#entry{entry.id}")


def _entry_or_404(minutes: Minutes, entry_id: int) -> Entry:
    return row_or_404(Entry, entry_id, minutes_id=minutes.id)


@bp.route("/meetings/<int:meeting_id>/minutes/entries/<int:entry_id>", methods=["GET", "POST"])
def edit_entry(meeting_id: int, entry_id: int) -> ResponseReturnValue:
    """Change an entry; what two people write at once is shown side by side."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    minutes = minutes_or_404(meeting)
    entry = _entry_or_404(minutes, entry_id)
    service.check_open(minutes)
    languages = meeting.conference.languages
    if request.method == "GET":
        form = EntryForm(obj=entry, languages=languages).offer(*choices_for(meeting))
        form.kind.data, form.off_record.data = entry.kind.value, not entry.on_record
        form.item_id.data = str(entry.item_id or "")
        form.speaker_id.data, form.owner_id.data = str(entry.speaker_id or ""), str(entry.owner_id or "")
        form.adoption.data = entry.adoption.value if entry.adoption else Adoption.CONSENSUS.value
        return _entry_page(meeting, entry, form)
    form = EntryForm(request.form, languages=languages).offer(*choices_for(meeting))
    if not form.validate():
        return _entry_page(meeting, entry, form), 422
    try:
        entry_service.change_entry(
            entry, form.written(), Writer(present_user().name), version=form.version.data or 0
        )
    except Conflict as refusal:
        db.session.rollback()
        form.version.data = entry.version
        return _entry_page(meeting, entry, form, refusal_text(refusal)), 409
    db.session.commit()
    return redirect(url_for("minutes.show", meeting_id=meeting.id) + f"#entry{entry.id}")


def _entry_page(meeting: Meeting, entry: Entry, form: EntryForm, conflict: str = "") -> str:
    behind = translations.stale(entry.texts, entry.based_on, entry.language)
    return render_template(
        "minutes/entry.html", meeting=meeting, entry=entry, form=form, conflict=conflict, stale=behind
    )


@bp.get("/meetings/<int:meeting_id>/minutes/entries/<int:entry_id>/history")
def history(meeting_id: int, entry_id: int) -> ResponseReturnValue:
    """Show everything that an entry has said: who wrote what when, and what each writing changed."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    entry = _entry_or_404(minutes_or_404(meeting), entry_id)
    versions = queries.history_of(entry)
    older = [*versions[1:], None]
    steps = [
        (one, word_difference(_original(before), _original(one)))
        for one, before in zip(versions, older, strict=True)
    ]
    return render_template(
        "minutes/history.html",
        meeting=meeting,
        entry=entry,
        steps=steps,
        kind_names=KIND_NAMES,
    )


def _original(version: EntryVersion | None) -> str:
    """Return the words of a version in their original language."""
    return str(version.values["texts"].get(version.values["language"], "")) if version else ""


@bp.post("/meetings/<int:meeting_id>/minutes/entries/<int:entry_id>/move")
def move_entry(meeting_id: int, entry_id: int) -> ResponseReturnValue:
    """Move an entry up or down."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    entry = _entry_or_404(minutes_or_404(meeting), entry_id)
    entry_service.move_entry(entry, -1 if request.form.get("direction") == "up" else 1)
    db.session.commit()
    return redirect(url_for("minutes.show", meeting_id=meeting.id) + f"#entry{entry_id}")


@bp.post("/meetings/<int:meeting_id>/minutes/order")
def order_entries(meeting_id: int) -> ResponseReturnValue:
    """Put the entries of an agenda item into the order of the page; those of other items move here."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    keys = request.form.getlist("key", type=key_of)
    item_id = request.args.get("item", type=key_of)
    entry_service.order_entries(minutes_or_404(meeting), item_id, keys)
    db.session.commit()
    return redirect(url_for("minutes.show", meeting_id=meeting.id))


@bp.post("/meetings/<int:meeting_id>/minutes/entries/<int:entry_id>/remove")
def remove_entry(meeting_id: int, entry_id: int) -> ResponseReturnValue:
    """Take an entry out."""
    meeting = meeting_or_404(meeting_id, Right.KEEP_RECORD)
    entry = _entry_or_404(minutes_or_404(meeting), entry_id)
    entry_service.remove_entry(entry, Writer(present_user().name))
    db.session.commit()
    return redirect(url_for("minutes.show", meeting_id=meeting.id))


PDF = "application/pdf"


def _document(
    meeting_id: int, name: str, make: Callable[[Minutes, str, bool], bytes], media_type: str = PDF
) -> Response:
    """Return a document of the record, as far as the reader may read it."""
    meeting = meeting_or_404(meeting_id, Right.READ)
    minutes, record = _readable(meeting)
    if minutes is None or record is None:
        abort(404)
    language = current_language()
    is_full = Right.KEEP_RECORD in rights_in(meeting.conference) and "common" not in request.args
    is_shown = media_type == PDF
    called = f"{name}-{meeting.id}-{language}.{'pdf' if is_shown else 'docx'}"
    return file_answer(make(minutes, language, is_full), media_type, called, is_shown=is_shown)


@bp.get("/meetings/<int:meeting_id>/minutes.pdf")
def pdf(meeting_id: int) -> ResponseReturnValue:
    """Give the record as a PDF: in full to who keeps it, else the common part."""
    return _document(
        meeting_id,
        "minutes",
        lambda minutes, language, is_full: document_service.pdf_of(minutes, language, is_full=is_full),
    )


@bp.get("/meetings/<int:meeting_id>/minutes.docx")
def docx(meeting_id: int) -> ResponseReturnValue:
    """Give the record as a Word document."""
    return _document(
        meeting_id,
        "minutes",
        lambda minutes, language, is_full: docx_of(minutes, language, is_full=is_full),
        DOCX,
    )


@bp.get("/meetings/<int:meeting_id>/attendance.pdf")
def attendance_list(meeting_id: int) -> ResponseReturnValue:
    """Give the attendance list as a PDF."""
    return _document(
        meeting_id,
        "attendance",
        lambda minutes, language, _: document_service.attendance_pdf(minutes, language),
    )


@bp.get("/meetings/<int:meeting_id>/decisions.pdf")
def decisions_list(meeting_id: int) -> ResponseReturnValue:
    """Give the decisions with their numbers as a PDF."""
    return _document(
        meeting_id,
        "decisions",
        lambda minutes, language, _: document_service.decisions_pdf(minutes, language),
    )


def init_app(app: Flask) -> None:
    """Serve the pages."""
    app.register_blueprint(bp)
