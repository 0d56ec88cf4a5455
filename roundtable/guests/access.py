"""Which guest is meant; whether the present user may see the conference has been asked before."""

from roundtable.conferences.models import Conference
from roundtable.guests.models import Contact, Participant
from roundtable.web.access import row_or_404


def participant_or_404(conference: Conference, participant_id: int) -> Participant:
    """Return a participant of the conference."""
    return row_or_404(Participant, participant_id, conference_id=conference.id)


def contact_or_404(participant: Participant, contact_id: int) -> Contact:
    """Return a contact of the participant's office; deputies come and go with the answers."""
    return row_or_404(Contact, contact_id, participant_id=participant.id, is_deputy=False)
