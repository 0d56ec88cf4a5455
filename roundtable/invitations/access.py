"""Which invitation a personal link means."""

from flask import abort

from roundtable.guests.models import Contact
from roundtable.invitations.models import Invitation
from roundtable.invitations.queries import invitation_for


def shown_invitation_or_404(contact: Contact, meeting_id: int) -> Invitation:
    """Return the invitation to a meeting that a contact's page shows."""
    invitation = invitation_for(contact, meeting_id)
    if invitation is None:
        abort(404)
    return invitation
