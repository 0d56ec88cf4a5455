"""The calendar entry of a meeting for one contact."""

from datetime import datetime

from flask_babel import gettext

from roundtable import dates
from roundtable.conferences.models import Meeting
from roundtable.guests.links import PLACEHOLDER
from roundtable.guests.models import Contact
from roundtable.ical import Entry
from roundtable.invitations.models import Invitation
from roundtable.invitations.rsvp import Answer
from roundtable.languages import speaking

_PARTSTAT = {
    Answer.ACCEPTED: "ACCEPTED",
    Answer.DELEGATED: "DELEGATED",
    Answer.TENTATIVE: "TENTATIVE",
    Answer.DECLINED: "DECLINED",
    Answer.NEEDS_ACTION: "NEEDS-ACTION",
}


def entry(
    invitation: Invitation,
    contact: Contact,
    *,
    zones: tuple[str, ...],
    organizer: tuple[str, str],
    language: str,
    stamped_at: datetime,
) -> Entry:
    """Return the entry in the language; the personal link stands in it as its placeholder."""
    meeting = invitation.meeting
    page = f"{PLACEHOLDER}/meetings/{meeting.id}"
    return Entry(
        uid=meeting.uid,
        sequence=invitation.sequence,
        stamped_at=stamped_at,
        starts_at=meeting.starts_at,
        zone=meeting.zone,
        duration_minutes=meeting.duration_minutes,
        title=meeting.titles.in_language(language),
        description=_description(meeting, page, zones, language),
        url=page,
        organizer=organizer,
        attendee=(contact.name, contact.email),
        partstat=_PARTSTAT[invitation.answer],
        cancelled=meeting.is_cancelled,
    )


def _description(meeting: Meeting, page: str, zones: tuple[str, ...], language: str) -> str:
    with speaking(language):
        lines = [
            meeting.conference.titles.in_language(language),
            dates.said(meeting.starts_at, meeting.zone, zones, language),
            gettext("%(minutes)d minutes, video conference", minutes=meeting.duration_minutes),
            "",
            gettext("Your page for this session, with agenda and answer:"),
            page,
        ]
    return "\n".join(str(line) for line in lines)
