"""The verbs of wordings: word a kind of letter otherwise, go back to the program's words."""

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from roundtable.conferences.models import Conference, Meeting
from roundtable.conferences.queries import meetings_of
from roundtable.db import db
from roundtable.guests.queries import participants_of
from roundtable.invitations import letters, queries, samples, wording
from roundtable.invitations.letter_kind import LetterKind
from roundtable.invitations.letters import Occasion
from roundtable.invitations.mailboxes import Mailbox
from roundtable.invitations.models import Wording
from roundtable.languages import speaking
from roundtable.mail.outbox import Draft


def wording_of(conference: Conference, kind: LetterKind, language: str) -> Wording | None:
    """Return the conference's own wording, if it has one."""
    return db.session.scalar(
        select(Wording).where(
            Wording.conference_id == conference.id, Wording.kind == kind.key, Wording.language == language
        )
    )


def present_words(conference: Conference, kind: LetterKind, language: str) -> tuple[str, str, int]:
    """Return subject, body and version of what is sent now; version 0 means the program's own words."""
    own = wording_of(conference, kind, language)
    with speaking(language):
        subject, body = letters.worded(kind, own)
    return subject, body, own.version if own else 0


def word(
    conference: Conference, kind: LetterKind, language: str, *, subject: str, body: str, version: int
) -> None:
    """Let the conference's letters of this kind say this from now on, in this language.

    `version` is that of the words which were changed, so that two organizers never overwrite each other.

    Raises:
        Refusal: if a placeholder is missing, unknown or broken.
        StaleDataError: if somebody else has changed the words meanwhile.
    """
    wording.check(kind, subject, body)
    own = wording_of(conference, kind, language)
    if (own.version if own else 0) != version:
        raise StaleDataError
    if own is None:
        own = Wording(conference=conference, kind=kind.key, language=language)
        db.session.add(own)
    own.subject, own.body = subject, body


def forget(conference: Conference, kind: LetterKind, language: str) -> None:
    """Go back to the program's own words."""
    own = wording_of(conference, kind, language)
    if own is not None:
        db.session.delete(own)


def sample(conference: Conference, kind: LetterKind, language: str, subject: str, body: str) -> Draft | None:
    """Return the letter as it would go to the first guest, with true data; nothing is stored.

    None where there is no session or no guest yet, so that nothing true could stand in it.
    """
    meeting = _meeting_for(conference)
    participants = participants_of(conference.id)
    if meeting is None or not participants:
        return None
    contact = queries.offices(conference.id)
    mine = [one for one in contact if one.participant_id == participants[0].id] or contact
    if not mine:
        return None
    # A wording that is never added to the session, and a contact's mailbox in the asked language.
    own = Wording(kind=kind.key, language=language, subject=subject, body=body)
    about = queries.occasion(meeting)
    shown = Occasion(about.meeting, about.bodies, about.zones, about.agenda, {(kind.key, language): own})
    with speaking(language):
        saying = samples.sample_saying(shown, kind, language)
    return letters.compose(kind, shown, Mailbox((mine[0],)), saying, language=language)


def _meeting_for(conference: Conference) -> Meeting | None:
    """Return the conference's coming session, else its last one."""
    found = [one for one in meetings_of([conference.id]) if not one.is_cancelled]
    return found[-1] if found else None
