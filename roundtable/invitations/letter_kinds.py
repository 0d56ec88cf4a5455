"""The kinds of letters to guests: the program's own words for each, and what organizers may change."""

from roundtable.errors import sentence
from roundtable.invitations.letter_kind import GREETING, LetterKind
from roundtable.invitations.press_letter_kinds import PRESS_KINDS
from roundtable.invitations.record_letter_kinds import RECORD_KINDS
from roundtable.languages import later as _l

_ANSWER_HERE = sentence("Please answer on this page; it is yours alone and needs no password:")
_BY = sentence("We ask for your answer by {deadline}. You can change it with the same link until then.")
_NOTHING_LEFT = sentence(
    "There is nothing left for you to do. If an entry stands in your calendar, this letter removes it."
)


def _kinds(*kinds: LetterKind) -> dict[str, LetterKind]:
    return {kind.key: kind for kind in kinds}


KINDS = _kinds(
    LetterKind(
        "invitation",
        _l("Invitation"),
        sentence("Invitation: {title}, {when}"),
        (
            GREETING,
            sentence("We invite {who} to the following video conference:"),
            "{when}",
            _ANSWER_HERE,
            "{link}",
            _BY,
            "{next}",
            sentence(
                "The page also holds the agenda. If you cannot open it, simply answer this letter: it reaches a person."
            ),
        ),
        frozenset({"when", "link"}),
        frozenset({"deadline", "next"}),
        sentence("Read and answer"),
    ),
    LetterKind(
        "confirmation",
        _l("Confirmation of an answer"),
        sentence("Your answer: {title}, {when}"),
        (
            GREETING,
            sentence("Thank you for the answer for {who}, given by {said_by}:"),
            "{answer}",
            "{when}",
            "{next}",
            sentence("You can read and change the answer here:"),
            "{link}",
        ),
        frozenset({"answer", "when", "next", "link"}),
        frozenset({"deadline", "said_by", "deputy"}),
    ),
    LetterKind(
        "change",
        _l("Change of a session"),
        sentence("Changed: {title}, now {when}"),
        (
            GREETING,
            sentence("The video conference to which we have invited {who} has changed:"),
            "{changes}",
            sentence("So it now takes place as follows:"),
            "{when}",
            "{next}",
            "{link}",
        ),
        frozenset({"changes", "when", "next", "link"}),
        frozenset({"deadline"}),
    ),
    LetterKind(
        "agenda",
        _l("New agenda"),
        sentence("New agenda: {title}, {when}"),
        (
            GREETING,
            sentence("The agenda of the following video conference is new; for {who} please note:"),
            "{when}",
            "{changes}",
            sentence("The whole agenda is on your page:"),
            "{link}",
        ),
        frozenset({"changes", "link"}),
        frozenset({"when"}),
    ),
    LetterKind(
        "cancellation",
        _l("Cancellation"),
        sentence("Cancelled: {title}, {when}"),
        (
            GREETING,
            sentence("The following video conference, to which we had invited {who}, will not take place:"),
            "{when}",
            _NOTHING_LEFT,
        ),
        frozenset({"when"}),
    ),
    LetterKind(
        "reminder",
        _l("Reminder to those who have not answered"),
        sentence("Reminder: {title}, {when}"),
        (
            GREETING,
            sentence("We have invited {who} to the following video conference and have no answer yet:"),
            "{when}",
            _ANSWER_HERE,
            "{link}",
            _BY,
        ),
        frozenset({"when", "link"}),
        frozenset({"deadline"}),
        sentence("Read and answer"),
    ),
    LetterKind(
        "last-reminder",
        _l("Last reminder"),
        sentence("Last reminder: {title}, {when}"),
        (
            GREETING,
            sentence(
                "This is our last reminder: we still have no answer for {who} about the following video conference:"
            ),
            "{when}",
            _ANSWER_HERE,
            "{link}",
            sentence("Answers close on {deadline}. After that, please call us."),
        ),
        frozenset({"when", "link"}),
        frozenset({"deadline"}),
        sentence("Read and answer"),
    ),
    LetterKind(
        "unsure-reminder",
        _l("Reminder to those who were not sure"),
        sentence("Your decision: {title}, {when}"),
        (
            GREETING,
            sentence(
                "For {who} you told us that it was not certain yet whether the following video conference is possible:"
            ),
            "{when}",
            sentence("May we ask for your decision? Please give it on this page:"),
            "{link}",
            _BY,
        ),
        frozenset({"when", "link"}),
        frozenset({"deadline"}),
        sentence("Read and answer"),
    ),
    LetterKind(
        "session-reminder",
        _l("Reminder before the session"),
        sentence("Soon: {title}, {when}"),
        (
            GREETING,
            sentence("The following video conference, in which {who} takes part, is near:"),
            "{when}",
            sentence("You come in through this page; the access opens there shortly before the start:"),
            "{link}",
            sentence("If something keeps you from coming, please call us: {contact}, {phone}."),
        ),
        frozenset({"when", "link"}),
    ),
    LetterKind(
        "deputy",
        _l("Invitation of a deputy"),
        sentence("You represent a mayor: {title}, {when}"),
        (
            GREETING,
            sentence("You have been named to represent {who} at the following video conference:"),
            "{when}",
            sentence(
                "Agenda, calendar entry and access are on this page; it is yours alone and needs no password:"
            ),
            "{link}",
            sentence(
                "If you cannot come, please tell the office that named you, or call us: {contact}, {phone}."
            ),
        ),
        frozenset({"who", "when", "link"}),
        frozenset({"deputy"}),
    ),
    LetterKind(
        "deputy-withdrawn",
        _l("To a deputy who is no longer needed"),
        sentence("No longer needed: {title}, {when}"),
        (
            GREETING,
            sentence(
                "You had been named to represent {who} at the following video conference. "
                "That is no longer planned; thank you for your readiness."
            ),
            "{when}",
            _NOTHING_LEFT,
        ),
        frozenset({"who", "when"}),
        frozenset({"deputy"}),
    ),
    LetterKind(
        "deputy-refused",
        _l("When a deputy is not accepted"),
        sentence("About your deputy: {title}, {when}"),
        (
            GREETING,
            sentence(
                "You named {deputy} to represent {who} at the following video conference. "
                "The organizers cannot agree to that:"
            ),
            "{reason}",
            "{when}",
            sentence("May we ask for another answer? Please give it on this page:"),
            "{link}",
            _BY,
        ),
        frozenset({"deputy", "reason", "when", "link"}),
        frozenset({"deadline"}),
        sentence("Read and answer"),
    ),
    LetterKind(
        "removed",
        _l("To a contact who is taken off the list"),
        sentence("No longer needed: {title}, {when}"),
        (
            GREETING,
            sentence("Your address is no longer on the list for {who} at the following video conference:"),
            "{when}",
            _NOTHING_LEFT,
        ),
        frozenset({"who", "when"}),
    ),
    LetterKind(
        "link-again",
        _l("The personal link once more"),
        sentence("Your personal link: {conference}"),
        (
            GREETING,
            sentence("This is your personal link for {who}:"),
            "{link}",
            sentence(
                "The link is yours alone and needs no password. If you did not ask for it, there is nothing for you "
                "to do."
            ),
        ),
        frozenset({"link"}),
    ),
    LetterKind(
        "reply-question",
        _l("Question about a reply from a calendar"),
        sentence("Please confirm: {title}, {when}"),
        (
            GREETING,
            sentence("A reply for {who} reached us from a calendar, but we cannot be sure who sent it:"),
            "{answer}",
            "{when}",
            sentence("Until you confirm it nothing changes. Please confirm or correct it on this page:"),
            "{link}",
        ),
        frozenset({"answer", "when", "link"}),
        frozenset({"deadline"}),
        sentence("Read and answer"),
    ),
    LetterKind(
        "poll",
        _l("Which dates suit?"),
        sentence("Which dates suit? {title}"),
        (
            GREETING,
            sentence("We are looking for a date for the following video conference and ask for {who}:"),
            "{title}",
            "{options}",
            sentence(
                "Please tell us on this page which of these dates suit; it is yours alone and needs no password:"
            ),
            "{link}",
            sentence(
                "We ask for your answer by {deadline}. You can change it with the same link until then."
            ),
            sentence(
                "If none of these dates suits, please tell us that as well; you can propose another one there."
            ),
        ),
        frozenset({"options", "link"}),
        frozenset({"deadline"}),
        sentence("Read and answer"),
    ),
    LetterKind(
        "poll-option",
        _l("A further date to choose from"),
        sentence("A further date: {title}"),
        (
            GREETING,
            sentence(
                "In the search for a date for the following video conference there is something new to choose from:"
            ),
            "{title}",
            "{options}",
            sentence(
                "What you have told us about the other dates stays as it is. Please answer for {who} on this page:"
            ),
            "{link}",
            sentence(
                "We ask for your answer by {deadline}. You can change it with the same link until then."
            ),
        ),
        frozenset({"options", "link"}),
        frozenset({"deadline"}),
        sentence("Read and answer"),
    ),
    LetterKind(
        "poll-reminder",
        _l("Reminder: which dates suit?"),
        sentence("Reminder: which dates suit? {title}"),
        (
            GREETING,
            sentence(
                "For {who} we do not know yet which of these dates suit for the following video conference:"
            ),
            "{title}",
            "{options}",
            sentence("Please answer on this page; it is yours alone and needs no password:"),
            "{link}",
            sentence(
                "We ask for your answer by {deadline}. You can change it with the same link until then."
            ),
        ),
        frozenset({"options", "link"}),
        frozenset({"deadline"}),
        sentence("Read and answer"),
    ),
    LetterKind(
        "poll-settled",
        _l("The date is settled"),
        sentence("The date is settled: {title}, {when}"),
        (
            GREETING,
            sentence("Thank you for helping us to find a date. For {who} please note:"),
            "{when}",
            sentence("The invitation follows; only then do we ask for a binding answer."),
        ),
        frozenset({"when"}),
        frozenset({"link"}),
    ),
    *RECORD_KINDS,
    *PRESS_KINDS,
)
"""Every letter to a guest; organizers may word each of them per language."""

NOTICE = LetterKind(
    "notice",
    "",
    sentence("{city}, {state}: {title}, {when}"),
    (
        "{who}",
        "{answer}",
        sentence("Said by: {said_by}"),
        sentence("Note: {note}"),
        "{next}",
        "{when}",
        "{link}",
    ),
    frozenset(),
    button=sentence("To the session"),
)
"""What organizers are told; it is the program's own and not worded by anybody."""
