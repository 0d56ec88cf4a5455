"""The kinds of letters about the record of a session and what was agreed in it."""

from roundtable.errors import sentence
from roundtable.invitations.letter_kind import GREETING, LetterKind
from roundtable.languages import later as _l

RECORD_KINDS = (
    LetterKind(
        "minutes",
        _l("The minutes, for corrections"),
        sentence("Minutes for your corrections: {title}, {when}"),
        (
            GREETING,
            sentence("The minutes of the following video conference are ready to be read for {who}:"),
            "{when}",
            sentence("Please read them on this page; there you can also tell us what has to be corrected:"),
            "{link}",
            sentence("We ask for corrections by {deadline}."),
            "{next}",
        ),
        frozenset({"when", "link", "next"}),
        frozenset({"deadline"}),
        sentence("Read the minutes"),
    ),
    LetterKind(
        "minutes-answer",
        _l("Answer to a remark on the minutes"),
        sentence("Your remark on the minutes: {title}, {when}"),
        (
            GREETING,
            sentence(
                "Thank you for the remark on the minutes of the following video conference, made for {who}:"
            ),
            "{when}",
            "{answer}",
            sentence("You find your remark with our answer on this page:"),
            "{link}",
        ),
        frozenset({"when", "answer", "link"}),
        button=sentence("Read the minutes"),
    ),
    LetterKind(
        "minutes-approved",
        _l("The minutes are approved"),
        sentence("Minutes approved: {title}, {when}"),
        (
            GREETING,
            sentence(
                "The minutes of the following video conference have been approved and do not change any more:"
            ),
            "{when}",
            sentence("You can read and keep them on this page:"),
            "{link}",
            "{next}",
        ),
        frozenset({"when", "link"}),
        frozenset({"next"}),
        sentence("Read the minutes"),
    ),
    LetterKind(
        "action-reminder",
        _l("Reminder of an action item"),
        sentence("What was agreed: {title}, {when}"),
        (
            GREETING,
            sentence("At the following video conference this was agreed for {who}:"),
            "{when}",
            "{options}",
            sentence("May we ask how far it is? Please tell us on this page:"),
            "{link}",
        ),
        frozenset({"when", "options", "link"}),
        button=sentence("Report progress"),
    ),
)
"""They go out after the session, from the parts that circulate minutes and follow action items."""
