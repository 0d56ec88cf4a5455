"""The kinds of letters in which an office is asked to release its mayor's words for the press."""

from roundtable.errors import sentence
from roundtable.invitations.letter_kind import GREETING, LetterKind
from roundtable.languages import later as _l

PRESS_KINDS = (
    LetterKind(
        "quote",
        _l("Request to release a quote"),
        sentence("A quote for the press, for your release: {title}, {when}"),
        (
            GREETING,
            sentence("We would like to quote {who} in the press summary of this video conference:"),
            "{when}",
            "{options}",
            sentence(
                "May we publish these words? Please answer by {deadline} on this page, which shows them in every language:"
            ),
            "{link}",
            sentence("Without your release the quote is not published."),
        ),
        frozenset({"when", "options", "link"}),
        frozenset({"deadline"}),
        sentence("Read and release"),
    ),
    LetterKind(
        "quote-reminder",
        _l("Reminder of a quote to be released"),
        sentence("Reminder: a quote for the press, for your release: {title}, {when}"),
        (
            GREETING,
            sentence("A quote of {who} from this video conference still waits for your answer:"),
            "{when}",
            "{options}",
            sentence("May we ask for it by {deadline}? It takes one click on this page:"),
            "{link}",
            sentence("Without your release the quote is not published."),
        ),
        frozenset({"when", "options", "link"}),
        frozenset({"deadline"}),
        sentence("Read and release"),
    ),
)
"""They go out from the press desk, from the part that keeps the clearance of quotes."""
