"""What answers, their ways and the states of letters are called, on pages and in letters."""

from roundtable.errors import sentence
from roundtable.invitations.rsvp import Answer, Channel
from roundtable.languages import later as _l
from roundtable.mail.models import LetterState

ANSWER_NAMES = {
    Answer.ACCEPTED: _l("Takes part"),
    Answer.DELEGATED: _l("Sends a deputy"),
    Answer.TENTATIVE: _l("Not sure yet"),
    Answer.DECLINED: _l("Does not take part"),
}
"""The four answers, in the order in which they are asked for."""

STATE_NAMES = {
    Answer.ACCEPTED: _l("coming"),
    Answer.DELEGATED: _l("sends a deputy"),
    Answer.TENTATIVE: _l("not sure yet"),
    Answer.DECLINED: _l("not coming"),
    Answer.NEEDS_ACTION: _l("no answer yet"),
}
"""What stands beside a city in lists."""

CHANNEL_NAMES = {
    Channel.LINK: _l("on the page"),
    Channel.TELEPHONE: _l("by telephone"),
    Channel.CALENDAR: _l("from the calendar"),
    Channel.ORGANIZER: _l("by the organizers"),
}
"""By which way an answer came."""

LETTER_STATE_NAMES = {
    LetterState.QUEUED: _l("waiting to leave"),
    LetterState.HANDED_OVER: _l("handed over to the mail server"),
    LetterState.DEFERRED: _l("put off, tried again by itself"),
    LetterState.REFUSED: _l("refused"),
    LetterState.BOUNCED: _l("came back"),
    LetterState.DROPPED: _l("no longer needed, not sent"),
}
"""Where a letter is."""

REASONS = {
    "unverified": sentence(
        "It is not certain who sent it. The office has been asked to confirm it on its page."
    ),
    "closed": sentence("It came after answers had closed."),
    "may-not-answer": sentence("This contact may not answer for the city."),
    "several": sentence(
        "This contact acts for several cities; it has been asked to answer for each on its page."
    ),
    "proposal": sentence("The office proposes another time."),
}
"""Why a reply waits for a person, as organizers read it."""
