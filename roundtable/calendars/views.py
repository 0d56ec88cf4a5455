"""The calendar file of a meeting, behind the personal link."""

from flask import Blueprint, Flask, Response, abort, current_app

from roundtable import ical
from roundtable.guests import links
from roundtable.guests.queries import contact_or_404, personal_link, zone_names_at
from roundtable.invitations.calendar import entry
from roundtable.invitations.queries import invitation_for
from roundtable.languages import current_language
from roundtable.web.access import by_link

bp = Blueprint("calendars", __name__)


@bp.get("/g/<token>/meetings/<int:meeting_id>/calendar.ics")
@by_link
def meeting_file(token: str, meeting_id: int) -> Response:
    """Give the meeting as a file that calendars take, without any guest's address in it."""
    contact = contact_or_404(token)
    invitation = invitation_for(contact.participant, meeting_id)
    if invitation is None:
        abort(404)
    meeting = invitation.meeting
    found = entry(
        invitation,
        contact,
        zones=zone_names_at(meeting.conference_id),
        organizer=("", current_app.config["ROUNDTABLE"].mail_from),
        language=current_language(),
        # The same bytes until something changes: no clock is read for a download.
        stamped_at=invitation.answered_at or invitation.invited_at,
    ).with_link(links.PLACEHOLDER, personal_link(contact))
    response = Response(ical.write(found, ical.Method.PUBLISH), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="session-{meeting.id}.ics"'
    return response


def init_app(app: Flask) -> None:
    """Serve the file."""
    app.register_blueprint(bp)
