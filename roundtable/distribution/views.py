"""Distribution lists, behind sign-in; and the page on which a newsroom leaves them."""

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from roundtable.accounts.access import fresh, present_user
from roundtable.conferences.access import conference_or_404
from roundtable.conferences.models import Conference
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.distribution import entering, service
from roundtable.distribution.forms import ListForm, NewsroomsForm
from roundtable.distribution.models import Newsroom, PressList
from roundtable.errors import Refusal
from roundtable.guests.queries import zone_names_at
from roundtable.languages import prefer, refusal_text
from roundtable.mail.delivery import init_links
from roundtable.press.models import Publication
from roundtable.press.views import version_or_404
from roundtable.web.access import by_link, row_or_404
from roundtable.web.numbers import key_of

bp = Blueprint("distribution", __name__)
newsrooms = Blueprint("newsrooms", __name__)


def _conference_or_404(conference_id: int) -> Conference:
    return conference_or_404(conference_id, Right.WRITE_PRESS)


def _lists(conference: Conference, form: ListForm | None = None) -> str:
    return render_template(
        "distribution/lists.html",
        conference=conference,
        lists=service.lists_of(conference),
        form=form or ListForm(),
    )


@bp.get("/conferences/<int:conference_id>/press-lists")
def lists(conference_id: int) -> ResponseReturnValue:
    """Show the lists of a conference."""
    return _lists(_conference_or_404(conference_id))


@bp.post("/conferences/<int:conference_id>/press-lists")
def add_list(conference_id: int) -> ResponseReturnValue:
    """Add a list."""
    conference = _conference_or_404(conference_id)
    form = ListForm(request.form)
    if not form.validate():
        return _lists(conference, form), 422
    try:
        made = service.add_list(conference, form.name.data or "")
    except Refusal as refusal:
        form.name.errors = [refusal_text(refusal)]
        return _lists(conference, form), 409
    db.session.commit()
    return redirect(url_for("distribution.show", conference_id=conference_id, list_id=made.id))


def _list(conference: Conference, press_list: PressList, form: NewsroomsForm | None = None) -> str:
    return render_template(
        "distribution/list.html",
        conference=conference,
        press_list=press_list,
        newsrooms=service.newsrooms_of(press_list),
        lost=service.unreachable(press_list),
        form=form or NewsroomsForm(language=conference.languages[0]),
    )


def _list_or_404(conference: Conference, list_id: int) -> PressList:
    return row_or_404(PressList, list_id, conference_id=conference.id)


@bp.get("/conferences/<int:conference_id>/press-lists/<int:list_id>")
def show(conference_id: int, list_id: int) -> ResponseReturnValue:
    """Show who is on a list."""
    conference = _conference_or_404(conference_id)
    return _list(conference, _list_or_404(conference, list_id))


@bp.post("/conferences/<int:conference_id>/press-lists/<int:list_id>")
def add_newsrooms(conference_id: int, list_id: int) -> ResponseReturnValue:
    """Put newsrooms on a list: all of them, or none where a line is no address."""
    conference = _conference_or_404(conference_id)
    press_list = _list_or_404(conference, list_id)
    form = NewsroomsForm(request.form)
    if not form.validate():
        return _list(conference, press_list, form), 422
    found = entering.read(form.newsrooms.data or "")
    if found.faulty:
        numbers = ", ".join(map(str, found.faulty[:20]))
        form.newsrooms.errors = [gettext("These lines hold no mail address: %(lines)s.", lines=numbers)]
        return _list(conference, press_list, form), 422
    count = service.add_newsrooms(
        press_list, found.newsrooms, language=form.language.data, by=present_user().name
    )
    db.session.commit()
    flash(ngettext("%(num)d newsroom is new on the list.", "%(num)d newsrooms are new on the list.", count))
    return redirect(url_for("distribution.show", conference_id=conference_id, list_id=list_id))


@bp.post("/conferences/<int:conference_id>/press-lists/<int:list_id>/newsrooms/<int:newsroom_id>/remove")
def remove(conference_id: int, list_id: int, newsroom_id: int) -> ResponseReturnValue:
    """Take a newsroom off a list."""
    press_list = _list_or_404(_conference_or_404(conference_id), list_id)
    db.session.delete(row_or_404(Newsroom, newsroom_id, list_id=press_list.id))
    db.session.commit()
    return redirect(url_for("distribution.show", conference_id=conference_id, list_id=list_id))


@bp.post("/conferences/<int:conference_id>/press-lists/<int:list_id>/remove")
@fresh
def remove_list(conference_id: int, list_id: int) -> ResponseReturnValue:
    """Remove a list."""
    service.remove_list(_list_or_404(_conference_or_404(conference_id), list_id))
    db.session.commit()
    return redirect(url_for("distribution.lists", conference_id=conference_id))


def _sending(publication: Publication, refusal: str = "") -> str:
    meeting = publication.summary.meeting
    dispatches = service.dispatches_of(publication)
    going = {one.list_id for one in dispatches}
    return render_template(
        "distribution/send.html",
        meeting=meeting,
        conference=meeting.conference,
        zones=zone_names_at(meeting.conference_id),
        publication=publication,
        dispatches=dispatches,
        lists=[(one, count) for one, count in service.lists_of(meeting.conference) if one.id not in going],
        refusal=refusal,
    )


@bp.get("/meetings/<int:meeting_id>/press/versions/<int:number>/send")
def sending(meeting_id: int, number: int) -> ResponseReturnValue:
    """Show to which lists a version goes."""
    return _sending(version_or_404(meeting_id, number))


@bp.post("/meetings/<int:meeting_id>/press/versions/<int:number>/send")
def send(meeting_id: int, number: int) -> ResponseReturnValue:
    """Send a version to lists: when it is public."""
    publication = version_or_404(meeting_id, number)
    wanted = set(request.form.getlist("list", type=key_of))
    conference = publication.summary.meeting.conference
    chosen = [one for one, _ in service.lists_of(conference) if one.id in wanted]
    if not chosen:
        return _sending(publication, gettext("Please choose a list.")), 422
    try:
        service.send_to(publication, chosen, by=present_user().name)
    except Refusal as refusal:
        return _sending(publication, refusal_text(refusal)), 409
    db.session.commit()
    flash(gettext("The lists get it as soon as it is public."))
    return redirect(url_for("distribution.sending", meeting_id=meeting_id, number=number))


# --- Leaving ---------------------------------------------------------------------------------------------


def _newsroom_or_404(token: str) -> Newsroom:
    newsroom = service.newsroom_of(token)
    if newsroom is None:
        abort(404)
    prefer(newsroom.language)
    return newsroom


@newsrooms.get("/u/<token>")
@by_link
def leave(token: str) -> ResponseReturnValue:
    """Show whether this mailbox gets press releases."""
    return render_template("distribution/leave.html", newsroom=_newsroom_or_404(token), token=token)


@newsrooms.post("/u/<token>")
@by_link
def set_letters(token: str) -> ResponseReturnValue:
    """Turn the letters off or on; a mail program does it with one click (RFC 8058)."""
    newsroom = _newsroom_or_404(token)
    if request.form.get("letters") == "on":
        service.come_back(newsroom)
    else:
        service.leave(newsroom)
    db.session.commit()
    return redirect(url_for("newsrooms.leave", token=token))


def init_app(app: Flask) -> None:
    """Serve the pages, and let letters find where newsrooms leave."""
    app.register_blueprint(bp)
    app.register_blueprint(newsrooms)
    with app.app_context():
        init_links("newsroom", service.leaving_addresses)
