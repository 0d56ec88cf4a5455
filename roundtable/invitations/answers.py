"""What the answers are called, on pages and in letters."""

from roundtable.invitations.rsvp import Answer
from roundtable.languages import later as _l

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
