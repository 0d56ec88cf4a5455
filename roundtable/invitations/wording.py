"""The words of the letters: what each kind says by itself, and how an organizer may say it otherwise.

A wording is plain text. Blank lines part its paragraphs, placeholders stand in braces: `{who}`. A
placeholder alone in a paragraph becomes a block (the date with all its zones, the button with the
link); inside a sentence it becomes words. A paragraph whose placeholder has nothing to say is left
out, so no sentence ever ends in a hole.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from roundtable.errors import Refusal, sentence
from roundtable.languages import later as _l
from roundtable.words import paragraphs

MOST_CHARACTERS = 4000
_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")

MISSING = sentence("The letter needs these placeholders: %(names)s. Please put them back.")
UNKNOWN = sentence("There are no such placeholders: %(names)s. Please use those from the list below.")
BRACES = sentence(
    "A brace stands alone. Please write placeholders as in the list below, or take the brace out."
)

PLACEHOLDERS = {
    "who": _l("for whom the letter is: the mayor with the office"),
    "title": _l("the title of the session"),
    "conference": _l("the title of the conference"),
    "when": _l("day and hours in every zone; in a paragraph of its own: the whole block"),
    "link": _l("the personal link; in a paragraph of its own: the button"),
    "deadline": _l("until when answers are open, in every zone"),
    "contact": _l("the contact person of the conference"),
    "phone": _l("the telephone number of the contact person"),
    "changes": _l("what has changed, old and new"),
    "answer": _l("the answer in words"),
    "next": _l("what happens next, in the program's own words"),
    "said_by": _l("who gave the answer"),
    "deputy": _l("the name of the deputy"),
    "reason": _l("the reason that the organizers gave"),
}
"""What may stand in braces, with what it means; a kind of letter allows some of them."""

BLOCKS = frozenset({"when", "link", "changes", "answer", "next"})
"""The placeholders that are more than words when they stand alone."""

_ALWAYS = frozenset({"who", "title", "conference", "contact", "phone"})
GREETING = sentence("Dear Sir or Madam,")
_ANSWER_HERE = sentence("Please answer on this page; it is yours alone and needs no password:")
_BY = sentence("We ask for your answer by {deadline}. You can change it with the same link until then.")
_NOTHING_LEFT = sentence(
    "There is nothing left for you to do. If an entry stands in your calendar, this letter removes it."
)


@dataclass(frozen=True)
class LetterKind:
    """One kind of letter: its name for organizers, its own words, and what it may not go without."""

    key: str
    name: str
    subject: str
    body: tuple[str, ...]
    required: frozenset[str]
    more: frozenset[str] = frozenset()
    button: str = sentence("To your page")

    @property
    def allowed(self) -> frozenset[str]:
        """The placeholders that mean something in this kind."""
        return _ALWAYS | self.required | self.more


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


def placeholders_in(text: str) -> set[str]:
    """Return the names that stand in braces."""
    return set(_PLACEHOLDER.findall(text))


def check(kind: LetterKind, subject: str, body: str) -> None:
    """Check that a wording can be used.

    Raises:
        Refusal: if a placeholder is missing, unknown or broken; the sentence names it.
    """
    for text in (subject, body):
        rest = _PLACEHOLDER.sub("", text)
        if "{" in rest or "}" in rest:
            raise Refusal(BRACES)
    found = placeholders_in(body)
    unknown = (found | placeholders_in(subject)) - kind.allowed
    if unknown:
        raise Refusal(UNKNOWN, names=_listed(unknown))
    missing = kind.required - found
    if missing:
        raise Refusal(MISSING, names=_listed(missing))


def _listed(names: set[str] | frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


@dataclass(frozen=True)
class Part:
    """A piece of a letter: the name of a block, or the lines of a paragraph."""

    block: str = ""
    lines: tuple[str, ...] = ()


def expand(body: str, words: Mapping[str, str], blocks: Mapping[str, object]) -> list[Part]:
    """Return the pieces of a letter, in order.

    `words` are what placeholders become inside sentences; `blocks` hold a true value for every block
    that has something to say. What has nothing to say takes its whole paragraph away.
    """
    parts = []
    for paragraph in paragraphs(body):
        names = _PLACEHOLDER.findall(paragraph)
        alone = names[0] if names and paragraph == f"{{{names[0]}}}" else ""
        if alone in BLOCKS:
            if blocks.get(alone):
                parts.append(Part(block=alone))
            continue
        if all(words.get(name) for name in names):
            filled = fill(paragraph, words)
            parts.append(Part(lines=tuple(filled.splitlines())))
    return parts


def fill(text: str, words: Mapping[str, str]) -> str:
    """Return the text with its placeholders filled in, once: what a value holds is never read again."""
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], ""), text)
