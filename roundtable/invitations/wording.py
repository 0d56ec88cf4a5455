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
from roundtable.invitations.letter_kind import LetterKind
from roundtable.languages import later as _l
from roundtable.words import paragraphs

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
    "options": _l("the dates to choose from, or the action items; only in a paragraph of its own"),
    "next": _l("what happens next, in the program's own words"),
    "said_by": _l("who gave the answer"),
    "deputy": _l("the name of the deputy"),
    "reason": _l("the reason that the organizers gave"),
}
"""What may stand in braces, with what it means; a kind of letter allows some of them."""

BLOCKS = frozenset({"links", "when", "link", "changes", "answer", "next", "options"})
"""The placeholders that are more than words when they stand alone."""


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
