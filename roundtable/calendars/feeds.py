"""The entries of the feeds: the same UID and SEQUENCE as in the letters, and nobody's address."""

from collections import Counter

from flask_babel import gettext

from roundtable.agenda.queries import released_by_meeting
from roundtable.calendars import queries
from roundtable.conferences.models import Membership
from roundtable.guests.models import Contact
from roundtable.guests.queries import zone_names_at
from roundtable.ical import Entry
from roundtable.invitations import calendar
from roundtable.invitations.answers import STATE_NAMES
from roundtable.invitations.calendar import Standing
from roundtable.invitations.letters import Occasion
from roundtable.invitations.models import Invitation
from roundtable.languages import speaking
from roundtable.mail.letters import public_address


def entries_for(contact: Contact, invitations: list[Invitation], language: str) -> list[Entry]:
    """Return a contact's entries; they stay the same to the byte until something changes."""
    meetings = [one.meeting for one in invitations]
    known = queries.sequences(contact, meetings)
    agendas = released_by_meeting(meetings)
    zones = zone_names_at(contact.participant.conference_id)
    return [
        calendar.entry(
            Occasion(one.meeting, [], zones, agendas.get(one.meeting_id, [])),
            one,
            contact,
            # No clock is read for a download: the same bytes until something changes.
            Standing(
                known.get(one.meeting_id, 0),
                one.answer.partstat,
                max(one.asked_at, one.answered_at or one.asked_at),
            ),
            organizer=("", ""),
            language=language,
        )
        for one in invitations
    ]


def entries_for_organizers(membership: Membership, language: str) -> list[Entry]:
    """Return the sessions of a conference with the count of each answer in the description."""
    meetings = queries.organizers_meetings(membership)
    answers = queries.answers_by_meeting(meetings)
    found = []
    zones = zone_names_at(membership.conference_id)
    for meeting in meetings:
        about = Occasion(meeting, [], zones)
        page = public_address("board.show", meeting_id=meeting.id)
        counts = Counter(one.answer for one in answers.get(meeting.id, []))
        with speaking(language):
            lines = [f"{count} {STATE_NAMES[answer]}" for answer, count in sorted(counts.items())]
            told = gettext("No invitations yet.") if not lines else "\n".join(lines)
        found.append(
            Entry(
                uid=meeting.uid,
                sequence=meeting.revision,
                stamped_at=membership.conference.created_at,
                starts_at=meeting.starts_at,
                zone=meeting.zone,
                duration_minutes=meeting.duration_minutes,
                title=meeting.titles.in_language(language),
                description=f"{about.hours(language)}\n\n{told}\n\n{page}",
                url=page,
                cancelled=meeting.is_cancelled,
                language=language,
            )
        )
    return found
