"""Calendar files and feeds: one session as a file, a contact's sessions, a conference's sessions."""

from collections.abc import Callable

from flask import Blueprint, Flask, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from roundtable import ical
from roundtable.accounts.access import present_user
from roundtable.calendars import feeds, queries, service
from roundtable.conferences.access import conference_or_404
from roundtable.conferences.models import Membership
from roundtable.conferences.roles import Right
from roundtable.db import db
from roundtable.guests.models import Contact
from roundtable.guests.queries import contact_or_404, personal_link
from roundtable.invitations.access import shown_invitation_or_404
from roundtable.languages import current_language
from roundtable.links import Purpose
from roundtable.mail import inbox
from roundtable.mail.filling import placeholder
from roundtable.web.access import by_link
from roundtable.web.downloads import file_answer

bp = Blueprint("calendars", __name__)
CALENDAR = "text/calendar"


def _with_link(contact: Contact) -> Callable[[str], str]:
    link = personal_link(contact)
    return lambda text: text.replace(placeholder(contact.id), link)


@bp.get("/g/<token>/meetings/<int:meeting_id>/calendar.ics")
@by_link
def meeting_file(token: str, meeting_id: int) -> Response:
    """Give the meeting as a file that calendars take, without any guest's address in it."""
    from roundtable import ical_files  # noqa: PLC0415 - pages write no calendars

    contact = contact_or_404(token)
    invitation = shown_invitation_or_404(contact, meeting_id)
    (entry,) = feeds.entries_for(contact, [invitation], current_language())
    content = ical_files.write(entry.with_links(_with_link(contact)), ical.Method.PUBLISH)
    return file_answer(content, CALENDAR, f"session-{meeting_id}.ics")


@bp.get("/c/<token>.ics")
@by_link
def feed(token: str) -> Response:
    """Give a contact's sessions as a calendar to subscribe to."""
    etag = queries.feed_etag_or_404(token)

    def content() -> bytes:
        contact = contact_or_404(token, Purpose.FEED)
        language = current_language()
        invitations = queries.feed_invitations(contact)
        entries = feeds.entries_for(contact, invitations, language)
        name = contact.participant.conference.titles.in_language(language)
        put_in = _with_link(contact)
        return _feed_of(name, [one.with_links(put_in) for one in entries])

    return _feed_response(etag, content)


@bp.get("/c/o/<token>.ics")
@by_link
def organizers_feed(token: str) -> Response:
    """Give the sessions of a conference, with the state of the answers, to one of its organizers."""
    membership = queries.membership_or_404(token)
    language = current_language()

    def content() -> bytes:
        name = membership.conference.titles.in_language(language)
        return _feed_of(name, feeds.entries_for_organizers(membership, language))

    return _feed_response(queries.organizers_feed_etag(membership, language), content)


def _feed_of(name: str, entries: list[ical.Entry]) -> bytes:
    from roundtable import ical_files  # noqa: PLC0415 - pages write no calendars

    return ical_files.write_feed(name, entries)


def _feed_response(etag: str, content: Callable[[], bytes]) -> Response:
    """Answer 304 where the caller has this state already; only else is the calendar built."""
    response = Response(mimetype=CALENDAR)
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    if request.if_none_match.contains(etag):
        response.status_code = 304
        return response
    response.set_data(content())
    return response


@bp.post("/conferences/<int:conference_id>/feed/renew")
def renew_feed(conference_id: int) -> ResponseReturnValue:
    """End the address of one's own feed of a conference; the page shows the new one."""
    conference = conference_or_404(conference_id, Right.READ)
    membership = db.session.scalar(
        select(Membership).where(
            Membership.conference_id == conference.id, Membership.user_id == present_user().id
        )
    )
    if membership is None:
        abort(404)
    membership.feed_generation += 1
    db.session.commit()
    flash(gettext("The old address no longer works."))
    return redirect(url_for("conferences.show", conference_id=conference.id))


def _own_feed(conference_id: int) -> str:
    """Return the address of the present user's feed of a conference, for its page."""
    membership = db.session.scalar(
        select(Membership).where(
            Membership.conference_id == conference_id, Membership.user_id == present_user().id
        )
    )
    return queries.organizers_feed_address(membership) if membership is not None else ""


def init_app(app: Flask) -> None:
    """Serve files and feeds."""
    app.jinja_env.globals["own_feed"] = _own_feed
    with app.app_context():
        inbox.init_replies(service.take)
    app.register_blueprint(bp)
