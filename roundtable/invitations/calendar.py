"""The calendar entry of a meeting for one contact."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from roundtable import dates
from roundtable.guests.models import Contact
from roundtable.ical import Entry
from roundtable.invitations.letters import Occasion
from roundtable.invitations.models import Invitation
from roundtable.invitations.queries import may_come_in
from roundtable.languages import speaking
from roundtable.mail.filling import placeholder

ALARM_MINUTES = 15
"""When calendars that heed it ring before the start."""


@dataclass(frozen=True)
class Standing:
    """How an entry stands in one calendar; PARTSTAT as RFC 5545 writes it."""

    sequence: int
    partstat: str
    stamped_at: datetime
    is_cancelled: bool = False


def entry(
    about: Occasion,
    invitation: Invitation,
    contact: Contact,
    standing: Standing,
    *,
    organizer: tuple[str, str],
    language: str,
) -> Entry:
    """Return the entry in the language; the personal link stands in it as its placeholder."""
    meeting = about.meeting
    is_cancelled = standing.is_cancelled or meeting.is_cancelled
    # A cancelled entry leads nowhere: whose it was may be gone from the guest list already.
    page = "" if is_cancelled else f"{placeholder(contact.id)}/meetings/{meeting.id}"
    comes_in = not is_cancelled and may_come_in(contact, invitation)
    return Entry(
        uid=meeting.uid,
        sequence=standing.sequence,
        stamped_at=standing.stamped_at,
        starts_at=meeting.starts_at,
        zone=meeting.zone,
        duration_minutes=meeting.duration_minutes,
        title=meeting.titles.in_language(language),
        description=_description(about, page, language, comes_in=comes_in),
        url=page,
        organizer=organizer,
        attendee=(contact.name, contact.email),
        partstat=standing.partstat,
        cancelled=is_cancelled,
        language=language,
        # The personal door, never the room: what is behind it is decided when somebody knocks.
        door=page if comes_in else "",
        alarm_minutes=ALARM_MINUTES if comes_in else 0,
        asks_reply=about.reads_replies and standing.partstat == "NEEDS-ACTION",
    )


def _description(about: Occasion, page: str, language: str, *, comes_in: bool) -> str:
    meeting = about.meeting
    with speaking(language):
        lines = [
            about.conference.titles.in_language(language),
            dates.said(meeting.starts_at, meeting.zone, about.zones, language),
            gettext("%(minutes)d minutes, video conference", minutes=meeting.duration_minutes),
        ]
        if not page:
            return "\n".join(lines)
        lines += ["", gettext("Your page for this session, with agenda and answer:"), page]
        if comes_in:
            lines.append(gettext("You come in through the same page, shortly before the start."))
        if about.agenda:
            lines += ["", gettext("Agenda")]
        lines += [
            f"{dates.hours_said(dates.clocks(one.time.starts_at, 0, meeting.zone, about.zones, language))}"
            f" – {one.item.titles.in_language(language)}"
            for one in about.agenda
        ]
    return "\n".join(str(line) for line in lines)
